"""Checkers of lesson 04, training the dVAE: what moves and what dies on the way.

Left out: the parts of the loss (`lesson04.py`).
"""

from __future__ import annotations

import math
import random

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker
from minidalle.relaxation import kl_to_uniform
from minidalle.schedules import cosine_anneal


def some_pixels(rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
    """Squeezed sub-pixels, locations in logits and logarithms of scales, [row, column]."""
    seeded = torch.Generator().manual_seed(rng.getrandbits(62))
    sizes = rng.sample(range(2, 6), 2)
    x = 0.1 + 0.8 * torch.rand(sizes, generator=seeded)
    return x, 1.5 * torch.randn(sizes, generator=seeded), 0.7 * torch.randn(sizes, generator=seeded)


def between(step: int, start: float, end: float, part: float) -> float:
    """From start to end by a part."""
    return start + (end - start) * part


COSINE_ANNEAL = Checker(
    "cosine_anneal(step, start, end, steps)",
    target=cosine_anneal,
    make=lambda rng: (rng.randint(0, 150), rng.uniform(-1, 3), rng.uniform(4, 9), rng.randint(60, 120)),
    edges=((25, 1.0, 0.0625, 100), (0, 1.0, 0.5, 100), (100, 1.0, 0.5, 100), (170, 0.0, 6.6, 100)),
    beliefs=(
        Belief(
            "a straight line does as well",
            "Yours is a straight line. The paper found that linear schedules of the temperature typically diverged: "
            "half a cosine starts and ends gently, with no slope at either end.",
            lambda step, start, end, steps: between(step, start, end, min(step / steps, 1)),
        ),
        Belief(
            "the cosine stops by itself",
            "After `steps` updates yours turns round and goes back towards the start: a cosine does not stop. "
            "Training goes on at {end}: hold step / steps at 1 at most.",
            lambda step, start, end, steps: between(
                step, start, end, 0.5 - 0.5 * math.cos(math.pi * step / steps)
            ),
        ),
        Belief(
            "half the way has half a turn",
            "You go through a quarter of a turn (pi / 2), so that it starts gently and ends at its steepest, "
            "with a kink. From 1 down to -1 a cosine needs half a turn: pi.",
            lambda step, start, end, steps: between(
                step, start, end, 1 - math.cos(math.pi / 2 * min(step / steps, 1))
            ),
        ),
        Belief(
            "start and end are exchanged",
            "Yours runs from the end to the start. At step 0, where the cosine is 1, it should be {start}, and "
            "from the last step on {end}: the start belongs to the cosine's upper end.",
            lambda step, start, end, steps: cosine_anneal(step, end, start, steps),
        ),
        Belief(
            "the curve has the height of its start",
            "You scale the cosine by the start and add the end. What has to be covered is the difference between "
            "the two; only for an end of 0 is that the same. At step 0 yours gives start + end.",
            lambda step, start, end, steps: cosine_anneal(step, start + end, end, steps),
        ),
    ),
)


def dead(ids: Tensor, vocab_size: int, patience: int, way: str = "") -> list[int]:
    """How many codes have not been used in the last `patience` batches, after each; or by a belief."""
    counts, revived = [], set(range(vocab_size))
    for step in range(len(ids)):
        first = max(0, step - patience + 1)
        if way == "this batch":
            first = step
        if way == "ever":
            first = 0
        if way == "one more":
            first = max(0, step - patience)
        seen = set(ids[first : step + 1].flatten().tolist())
        revived &= seen
        alive = len(revived if way == "for good" else seen)
        counts.append(alive if way == "alive" else vocab_size - alive)
    return counts


def some_history(rng: random.Random) -> tuple[Tensor, int, int]:
    """Codes of some batches, [step, cell], the codebook's size, and a patience."""
    vocab, steps, cells = rng.randint(6, 12), rng.randint(6, 10), rng.randint(3, 5)
    some = [rng.sample(range(vocab), rng.randint(2, 5)) for _ in range(steps)]
    return torch.tensor([rng.choices(codes, k=cells) for codes in some]), vocab, rng.randint(2, 4)


DEAD_CODES = Checker(
    "dead_codes(ids, vocab_size, patience)",
    target=dead,
    make=some_history,
    axes=("batch",),
    edges=(
        (torch.tensor([[0, 1], [1, 1], [2, 1], [1, 1], [1, 0], [1, 1]]), 5, 2),
        (torch.tensor([[0, 1], [1, 1], [2, 1], [1, 1], [1, 0]]), 5, 1),
        (torch.tensor([[0, 1], [1, 1], [2, 1], [1, 1]]), 4, 50),
    ),
    beliefs=(
        Belief(
            "unused now is dead",
            "You look at one batch at a time. A batch has few cells and a codebook many codes: most of them pause "
            "without being dead. Count those unused in the last {patience} batches.",
            lambda *given: dead(*given, way="this batch"),
        ),
        Belief(
            "once used is alive for ever",
            "You remember every code since the beginning, so that your curve never rises, even if all codes but one "
            "die on the way. Forget what is more than {patience} batches ago.",
            lambda *given: dead(*given, way="ever"),
        ),
        Belief(
            "the last ones are one more",
            "Your window has one batch too many: the last {patience} batches up to and with this one begin "
            "{patience} - 1 before it.",
            lambda *given: dead(*given, way="one more"),
        ),
        Belief(
            "codes in use are asked",
            "You count the codes that live. Asked are the dead ones: take yours from {vocab_size}.",
            lambda *given: dead(*given, way="alive"),
        ),
        Belief(
            "the dead stay dead",
            "You keep a code on the list of the dead once it was there. A code that comes back is alive, and with "
            "Gumbel noise some do: every code keeps a chance. Judge each window afresh.",
            lambda *given: dead(*given, way="for good"),
        ),
    ),
)


def slope(logits: Tensor, mean: bool = True, weighed: bool = True) -> Tensor:
    """The gradient of the summed KL at the logits, [cell, code]; or with a part left out."""
    log_q = logits.log_softmax(dim=1)
    negative_entropy = (log_q.exp() * log_q).sum(dim=1, keepdim=True)
    inner = log_q - negative_entropy if mean else log_q + 1
    return inner * log_q.exp() if weighed else inner


def by_autograd(logits: Tensor) -> Tensor:
    """The gradient that the package's KL gives."""
    with torch.enable_grad():  # whatever a notebook has set before
        leaf = logits.clone().requires_grad_()
        return torch.autograd.grad(kl_to_uniform(leaf).sum(), leaf)[0]


KL_SLOPE = Checker(
    "kl_slope(logits: float[cell, code])",
    target=by_autograd,
    axes=("cell", "code"),
    edges=((torch.tensor([[2.0, 0.0, -1.0], [0.0, 0.0, 0.0], [1.0, 1.0, -3.0]]),),),
    beliefs=(
        Belief(
            "shares move one by one",
            "You stop at q (ln q + 1), as if each share could move alone. A softmax makes room for one code by "
            "taking from all others: take the mean of ln q + 1 under q off. Each row must then sum to 0.",
            lambda logits: slope(logits, mean=False),
        ),
        Belief(
            "logits are probabilities",
            "You give the slope at the probabilities, ln q + 1. Asked is the one at the logits, which are behind a "
            "softmax: its own slopes have to be multiplied in.",
            lambda logits: slope(logits, mean=False, weighed=False),
        ),
        Belief(
            "it pulls like cross-entropy",
            "You give q - 1/K, the slope of the cross-entropy with a uniform target. That is the other direction "
            "of the KL, and pulls hard at codes that are ruled out; this one hardly does, since q is nearly 0 there.",
            lambda logits: logits.softmax(dim=1) - 1 / logits.shape[1],
        ),
        Belief(
            "the slope of the entropy",
            "All signs are turned: you have the slope of the entropy, which the KL has with a minus. A step *against* "
            "this slope should make the encoder less sure, so the likeliest code's is positive.",
            lambda logits: -slope(logits),
        ),
        Belief(
            "cells share the slope",
            "You divide by the number of cells. The KL here is the sum over cells, and each cell's slope depends "
            "on its own logits alone; a mean comes later, if at all.",
            lambda logits: slope(logits) / len(logits),
        ),
    ),
)

CHECKERS = (COSINE_ANNEAL, DEAD_CODES, KL_SLOPE)
