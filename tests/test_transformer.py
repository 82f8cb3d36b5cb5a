"""The transformer: nothing leaks from the future, and the cache changes nothing."""

import copy
import math

import pytest
import torch

from minidalle.masks import PATTERNS, StreamLayout, layer_patterns, receptive_field
from minidalle.transformer import KVCache, Transformer, TransformerConfig

STACKS = {**{name: (name,) * 3 for name in PATTERNS}, "paper's rule": layer_patterns(4)}


def small(patterns: tuple[str, ...], grid: int, text_length: int = 3, **changes) -> Transformer:
    """A double-precision transformer whose weights are large enough for attention to matter."""
    torch.manual_seed(0)
    config = TransformerConfig(8, len(patterns), 2, patterns=patterns, conv_kernel=3, **changes)
    model = Transformer(config, StreamLayout(text_length, grid)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5 + (parameter == 1))
    return model


def random_stream(model: Transformer, batch: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(batch, model.layout.length, 8, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("grid", [3, 4])
@pytest.mark.parametrize("name", STACKS)
def test_gradients_reach_exactly_the_receptive_field(name: str, grid: int) -> None:
    """Output i depends on input j where a path of visible keys leads there, and on nothing later."""
    model = small(STACKS[name], grid)
    x = random_stream(model).requires_grad_()
    out = model(x)[0]
    direction = torch.randn(8, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    depends = torch.stack(
        [torch.autograd.grad(slot @ direction, x, retain_graph=True)[0][0].abs().sum(-1) > 0 for slot in out]
    )
    assert not depends.triu(1).any(), "an output depends on a later input"
    assert torch.equal(depends, receptive_field(STACKS[name], model.layout, conv_kernel=3))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_layer_depends_on_exactly_the_keys_of_its_mask(pattern: str) -> None:
    model = small((pattern,), grid=16, text_length=2)  # large enough for the reshaped row and column forms
    x = random_stream(model).requires_grad_()
    for slot in (0, 2, 3, 100, 255, 257):
        direction = torch.randn(8, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
        gradient = torch.autograd.grad(model(x)[0, slot] @ direction, x)[0][0]
        visible = receptive_field((pattern,), model.layout, conv_kernel=3)[slot]
        assert torch.equal(gradient.abs().sum(-1) > 0, visible), f"slot {slot}"


@pytest.mark.parametrize("at_once", [1, 4, 7])
@pytest.mark.parametrize("grid", [3, 4, 5])
@pytest.mark.parametrize("name", STACKS)
def test_reading_on_with_a_cache_equals_reading_everything(name: str, grid: int, at_once: int) -> None:
    """Slots read first in one go (1: only one; 4: the text side; 7: some image too), then one at a time."""
    model = small(STACKS[name], grid)
    x = random_stream(model, batch=2)
    cache = KVCache(model.config, 2, model.layout.length, x.dtype)
    with torch.no_grad():
        parts = [model(x[:, :at_once], cache)]
        parts += [model(x[:, slot : slot + 1], cache) for slot in range(at_once, model.layout.length)]
        torch.testing.assert_close(torch.cat(parts, 1), model(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", STACKS)
def test_reading_on_several_slots_at_a_time(name: str) -> None:
    model = small(STACKS[name], grid=4)
    x = random_stream(model)
    cache = KVCache(model.config, 1, model.layout.length, x.dtype)
    with torch.no_grad():
        parts = torch.cat([model(part, cache) for part in x.split(5, dim=1)], 1)
        torch.testing.assert_close(parts, model(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", STACKS)
def test_a_shorter_stream_gives_the_start_of_the_longer_one(name: str) -> None:
    model = small(STACKS[name], grid=4)
    x = random_stream(model)
    with torch.no_grad():
        torch.testing.assert_close(model(x[:, :9]), model(x)[:, :9], rtol=0, atol=1e-12)


def test_the_cache_holds_keys_and_values_of_every_layer() -> None:
    model = small(("row", "column"), grid=3)
    cache = KVCache(model.config, batch=5, length=model.layout.length)
    assert cache.data.shape == (2, 2, 5, 2, 12, 4)  # layer, key or value, batch, head, slot, dim
    assert (cache.filled, cache.length) == (0, 12)


def test_a_cache_that_is_too_short_says_so() -> None:
    model = small(("row",), grid=3)
    x = random_stream(model)
    with pytest.raises(ValueError, match="the cache holds 4 slots and slot 5 was written"):
        model(x[:, :5], KVCache(model.config, 1, 4, x.dtype))


def test_a_stream_that_is_too_long_says_so() -> None:
    model = small(("row",), grid=3)
    x = random_stream(model)
    with pytest.raises(ValueError, match="13 slots were given; the stream has 12"):
        model(torch.cat([x, x[:, :1]], 1))


def test_initial_weights_are_gpt2s() -> None:
    """Normal with 0.02, and what writes to the residual stream smaller by sqrt(2 * depth)."""
    torch.manual_seed(0)
    model = Transformer(TransformerConfig(128, 8, 4), StreamLayout(4, 4))
    for block in model.blocks:
        assert block.attention.qkv.weight.std().item() == pytest.approx(0.02, rel=0.03)
        assert block.mlp[0].weight.std().item() == pytest.approx(0.02, rel=0.03)
        for writer in (block.attention.out, block.mlp[2]):
            assert writer.weight.std().item() == pytest.approx(0.02 / math.sqrt(16), rel=0.03)


def test_the_residual_stream_starts_out_nearly_unchanged_at_any_depth() -> None:
    torch.manual_seed(0)
    model = Transformer(TransformerConfig(64, 32, 4), StreamLayout(4, 4))
    x = torch.randn(2, model.layout.length, 64)
    with torch.no_grad():
        assert torch.nn.functional.cosine_similarity(model(x), x, dim=-1).min() > 0.9


def test_a_model_built_without_memory_can_be_filled_later() -> None:
    """The meta device stores nothing; masks are made where the data is, so loading weights is enough."""
    ready = small(("row", "conv"), grid=3)
    with torch.device("meta"):
        hollow = Transformer(ready.config, ready.layout).double()
    hollow.load_state_dict(ready.state_dict(), assign=True)
    x = random_stream(ready)
    assert torch.equal(hollow(x), ready(x))
    assert torch.equal(copy.deepcopy(ready)(x), ready(x))


def test_dropout_acts_in_training_only() -> None:
    model = small(("row", "conv"), grid=3, dropout=0.5)
    x = random_stream(model)
    assert torch.equal(model(x), model(x))
    model.train()
    assert not torch.equal(model(x), model(x))


def test_the_papers_sizes() -> None:
    paper = TransformerConfig(width=3968, depth=64, heads=62)
    assert paper.head_dim == 64
    assert paper.layers == layer_patterns(64)


def test_patterns_survive_json() -> None:
    assert TransformerConfig(8, 2, 2, patterns=["row", "full"]).patterns == ("row", "full")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 10}, "width 10 does not divide into 4 heads"),
        ({"depth": 0}, "depth is 0; it must be at least 1"),
        ({"dropout": 1.0}, "dropout is 1.0; it is a share"),
        ({"conv_kernel": 4}, "conv_kernel is 4; it must be a positive odd number"),
        ({"patterns": ("row",)}, "patterns names 1 layers but depth is 2"),
        ({"patterns": ("row", "diagonal")}, "unknown attention pattern 'diagonal'; choose from full, row"),
        ({"patterns": "row"}, "patterns is the string 'row'; give one name per layer"),
    ],
)
def test_a_wrong_configuration_says_what_to_change(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TransformerConfig(**{"width": 8, "depth": 2, "heads": 4, **changes})
