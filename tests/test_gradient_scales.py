"""A gradient scale per residual block: the rule, exactly; and gradients in float16 that are right because of it."""

import json
import math
import random
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from minidalle.masks import StreamLayout
from minidalle.training.gradient_scales import (
    Branch,
    GradientScales,
    ScaledBlocks,
    enter,
    leave,
    transformer_branches,
)
from minidalle.transformer import KVCache, Transformer, TransformerConfig

# ---------------------------------------------------------------- the rule


def test_scales_start_at_two_to_the_13_for_every_replica():
    assert [GradientScales(3)[block] for block in range(3)] == [2.0**13] * 3
    assert GradientScales(1, replicas=1024)[0] == 1024 * 2.0**13


def test_a_thousand_finite_updates_double_a_scale_exactly():
    scales = GradientScales(1)
    scales.update([True])
    assert scales[0] == 2.0**13.001
    for _ in range(999):
        scales.update([True])
    assert scales[0] == 2.0**14


def test_an_update_that_is_not_finite_divides_by_the_root_of_two_and_only_that_blocks_scale():
    scales = GradientScales(2)
    scales.update([False, True])
    assert (scales[0], scales[1]) == (2.0**12.5, 2.0**13.001)
    assert math.isclose(scales[0], 2**13 / math.sqrt(2))


def test_no_second_drop_within_125_updates():
    scales = GradientScales(1)
    scales.update([False])
    for _ in range(124):
        scales.update([False])
        assert scales[0] == 2.0**12.5, "neither dropped nor grown"
    scales.update([False])
    assert scales[0] == 2.0**12


@pytest.mark.parametrize("replicas", [1, 8])
def test_scales_stay_between_their_limits(replicas):
    low, high = GradientScales(1, replicas), GradientScales(1, replicas)
    for _ in range(125 * 15):
        low.update([False])
    for _ in range(11_500):
        high.update([True])
    assert (low[0], high[0]) == (replicas * 2.0**7, replicas * 2.0**24)
    low.update([True])
    assert low[0] == replicas * 2.0**7.001


def test_the_rule_against_exact_fractions_over_thousands_of_updates():
    draw, scales = random.Random(0), GradientScales(3, replicas=4)
    powers, dropped = [Fraction(13)] * 3, [-1000] * 3
    chances = (0.001, 0.01, 0.3)
    for now in range(4000):
        finite = [draw.random() > chance for chance in chances]
        scales.update(finite)
        for block, fine in enumerate(finite):
            if fine:
                powers[block] += Fraction(1, 1000)
            elif now - dropped[block] >= 125:
                powers[block] -= Fraction(1, 2)
                dropped[block] = now
            powers[block] = min(max(powers[block], Fraction(7)), Fraction(24))
        assert [scales[block] for block in range(3)] == [4 * 2.0 ** float(power) for power in powers]
    assert len(set(powers)) == 3


def test_a_checkpoint_goes_on_as_if_nothing_had_happened_and_with_other_replicas():
    scales = GradientScales(2)
    for step in range(200):
        scales.update([step % 90 != 0, True])
    kept = json.loads(json.dumps(scales.state_dict()))
    again, more = GradientScales(2), GradientScales(2, replicas=16)
    again.load_state_dict(kept)
    more.load_state_dict(kept)
    for step in range(200):
        scales.update([step % 40 != 0, True])
        again.update([step % 40 != 0, True])
        more.update([step % 40 != 0, True])
    assert [again[0], again[1]] == [scales[0], scales[1]] == [more[0] / 16, more[1] / 16]
    assert kept != scales.state_dict(), "a copy"


def test_mistakes_are_told_of():
    with pytest.raises(ValueError, match="at least 1"):
        GradientScales(0)
    with pytest.raises(ValueError, match="one per block"):
        GradientScales(2).update([True])
    with pytest.raises(ValueError, match="scales for 3 blocks"):
        GradientScales(3).load_state_dict(GradientScales(2).state_dict())
    model, _ = small_transformer()
    with pytest.raises(ValueError, match="make one per block"):
        ScaledBlocks(transformer_branches(model), GradientScales(1))
    with pytest.raises(ValueError, match=r"torch\.autocast"):
        ScaledBlocks([Branch((nn.Linear(2, 2).half(),))], GradientScales(1))


# ---------------------------------------------------------------- the ends of a block


