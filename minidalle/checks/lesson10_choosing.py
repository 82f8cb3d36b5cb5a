"""Checkers of lesson 10, CLIP and reranking: what choosing among many drawings brings.

Left out: the judge itself (`lesson10.py`).
"""

from __future__ import annotations

import random
from math import comb

from minidalle.checks.checker import Belief, Checker
from minidalle.evaluation.chances import by_luck
from minidalle.evaluation.choosing import any_right, favourite_right


def taken(right: list[bool], scores: list[float], k: int, way: str) -> float:
    """How often the favourite of k is right, by a belief."""
    n = len(right)
    ranked = sorted(range(n), key=lambda place: -scores[place])
    if way == "first":
        return float(right[max(range(k), key=lambda place: scores[place])])
    if way == "best k":
        return sum(right[place] for place in ranked[:k]) / k
    if way == "twice":
        chances = [((n - rank) / n) ** k - ((n - 1 - rank) / n) ** k for rank in range(n)]
    else:
        chances = [comb(rank, k - 1) / comb(n, k) for rank in range(n)]
    return float(sum(chance for chance, place in zip(chances, ranked, strict=True) if right[place]))


def some_drawings(rng: random.Random) -> tuple[list[bool], list[float], int]:
    """Marks of some drawings, scores that favour the right ones a little, all different, and a k."""
    count = rng.randint(4, 12)
    right = [rng.random() < 0.4 for _ in range(count)]
    order = sorted(range(count), key=lambda place: right[place] + rng.gauss(0, 1.2))
    scores = [0.0] * count
    for rank, place in enumerate(order):
        scores[place] = round(0.1 + 0.05 * rank, 2)
    return right, scores, rng.randint(1, count)


MANY = random.Random(10)
FAR = ([MANY.random() < 0.3 for _ in range(128)], MANY.sample([n / 1000 for n in range(1000)], 128), 64)

FAVOURITE_OF_K = Checker(
    "favourite_of_k(right, scores, k)",
    target=favourite_right,
    make=some_drawings,
    edges=(
        ([True, False, False], [0.1, 0.3, 0.2], 2),
        ([True, False, False], [0.2, 0.3, 0.1], 2),
        ([True, False, True, False], [0.4, 0.3, 0.1, 0.2], 1),
        ([False, True, False, True, False], [0.5, 0.4, 0.3, 0.2, 0.1], 2),
        ([False] * 3, [0.3, 0.1, 0.2], 2),
        FAR,
    ),
    beliefs=(
        Belief(
            "the first k are as good as any",
            "You look at the first k drawings, so the answer hangs on who came first, and is 1 or 0. Every way to take "
            "k of them counts the same: average over all.",
            lambda *case: taken(*case, "first"),
        ),
        Belief(
            "the favourite is right if any is",
            "You count the ways with a right one among the k. That is what a perfect chooser would find. CLIP takes "
            "the one of highest score, and that one may be wrong.",
            lambda right, scores, k: any_right(right, k),
        ),
        Belief(
            "luck chooses",
            "You have computed the curve of luck, 1 - (1 - p)^k, which knows neither the scores nor that the drawings "
            "are given. Ask of each drawing in how many ways it is the favourite.",
            lambda right, scores, k: by_luck(sum(right) / len(right), k),
        ),
        Belief(
            "drawings can be taken twice",
            "You put each drawing back before the next is taken. Of the drawings that there are, k different ones are "
            "taken: count with combinations, not with powers.",
            lambda *case: taken(*case, "twice"),
        ),
        Belief(
            "the lowest score is the best",
            "Your favourite is the one of the lowest score. A high score is a good fit: sort the other way round, and "
            "count those behind.",
            lambda *case: taken(*case, "lowest"),
        ),
        Belief(
            "the k best are the k taken",
            "You give the share of right ones among the k best of all. But k are taken without looking, and of those "
            "only the one best is kept.",
            lambda *case: taken(*case, "best k"),
        ),
    ),
)


def judged(p: float, sees: float, fooled: float, ks: list[int], way: str = "") -> list[float]:
    """How often the drawing that a judge takes of k is right, for each k; or by a belief instead."""
    good, bad = p * sees, (1 - p) * fooled
    none = [(1 - good - bad) ** k for k in ks]
    if_liked = 1.0 if way == "liked is right" else good / (good + bad)
    if_not = {"nothing": 0.0, "average": p}.get(way, (p - good) / (1 - good - bad))
    if way == "at once":
        return [if_liked for _ in ks]
    if way == "one liked":
        return [by_luck(good, k) for k in ks]
    return [(1 - empty) * if_liked + empty * if_not for empty in none]


CHOOSING_CURVE = Checker(
    "choosing_curve(p, sees, fooled, ks)",
    target=judged,
    make=lambda rng: (
        round(rng.uniform(0.05, 0.6), 2),
        round(rng.uniform(0.4, 0.95), 2),
        round(rng.uniform(0.05, 0.5), 2),
        sorted(rng.sample(range(1, 40), rng.randint(3, 6))),
    ),
    edges=(
        (0.2, 0.9, 0.1, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]),
        (0.2, 0.5, 0.0, [1, 8, 64, 512]),
        (0.3, 1.0, 0.25, [1, 2, 3, 50]),
        (0.4, 0.5, 0.5, [1, 7, 20]),
        (0.35, 0.8, 0.15, [9, 2, 9, 1, 30]),
    ),
    axes=("k, by number",),
    beliefs=(
        Belief(
            "a chooser finds the right one if there is one",
            "You have drawn the curve of a perfect chooser: it is right as soon as one drawing is. Your judge "
            "overlooks right ones, and likes wrong ones.",
            lambda p, sees, fooled, ks: [by_luck(p, k) for k in ks],
        ),
        Belief(
            "a liked drawing is right",
            "Your curve goes to 1: you count every liked drawing as right. The judge likes wrong ones, too; of the "
            "liked ones only a share is right, and there the curve ends.",
            lambda *case: judged(*case, "liked is right"),
        ),
        Belief(
            "if none is liked nothing is right",
            "Where the judge likes none, you count a miss. It still takes one, and that may be a right one that it "
            "overlooked: for k = 1 the answer has to be p.",
            lambda *case: judged(*case, "nothing"),
        ),
        Belief(
            "what is not liked is an average drawing",
            "Where the judge likes none, you count p. But a drawing that it does not like is less often right than an "
            "average one, since it sees most right ones. Check k = 1: the answer has to be p.",
            lambda *case: judged(*case, "average"),
        ),
        Belief(
            "the number of drawings is no matter",
            "Your curve is flat: you give the share of right ones among the liked for every k. With few drawings it "
            "happens that none is liked at all, and that has its own answer.",
            lambda *case: judged(*case, "at once"),
        ),
        Belief(
            "one right one that is liked is enough",
            "You ask whether a right one is among the liked. Wrong ones are among them, too, and the judge takes any "
            "of those that it likes: it cannot tell them apart.",
            lambda *case: judged(*case, "one liked"),
        ),
    ),
)

CHECKERS = (FAVOURITE_OF_K, CHOOSING_CURVE)
