"""Checkers of lesson 09, sampling: from logits to a code.

Left out: the cache, and what is asked of whole pictures (`lesson09_stream.py`,
`lesson09_likeliest.py`).
"""

from __future__ import annotations

import math
import random

import torch
from torch import Tensor

from minidalle.checks import lesson09_likeliest, lesson09_stream
from minidalle.checks.checker import Belief, Checker
from minidalle.sampling import draw_code, filter_top_k, filter_top_p

NONE = -math.inf


def share_owner(probs: Tensor, numbers: Tensor) -> Tensor:
    """The code of each row of probabilities [batch, code] in whose share its number [batch] falls: int64 [batch]."""
    rest = (1.0 - probs.sum(-1, keepdim=True)).clamp_min(
        0.0
    )  # what rounding took from the row is the last code's
    whole = torch.cat([probs[:, :-1], probs[:, -1:] + rest], dim=-1)
    return draw_code(whole.double().log(), numbers.double())


def passed(probs: Tensor, numbers: Tensor, way: str) -> Tensor:
    """Drawing by a belief: int64 [batch]."""
    order = probs.argsort(dim=-1, descending=True, stable=True)
    if way == "sorted":
        probs = probs.gather(-1, order)
    ends, last = probs.cumsum(-1), probs.shape[-1] - 1
    if way == "unchecked":
        return (ends <= numbers[:, None]).sum(-1)
    if way == "strict":
        return (ends < numbers[:, None]).sum(-1).clamp(max=last)
    return order.gather(-1, (ends <= numbers[:, None]).sum(-1, keepdim=True).clamp(max=last))[:, 0]


def some_shares(rng: random.Random) -> tuple[Tensor, Tensor]:
    """Probabilities [batch, code] in 64ths and numbers [batch] between the borders: sums are exact in any type."""
    batch, codes = rng.randint(2, 5), rng.randint(3, 7)
    rows = []
    for _ in range(batch):
        cuts = sorted(rng.sample(range(1, 64), codes - 1))
        rows.append([(high - low) / 64 for low, high in zip([0, *cuts], [*cuts, 64], strict=True)])
    return torch.tensor(rows), torch.tensor([rng.randrange(1, 128, 2) / 128 for _ in range(batch)])


PICK_CODES = Checker(
    "pick_codes(probs, numbers)",
    target=share_owner,
    make=some_shares,
    loops=False,
    edges=(
        (torch.tensor([[0.5, 0.25, 0.25]] * 4), torch.tensor([0.0, 0.5, 0.75, 0.3])),
        (torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.75, 0.25]]), torch.tensor([0.0, 0.0])),
        (torch.tensor([[0.25, 0.25, 0.4999]]), torch.tensor([0.99995])),
        (torch.full((1, 512), 1 / 512), torch.tensor([300.5 / 512])),
    ),
    axes=("row",),
    beliefs=(
        Belief(
            "the likeliest code is drawn",
            "You take the likeliest code of each row, whatever the number is. So every picture of a caption would be "
            "the same one: it is the number that chooses. Look at where it falls.",
            lambda probs, numbers: probs.argmax(-1),
        ),
        Belief(
            "a number is compared with each probability",
            "You compare the number with each probability by itself. A share begins where the one before it ends, so "
            "add up the row as you go, and compare with the running sums.",
            lambda probs, numbers: (probs > numbers[:, None]).int().argmax(-1),
        ),
        Belief(
            "a border belongs to the code before it",
            "All is right but where a number falls exactly on a border: 0.5 must go to the code that begins there, and "
            "0.0 to the first code that has a share at all. Compare with <= in place of <, or the other way round.",
            lambda probs, numbers: passed(probs, numbers, "strict"),
        ),
        Belief(
            "shares always reach 1",
            "Where rounded shares add up to 0.9999 a number beyond them gets a code that does not exist. It "
            "happens once in a million tokens, and then the drawing stops. Give such a number to the last code.",
            lambda probs, numbers: passed(probs, numbers, "unchecked"),
        ),
        Belief(
            "the likeliest code lies first",
            "You sort the shares before you lay them out. The chances stay right, but the same number now draws "
            "another code: pictures would not be those of the package for a seed. Lay them out by code, 0 first.",
            lambda probs, numbers: passed(probs, numbers, "sorted"),
        ),
    ),
)


