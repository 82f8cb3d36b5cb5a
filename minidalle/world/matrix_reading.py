"""Reading a matrix of geometric shapes: each cell by the drawing that it resembles most, the rule by logic.

There are about a thousand different cells, all drawn by this package, so no network is needed: the nearest drawing, by
squared differences of pixels, is right on sharp pictures and on soft ones. A rule is then what all three rows keep. A
network reads a figure as well after long training, but a rule, which compares nine cells, it guessed.

Left out: other pictures (`reader.py`); how matrices are made (`kinds/matrix_rules.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np

from minidalle.world.figures import FILLS, draw_cell
from minidalle.world.kinds.matrices import FIGURES, POINTED
from minidalle.world.kinds.matrix_rules import (
    CORNERS,
    COUNTS,
    INVERSE_FILL,
    RADII,
    SETS,
    TURNS,
    Look,
    corners_of,
)
from minidalle.world.layouts import line_width, size_of

MATRICES = {"matrix": False, "matrix new rule": False, "matrix inverted": True}
"""Kinds of scene that are read here, and whether they are white on black."""

NO_RULE = "none"
SOFTNESS = (0, 1, 3, 6)
"""In how many degrees of softness cells are compared; n has a standard deviation of sqrt(n / 2) pixels."""

UNLIKE = 0.03
"""A cell that differs by this mean square from every drawing is none of them: soft ones stay below 0.02, noise is at
0.07."""

Row = Sequence[Look]


@lru_cache(maxsize=1)
def looks() -> tuple[Look, ...]:
    """Every look that a cell of a matrix can have; of two that are drawn alike, the first: four figures in the corners
    are the count of four."""
    found = []
    for figure in FIGURES:
        for fill in FILLS:
            found += [Look(figure, fill, size) for size in RADII]
            found += [Look(figure, fill, "small", count) for count in COUNTS[1:]]
            found += [Look(figure, fill, "small", **corners_of(taken)) for taken in range(1, 15)]
            if figure in POINTED:
                found += [
                    Look(figure, fill, size, turn=turn) for size in ("medium", "large") for turn in TURNS[1:]
                ]
    return tuple(found)


def _softened(images: np.ndarray, passes: int) -> np.ndarray:
    """Images [image, side, side], each pixel mixed with its neighbours (1, 2, 1 both ways) so many times over."""
    for _ in range(passes):
        wide = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
        wide = (wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]) / 4
        images = (wide[..., :-2] + 2 * wide[..., 1:-1] + wide[..., 2:]) / 4
    return images


@lru_cache(maxsize=4)
def _drawings(side: int) -> tuple[np.ndarray, np.ndarray]:
    """All `looks`, sharp and in several degrees of softness, as rows of gray levels in [0, 1], float32 [drawing, side *
    side], and half of each row's square."""
    sharp = np.stack([draw_cell(look.cell(), side)[..., 0] for look in looks()]).astype(np.float32) / 255
    rows = np.concatenate([_softened(sharp, passes) for passes in SOFTNESS]).reshape(-1, side * side)
    return rows, 0.5 * (rows * rows).sum(axis=1)


def cells_of(image: np.ndarray) -> np.ndarray:
    """The nine cells of a picture [size, size, 3] as gray levels, float32 [9, side, side], row by row."""
    gray = image.astype(np.float32).mean(axis=2)
    size = len(gray)
    side, line = size_of("grid", size), line_width(size)
    starts = [line + (side + line) * k for k in range(3)]
    return np.stack([gray[i : i + side, j : j + side] for i in starts for j in starts])


def read_cells(image: np.ndarray, invert: bool = False) -> tuple[list[Look], np.ndarray]:
    """What the nine cells of a picture show, row by row, and how far each is from that: mean squared differences of
    gray levels in [0, 1], float [9].

    image: floats in [0, 1] or bytes, [size, size, 3], white on black with `invert`.
    """
    cells = cells_of(image / 255 if image.dtype == np.uint8 else image)
    cells = 1 - cells if invert else cells
    rows, squares = _drawings(cells.shape[1])
    scores = cells.reshape(9, -1) @ rows.T - squares  # the largest belongs to the least squared difference
    best = scores.argmax(axis=1)
    error = ((cells.reshape(9, -1) - rows[best]) ** 2).mean(axis=1)
    return [looks()[k % len(looks())] for k in best], error


