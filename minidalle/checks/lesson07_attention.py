"""Checkers of lesson 07, the transformer: heads, attention under a mask, and attention in pieces.

Left out: the rest of a block (`lesson07.py`).
"""

from __future__ import annotations

import random

import torch
from einops import rearrange
from torch import Tensor

from minidalle.attention import as_bias, attend_products
from minidalle.checks.checker import Belief, Checker, beliefs_of
from minidalle.masks import PATTERNS, StreamLayout, dense_mask


def some_width(rng: random.Random) -> tuple[Tensor, int]:
    """A stream, and a number of heads that its width divides into; no two axes are equally long."""
    batch, slots, heads, dim = rng.sample(range(2, 7), 4)
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    return torch.randn(batch, slots, heads * dim, generator=dice), heads


def cut(order: str, to: str = "batch head slot dim"):
    """A way to cut heads out of a stream."""
    return lambda x, heads: rearrange(x, f"batch slot ({order}) -> {to}", head=heads)


SPLIT_HEADS = Checker(
    "split_heads(x, heads)",
    target=cut("head dim"),
    make=some_width,
    edges=((torch.arange(24.0).view(1, 3, 8), 2),),
    count=10,
    axes=("slot", "number"),
    beliefs=(
        Belief(
            "a view is enough",
            "The shape is right, but your heads hold numbers of several slots: one view to the final shape "
            "reads the memory on and on. First cut the width, [batch, slot, head, dim], then move the axis.",
            lambda x, heads: x.reshape(len(x), heads, x.shape[1], -1),
        ),
        Belief(
            "heads take turns",
            "Your heads take every {heads}th number. A head owns numbers that lie side by side: the first "
            "head the first width / heads of them.",
            cut("dim head"),
        ),
        Belief(
            "heads come after slots",
            "You have cut the width, but left the axes as [batch, slot, head, dim]. Products of matrices are "
            "taken over the last two axes: these have to be slot and dim.",
            cut("head dim", "batch slot head dim"),
        ),
        Belief(
            "heads is the width of a head",
            "You have taken {heads} for the width of a head. It is how many heads there are; each is "
            "width / heads numbers wide.",
            lambda x, heads: rearrange(x, "batch slot (head dim) -> batch head slot dim", dim=heads),
        ),
        Belief(
            "heads come first",
            "You give a list of heads, each with the whole batch. The batch stays the first axis, so that "
            "everything else treats a head like one more pair: [batch, head, slot, dim].",
            cut("head dim", "head batch slot dim"),
        ),
    ),
)


def attended(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, way: str = "") -> Tensor:
    """Attention of heads under a mask; or with one of the rules changed, for beliefs."""
    if not way:
        return attend_products(q[None], k[None], v[None], as_bias(mask, q.dtype))[0]
    power = {"not scaled": 0.0, "by dim": -1.0}.get(way, -0.5)
    scores = q @ k.transpose(1, 2) * q.shape[1 if way == "by slots" else 2] ** power
    if way == "afterwards":
        return (scores.softmax(-1) * mask) @ v
    if way == "over queries":
        return torch.nan_to_num(scores.masked_fill(~mask, -torch.inf).softmax(-2)) @ v
    if way == "less":
        return (scores - 20 * ~mask).softmax(-1) @ v
    if way == "zero":
        return (scores * mask).softmax(-1) @ v
    hidden = mask if way == "hides" else ~mask
    return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ v


def some_heads(rng: random.Random) -> tuple[Tensor, ...]:
    """Queries, keys and values of a few heads under one of the four patterns."""
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    layout = StreamLayout(rng.randint(2, 4), rng.randint(2, 3))
    mask = dense_mask(rng.choice(sorted(PATTERNS)), layout, conv_kernel=3)
    heads, dim = rng.randint(1, 3), rng.randint(5, 8)
    q, k, v = torch.randn(3, heads, layout.length, dim, generator=dice)
    return 1.5 * q, k, v, mask


LOUD = torch.tensor([-4.0, -3.9, 7.3])[None, :, None] * torch.tensor([1.0, 0.0])
"""Keys of one head, of which the last fits the query (10, 0) better by nearly 80; a float still holds e to -80."""

MASKED_ATTENTION = Checker(
    "masked_attention(q, k, v, mask)",
    target=attended,
    make=some_heads,
    loops=False,
    edges=(
        (
            torch.tensor([[[10.0, 0.0]] * 3]),
            LOUD,
            torch.arange(6.0).view(1, 3, 2),
            torch.ones(3, 3, dtype=torch.bool).tril(),
        ),
    ),
    count=12,
    axes=("slot", "number"),
    beliefs=beliefs_of(
        attended,
        (
            "products are not divided",
            "not scaled",
            "You do not divide the products by the root of the head's width. Long vectors have large products, "
            "the softmax is too sure of itself, and nothing is learnt.",
        ),
        (
            "products are divided by the width",
            "by dim",
            "You divide by the head's width itself. Random products spread by its *root*: divided by more, all "
            "scores are nearly equal, and a head can choose nothing.",
        ),
        (
            "products are divided by the root of the slots",
            "by slots",
            "You divide by the root of the number of slots: axis 1 counts slots, not numbers. A product sums up as "
            "many terms as a head is wide, so that width, the last axis, is what is divided by.",
        ),
        (
            "the mask comes after the softmax",
            "afterwards",
            "You hide weights after the softmax, so what is left no longer adds up to 1, and hidden keys have "
            "had a say in the others. Hide the scores before it, with minus infinity.",
        ),
        (
            "a hidden score is 0",
            "zero",
            "You set hidden scores to 0. Then e to the 0 is 1, and hidden keys still get weight. Only minus "
            "infinity becomes a weight of 0.",
        ),
        (
            "a good deal less is hidden",
            "less",
            "You take 20 off hidden scores. That hides most of them, but a key that fits very well may be ahead by "
            "more, and then a slot reads the future. Only minus infinity is beyond every score.",
        ),
        (
            "queries share the softmax",
            "over queries",
            "Your softmax goes over the queries: each key shares itself out among those who ask. It goes over "
            "the keys, the last axis, so that each query's weights add up to 1.",
        ),
        (
            "True hides",
            "hides",
            "You hide where the mask is True, so that slots see the future only, and the last one sees nothing: "
            "its weights are 0 / 0. In this course True means: may see.",
        ),
    ),
)


