"""Checkers of lesson 05, one stream: the vectors of slots.

Left out: ids, places and the loss (`lesson05.py`, `lesson05_loss.py`).
"""

from __future__ import annotations

import random

import torch
from torch import Tensor

from minidalle.checks.checker import Checker, beliefs_of
from minidalle.dalle import DALLE


class Tables:
    """The tables that `DALLE.embed` looks into, and nothing else of a model."""

    def __init__(self, token: Tensor, text_position: Tensor, row: Tensor, column: Tensor) -> None:
        self.text_position, self.row, self.column = text_position, row, column
        self.token, self.dropout = (lambda ids: token[ids]), (lambda vectors: vectors)

    @property
    def config(self) -> Tables:
        """It knows its width itself."""
        return self

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self.row.shape[1]


def embedded(ids: Tensor, first: int, *tables: Tensor) -> Tensor:
    """The package's own sum of vectors."""
    return DALLE.embed(Tables(*tables), ids, first)


def placed(
    ids: Tensor, first: int, token: Tensor, text: Tensor, row: Tensor, column: Tensor, way: str
) -> Tensor:
    """The same with one of its rules changed, for beliefs."""
    grid = len(row)
    places = {
        "column first": (row[None, :] + column[:, None]).flatten(0, 1),
        "rows only": row.repeat_interleave(grid, 0),
    }.get(way, (row[:, None] + column[None, :]).flatten(0, 1))
    between = {"in the picture": row[:0], "as text": text[-1:]}.get(way, torch.zeros_like(row[:1]))
    every = torch.cat([text, between, places])
    return token[ids] + every[first if way != "from 0" else 0 :][: ids.shape[1]]


def some_slots(rng: random.Random) -> tuple:
    """A few slots of a stream from `first` on, and a model's tables."""
    dice = torch.Generator().manual_seed(rng.getrandbits(62))
    length, grid, width, vocab = rng.randint(2, 4), rng.randint(2, 4), rng.randint(3, 5), rng.randint(30, 40)
    first = rng.choice((0, length, length + 1, rng.randrange(length + grid**2)))
    slots = rng.randint(1, length + grid**2 - first)
    tables = (torch.randn(size, width, generator=dice) for size in (vocab, length, grid, grid))
    return torch.randint(vocab, (rng.randint(1, 3), slots), generator=dice), first, *tables


def whole_stream(seed: int, first: int) -> tuple:
    """A case in which every slot from `first` on is there: 3 of caption, 1, and 3 x 3 codes."""
    dice = torch.Generator().manual_seed(seed)
    tables = (torch.randn(size, 4, generator=dice) for size in (20, 3, 3, 3))
    return torch.randint(20, (2, 12 - first), generator=dice), first, *tables


EMBED_SLOTS = Checker(
    "embed_slots(ids, first, token, text_position, row, column)",
    target=embedded,
    make=some_slots,
    edges=(whole_stream(0, 0), whole_stream(1, 3), whole_stream(2, 6)),
    loops=False,
    count=16,
    axes=("slot", "number"),
    beliefs=beliefs_of(
        placed,
        (
            "start of image lies in the picture",
            "in the picture",
            "You let the picture's places begin at start of image. That has a slot of its own, between the two, "
            "and gets the vector of its token alone; all your codes lie one place too far.",
        ),
        (
            "start of image is a word more",
            "as text",
            "You give start of image the last text position. There are as many positions as caption "
            "slots; start of image has none, and gets the vector of its token alone.",
        ),
        (
            "the picture is read by columns",
            "column first",
            "Rows and columns are exchanged. Codes lie in the stream row by row: along the stream the "
            "column changes fastest.",
        ),
        (
            "a row is place enough",
            "rows only",
            "All codes of a row get the same place. A code's vector is its token's plus its row's plus its "
            "column's: two tables of grid vectors each name all places.",
        ),
        (
            "the slots given are the first",
            "from 0",
            "You count the slots given from 0. They begin at slot {first} of the stream: while drawing, "
            "slots come one at a time, and each must know where it lies.",
        ),
    ),
)

CHECKERS = (EMBED_SLOTS,)
