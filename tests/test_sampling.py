"""Sampling: cached equals uncached token for token, and every picture is its own."""

import dataclasses

import pytest
import torch

from minidalle.dalle import DALLE, PAD, DALLEConfig
from minidalle.masks import PATTERNS
from minidalle.sampling import (
    picture_seeds,
    sample,
)

TINY = DALLEConfig(
    text_vocab=11, image_vocab=20, text_length=4, grid=4, width=16, depth=3, heads=2, conv_kernel=3
)


def confident(**changes) -> DALLE:
    """A double-precision model with weights large enough that every token matters to the next."""
    torch.manual_seed(0)
    model = DALLE(dataclasses.replace(TINY, **changes)).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model


def captions(batch: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    text = torch.randint(11, (batch, 4), generator=generator)
    text[:, 2:] = PAD
    return text


# The cache changes nothing


@pytest.mark.parametrize("grid", [3, 4, 5])
@pytest.mark.parametrize("pattern", [*PATTERNS, None])
def test_cached_sampling_draws_the_same_tokens(pattern: str | None, grid: int) -> None:
    model = confident(patterns=pattern and (pattern,) * 4, grid=grid, depth=4)
    text = captions(5)
    cached = sample(model, text, seed=7)
    assert torch.equal(cached, sample(model, text, seed=7, use_cache=False))
    assert cached.shape == (5, grid**2) and cached.dtype == torch.int64
    assert cached.min() >= 0 and cached.max() < 20
    assert len(cached.unique()) > 5, "a model that repeats itself would prove little"


@pytest.mark.parametrize(
    "options",
    [
        {"top_k": 3},
        {"top_p": 0.7},
        {"top_k": 8, "top_p": 0.8, "temperature": 1.3},
        {"greedy": True},
        {"prefix": torch.arange(5).expand(5, -1)},
    ],
)
def test_cached_sampling_draws_the_same_tokens_with_any_option(options: dict) -> None:
    model = confident()
    text = captions(5)
    assert torch.equal(sample(model, text, **options), sample(model, text, use_cache=False, **options))


def test_cached_sampling_on_a_large_grid_uses_the_same_attention_as_training() -> None:
    """At 16 x 16, whole streams go through the reshaped forms; one cached step must still agree with them."""
    model = confident(grid=16)
    text = captions(2)
    image = sample(model, text, greedy=True)
    _, logits = model.logits(text, image)
    assert torch.equal(logits.argmax(-1), image)


# Every picture is its own


def test_the_same_seed_draws_the_same_pictures_and_another_seed_others() -> None:
    model, text = confident(), captions(4)
    assert torch.equal(sample(model, text, seed=1), sample(model, text, seed=1))
    assert not torch.equal(sample(model, text, seed=1), sample(model, text, seed=2))


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_pictures_do_not_depend_on_how_many_are_drawn_at_a_time(chunk: int) -> None:
    model, text = confident(), captions(7)
    assert torch.equal(sample(model, text, seed=5, chunk=chunk), sample(model, text, seed=5))


def test_a_picture_does_not_depend_on_its_neighbours() -> None:
    model, text = confident(), captions(6)
    together = sample(model, text, seed=5)
    assert torch.equal(sample(model, text[:2], seed=5), together[:2])
    later = sample(model, text[4:], seeds=picture_seeds(5, 2, first=4))
    assert torch.equal(later, together[4:])


def test_one_caption_many_times_gives_different_pictures() -> None:
    images = sample(confident(), captions(1).expand(8, -1), seed=0)
    assert len(images.unique(dim=0)) == 8


def test_pictures_with_the_same_seed_and_caption_are_the_same() -> None:
    images = sample(confident(), captions(1).expand(3, -1), seeds=[9, 4, 9])
    assert torch.equal(images[0], images[2]) and not torch.equal(images[0], images[1])


def test_picture_seeds_never_meet() -> None:
    seeds = [value for seed in range(50) for value in picture_seeds(seed, 50)]
    assert len(set(seeds)) == 2500
    assert all(0 <= value < 2**63 for value in seeds)
    assert picture_seeds(3, 4, first=2) == picture_seeds(3, 6)[2:]


def test_sampling_touches_no_global_random_state() -> None:
    model, text = confident(), captions(2)
    state = torch.get_rng_state()
    sample(model, text, seed=1)
    assert torch.equal(torch.get_rng_state(), state)


# Known tokens


def test_known_tokens_stay_and_the_rest_continues_from_them() -> None:
    model, text = confident(), captions(3)
    whole = sample(model, text, seed=2)
    assert torch.equal(sample(model, text, seed=2, prefix=whole[:, :6]), whole)
    other = torch.zeros(3, 6, dtype=torch.int64)
    continued = sample(model, text, seed=2, prefix=other)
    assert torch.equal(continued[:, :6], other)
    assert not torch.equal(continued[:, 6:], whole[:, 6:]), "the known tokens should matter"


def test_a_complete_picture_is_handed_back() -> None:
    image = torch.arange(16).expand(2, -1)
    assert torch.equal(sample(confident(), captions(2), prefix=image), image)


# Drawing


def test_first_tokens_follow_the_models_own_prediction() -> None:
    """Two thousand pictures of one caption: the first token's frequencies against the softmax."""
    model, text = confident(grid=2), captions(1)
    count = 2000
    first = sample(model, text.expand(count, -1), seed=0)[:, 0]
    expected = model.logits(text, torch.zeros(1, 4, dtype=torch.int64))[1][0, 0].softmax(-1) * count
    statistic = ((first.bincount(minlength=20) - expected) ** 2 / expected).sum()
    assert statistic < 43.8  # 19 degrees of freedom, p = 0.001


def test_whole_pictures_are_drawn_as_often_as_they_are_likely() -> None:
    """Every one of the 16 pictures of 2 x 2 tokens and two codes, against exp(log likelihood)."""
    model, text = confident(grid=2, image_vocab=2), captions(1)
    count = 2000
    images = sample(model, text.expand(count, -1), seed=0)
    observed = (images @ torch.tensor([8, 4, 2, 1])).bincount(minlength=16)
    pictures = torch.cartesian_prod(*[torch.arange(2)] * 4)
    expected = model.log_likelihood(text.expand(16, -1), pictures).exp() * count
    assert expected.min() > 5
    assert ((observed - expected) ** 2 / expected).sum() < 37.7  # 15 degrees of freedom, p = 0.001


def test_low_temperature_and_one_code_are_greedy() -> None:
    model, text = confident(), captions(4)
    greedy = sample(model, text, greedy=True)
    assert torch.equal(sample(model, text, top_k=1), greedy)
    assert torch.equal(sample(model, text, top_p=1e-9), greedy)
    assert torch.equal(sample(model, text, temperature=1e-6), greedy)


# Manners


def test_the_model_is_left_as_it_was_found() -> None:
    model, text = confident(dropout=0.5), captions(2)
    model.train()
    assert torch.equal(sample(model, text), sample(model, text)), "no dropout while drawing"
    assert model.training
    image = sample(model.eval(), text)
    assert not model.training
    model.train()(text, image).loss.backward()  # what was drawn can be trained on


def test_progress_counts_tokens_of_all_pictures() -> None:
    calls = []
    options = {"prefix": torch.zeros(3, 14, dtype=torch.int64), "chunk": 2}
    sample(confident(), captions(3), progress=lambda done, total: calls.append((done, total)), **options)
    assert calls == [(2, 6), (4, 6), (5, 6), (6, 6)]


def test_sampling_in_bfloat16() -> None:
    model = confident().float()
    with torch.autocast("cpu", torch.bfloat16):
        assert sample(model, captions(2)).shape == (2, 16)
    assert sample(model.bfloat16(), captions(2)).shape == (2, 16)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 0.0}, "temperature is 0.0; it must be above 0 and finite: 0.1 is cautious"),
        ({"temperature": -1.0}, "temperature is -1.0"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"top_k": 0}, "top_k is 0; keep at least 1 code"),
        ({"top_p": 0.0}, "top_p is 0.0; it is a probability above 0 and at most 1"),
        ({"top_p": 1.5}, "top_p is 1.5"),
        ({"chunk": 0}, "chunk is 0"),
        ({"seeds": [1]}, "there are 1 seeds for 2 captions"),
        (
            {"prefix": torch.zeros(2, 17, dtype=torch.int64)},
            "image has 17 tokens; this model's pictures have 16",
        ),
        ({"prefix": torch.full((2, 1), 20)}, "image contains id 20; ids run from 0 to 19"),
        ({"prefix": torch.zeros(3, 1, dtype=torch.int64)}, "prefix gives 3 pictures for 2 captions"),
    ],
)
def test_wrong_options_say_what_is_wrong(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample(confident(), captions(2), **options)


def test_wrong_captions_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="there is no caption to draw"):
        sample(confident(), captions(2)[:0])
    with pytest.raises(ValueError, match=r"text has shape \[2, 3\]; expected \[batch, 4\]"):
        sample(confident(), captions(2)[:, :3])


@pytest.mark.parametrize("cached", [True, False])
def test_fixed_tokens_are_kept_and_those_between_follow_from_what_came_before(cached):
    """A picture whose tokens are all drawn but two: up to the first of them it is the picture without, and the rest is
    what a prefix would give."""
    model = confident()
    text = captions(2)
    free = sample(model, text, seed=3, use_cache=cached)
    fixed = torch.full_like(free, -1)
    fixed[:, 5] = (free[:, 5] + 1) % model.config.image_vocab
    fixed[1, 9] = 0
    found = sample(model, text, seed=3, fixed=fixed, use_cache=cached)
    assert found[:, :5].equal(free[:, :5]) and found[:, 5].equal(fixed[:, 5]) and found[1, 9] == 0
    assert found[:, :9].equal(sample(model, text, seed=3, prefix=found[:, :6], use_cache=cached)[:, :9])


def test_fixed_tokens_of_a_wrong_shape_are_refused():
    model = confident()
    with pytest.raises(ValueError, match=r"fixed has shape \[1, 3\]"):
        sample(model, captions(1), fixed=torch.zeros(1, 3, dtype=torch.int64))
