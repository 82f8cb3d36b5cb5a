"""Checkers of lesson 07, the transformer: what a block is made of.

Left out: attention (`lesson07_attention.py`), and what its losses say (`lesson07_rows.py`).
"""

from __future__ import annotations

import random
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.checks import lesson07_attention, lesson07_rows
from minidalle.checks.checker import Belief, Checker, beliefs_of
from minidalle.transformer import Block, TransformerConfig


@cache
def counted(width: int, heads: int, mlp_ratio: int) -> int:
    """Parameters of the package's block."""
    with torch.device("meta"):
        block = Block(TransformerConfig(width, 1, heads, mlp_ratio), "row")
    return sum(weight.numel() for weight in block.parameters())


def some_block(rng: random.Random) -> tuple[int, int, int]:
    """A width that divides into several heads."""
    heads = rng.randint(2, 6)
    return heads * rng.randint(2, 16), heads, rng.randint(2, 5)


BLOCK_PARAMETERS = Checker(
    "block_parameters(width, heads, mlp_ratio)",
    target=counted,
    make=some_block,
    edges=((48, 3, 4), (192, 3, 4), (3968, 62, 4)),
    count=10,
    beliefs=(
        Belief(
            "layers have no biases",
            "You count the matrices and not their biases. Every nn.Linear has one number more for each output, "
            "which is added at the end.",
            lambda width, heads, ratio: counted(width, heads, ratio) - (4 + ratio + 1) * width,
        ),
        Belief(
            "attention has three matrices",
            "You count queries, keys and values only. A fourth matrix, `out`, mixes what the heads have found: "
            "without it they could not work together.",
            lambda width, heads, ratio: counted(width, heads, ratio) - width**2 - width,
        ),
        Belief(
            "every head has matrices of the whole width",
            "You count the three matrices for each head. Heads share the width among them: each has a slice of "
            "width / heads outputs, so that their number changes nothing.",
            lambda width, heads, ratio: counted(width, heads, ratio) + (heads - 1) * 3 * (width**2 + width),
        ),
        Belief(
            "norms learn nothing",
            "You leave out the layer norms. After it has brought a slot to a standard size, a norm has a "
            "learnt gain and a learnt bias for each number: 2 norms of 2 times the width.",
            lambda width, heads, ratio: counted(width, heads, ratio) - 4 * width,
        ),
        Belief(
            "one norm is enough",
            "You count one layer norm. There are two branches, and each reads the stream through a norm of "
            "its own: before attention, and before the MLP.",
            lambda width, heads, ratio: counted(width, heads, ratio) - 2 * width,
        ),
        Belief(
            "an MLP is one matrix",
            "You count one matrix of the MLP. It goes up to mlp_ratio times the width, bends, and has to come "
            "back down again: two matrices, with a bias each.",
            lambda width, heads, ratio: counted(width, heads, ratio) - ratio * width**2 - width,
        ),
    ),
)


def mlp(
    x: Tensor, expand: Tensor, expand_bias: Tensor, shrink: Tensor, shrink_bias: Tensor, bend=F.gelu
) -> Tensor:
    """Up, a bend, and down again."""
    return F.linear(bend(F.linear(x, expand, expand_bias)), shrink, shrink_bias)


def standard(x: Tensor, gain: Tensor, bias: Tensor, way: str = "") -> Tensor:
    """Layer norm, or with one of its rules changed."""
    if way == "over slots":
        axes = tuple(range(x.ndim - 1))
        return (x - x.mean(axes)) / (x.var(axes, unbiased=False) + 1e-5).sqrt() * gain + bias
    variance = x.var(-1, unbiased=way.startswith("n - 1"), keepdim=True)
    spread = (variance + (0 if way == "no more" else 1e-5)).sqrt()
    if way.endswith("outside"):
        spread = variance.sqrt() + 1e-5
    return (x - x.mean(-1, keepdim=True)) / spread * gain + bias


