"""Checkers of lesson 06, attention masks: the row, column and convolution patterns over a whole stream.

Left out: what all patterns share, and how they are stacked (`lesson06.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor

from minidalle.checks.checker import Belief, Checker
from minidalle.masks import StreamLayout, dense_mask

Rule = Callable[[Tensor, Tensor, int], Tensor]
"""May the query see the key? Given their numbers as codes (from 0, negative on the text side) and the grid."""

AXES = ("slot that asks", "slot that is asked")


def by_rule(
    text_length: int, grid: int, rule: Rule, everywhere: bool = False, start: int = 1, causal: bool = True
) -> Tensor:
    """A pattern over the stream, for beliefs: bool [query, key].

    everywhere: the rule cuts text keys, too. start: how many slots come before the picture, beyond the
    caption.
    """
    code = torch.arange(text_length + grid**2) - text_length - start
    q, k = code[:, None], code[None, :]
    picture = (q >= 0) & (k >= 0) if not causal else k >= 0
    seen = rule(q, k, grid) if everywhere else torch.where(picture, rule(q, k, grid), k <= q)
    return seen & (k <= q) if causal else seen


def same_row(q: Tensor, k: Tensor, grid: int) -> Tensor:
    """Whether two codes lie in one row."""
    return q // grid == k // grid


def row_rule(q: Tensor, k: Tensor, grid: int) -> Tensor:
    """The package's rule."""
    return q - k <= grid


def column_rule(q: Tensor, k: Tensor, grid: int) -> Tensor:
    """The package's rule."""
    return (q - k) % grid == 0


def pattern(name: str) -> Callable[..., Tensor]:
    """The package's own table of a pattern."""
    return lambda text_length, grid: dense_mask(name, StreamLayout(text_length, grid))


