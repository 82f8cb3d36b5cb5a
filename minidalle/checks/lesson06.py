"""Checkers of lesson 06, attention masks: never ahead, which layer has which pattern, and who knows what.

Left out: the row, column and convolution patterns (`lesson06_patterns.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from minidalle.checks import lesson06_patterns
from minidalle.checks.checker import Belief, Checker
from minidalle.masks import layer_patterns


def ahead(slots: int) -> Tensor:
    """How far the key lies ahead of the query, int64 [query, key]."""
    place = torch.arange(slots)
    return place[None, :] - place[:, None]


CAUSAL_MASK = Checker(
    "causal_mask(slots: int[1, 9])",
    target=lambda slots: ahead(slots) <= 0,
    edges=((5,), (1,)),
    count=8,
    axes=("slot that asks", "slot that is asked"),
    beliefs=(
        Belief(
            "a slot does not see itself",
            "Your slots see only what lies strictly before them, so slot 0 sees nothing at all. A slot holds a "
            "token that is known already, and predicts the next: it may see itself.",
            lambda slots: ahead(slots) < 0,
        ),
        Belief(
            "the mask is shifted by one",
            "Each of your slots sees one slot ahead, which holds the very token that it should predict: "
            "position 3 can see position 4. The loss would look wonderful, and the pictures would be garbage.",
            lambda slots: ahead(slots) <= 1,
        ),
        Belief(
            "the line is the key",
            "Your table is turned over its diagonal: slots see what comes after them. A line belongs to the "
            "slot that asks, a column to the one that is asked, and line 0 may have a single True.",
            lambda slots: ahead(slots) >= 0,
        ),
        Belief(
            "True hides",
            "Your table is True where a slot must *not* look. Some of PyTorch's modules want that; here, "
            "and in PyTorch's scaled_dot_product_attention, True means: may see.",
            lambda slots: ahead(slots) > 0,
        ),
        Belief(
            "a mask is a number to add",
            "You give 0 and minus infinity, what is added to scores later. Asked is the table itself, truth "
            "values: `as_bias` makes the other from it.",
            lambda slots: torch.zeros(slots, slots).masked_fill(ahead(slots) > 0, float("-inf")),
        ),
    ),
)


def some_rule(depth: int, column) -> list[str]:
    """Row and column layers by a rule on the layer's number from 1, and a convolution at the end."""
    return ["column" if column(i) else "row" for i in range(1, depth)] + ["conv"]


LAYER_PATTERNS = Checker(
    "layer_patterns(depth: int[5, 40])",
    target=lambda depth: list(layer_patterns(depth)),
    edges=((4,), (1,), (6,), (64,), (11,)),
    count=8,
    beliefs=(
        Belief(
            "layers count from zero",
            "You count layers from 0, so all columns come one layer late. In the paper's rule the first layer "
            "is number 1, and (i - 2) mod 4 = 0 for layers 2, 6, 10, ...",
            lambda depth: some_rule(depth, lambda i: (i - 3) % 4 == 0),
        ),
        Belief(
            "rows and columns take turns",
            "Every second layer of yours is a column. In DALL·E it is one in four: row, column, row, row, and again.",
            lambda depth: some_rule(depth, lambda i: i % 2 == 0),
        ),
        Belief(
            "every fourth is a column",
            "Your columns are layers 4, 8, 12, ... The rule takes 2 away first: the columns are layers "
            "2, 6, 10, ..., so that already the second layer looks up.",
            lambda depth: some_rule(depth, lambda i: i % 4 == 0),
        ),
        Belief(
            "the convolution comes on top",
            "You have one layer too many: the convolution is the last of the {depth} layers, in the place of "
            "what the rule would say there.",
            lambda depth: [*some_rule(depth + 1, lambda i: i % 4 == 2)],
        ),
        Belief(
            "the last layer is like the others",
            "Your last layer follows the rule for rows and columns. In DALL·E the last one is a convolution, "
            "'conv', whatever its number.",
            lambda depth: some_rule(depth + 1, lambda i: i % 4 == 2)[:-1],
        ),
    ),
)