def exactly_k(logits: Tensor, k: int) -> Tensor:
    """Top-k that cuts through ties: the lower code stays."""
    kept = logits.argsort(dim=-1, descending=True, stable=True)[:, :k]
    return torch.full_like(logits, NONE).scatter(-1, kept, logits.gather(-1, kept))


def ties_in_order(answer, logits: Tensor, k: int):
    """An answer, with what it kept of codes that tie with the k-th moved to the lowest ones: which of them a sort
    puts first is nobody's decision."""
    given = logits.clone()
    got = answer(logits, k)
    if not isinstance(got, Tensor) or got.shape != given.shape or k >= given.shape[-1]:
        return got
    kth = given.topk(k, dim=-1).values[:, -1:]
    tied = given == kth
    full = (got == kth) & tied
    first = tied & (tied.cumsum(-1) <= full.sum(-1, keepdim=True))
    if not ((full | (got == NONE)) | ~tied).all():
        return got
    return torch.where(tied, torch.where(first, kth, NONE), got)


def of_whole_batch(logits: Tensor, k: int) -> Tensor:
    """Top-k with one threshold for all rows."""
    kth = logits.flatten().sort(descending=True).values[min(k, logits.shape[-1]) - 1]
    return logits.masked_fill(logits < kth, NONE)


def without_kth(logits: Tensor, k: int) -> Tensor:
    """Top-k that drops the k-th, too."""
    if k >= logits.shape[-1]:
        return logits
    return logits.masked_fill(logits <= logits.topk(k).values[:, -1:], NONE)


KEEP_TOP_K = Checker(
    "keep_top_k(logits: float[batch, code], k: int[1, code])",
    target=filter_top_k,
    observe=ties_in_order,
    loops=False,
    sizes={"code": (4, 8)},
    edges=(
        (torch.tensor([[2.0, 0.5, 1.0, 1.0, -3.0], [0.0, 4.0, 1.0, 3.0, 2.0]]), 2),
        (torch.tensor([[1.0, 1.0, 1.0], [3.0, 2.0, 1.0]]), 1),
        (torch.tensor([[1.5, -2.0, 0.0], [0.5, 0.25, 3.0]]), 8),
    ),
    axes=("row", "code"),
    beliefs=(
        Belief(
            "exactly k codes stay",
            "You keep exactly k codes, even where several tie with the k-th. Nothing justifies a choice between "
            "equals, and another machine may sort them otherwise: keep all that are as large as the k-th.",
            exactly_k,
        ),
        Belief(
            "a dropped logit is 0",
            "You set dropped logits to 0. After the softmax that is a share of e to the 0, more than many a kept code "
            "has. What becomes a probability of 0 is a logit of minus infinity.",
            lambda logits, k: logits * (logits >= logits.topk(min(k, logits.shape[-1])).values[:, -1:]),
        ),
        Belief(
            "one threshold serves all rows",
            "You look for the k largest logits of the whole batch. Each row is the prediction for a picture of its "
            "own, and keeps k codes of its own: look along the codes only.",
            of_whole_batch,
        ),
        Belief(
            "the k-th goes, too",
            "You drop the k-th largest, and keep one code too few: with k = 1 nothing would be left to draw. Look at "
            "what your comparison says about the threshold itself.",
            without_kth,
        ),
        Belief(
            "there are always k codes",
            "Your function stops where k is larger than the number of codes. Then there is nothing to drop, and the "
            "logits stay as they are: take the smaller of the two numbers.",
            lambda logits, k: logits.masked_fill(logits < logits.topk(k).values[:, -1:], NONE),
        ),
    ),
)


