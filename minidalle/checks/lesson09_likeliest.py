"""Checker of lesson 09, sampling: the likeliest row, where a code depends only on the one before it.

Left out: drawing (`lesson09.py`).
"""

from __future__ import annotations

import math
import random
from itertools import pairwise, product

import torch

from minidalle.checks.checker import Belief, Checker


def likeliest(first: list[float], step: list[list[float]], length: int, way: str = "") -> list[int]:
    """The likeliest row of codes, each depending on the one before; or by a belief instead."""
    codes = range(len(first))
    if way == "alone":
        chances, row = torch.tensor(first, dtype=torch.float64), []
        for _ in range(length):
            row.append(int(chances.argmax()))
            chances = chances @ torch.tensor(step, dtype=torch.float64)
        return row
    if way == "ahead":
        row = []
        for place in range(length):
            now = step[row[-1]] if row else first
            row.append(max(codes, key=lambda c: now[c] * (max(step[c]) if place + 1 < length else 1.0)))
        return row
    best = [(1.0 if way == "no first" else first[code], [code]) for code in codes]
    if way in ("greedy", "greedy starts"):
        for number, (chance, row) in enumerate(best):
            for _ in range(length - 1):
                follows = step[row[-1]]
                chance, row = chance * max(follows), [*row, follows.index(max(follows))]
            best[number] = chance, row
        return best[first.index(max(first))][1] if way == "greedy" else max(best)[1]
    for _ in range(length - 1):
        best = [max((chance * step[row[-1]][code], [*row, code]) for chance, row in best) for code in codes]
    return max(best)[1]


def some_chain(rng: random.Random) -> tuple[list[float], list[list[float]], int]:
    """Probabilities of a first code and of each next one, and a length; no two rows are nearly as likely."""
    while True:
        codes, length = rng.randint(2, 4), rng.randint(2, 5)
        rows = []
        for _ in range(codes + 1):
            weights = [rng.randint(1, 40) for _ in range(codes)]
            rows.append([weight / sum(weights) for weight in weights])
        first, step = rows[0], rows[1:]
        best = sorted(
            (first[row[0]] * math.prod(step[a][b] for a, b in pairwise(row)))
            for row in product(range(codes), repeat=length)
        )
        if best[-1] > 1.001 * best[-2]:
            return first, step, length


LONG = ([0.6, 0.3, 0.1], [[0.4, 0.35, 0.25], [0.05, 0.15, 0.8], [0.05, 0.7, 0.25]], 60)

LIKELIEST_ROW = Checker(
    "likeliest_row(first, step, length)",
    target=likeliest,
    make=some_chain,
    edges=(
        ([0.6, 0.4], [[0.5, 0.5], [0.1, 0.9]], 3),
        ([0.2, 0.5, 0.3], [[0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0.1, 0.2, 0.7]], 1),
        ([0.5, 0.3, 0.2], [[0.34, 0.32, 0.34], [0.1, 0.55, 0.35], [0.02, 0.03, 0.95]], 4),
        LONG,
    ),
    axes=("place",),
    beliefs=(
        Belief(
            "the best step makes the best row",
            "You take the likeliest code at each step. A likely beginning may have no likely continuation: greedy "
            "gives {got}, where {want} as a whole is likelier. Keep more than one beginning alive.",
            lambda *case: likeliest(*case, "greedy"),
        ),
        Belief(
            "each place for itself",
            "You find the likeliest code of each place by itself. Put side by side they need not make a likely row: "
            "each may come from another one. A row has to be judged as a whole.",
            lambda *case: likeliest(*case, "alone"),
        ),
        Belief(
            "every beginning, then greedy",
            "You try every first code, but go on greedily from there. What holds of the first code holds of the "
            "second: at every place keep, for each code, the best row that ends with it.",
            lambda *case: likeliest(*case, "greedy starts"),
        ),
        Belief(
            "all beginnings are alike",
            "Your steps are right, but the row's first code costs nothing: its probability is first[code], and belongs "
            "to the product.",
            lambda *case: likeliest(*case, "no first"),
        ),
        Belief(
            "one step ahead is far enough",
            "You look one step further than greedy does. That mends some rows, but a good row may begin badly for "
            "longer than that. Keep the best row for each last code, however long.",
            lambda *case: likeliest(*case, "ahead"),
        ),
    ),
)

CHECKERS = (LIKELIEST_ROW,)