def test_the_gradient_is_scaled_in_float32_before_it_is_rounded_to_float16():
    y = torch.zeros(4, dtype=torch.float16, requires_grad=True)
    out = leave(y, 2.0**13)
    assert out.dtype == torch.float32
    out.backward(torch.tensor([1e-9, -3e-6, math.nan, 1e9]))
    assert y.grad.dtype == torch.float16
    kept = torch.tensor([1e-9 * 2**13, -3e-6 * 2**13, 0.0, math.inf]).half()
    assert torch.equal(y.grad, kept), "NaN from later blocks is filtered; an overflow of this block stays"
    assert torch.tensor(1e-9).half() == 0


def test_what_leaves_a_block_is_filtered_and_unscaled_in_float32():
    x = torch.zeros(5, requires_grad=True)
    enter(x, 2.0**13).half().backward(torch.tensor([1.0, 6e-8, math.inf, -math.inf, math.nan]).half())
    assert x.grad.dtype == torch.float32
    expected = torch.tensor([2.0**-13, torch.tensor(6e-8).half().item() * 2.0**-13, 0.0, 0.0, 0.0])
    assert torch.equal(x.grad, expected)


# ---------------------------------------------------------------- a transformer


def small_transformer() -> tuple[Transformer, torch.Tensor]:
    """Four layers over 4 text slots and a 3 x 3 picture, and a stream of float32 states to read."""
    torch.manual_seed(0)
    layout = StreamLayout(4, 3)
    return Transformer(TransformerConfig(width=32, depth=4, heads=2), layout), torch.randn(
        2, layout.length, 32
    )


def run(model: Transformer, x: torch.Tensor, factor: float, half: bool) -> torch.Tensor:
    """Backward of a small loss times `factor`; returns the gradient of x."""
    model.zero_grad()
    x = x.clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.float16, enabled=half):
        out = model(x)
    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
    ((out.float() * weights).mean() * factor).backward()
    return x.grad


def by_branch(model: Transformer) -> list[torch.Tensor]:
    """The gradients of each branch in one vector."""
    return [
        torch.cat([p.grad.flatten().clone() for p in branch.parameters])
        for branch in transformer_branches(model)
    ]


def errors(found: list[torch.Tensor], true: list[torch.Tensor]) -> list[float]:
    """Relative errors, root mean square; infinite where something is not finite."""
    found_errors = [float((a - b).norm() / b.norm()) for a, b in zip(found, true)]
    return [error if math.isfinite(error) else math.inf for error in found_errors]


def test_every_layer_has_two_branches_and_every_weight_of_a_block_is_in_one():
    with torch.device("meta"):
        paper = Transformer(TransformerConfig(width=4, depth=64, heads=1), StreamLayout(4, 3))
    branches = transformer_branches(paper)
    assert len(branches) == 128, "appendix D"
    members = [id(p) for branch in branches for p in branch.parameters]
    assert sorted(members) == sorted(id(p) for block in paper.blocks for p in block.parameters())


def test_without_scales_gradients_in_float16_vanish_and_with_them_they_are_right():
    """The point of it all: a loss whose gradients float16 rounds to 0, in a real transformer under autocast."""
    model, x = small_transformer()
    into_x = run(model, x, 2.0**-20, half=False)
    true = by_branch(model)
    run(model, x, 2.0**-20, half=True)
    assert all((gradient == 0).all() for gradient in by_branch(model)), "all of them underflow"
    scales = GradientScales(8)
    scales.thousandths = [24_000] * 8
    scaled = ScaledBlocks(transformer_branches(model), scales)
    found_x = run(model, x, 2.0**-20, half=True)
    assert scaled.unscale() == [True] * 8
    assert max(errors(by_branch(model), true)) < 0.01
    assert max(errors([found_x], [into_x])) < 0.01


def test_in_float32_the_scales_cancel():
    model, x = small_transformer()
    into_x = run(model, x, 1.0, half=False)
    true = by_branch(model)
    scaled = ScaledBlocks(transformer_branches(model), GradientScales(8))
    found_x = run(model, x, 1.0, half=False)
    assert min(errors(by_branch(model), true)) > 1000, "not unscaled yet"
    scale_of = scaled.scale_of()
    assert {scale_of[p] for p in model.blocks.parameters()} == {2.0**13}
    scaled.unscale()
    assert max(errors([*by_branch(model), found_x], [*true, into_x])) < 1e-5