def read_matrix(image: np.ndarray, invert: bool = False) -> dict[str, str]:
    """The facts of a picture of a matrix: its rule, "none" where its rows keep none or a cell is like no drawing, and
    what the ninth cell shows. image: as for `read_cells`."""
    cells, errors = read_cells(image, invert)
    rule = next(iter(rules_of(cells)), NO_RULE) if errors.max() < UNLIKE else NO_RULE
    last = {each.name: getattr(cells[-1], each.name) for each in fields(Look)}
    if rule in SETS and cells[-1].count == "four":
        last["corners"] = CORNERS[-1]
    return {"rule": rule, **last}


def rules_of(cells: Sequence[Look]) -> list[str]:
    """The rules that all three rows of nine cells keep."""
    rows = [cells[k : k + 3] for k in (0, 3, 6)]
    return [rule for rule, kept in KEPT.items() if kept(rows)]


def _alike(row: Row, *but: str) -> bool:
    """Whether the cells of a row agree in everything but some fields."""
    names = [each.name for each in fields(Look) if each.name not in but]
    return all(getattr(look, name) == getattr(row[0], name) for look in row for name in names)


def _number(look: Look) -> int:
    return COUNTS.index(look.count) + 1


def _taken(look: Look) -> int:
    """The corners that are taken, as bits; -1 for figures that stand elsewhere."""
    return 15 if look.count == "four" else CORNERS.index(look.corners) or -1


def _turns(row: Row) -> tuple[int, int]:
    """By how many eighths the second and the third cell are turned from the one before."""
    a, b, c = (TURNS.index(look.turn) for look in row)
    return (b - a) % 8, (c - b) % 8


def _growing(rows: Sequence[Row]) -> bool:
    orders = {tuple(look.size for look in row) for row in rows}
    return len(orders) == 1 and orders <= {tuple(RADII), tuple(RADII)[::-1]}


def _counted(rows: Sequence[Row], test: Callable[[int, int, int], bool]) -> bool:
    """Whether rows differ in their numbers alone, and those pass a test."""
    plain = all(_alike(row, "count") and row[0].corners == "none" and row[0].size == "small" for row in rows)
    return plain and all(test(*map(_number, row)) for row in rows)


def _set(name: str) -> Callable[[Sequence[Row]], bool]:
    def kept(rows: Sequence[Row]) -> bool:
        taken = [[_taken(look) for look in row] for row in rows]
        figures = all(_alike(row, "count", "corners") for row in rows)
        return figures and all(min(row) > 0 and SETS[name](row[0], row[1]) == row[2] for row in taken)

    return kept


def _square(rows: Sequence[Row], field: str) -> bool:
    """Whether every row has the same three values of a field, each row in another order."""
    orders = [tuple(getattr(look, field) for look in row) for row in rows]
    return len(set(orders)) == 3 and all(len(set(o)) == 3 and set(o) == set(orders[0]) for o in orders)


def _mirrored(row: Row) -> bool:
    a, b, c = (TURNS.index(look.turn) for look in row)
    return a % 2 == 1 and b == -a % 8 and c == (4 - a) % 8


def _turning(rows: Sequence[Row]) -> bool:
    steps = {_turns(row) for row in rows}
    return len(steps) == 1 and all(a == b != 0 for a, b in steps)


KEPT: dict[str, Callable[[Sequence[Row]], bool]] = {
    "same in a row": lambda rows: all(_alike(row) for row in rows),
    "growing": lambda rows: _growing(rows) and all(_alike(row, "size") for row in rows),
    "counting": lambda rows: (
        len({_number(row[1]) - _number(row[0]) for row in rows}) == 1
        and _counted(rows, lambda a, b, c: b - a == c - b and abs(b - a) == 1)
    ),
    "turning": lambda rows: _turning(rows) and all(_alike(row, "turn") for row in rows),
    "three shapes": lambda rows: _square(rows, "figure") and all(_alike(row, "figure") for row in rows),
    "three fills": lambda rows: _square(rows, "fill") and all(_alike(row, "fill") for row in rows),
    "together": _set("together"),
    "both": _set("both"),
    "inversion": lambda rows: all(
        _alike(row, "fill")
        and row[1].fill == INVERSE_FILL[row[0].fill]
        and row[2].fill == INVERSE_FILL[row[1].fill]
        for row in rows
    ),
    "shapes and fills": lambda rows: (
        _square(rows, "figure")
        and _square(rows, "fill")
        and all(_alike(row, "figure", "fill") for row in rows)
    ),
    "adding": lambda rows: _counted(rows, lambda a, b, c: a + b == c),
    "either": _set("either"),
    "mirror": lambda rows: all(_alike(row, "turn") and _mirrored(row) for row in rows),
    "shapes and sizes": lambda rows: (
        _square(rows, "figure") and _growing(rows) and all(_alike(row, "figure", "size") for row in rows)
    ),
}
"""For every rule, whether three rows keep it. Figures need not differ from row to row."""
