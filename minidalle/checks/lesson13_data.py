"""Checkers of lesson 13: copies of training pictures, and weights that mend a bias.

Left out: silence and temperature (`lesson13.py`).
"""

from __future__ import annotations

import random
from collections import Counter

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker


def copied_pictures(drawn: Tensor, fresh: Tensor, training: Tensor, way: str = "") -> Tensor:
    """Which drawn pictures are copies; or by a belief instead."""
    if way == "equal":
        return (drawn[:, None] == training).all(-1).any(1)
    far, control = torch.cdist(drawn, training), torch.cdist(fresh, training)
    if way == "whole":
        return far.mean(1) < control.mean(1).min()
    near, limits = far.amin(1), control.amin(1)
    if way == "between":
        return near < torch.cdist(drawn, fresh).amin(1)
    return near < {"typical": limits.mean(), "some": limits.max()}.get(way, limits.min())


def some_pictures(rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
    """Training pictures, fresh ones, and drawn ones: equal to training, nearly, loosely, or not at all."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    training = torch.randn(rng.randint(4, 8), 3, generator=generator)
    fresh = torch.randn(rng.randint(2, 4), 3, generator=generator)
    drawn = [torch.randn(3, generator=generator) for _ in range(4)]
    for noise in (0.0, 0.05, 0.3, 0.6):
        one = training[rng.randrange(len(training))]
        drawn.append(one + noise * torch.randn(3, generator=generator))
    return torch.stack(drawn), fresh, training


def _column(*numbers: float) -> Tensor:
    return torch.tensor(numbers)[:, None]


IS_COPY = Checker(
    "is_copy(drawn, fresh, training)",
    target=copied_pictures,
    make=some_pictures,
    edges=(
        (_column(4.0, 91, 89, 10), _column(10.0, 70), _column(0.0, 100)),
        (_column(0.0, 1, 50, 20), _column(2.0, 40), _column(0.0, 90)),
    ),
    axes=("drawn picture",),
    beliefs=(
        Belief(
            "a copy is equal to the last bit",
            "You look for equal pictures. A model's copy goes through a decoder, and no pixel is quite the same: near "
            "is enough, if it is nearer than chance comes.",
            lambda *case: copied_pictures(*case, way="equal"),
        ),
        Belief(
            "nearer than fresh ones on average",
            "Your limit is the mean distance of the fresh pictures. About half of them are below it, and none is a "
            "copy: you would accuse a model that copies nothing. Take the nearest one.",
            lambda *case: copied_pictures(*case, way="typical"),
        ),
        Belief(
            "nearer than some fresh one",
            "You ask whether some fresh picture is farther from training. Nearly everything passes that. A copy is "
            "nearer than every fresh one.",
            lambda *case: copied_pictures(*case, way="some"),
        ),
        Belief(
            "near to training as a whole",
            "You take the mean distance to all training pictures. Who copies, copies one: look for the nearest, "
            "for drawn and fresh pictures alike.",
            lambda *case: copied_pictures(*case, way="whole"),
        ),
        Belief(
            "nearer to training than to fresh ones",
            "You compare with the distance from the drawn picture to fresh ones. Fresh pictures show how near to "
            "*training* chance comes, so measure both against training.",
            lambda *case: copied_pictures(*case, way="between"),
        ),
    ),
)


def weights_if(things: list[str], colors: list[str], way: str = "") -> list[float]:
    """A weight for each picture; or by a belief instead."""
    pairs, n = list(zip(things, colors, strict=True)), len(things)
    of_pair, of_thing, of_color = Counter(pairs), Counter(things), Counter(colors)
    owed = {thing: len({color for other, color in of_pair if other == thing}) for thing in of_thing}
    if way == "frequent":
        return [of_pair[pair] / sum(count**2 for count in of_pair.values()) for pair in pairs]
    if way == "colors":
        return [1 / (len(of_color) * of_color[color]) for color in colors]
    if way in ("unscaled", "pairs"):
        return [1 / (of_pair[pair] * (len(of_pair) if way == "pairs" else 1)) for pair in pairs]
    owed = dict.fromkeys(owed, len(of_color)) if way == "every" else owed
    return [of_thing[pair[0]] / (n * owed[pair[0]] * of_pair[pair]) for pair in pairs]


def some_things(rng: random.Random) -> tuple[list[str], list[str]]:
    """Things in colours, tipped: most cars are red."""
    things = ["car", "car", "cat", *rng.choices(("car", "cat", "mug"), (3, 2, 1), k=rng.randint(3, 9))]
    rest = [
        rng.choice(("red", "red", "blue") if thing == "car" else ("blue", "green")) for thing in things[3:]
    ]
    colors = ["red", "blue", "green", *rest]
    return things, colors


BALANCING_WEIGHTS = Checker(
    "balancing_weights(things, colors)",
    target=weights_if,
    make=some_things,
    edges=(
        (["car", "car", "car", "cat"], ["red", "red", "blue", "green"]),
        (["cat", "car", "car", "car"], ["red", "red", "red", "red"]),
    ),
    axes=("picture",),
    beliefs=(
        Belief(
            "all pairs are equally likely",
            "You give every pair of thing and colour the same. Then a thing in many colours becomes more frequent "
            "than it was: each thing should keep its share, and its colours share that.",
            lambda *case: weights_if(*case, way="pairs"),
        ),
        Belief(
            "balance the colours of everything",
            "You balance colours over all things. Red may then be rare on cats to make up for the cars: look at the "
            "colours of each thing apart.",
            lambda *case: weights_if(*case, way="colors"),
        ),
        Belief(
            "weights need no sum",
            "Your weights are one divided by the number of the like, and do not sum to 1. Give each thing its share "
            "of all pictures first, and divide that among its colours.",
            lambda *case: weights_if(*case, way="unscaled"),
        ),
        Belief(
            "a thing is owed every colour",
            "You divide a thing's share among all colours that there are. Where a thing never has a colour nothing "
            "can be drawn, and its part is lost: divide among the colours that it has.",
            lambda *case: weights_if(*case, way="every"),
        ),
        Belief(
            "what is frequent weighs more",
            "You give frequent pairs more weight, which makes the bias larger. A picture should weigh less, the more "
            "there are of its like.",
            lambda *case: weights_if(*case, way="frequent"),
        ),
    ),
)

CHECKERS = (IS_COPY, BALANCING_WEIGHTS)
