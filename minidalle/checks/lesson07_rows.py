"""Checkers of lesson 07: the loss of each row of the picture.

Left out: the model that has it (`lesson07.py`, `lesson07_attention.py`).
"""

from __future__ import annotations

import math
import random

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.checks.checker import Checker, beliefs_of


def by_row(scores: Tensor, codes: Tensor, grid: int, way: str = "") -> list[float]:
    """Mean cross-entropy of each row of the picture, in nats; or with one of the rules changed, for beliefs."""
    loss = F.cross_entropy(scores.transpose(1, 2), codes, reduction="none")
    if way == "share right":
        loss = (scores.argmax(-1) != codes).float()
    if way == "of the mean":
        chance = (-loss).exp().view(len(codes), grid, grid)
        return (-chance.mean((0, 2)).log()).tolist()
    table = loss.view(len(codes), grid, grid)
    if way == "columns":
        return table.mean((0, 1)).tolist()
    if way == "sums":
        return table.sum((0, 2)).tolist()
    return (table.mean((0, 2)) / (math.log(2) if way == "bits" else 1)).tolist()


def some_guesses(rng: random.Random) -> tuple[Tensor, Tensor, int]:
    """Scores of pictures' codes, better in some rows than in others."""
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    batch, grid, codes = rng.randint(2, 4), rng.randint(3, 5), rng.randint(6, 9)
    right = torch.randint(codes, (batch, grid**2), generator=dice)
    sure = 3 * torch.rand(grid, generator=dice).repeat_interleave(grid)
    scores = torch.randn(batch, grid**2, codes, generator=dice)
    return scores + sure[:, None] * F.one_hot(right, codes), right, grid


LOSS_BY_ROW = Checker(
    "loss_by_row(scores, codes, grid)",
    target=by_row,
    make=some_guesses,
    count=12,
    axes=("row of the picture",),
    beliefs=beliefs_of(
        by_row,
        (
            "columns for rows",
            "columns",
            "You have a number for each column. Codes lie row by row: after .view(batch, grid, grid) axis 1 "
            "is the row, and the mean is over the other two.",
        ),
        (
            "the loss of the mean chance",
            "of the mean",
            "You average the chances and take the logarithm then. The loss is the mean of the logarithms: a "
            "single code that was held impossible must cost a lot, and not vanish in a mean.",
        ),
        (
            "the loss is the share of errors",
            "share right",
            "You count how often the likeliest code was wrong. The loss asks how much chance was given to "
            "the right one, even where it was not the likeliest.",
        ),
        (
            "a row's loss is a sum",
            "sums",
            "You add the losses up. Asked is the mean over all codes of the row, in nats per token: only "
            "that can be compared with the logarithm of the vocabulary.",
        ),
        (
            "losses are in bits",
            "bits",
            "Your logarithm is that of base 2, so your losses are in bits, 1.44 times as large. Here "
            "losses are in nats: take the natural logarithm.",
        ),
    ),
)

CHECKERS = (LOSS_BY_ROW,)
