"""Checkers of lesson 08: how well a machine is used, and what more of them gain.

Left out: memory, batches and scales (`lesson08.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

from minidalle.checks.checker import Belief, Checker
from minidalle.ledger.costs import MACHINE, Card, exchanged_bytes, sending_seconds

Log = list[tuple[float, int]]


def used(log: Log, operations: float, cards: int, peak: float, way: str = "") -> float:
    """The share of the peak that was useful work; or by a belief instead."""
    rates = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(log)]
    speed = (log[-1][1] - log[0][1]) / (log[-1][0] - log[0][0])
    if way == "start":
        speed = log[-1][1] / log[-1][0]
    if way in ("mean", "best"):
        speed = max(rates) if way == "best" else sum(rates) / len(rates)
    more = 4 / 3 if way == "recomputed" else 1.0
    return speed * operations * more / (peak * (1 if way == "one" else cards))


def some_log(rng: random.Random) -> tuple[Log, float, int, float]:
    """A log whose first line came late, with stretches of unequal length and speed."""
    seconds, pictures = rng.uniform(40, 90), rng.randint(100, 900)
    log = [(seconds, pictures)]
    for _ in range(rng.randint(2, 5)):
        stretch = rng.uniform(5, 60)
        seconds, pictures = seconds + stretch, pictures + int(stretch * rng.uniform(60, 240))
        log.append((seconds, pictures))
    cards = rng.choice((2, 4, 8))
    return log, rng.uniform(1e9, 9e9), cards, rng.uniform(1e12, 2e12) / cards


UTILISATION = Checker(
    "utilisation(log, operations, cards, peak)",
    target=used,
    make=some_log,
    edges=(
        ([(60, 100), (70, 300), (90, 700)], 1e9, 2, 4e10),
        ([(30, 0), (40, 100), (90, 200)], 1e9, 1, 8e9),
    ),
    beliefs=(
        Belief(
            "compiling is part of the speed",
            "You divide all pictures by all seconds, and compiling at the start is among those. A long run does "
            "not notice it, so leave out what came before the first line.",
            lambda *case: used(*case, way="start"),
        ),
        Belief(
            "speeds can be averaged",
            "You average the speeds between the lines, so that a short stretch counts as much as a long one. "
            "Divide all pictures by all seconds, from the first line to the last.",
            lambda *case: used(*case, way="mean"),
        ),
        Belief(
            "the peak is that of one card",
            "You compare what {cards} cards did with what one can do. All of them could have been working: their "
            "peak is {cards} times as high.",
            lambda *case: used(*case, way="one"),
        ),
        Belief(
            "the best stretch is the speed",
            "You take the fastest stretch. A run waits for data and checkpoints as well, and how well a machine is "
            "used says so too: take the whole time.",
            lambda *case: used(*case, way="best"),
        ),
        Belief(
            "recomputing is useful work",
            "You count a third more operations, for what is recomputed. The card does do that work, but MFU counts "
            "what the model needs, or a wasteful program would look better.",
            lambda *case: used(*case, way="recomputed"),
        ),
    ),
)


def seconds_if(way: str = "") -> Callable[..., list[float]]:
    """Seconds of an update for each number of cards; or by a belief instead."""

    def seconds(counts: list[int], computing: float, size: float, link: float, wire: float) -> list[float]:
        found = []
        for n in counts:
            card = Card("", 0, 0, link, link if way == "links" else wire)
            sent = exchanged_bytes(size / 4, n, sharded=False)
            sent = {"to one": (n - 1) * size, "once": sent / 2, "free": 0.0}.get(way, sent)
            work, sending = computing / n, sending_seconds(sent, n, card)
            found.append(work + sending if way == "sum" else max(work, sending))
        return found

    return seconds


def some_machines(rng: random.Random) -> tuple[list[int], float, float, float, float]:
    """Numbers of cards, and a case in which links and wires both matter."""
    counts = [1, rng.randint(2, 4), rng.randint(5, MACHINE), rng.randint(9, 20), rng.choice((32, 64))]
    link = rng.uniform(80, 120)
    return counts, rng.uniform(8, 16), rng.uniform(80, 200), link, link / rng.uniform(4, 9)


UPDATE_SECONDS = Checker(
    "update_seconds(counts, computing, size, link, wire)",
    target=seconds_if(),
    make=some_machines,
    edges=(
        ([1, 8, 16], 16.0, 80, 100.0, 10.0),
        ([8, 9], 0.1, 90, 100.0, 10.0),
        ([1], 3.0, 50, 10.0, 1.0),
        ([12, 1, 8, 12], 9.0, 80, 90.0, 20.0),
    ),
    axes=("numbers of cards, in order",),
    beliefs=(
        Belief(
            "twice the cards, half the time",
            "You only share the computing. The cards also have to send their gradients, and with many cards that "
            "takes longer than computing: the longer of both is what an update takes.",
            seconds_if("free"),
        ),
        Belief(
            "first compute, then send",
            "You add computing and sending. The gradients of the last layers are sent while those of earlier ones "
            "are computed, so the longer of the two sets the pace.",
            seconds_if("sum"),
        ),
        Belief(
            "all send to one card",
            "You let all send to one card, which would get everything of everybody. In a ring each card sends "
            "less than twice its gradients, however many cards there are.",
            seconds_if("to one"),
        ),
        Belief(
            "the fast links reach everywhere",
            "You send by the link whatever the number of cards. It joins the 8 cards of one machine; from 9 on "
            "everything passes the wire between machines.",
            seconds_if("links"),
        ),
        Belief(
            "gradients go round once",
            "You let the gradients go round once. The ring goes round twice: first the sums are made, then they "
            "are handed to everybody.",
            seconds_if("once"),
        ),
    ),
)

CHECKERS = (UTILISATION, UPDATE_SECONDS)