ROW_MASK = Checker(
    "row_mask(text_length: int[2, 6], grid: int[3, 5])",
    target=pattern("row"),
    edges=((4, 4), (3, 3), (2, 5)),
    count=8,
    axes=AXES,
    beliefs=(
        Belief(
            "a row ends at its edge",
            "Your tokens see their own row and nothing above. DALL·E's row pattern goes on around the left edge, "
            "into the row above, back to the token straight above: {grid} steps back in reading order.",
            lambda t, g: by_rule(t, g, same_row),
        ),
        Belief(
            "the row above is seen whole",
            "Your tokens see all of the row above. The pattern goes back {grid} steps, to the token straight "
            "above and no further: every token sees {grid} others and itself.",
            lambda t, g: by_rule(t, g, lambda q, k, n: q // n - k // n <= 1),
        ),
        Belief(
            "a row is as many tokens as the grid is wide",
            "Your window is one short: it has {grid} tokens, itself included. It goes back {grid} steps, so that "
            "the token straight above is just seen.",
            lambda t, g: by_rule(t, g, lambda q, k, n: q - k < n),
        ),
        Belief(
            "the window is cut over the text",
            "You cut the text, too. Picture slots see the whole caption and start of image in every layer, and "
            "text slots all text before them: the window is among codes only.",
            lambda t, g: by_rule(t, g, row_rule, everywhere=True),
        ),
        Belief(
            "start of image is a code",
            "You treat start of image like a code, so that most slots do not see it. It belongs to the text "
            "side: text_length + 1 slots are seen by every code.",
            lambda t, g: by_rule(t, g, row_rule, start=0),
        ),
        Belief(
            "a row reaches to the right",
            "Your tokens see their whole row, also what comes after them. What lies to the right is the future: the "
            "model would read the answer. Instead the window goes back into the row above.",
            lambda t, g: by_rule(t, g, same_row, causal=False),
        ),
    ),
)

COLUMN_MASK = Checker(
    "column_mask(text_length: int[2, 6], grid: int[3, 5])",
    target=pattern("column"),
    loops=False,
    edges=((4, 4), (3, 3), (2, 5)),
    count=8,
    axes=AXES,
    beliefs=(
        Belief(
            "a column is one token",
            "Your tokens see the one straight above them and no further. The column goes on to the top of the "
            "picture: all steps back that are a multiple of {grid}.",
            lambda t, g: by_rule(t, g, lambda q, k, n: (q == k) | (q - k == n)),
        ),
        Belief(
            "a column reaches to the bottom",
            "Your tokens see their whole column, also below. What lies below comes later in the stream: cut "
            "the future off, k <= q.",
            lambda t, g: by_rule(t, g, column_rule, causal=False),
        ),
        Belief(
            "the column is cut over the text",
            "You ask of text keys, too, that they lie a multiple of {grid} away. The caption has no columns: "
            "every picture slot sees all of it.",
            lambda t, g: by_rule(t, g, column_rule, everywhere=True),
        ),
        Belief(
            "a column is a quotient",
            "You compare rows: // counts the rows that have gone by. Two codes lie in one column when what "
            "*remains* is the same, so use %.",
            lambda t, g: by_rule(t, g, same_row),
        ),
        Belief(
            "a token does not see itself",
            "Your picture tokens do not see themselves. In the top row they would see no code at all; a token "
            "may use what it holds itself: 0 is a multiple of {grid}, too.",
            lambda t, g: by_rule(t, g, lambda q, k, n: column_rule(q, k, n) & (q != k)),
        ),
        Belief(
            "start of image is a code",
            "You treat start of image like a code, so that only some columns see it. It belongs to the text "
            "side: text_length + 1 slots are seen by every code.",
            lambda t, g: by_rule(t, g, column_rule, start=0),
        ),
    ),
)


def conv_rule(kernel: int, up: int | None = None, left: int | None = None, wrap: bool = True) -> Rule:
    """A window of `kernel` rows, `up` of them above the token (None: all but one), and from `left` columns
    before it (None: half). wrap: counted in reading order, so that it goes around the edges."""
    up, left = kernel - 1 if up is None else up, kernel // 2 if left is None else left

    def rule(q: Tensor, k: Tensor, grid: int) -> Tensor:
        if not wrap:
            rows, columns = q // grid - k // grid, q % grid - k % grid
            return (rows >= up - kernel + 1) & (rows <= up) & (columns.abs() <= kernel // 2)
        seen = torch.zeros_like(q - k, dtype=torch.bool)
        for rows in range(up - kernel + 1, up + 1):
            for columns in range(left - kernel + 1, left + 1):
                seen |= q - k == rows * grid + columns
        return seen

    return rule


def some_window(rng: random.Random) -> tuple[int, int, int]:
    """A stream, and a window that is smaller than its picture."""
    return rng.randint(2, 5), rng.randint(4, 6), 3


CONV_MASK = Checker(
    "conv_mask(text_length, grid, kernel)",
    target=lambda text_length, grid, kernel: dense_mask(
        "conv", StreamLayout(text_length, grid), conv_kernel=kernel
    ),
    make=some_window,
    edges=((4, 5, 3), (3, 7, 5), (2, 4, 1), (3, 5, 11), (3, 6, 3)),
    count=4,
    axes=AXES,
    beliefs=(
        Belief(
            "a window ends at the picture's edge",
            "Your window stops at the picture's left and right edges. DALL·E's is counted in reading order: one "
            "step left of the left edge is the end of the row above (figure 11d).",
            lambda t, g, n: by_rule(t, g, conv_rule(n, wrap=False)),
        ),
        Belief(
            "the window lies around the token",
            "Your window has the token in its middle, and the half below is lost as future. Here its last "
            "row is the token's own: of {kernel} rows all others lie above.",
            lambda t, g, n: by_rule(t, g, conv_rule(n, up=n // 2)),
        ),
        Belief(
            "the window ends at the token's column",
            "Your window lies up and to the left of the token. It reaches as far to the right: in the rows "
            "above nothing is future, so columns go from -(kernel // 2) to kernel // 2.",
            lambda t, g, n: by_rule(t, g, conv_rule(n, left=n - 1)),
        ),
        Belief(
            "its own row is seen to the right",
            "Your tokens see what lies to the right of them in their own row, which comes later. Offsets below "
            "0 are the future, and cut off in every pattern.",
            lambda t, g, n: by_rule(t, g, conv_rule(n), causal=False),
        ),
        Belief(
            "the window is cut over the text",
            "You cut the text, too. Every picture slot sees the whole caption and start of image, and text slots "
            "all text before them: the window is among codes only.",
            lambda t, g, n: by_rule(t, g, conv_rule(n), everywhere=True),
        ),
    ),
)

CHECKERS = (ROW_MASK, COLUMN_MASK, CONV_MASK)