def half_block(x: Tensor, gain: Tensor, bias: Tensor, *weights: Tensor, way: str = "") -> Tensor:
    """The second half of a block, x + mlp(norm(x)); or with one of the rules changed, for beliefs."""
    if way == "post":
        return standard(x + mlp(x, *weights), gain, bias)
    normed = standard(x, gain, bias, way)
    if way == "relu":
        return x + mlp(normed, *weights, bend=F.relu)
    stream = {"replaced": torch.zeros_like(x), "normed stream": normed}.get(way, x)
    return stream + mlp(normed, *weights)


def some_stream(rng: random.Random) -> tuple[Tensor, ...]:
    """A stream whose slots have means and spreads of their own, and the weights of half a block."""
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    batch, slots, width = rng.randint(2, 3), rng.randint(4, 6), rng.randint(7, 9)
    hidden = 2 * width + 1
    draw = partial(torch.randn, generator=dice)
    x = draw(batch, slots, width) * (1 + 2 * draw(batch, slots, 1).abs()) + draw(batch, slots, 1)
    shapes = ((hidden, width), (hidden,), (width, hidden), (width,))
    return x, 1 + 0.3 * draw(width), 0.5 * draw(width), *(0.5 * draw(shape) for shape in shapes)


def still(stream: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """A stream with two slots of which one says nothing and one hardly anything."""
    x = stream[0].clone()
    x[0, 0] = 0
    x[0, 1] = 0.004 * x[0, 1] / x[0, 1].std()
    return x, *stream[1:]


def alone(stream: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """A batch of one."""
    return stream[0][:1], *stream[1:]


MLP_BRANCH = Checker(
    "mlp_branch(x, gain, bias, expand, expand_bias, shrink, shrink_bias)",
    target=half_block,
    make=some_stream,
    edges=(still(some_stream(random.Random(0))), alone(some_stream(random.Random(1)))),
    tolerance=5e-3,
    count=8,
    axes=("slot", "number"),
    beliefs=beliefs_of(
        half_block,
        (
            "the branch replaces the stream",
            "replaced",
            "You give back what the MLP found and lose x itself. A branch *adds* to the stream: without that "
            "a signal is gone after a few layers, and so is every gradient.",
        ),
        (
            "the norm comes last",
            "post",
            "You bring the sum to its standard size at the end. That is the older post-norm block; here the "
            "norm is only on the branch, before the MLP, and the stream runs straight through.",
        ),
        (
            "the stream is normed, too",
            "normed stream",
            "You add the MLP's result to the *normed* x. The stream itself is never changed by a norm: keep x "
            "under its own name, and add to that.",
        ),
        (
            "a norm is over slots",
            "over slots",
            "Your mean and spread are taken over slots. A layer norm looks at one slot by itself, over its "
            "width numbers: otherwise slots would learn of the future through the mean.",
        ),
        (
            "the spread divides by one less",
            "n - 1",
            "Your spread divides by width - 1, as torch.var does unless told otherwise. A layer norm "
            "divides by width: unbiased=False.",
        ),
        (
            "the spread divides by one less",
            "n - 1 outside",
            "Your spread divides by width - 1, as torch.std does unless told otherwise, and 0.00001 is added after "
            "the root. A layer norm divides by width, and adds under the root.",
        ),
        (
            "every slot has a spread",
            "no more",
            "Right, but for a slot whose numbers are all equal: its spread is 0, and you divide 0 by 0, which is "
            "NaN (not a number) and spoils everything after it. That is what the 0.00001 under the root is for.",
        ),
        (
            "a little may be added after the root",
            "outside",
            "Right, but for a slot that is nearly still: you add 0.00001 to the spread. Added to the variance, "
            "under the root, it counts as a spread of 0.003, so that such a slot stays small.",
        ),
        (
            "the bend is a ReLU",
            "relu",
            "Your MLP bends with a ReLU. GPT-2's blocks, and these, have a GELU, F.gelu: a little below 0 it "
            "still lets something through, and has a slope.",
        ),
    ),
)

CHECKERS = (BLOCK_PARAMETERS, MLP_BRANCH, *lesson07_rows.CHECKERS, *lesson07_attention.CHECKERS)
