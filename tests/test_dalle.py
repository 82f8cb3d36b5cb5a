"""DALL-E's stream, embeddings and losses."""

import dataclasses
import math

import pytest
import torch

from minidalle.dalle import DALLE, PAD, DALLEConfig
from minidalle.masks import PATTERNS

TINY = DALLEConfig(
    text_vocab=11, image_vocab=7, text_length=5, grid=3, width=16, depth=3, heads=2, conv_kernel=3
)


def tiny(config: DALLEConfig = TINY) -> DALLE:
    torch.manual_seed(0)
    return DALLE(config).double()


def random_batch(batch: int, config: DALLEConfig = TINY, seed: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    """Captions of 1 to text_length tokens, padded, and pictures."""
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(config.text_vocab, (batch, config.text_length), generator=generator)
    words = torch.randint(1, config.text_length + 1, (batch, 1), generator=generator)
    text[torch.arange(config.text_length) >= words] = PAD
    return text, torch.randint(config.image_vocab, (batch, config.grid**2), generator=generator)


# The stream


def test_the_stream_is_caption_padding_start_and_all_picture_codes_but_the_last() -> None:
    text = torch.tensor([[3, 10, PAD, PAD, PAD]])
    image = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 0, 1]])
    padding = [11 + 2, 11 + 3, 11 + 4]  # text_vocab + position
    start = 11 + 5
    codes = [17, 18, 19, 20, 21, 22, 23, 17]
    assert tiny().stream(text, image).tolist() == [[3, 10, *padding, start, *codes]]


def test_the_parts_of_the_vocabulary_do_not_overlap() -> None:
    model = tiny()
    captions = torch.arange(11).view(-1, 1).expand(11, 5)
    all_padding = torch.full((1, 5), PAD)
    codes = torch.arange(7).view(1, 7)
    parts = [
        set(model.text_ids(captions).flatten().tolist()),
        set(model.text_ids(all_padding).flatten().tolist()),
        {TINY.start_of_image},
        set(model.image_ids(codes).flatten().tolist()),
    ]
    assert [len(part) for part in parts] == [11, 5, 1, 7]
    assert set().union(*parts) == set(range(TINY.vocab))
    assert TINY.vocab == 11 + 5 + 1 + 7  # so no id is in two parts


def test_every_position_has_a_padding_embedding_of_its_own() -> None:
    model = tiny()
    padding = model.token(model.text_ids(torch.full((1, 5), PAD)))[0]
    assert torch.pdist(padding).min() > 0


def test_the_callers_tensors_are_left_alone() -> None:
    text, image = random_batch(4)
    before = text.clone(), image.clone()
    tiny()(text, image)
    assert torch.equal(text, before[0]) and torch.equal(image, before[1])


def test_embeddings_are_token_plus_position_or_row_plus_column() -> None:
    model = tiny()
    text, image = random_batch(2)
    ids = model.stream(text, image)
    embedded = model.embed(ids)
    for slot in range(model.layout.length):
        wanted = model.token.weight[ids[:, slot]]
        if slot < 5:
            wanted = wanted + model.text_position[slot]
        elif slot > 5:
            row, column = divmod(slot - 6, 3)
            wanted = wanted + model.row[row] + model.column[column]
        torch.testing.assert_close(embedded[:, slot], wanted, rtol=0, atol=1e-15)


# What predicts what


def test_logits_cover_padding_ids_and_every_picture_code() -> None:
    text_logits, image_logits = tiny().logits(*random_batch(4))
    assert text_logits.shape == (4, 4, 11 + 5)  # positions 1 ... 4, each over caption tokens and padding
    assert image_logits.shape == (4, 9, 7)


@pytest.mark.parametrize("pattern", [*PATTERNS, None])
def test_a_prediction_depends_on_what_comes_before_it_and_nothing_else(pattern: str | None) -> None:
    """Change one token: predictions at and before it stay, bit for bit; the very next one moves."""
    model = tiny(dataclasses.replace(TINY, patterns=pattern and (pattern,) * 3))
    text, image = random_batch(1)
    text_logits, image_logits = model.logits(text, image)
    for position in range(5):
        changed = text.clone()
        changed[0, position] = (changed[0, position] + 1) % 11
        new_text, new_image = model.logits(changed, image)
        # text_logits[p] predicts caption position p + 1, so it may know positions 0 ... p
        assert torch.equal(new_text[0, :position], text_logits[0, :position])
        assert not torch.isclose(new_text[0, position:], text_logits[0, position:]).all(-1).any()
        assert not torch.isclose(new_image, image_logits).all(-1).any(), (
            "every picture token sees the caption"
        )
    for position in range(9):
        changed = image.clone()
        changed[0, position] = (changed[0, position] + 1) % 7
        new_text, new_image = model.logits(text, changed)
        assert torch.equal(new_text, text_logits), "captions do not know their pictures"
        assert torch.equal(new_image[0, : position + 1], image_logits[0, : position + 1])
        if position < 8:
            assert not torch.isclose(new_image[0, position + 1], image_logits[0, position + 1]).all()


# The loss