def known(masks: Tensor) -> Tensor:
    """What each slot can know after all layers: the boolean product that `masks.receptive_field` makes."""
    field = torch.eye(masks.shape[-1], dtype=torch.bool)
    for looks_at in masks:
        field = (looks_at.float() @ field.float()) > 0
    return field


def some_masks(rng: random.Random) -> tuple[Tensor]:
    """A few sparse layers; a slot always sees itself, and in some of them also ahead."""
    layers, slots = rng.randint(2, 4), rng.randint(4, 9)
    table = [[[rng.random() < 0.2 for _ in range(slots)] for _ in range(slots)] for _ in range(layers)]
    masks = torch.tensor(table) | torch.eye(slots, dtype=torch.bool)
    return (masks if rng.random() < 0.3 else masks.tril(),)


def chain(slots: int, layers: int) -> tuple[Tensor]:
    """Layers in which a slot sees itself and the one before."""
    place = torch.arange(slots)
    step = place[:, None] - place[None, :]
    return (((step == 0) | (step == 1)).repeat(layers, 1, 1),)


def one_after_other(*pairs: tuple[int, int]) -> tuple[Tensor]:
    """A layer for each pair (query, key), in which one slot of four sees one other, and all see themselves."""
    masks = torch.eye(4, dtype=torch.bool).repeat(len(pairs), 1, 1)
    for layer, (query, key) in enumerate(pairs):
        masks[layer, query, key] = True
    return (masks,)


def table_of(answer: Callable[..., Any], masks: Tensor) -> Any:
    """What an answer returns; counts as numbers with a fraction, of whatever kind they are."""
    found = answer(masks)
    return found.float() if isinstance(found, Tensor) and found.dtype != torch.bool else found


WHO_KNOWS = Checker(
    "who_knows(masks)",
    target=known,
    observe=table_of,
    make=some_masks,
    edges=(one_after_other((1, 0), (3, 1)), one_after_other((3, 1), (1, 0)), chain(7, 3), chain(5, 1)),
    axes=("slot that knows", "slot that is known"),
    beliefs=(
        Belief(
            "the last layer looks first",
            "You put the layers together in the wrong order. A slot knows what those knew *before* at whom it "
            "looks now: each new layer's mask multiplies from the left, mask @ known.",
            lambda masks: known(masks.flip(0)),
        ),
        Belief(
            "a slot knows what some layer shows",
            "You take together what each layer shows by itself. Layers hand on: if 3 looks at 1, and 1 looked "
            "at 0 a layer earlier, then 3 knows 0, though no mask shows it.",
            lambda masks: masks.any(0),
        ),
        Belief(
            "every layer has to show it",
            "You keep only what all layers show. A fact needs one way through the layers, not the same look in "
            "each: what a slot has learnt it keeps, since it sees itself.",
            lambda masks: masks.all(0),
        ),
        Belief(
            "only the last layer counts",
            "You give the last layer's mask. The slots that it looks at are not tokens any more: they hold "
            "what the layers before have brought them.",
            lambda masks: masks[-1],
        ),
        Belief(
            "ways are counted",
            "You count in how many ways a slot can know another. Asked is whether: truth values, so that 1 way "
            "and 20 are the same.",
            lambda masks: ways(masks),
        ),
    ),
)


def ways(masks: Tensor) -> Tensor:
    """In how many ways each slot can know each other one, as numbers with a fraction."""
    count = torch.eye(masks.shape[-1])
    for looks_at in masks:
        count = looks_at.float() @ count
    return count


CHECKERS = (CAUSAL_MASK, LAYER_PATTERNS, WHO_KNOWS, *lesson06_patterns.CHECKERS)