def test_an_overflow_in_one_block_is_noticed_there_and_nowhere_else():
    model, x = small_transformer()
    into_x = run(model, x, 2.0**6, half=False)
    true = by_branch(model)
    scales = GradientScales(8)
    scales.thousandths[5] = 24_000
    scaled = ScaledBlocks(transformer_branches(model), scales)
    found_x = run(model, x, 2.0**6, half=True)
    finite = scaled.unscale()
    assert finite == [number != 5 for number in range(8)]
    assert max(errors(by_branch(model)[6:], true[6:])) < 0.01, "later blocks do not know of it"
    assert found_x.isfinite().all() and max(errors([found_x], [into_x])) < 0.5, "the identity path goes on"
    scales.update(finite)
    assert scales[5] == 2.0**23.5 and scales[4] == 2.0**13.001


def test_evaluation_and_sampling_are_as_they_were_and_the_hooks_come_off():
    model, x = small_transformer()
    scaled = ScaledBlocks(transformer_branches(model), GradientScales(8))
    with torch.no_grad():
        whole = model(x)
        cache = KVCache(model.config, 2, model.layout.length)
        steps = [model(x[:, slot : slot + 1], cache) for slot in range(x.shape[1])]
    assert torch.allclose(torch.cat(steps, 1), whole, atol=1e-5)
    assert torch.equal(model(x), whole), "the forward pass is untouched"
    scaled.remove()
    run(model, x, 1.0, half=False)
    before = by_branch(model)
    fresh, _ = small_transformer()
    run(fresh, x, 1.0, half=False)
    assert all(torch.equal(a, b) for a, b in zip(before, by_branch(fresh)))


def test_recomputed_activations_give_the_same_gradients():
    """Figure 4 goes with recomputing a block's activations in the backward pass."""
    model, x = small_transformer()
    ScaledBlocks(transformer_branches(model), GradientScales(8))
    run(model, x, 1.0, half=True)
    kept, forwards = by_branch(model), [block.forward for block in model.blocks]
    for block, forward in zip(model.blocks, forwards):
        block.forward = lambda x, tables, forward=forward: torch.utils.checkpoint.checkpoint(
            forward, x, tables, use_reentrant=False
        )
    run(model, x, 1.0, half=True)
    assert all(torch.equal(a, b) for a, b in zip(kept, by_branch(model)))


# ---------------------------------------------------------------- why one scale for all is not enough


class RoundGradient(torch.autograd.Function):
    """Nothing forward; backward, the gradient goes through float16."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        return gradient.half().float()


class Layer(nn.Module):
    """16 times a rotation, its activation gradients in float16 if `half`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(16 * torch.linalg.qr(torch.randn(width, width)).Q)
        self.half_gradients = True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.half_gradients:
            return F.linear(x, self.weight)
        return RoundGradient.apply(F.linear(RoundGradient.apply(x), self.weight))


def stack_errors(layers: list[Layer], scales: GradientScales | None) -> list[float]:
    """Relative error of every layer's gradient against float32, in x + layer(x) stacked."""
    x = torch.randn(4, 32, generator=torch.Generator().manual_seed(2)) * 2.0**-30

    def gradients(half: bool) -> list[torch.Tensor]:
        state = x
        for layer in layers:
            layer.half_gradients, layer.weight.grad = half, None
            state = state + layer(state)
        # a loss whose gradient at the end of the stack is about 2**-36, and 16 times as much a layer further down
        (
            state * torch.randn(state.shape, generator=torch.Generator().manual_seed(3)) * 2.0**-36
        ).sum().backward()
        return [layer.weight.grad for layer in layers]

    true = [gradient.clone() for gradient in gradients(half=False)]
    if scales is None:
        return errors(gradients(half=True), true)
    scaled = ScaledBlocks([Branch((layer,)) for layer in layers], scales)
    found = gradients(half=True)
    scaled.unscale()
    scaled.remove()
    return errors(found, true)


def test_no_single_scale_serves_blocks_whose_gradients_differ_by_two_to_the_40_but_one_each_does():
    torch.manual_seed(0)
    layers = [Layer(32) for _ in range(11)]
    assert stack_errors(layers, None)[-1] == 1.0, "in float16 the last layer's gradient is 0"
    scales = GradientScales(11)
    for power in range(41):
        scales.thousandths = [1000 * power] * 11
        assert max(stack_errors(layers, scales)) > 0.1, f"one scale of 2**{power}"
    # what each block needs to bring its gradients near 2**6, within the paper's limits
    scales.thousandths = [1000 * min(max(6 + 36 - 4 * (10 - number), 7), 24) for number in range(11)]
    assert max(stack_errors(layers, scales)) < 0.01