def test_the_loss_written_out() -> None:
    model = tiny()
    text, image = random_batch(3)
    text_logits, image_logits = model.logits(text, image)
    wanted_text = torch.where(text == PAD, 11 + torch.arange(5), text)
    text_terms = [
        -text_logits[b, p - 1].log_softmax(-1)[wanted_text[b, p]] for b in range(3) for p in range(1, 5)
    ]
    image_terms = [-image_logits[b, n].log_softmax(-1)[image[b, n]] for b in range(3) for n in range(9)]
    text_loss, image_loss = sum(text_terms) / 12, sum(image_terms) / 27
    out = model(text, image)
    torch.testing.assert_close(out.text_loss, text_loss, rtol=0, atol=1e-12)
    torch.testing.assert_close(out.image_loss, image_loss, rtol=0, atol=1e-12)
    torch.testing.assert_close(out.loss, text_loss / 8 + 7 * image_loss / 8, rtol=0, atol=1e-12)


def test_the_weights_of_the_losses_can_be_chosen() -> None:
    out = tiny(dataclasses.replace(TINY, text_weight=0.0, image_weight=2.0))(*random_batch(3))
    assert out.loss == out.image_loss


def test_a_batchs_losses_are_the_mean_of_its_pairs_losses() -> None:
    """Captions of different lengths included: that is what counting the padding buys."""
    model = tiny()
    text, image = random_batch(6)
    whole = torch.stack(model(text, image))
    single = torch.stack([torch.stack(model(text[i : i + 1], image[i : i + 1])) for i in range(6)])
    torch.testing.assert_close(whole, single.mean(0), rtol=0, atol=1e-12)
    twice = torch.stack(model(torch.cat([text, text]), torch.cat([image, image])))
    torch.testing.assert_close(twice, whole, rtol=0, atol=1e-12)


def test_an_untrained_model_knows_nothing() -> None:
    config = dataclasses.replace(TINY, text_vocab=500, image_vocab=300, width=64)
    torch.manual_seed(0)
    out = DALLE(config)(*random_batch(16, config))
    assert out.text_loss.item() == pytest.approx(math.log(500 + 5), abs=0.1)
    assert out.image_loss.item() == pytest.approx(math.log(300), abs=0.1)


def test_the_likelihood_of_a_picture_is_the_product_over_its_tokens() -> None:
    """Token by token, each predicted from the caption and the tokens before it."""
    model = tiny()
    text, image = random_batch(2)
    ids = torch.cat([model.stream(text, image), torch.zeros(2, 1, dtype=torch.int64)], 1)
    total = torch.zeros(2, dtype=torch.float64)
    for n in range(9):
        prediction = model.next_logits(ids[:, : 6 + n]).log_softmax(-1)
        total += prediction[torch.arange(2), image[:, n]]
    torch.testing.assert_close(model.log_likelihood(text, image), total, rtol=0, atol=1e-12)
    mean_loss = -model.log_likelihood(text, image).mean() / 9
    torch.testing.assert_close(mean_loss, model(text, image).image_loss, rtol=0, atol=1e-12)


def test_all_pictures_together_have_probability_one() -> None:
    config = dataclasses.replace(TINY, image_vocab=3, grid=2)
    pictures = torch.cartesian_prod(*[torch.arange(3)] * 4)
    text = random_batch(1)[0].expand(81, -1)
    total = tiny(config).log_likelihood(text, pictures).exp().sum()
    assert total.item() == pytest.approx(1.0, abs=1e-12)


# Learning


def test_a_gradient_reaches_every_part() -> None:
    model = tiny()
    text, image = random_batch(64)
    model(text, image).loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name
    used = torch.zeros(TINY.vocab, dtype=torch.bool)
    used[model.stream(text, image).unique()] = True
    assert used[TINY.start_of_image]
    assert torch.equal(model.token.weight.grad.abs().sum(-1) > 0, used)
    for table in (model.text_position, model.row, model.column):
        assert (table.grad.abs().sum(-1) > 0).all(), "every caption position, row and column learns"


def test_a_gradient_reaches_every_slot_of_the_stream() -> None:
    model = tiny()
    text, image = random_batch(2)
    embedded = model.embed(model.stream(text, image)).detach().requires_grad_()
    model.embed = lambda ids: embedded
    model(text, image).loss.backward()
    assert (embedded.grad.abs().sum(-1) > 0).all()


def test_a_small_batch_is_learned_by_heart() -> None:
    config = dataclasses.replace(TINY, width=32)
    torch.manual_seed(0)
    model = DALLE(config)
    text, image = random_batch(4, config)
    text[:, 0] = torch.arange(4)  # the first caption token is given, not predicted: it tells the pairs apart
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(80):
        optimiser.zero_grad()
        out = model(text, image)
        out.loss.backward()
        optimiser.step()
    assert out.image_loss < 0.02 and out.text_loss < 0.02


@pytest.mark.parametrize("grid", [4, 16])
def test_bfloat16_training_agrees_with_float32(grid: int) -> None:
    config = dataclasses.replace(TINY, grid=grid)
    torch.manual_seed(0)
    model = DALLE(config)
    batch = random_batch(4, config)
    exact = model(*batch)
    gradients = torch.autograd.grad(exact.loss, model.parameters())
    with torch.autocast("cpu", torch.bfloat16):
        half = model(*batch)
    assert half.loss.dtype == torch.float32
    assert half.loss.item() == pytest.approx(exact.loss.item(), rel=1e-3)
    half_gradients = torch.autograd.grad(half.loss, model.parameters())
    ours, wanted = (torch.cat([g.flatten() for g in each]) for each in (half_gradients, gradients))
    assert (ours - wanted).norm() < 0.03 * wanted.norm()