def combined(answers: Tensor, largest: Tensor, totals: Tensor, way: str = "") -> Tensor:
    """One answer from those of several pieces of the keys; or with one of the rules changed, for beliefs."""
    if way == "mean":
        return answers.mean(0)
    if way == "totals only":
        return (answers * (totals / totals.sum(0))[..., None]).sum(0)
    if way == "as they are":
        share = totals * largest.exp()
        return (answers * (share / share.sum(0))[..., None]).sum(0)
    if way == "one for all slots":
        share = totals * (largest - largest.max()).exp()
        return (answers * (share / share.sum(0))[..., None]).sum(0)
    if way == "largest only":
        return (answers * largest.softmax(0)[..., None]).sum(0)
    share = totals * (largest - largest.max(0).values).exp()
    whole = torch.ones_like(share[0]) if way == "not divided" else share.sum(0)
    return (answers * (share / whole)[..., None]).sum(0)


def pieces(scores: Tensor, values: Tensor, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """What each piece of `size` keys reports: answers [piece, slot, dim], largest and totals [piece, slot]."""
    parts = scores.split(size, 1)
    largest = torch.stack([part.max(1).values for part in parts])
    weights = [(part - part.max(1, keepdim=True).values.clamp(min=-1e30)).exp() for part in parts]
    totals = torch.stack([weight.sum(1) for weight in weights])
    answers = [
        weight / total.clamp(min=1e-30)[:, None] @ value
        for weight, total, value in zip(weights, totals, values.split(size), strict=True)
    ]
    return torch.stack(answers), largest, totals


FAR_APART = (
    torch.tensor([[[1.0, 0.0], [2.0, 1.0]], [[5.0, 4.0], [-2.0, 3.0]]]),
    torch.tensor([[800.0, 0.0], [801.0, -1.0]]),
    torch.tensor([[1.5, 2.0], [1.0, 1.25]]),
)
"""Two pieces and two slots, whose scores lie so far apart that no float holds e to the difference."""


def some_pieces(rng: random.Random, hidden: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Reports of a few pieces. hidden: a slot sees nothing of the last piece."""
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    slots, keys, count, dim = rng.randint(2, 5), rng.randint(2, 4), rng.randint(2, 4), rng.randint(2, 5)
    scores = rng.choice((0.5, 2, 5)) * torch.randn(slots, keys * count, generator=dice)
    if hidden:
        scores[0, -keys:] = -torch.inf
    return pieces(scores, torch.randn(keys * count, dim, generator=dice), keys)


COMBINE_PIECES = Checker(
    "combine_pieces(answers, largest, totals)",
    target=combined,
    make=some_pieces,
    edges=(
        some_pieces(random.Random(0)),
        FAR_APART,
        some_pieces(random.Random(2), hidden=True),
        tuple(report[:, :1] for report in some_pieces(random.Random(3))),
    ),
    count=12,
    axes=("slot", "number"),
    beliefs=beliefs_of(
        combined,
        (
            "pieces weigh alike",
            "mean",
            "You take the mean of the pieces' answers. A piece without any fitting key would count as much as the "
            "one that holds the answer: weigh each by the sum of e to the score over its keys.",
        ),
        (
            "totals can be compared",
            "totals only",
            "You weigh pieces by their totals. Each total was counted from its own largest score: multiply by e "
            "to the largest before you compare them.",
        ),
        (
            "the largest score decides",
            "largest only",
            "You weigh pieces by their largest scores alone. A piece with many keys that are nearly as large has "
            "more weight than one with a single such key: the totals say how much.",
        ),
        (
            "scores are small",
            "as they are",
            "Your numbers are right for small scores. But e to the 100 is more than a float can hold: take "
            "the largest of all pieces away first, which changes no share.",
        ),
        (
            "one largest for all slots",
            "one for all slots",
            "You take the same number away for all slots. Where one slot's scores are far below another's, "
            "all its shares become 0, and 0 / 0 is no answer: take each slot's own largest.",
        ),
        (
            "shares add up by themselves",
            "not divided",
            "Your shares do not add up to 1. Divide by their sum over the pieces: one softmax goes over "
            "all keys together, whatever piece they are in.",
        ),
    ),
)

CHECKERS = (SPLIT_HEADS, MASKED_ATTENTION, COMBINE_PIECES)