def nucleus(logits: Tensor, p: float, way: str) -> Tensor:
    """Top-p by a belief: float [batch, code]."""
    probs = logits.softmax(-1)
    if way == "least":
        return logits.masked_fill(probs < p, NONE)
    order = torch.arange(logits.shape[-1]).expand_as(logits)
    if way != "unsorted":
        order = logits.argsort(dim=-1, descending=way != "from below", stable=True)
    ranked = probs.gather(-1, order)
    so_far = ranked.cumsum(-1)
    drop = so_far - ranked >= p
    if way in ("too few", "fewer"):
        drop = so_far > p if way == "too few" else so_far >= p
    if way == "one more":
        drop = so_far - ranked > p
    if way == "sorted":
        return logits.gather(-1, order).masked_fill(drop, NONE)
    if way == "sorted mask":
        return logits.masked_fill(drop, NONE)
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), NONE)


KEEP_TOP_P = Checker(
    "keep_top_p(logits: float[batch, code], p: real[0.2, 0.95])",
    target=filter_top_p,
    loops=False,
    sizes={"code": (4, 9)},
    edges=(
        (torch.tensor([[0.5, 0.3, 0.15, 0.05], [0.1, 0.7, 0.15, 0.05]]).log(), 0.6),
        (torch.tensor([[0.05, 0.9, 0.05], [0.2, 0.2, 0.6]]).log(), 0.01),
        (torch.zeros(2, 4), 0.6),
        (torch.zeros(1, 4), 0.5),
    ),
    axes=("row", "code"),
    beliefs=(
        *(
            Belief(
                "the code that crosses p goes",
                "You drop the code with which the sum passes p, so the rest does not reach p; and where one code alone "
                "holds more than p, nothing is left. A code stays if those before it do not reach p yet.",
                lambda logits, p, way=way: nucleus(logits, p, way),
            )
            for way in ("too few", "fewer")
        ),
        Belief(
            "p has to be passed",
            "You keep one code too many where the sum is exactly p: of four equal codes two hold 0.5 together, and "
            "that reaches p = 0.5. A code goes as soon as those before it hold p or more: >= in place of >.",
            lambda logits, p: nucleus(logits, p, "one more"),
        ),
        Belief(
            "the sorted row is the answer",
            "You give back the logits in sorted order. Then the number of a code no longer says which code it is, and "
            "the picture is noise: carry the mask back to where the codes stood.",
            lambda logits, p: nucleus(logits, p, "sorted"),
        ),
        Belief(
            "the mask stays in sorted order",
            "Your mask was made in sorted order, and you lay it over unsorted logits: it keeps the first codes in "
            "place of the likeliest ones. Scatter it back by the order that the sort gave.",
            lambda logits, p: nucleus(logits, p, "sorted mask"),
        ),
        Belief(
            "codes need no sorting",
            "You add up the probabilities in the order of the codes. The number of a code says nothing about how "
            "likely it is: sort first, the likeliest code at the front.",
            lambda logits, p: nucleus(logits, p, "unsorted"),
        ),
        Belief(
            "p is a least probability",
            "You keep each code whose own probability is at least p. But p is asked of the sum: the likeliest codes "
            "stay until together they hold p, however small each may be.",
            lambda logits, p: nucleus(logits, p, "least"),
        ),
        Belief(
            "the unlikeliest come first",
            "You begin the sum at the unlikeliest code, so the tail stays and the best codes go. Sort in descending "
            "order.",
            lambda logits, p: nucleus(logits, p, "from below"),
        ),
    ),
)

CHECKERS = (PICK_CODES, KEEP_TOP_K, KEEP_TOP_P, *lesson09_stream.CHECKERS, *lesson09_likeliest.CHECKERS)
