"""Checkers of lesson 11: marks for picture prompts, and the ninth cell of a matrix.

Left out: what is given, and what is hidden (`lesson11.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker
from minidalle.world.kinds.matrix_rules import SETS


def marked(given: Tensor, drawn: Tensor, codes: Tensor, way: str = "") -> dict[str, float]:
    """Shares of identity, change and both; or by a belief instead."""
    identity = drawn == given if way == "codes" else (drawn > 0) == (given > 0)
    asked = drawn == codes[:, None]
    if way != "cells":
        identity = identity.all(dim=1)
    change = asked.any(dim=1) if way == "some" else (drawn == 0) | asked
    if way not in ("cells", "some"):
        change = change.all(dim=1)
    shares = {
        name: float(mark.double().mean()) for name, mark in (("identity", identity), ("change", change))
    }
    both = float((identity & change).double().mean())
    if way == "product":
        both = shares["identity"] * shares["change"]
    return shares | {"both": min(shares.values()) if way == "weaker" else both}


def some_panels(rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
    """Upper panels, and lower ones right, copied, filled, empty, spoiled in one cell, or of another shape."""
    given, drawn, codes = [], [], []
    for _ in range(rng.randint(4, 9)):
        color, code = rng.sample(range(1, 7), 2)
        shape = [1, 0, *(rng.randint(0, 1) for _ in range(6))]
        right = [cell * code for cell in shape]
        spoiled = [color, *right[1:]]
        other = [code * cell for cell in rng.sample(shape, 8)]
        given.append([cell * color for cell in shape])
        drawn.append(rng.choice((right, right, given[-1], [code] * 8, [0] * 8, spoiled, other)))
        codes.append(code)
    return torch.tensor(given), torch.tensor(drawn), torch.tensor(codes)


FIVE = torch.tensor([[2, 2, 0, 0], [1, 1, 0, 0], [2, 2, 2, 2], [2, 1, 0, 0], [0, 0, 0, 0]])

PROMPT_MARKS = Checker(
    "prompt_marks(given, drawn, codes)",
    target=marked,
    make=some_panels,
    edges=(
        (torch.tensor([[1, 1, 0, 0]] * 5), FIVE, torch.full((5,), 2)),
        (torch.tensor([[1, 1, 0, 0]]), torch.tensor([[2, 1, 0, 0]]), torch.tensor([2])),
    ),
    beliefs=(
        Belief(
            "the same thing has the same colour",
            "You compare codes, so a thing in a new colour is not the same for you, and nothing can have both "
            "marks. Identity is about the shape: which cells are empty.",
            lambda *case: marked(*case, way="codes"),
        ),
        Belief(
            "cells are marked, not pictures",
            "You take the mean over cells. A picture with one wrong cell shows another shape, and most cells are "
            "right by chance: give one mark to each picture, then take the mean.",
            lambda *case: marked(*case, way="cells"),
        ),
        Belief(
            "both is the product of the two shares",
            "You multiply the two shares, as if they had nothing to do with each other. Look in every picture "
            "whether it has both marks, and count those.",
            lambda *case: marked(*case, way="product"),
        ),
        Belief(
            "both is the weaker of the two shares",
            "You take the smaller share for both. That is only the most that it can be: the pictures with identity "
            "and those with change may be different ones. Count picture by picture.",
            lambda *case: marked(*case, way="weaker"),
        ),
        Belief(
            "one cell of the colour is enough",
            "You accept a picture if some cell has the colour. Asked is that every cell which is not empty has it: "
            "a thing in two colours was not changed as asked.",
            lambda *case: marked(*case, way="some"),
        ),
    ),
)


def ninth(cells: list[int]) -> int:
    """The ninth cell by the first rule that both full rows keep, or -1."""
    fits = [
        join for join in SETS.values() if [join(*cells[k : k + 2]) for k in (0, 3)] == [cells[2], cells[5]]
    ]
    return fits[0](*cells[6:]) if fits else -1


def ninth_if(way: str) -> Callable[[list[int]], int]:
    """The ninth cell by a belief."""

    def answer(cells: list[int]) -> int:
        if way == "columns":
            whole = [cells[k] for k in (0, 3, 6, 1, 4, 7, 2, 5)]
            return ninth(whole)
        kept = {
            name: [join(*cells[k : k + 2]) == cells[k + 2] for k in (0, 3)] for name, join in SETS.items()
        }
        good = {"first": lambda rows: rows[0], "any": any, "latest": all}[way]
        fits = [name for name, rows in kept.items() if good(rows)]
        return SETS[fits[-1 if way == "latest" else 0]](*cells[6:]) if fits else -1

    return answer


def some_matrix(rng: random.Random) -> tuple[list[int]]:
    """Eight cells: mostly by one rule, now and then by another in the second row, or with a damaged cell."""
    first = rng.choice(list(SETS.values()))
    second = first if rng.random() < 0.7 else rng.choice(list(SETS.values()))
    cells: list[int] = []
    for join in (first, second):
        a, b = rng.randrange(16), rng.randrange(16)
        cells += [a, b, join(a, b) if rng.random() < 0.93 else rng.randrange(16)]
    return ([*cells, rng.randrange(16), rng.randrange(16)],)


NINTH_CELL = Checker(
    "ninth_cell(cells)",
    target=ninth,
    make=some_matrix,
    count=80,
    edges=(
        ([1, 2, 3, 3, 6, 7, 4, 8],),
        ([3, 6, 5, 1, 2, 3, 7, 1],),
        ([1, 2, 3, 4, 8, 12, 3, 6],),
        ([1, 2, 3, 3, 6, 2, 4, 8],),
        ([1, 2, 5, 3, 6, 7, 4, 8],),
        ([1, 2, 3, 3, 6, 5, 4, 6],),
    ),
    beliefs=(
        Belief(
            "the first row tells the rule",
            "You take the rule from the first row alone. One row often fits two rules: for 1, 2, 3 both together "
            "and either are true. The second row decides.",
            ninth_if("first"),
        ),
        Belief(
            "one row is enough",
            "You take a rule that one of the two rows keeps. It has to hold in both; a rule with an exception is "
            "none.",
            ninth_if("any"),
        ),
        Belief(
            "the ninth is like the eighth",
            "You copy the eighth cell. That solves some matrices without any thought, and says nothing about rules: "
            "find what the first two cells of a row do to give the third.",
            lambda cells: cells[7],
        ),
        Belief(
            "rules go down the columns",
            "You read columns. The rule makes the third cell of each row from the first two: cells 0, 1 and 2 "
            "belong together, and then 3, 4 and 5.",
            ninth_if("columns"),
        ),
        Belief(
            "the last rule that fits counts",
            "Right, until two rules fit both rows. Then you go on to the later one; leave with the first that fits.",
            ninth_if("latest"),
        ),
    ),
)

CHECKERS = (PROMPT_MARKS, NINTH_CELL)
