"""Checkers of lesson 12, how good is it: shares, and the floor below them.

Left out: how sure a share is (`lesson12_sure.py`), pictures and clouds of them (`lesson12_pictures.py`).
"""

from __future__ import annotations

import random
from collections import Counter

from torch import Tensor

from minidalle.checks import lesson12_pictures, lesson12_sure
from minidalle.checks.checker import Belief, Checker

KINDS = ("single", "pair", "triple", "sketch", "texture")


def apart(kinds: list[str], marks: list[bool], way: str = "") -> dict[str, float]:
    """The share of right ones of each kind; or by a belief instead."""
    every, right = Counter(kinds), Counter(kind for kind, mark in zip(kinds, marks, strict=True) if mark)
    if way == "running":
        shares: dict[str, float] = {}
        for kind, mark in zip(kinds, marks, strict=True):
            shares[kind] = (shares[kind] + mark) / 2 if kind in shares else float(mark)
        return shares
    below = {"of all": len(marks), "of right": max(1, sum(marks)), "counts": 1}
    asked = right if way == "only right" else every
    return {kind: right[kind] / below.get(way, every[kind]) for kind in asked}


SHARES_BY_KIND = Checker(
    "shares_by_kind(kinds, marks)",
    target=apart,
    make=lambda rng: tuple(map(list, zip(*some_marks(rng), strict=True))),
    edges=(
        (["single", "pair", "single", "sketch"], [True, True, False, False]),
        (["pair", "pair", "pair", "triple"], [True, False, True, False]),
        (["sketch", "sketch"], [False, False]),
    ),
    beliefs=(
        Belief(
            "a kind is divided by all drawings",
            "You divide each kind's right ones by the number of all drawings, so the shares of rare kinds are small "
            "whatever the model does. Divide by the kind's own number.",
            lambda *case: apart(*case, "of all"),
        ),
        Belief(
            "what is never right does not occur",
            "A kind of which nothing is right is missing in your answer. It is the one that a reader has to see: its "
            "share is 0.0. Count all drawings of each kind, not only the right ones.",
            lambda *case: apart(*case, "only right"),
        ),
        Belief(
            "a count is a share",
            "You give how many are right. Three right ones of three and three of a hundred are not the same: divide "
            "by how many of the kind there are.",
            lambda *case: apart(*case, "counts"),
        ),
        Belief(
            "shares are shares of the right ones",
            "You say which share of the right drawings belongs to each kind. Asked is, of each kind, which share of "
            "its drawings is right: all kinds may have 1.0.",
            lambda *case: apart(*case, "of right"),
        ),
        Belief(
            "the mean of the mean so far and the new mark",
            "You average the share so far with each new mark, so the last drawing counts one half, and the first ones "
            "hardly at all. Sum first, and divide once at the end.",
            lambda *case: apart(*case, "running"),
        ),
    ),
)


def some_marks(rng: random.Random) -> list[tuple[str, bool]]:
    """(kind, mark) of some drawings of a few kinds."""
    kinds = rng.sample(KINDS, rng.randint(2, 4))
    likely = {kind: rng.random() for kind in kinds}
    every = [rng.choice(kinds) for _ in range(rng.randint(5, 20))]
    return [(kind, rng.random() < likely[kind]) for kind in every]


def floor(fits: Tensor, way: str = "") -> float:
    """The share of fits off the diagonal of [caption, drawing]; or by a belief instead."""
    n = len(fits)
    own = fits.diagonal()
    if way == "all":
        return float(fits.double().mean())
    if way == "own":
        return float(own.double().mean())
    if way == "next":
        return float(fits.roll(-1, 1).diagonal().double().mean())
    if way == "above":
        return float(fits.triu(1).sum()) / (n * (n - 1) / 2)
    if way == "any":
        return float((fits.sum(0) - own.int() > 0).double().mean())
    return float(fits.sum() - own.sum()) / (n * n - n)


DEALT_ANEW = Checker(
    "dealt_anew(fits: bool[caption, caption])",
    target=floor,
    sizes={"caption": (4, 8)},
    beliefs=(
        Belief(
            "a drawing's own caption counts, too",
            "You average over the whole table, the diagonal with it. There each drawing meets its own caption, and "
            "that is skill: the floor is made of all other places.",
            lambda fits: floor(fits, "all"),
        ),
        Belief(
            "the diagonal is the floor",
            "You give the share on the diagonal, which is the model's own score: each drawing beside the caption that "
            "it was made for. Asked is for the places beside it.",
            lambda fits: floor(fits, "own"),
        ),
        Belief(
            "one deal is enough",
            "You compare each drawing with the caption of one neighbour. That is one deal of many, and hangs on the "
            "order of the list: use every caption that belongs to another.",
            lambda fits: floor(fits, "next"),
        ),
        Belief(
            "each pair counts once",
            "You look at one side of the diagonal only. That drawing 2 fits caption 0 does not say that drawing 0 fits "
            "caption 2: both sides count.",
            lambda fits: floor(fits, "above"),
        ),
        Belief(
            "a fit with anyone is a fit",
            "You ask whether a drawing fits any of the others, which more captions make ever more likely. The floor is "
            "the chance with one of them: a mean over all the pairs.",
            lambda fits: floor(fits, "any"),
        ),
    ),
)


CHECKERS = (SHARES_BY_KIND, DEALT_ANEW, *lesson12_sure.CHECKERS, *lesson12_pictures.CHECKERS)
