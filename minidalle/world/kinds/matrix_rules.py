"""The rules of matrices: what changes from cell to cell, built backwards from what the ninth cell shows.

A rule is given the ninth cell's look and makes three rows of changes that lead to it; `RULES` has all of them. Where
another rule would fit the same rows, they are drawn again, so that there is one answer.

Left out: which rules training shows, and what does not change (`matrices.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minidalle.world.figures import FILLS
from minidalle.world.scene import Cell, Figure
from minidalle.world.stream import Stream

RADII = {"small": 0.20, "medium": 0.31, "large": 0.43}
COUNTS = ("one", "two", "three", "four")
TURNS = ("up", "up right", "right", "down right", "down", "down left", "left", "up left")
CORNERS = ("none", *("".join(c for k, c in enumerate("abcd") if n >> k & 1) for n in range(1, 16)))
"""Which corners of the cell are taken: a top left, b top right, c bottom left, d bottom right; none: no matter."""

LOW, HIGH = 0.25, 0.75
PLACES = {
    1: ((0.5, 0.5),),
    2: ((LOW, 0.5), (HIGH, 0.5)),
    3: ((0.5, LOW), (LOW, HIGH), (HIGH, HIGH)),
    4: ((LOW, LOW), (HIGH, LOW), (LOW, HIGH), (HIGH, HIGH)),
}
INVERSE_FILL = {"empty": "black", "black": "empty", "gray": "striped", "striped": "gray"}


@dataclass(frozen=True)
class Look:
    """What a cell shows, field by field as in the facts."""

    figure: str
    fill: str
    size: str = "large"
    count: str = "one"
    turn: str = "up"
    corners: str = "none"

    def cell(self) -> Cell:
        """The cell, ready to be drawn."""
        number = COUNTS.index(self.count) + 1
        places = PLACES[number]
        if self.corners != "none":
            places = tuple(
                place for place, corner in zip(PLACES[4], "abcd", strict=True) if corner in self.corners
            )
        turn = 45.0 * TURNS.index(self.turn)
        return Cell(tuple(Figure(self.figure, self.fill, RADII[self.size], x, y, turn) for x, y in places))


def corners_of(taken: int) -> dict[str, str]:
    """The two fields that tell which corners are taken; bits of `taken`."""
    return {"corners": CORNERS[taken], "count": COUNTS[taken.bit_count() - 1]}


Rows = list[list[dict[str, str]]]
"""What changes within a matrix: three rows of three cells, each a few fields of a `Look`."""


def _same(r: Stream, last: Look) -> Rows:
    """All three cells of a row are equal."""
    return [[{}] * 3] * 3


def _growing(r: Stream, last: Look) -> Rows:
    """Small, medium, large, or the other way round."""
    sizes = tuple(RADII) if last.size == "large" else tuple(RADII)[::-1]
    return [[{"size": size} for size in sizes]] * 3


def _counting(r: Stream, last: Look) -> Rows:
    """One more in each cell of a row, or one less; not one, two, three in both rows above, which adding fits too."""
    end = COUNTS.index(last.count)
    ends = (2, 3) if end >= 2 else (0, 1)
    step = 1 if end >= 2 else -1
    above = r.pick([(a, b) for a in ends for b in ends if (a, b) != (2, 2)])
    return [[{"count": COUNTS[e + step * (k - 2)]} for k in range(3)] for e in (*above, end)]


def _adding(r: Stream, last: Look) -> Rows:
    """The third cell has as many as the first two together; not every row also counts on by one."""
    while True:
        rows = []
        for total in (r.pick((2, 3, 4)), r.pick((2, 3, 4)), COUNTS.index(last.count) + 1):
            first = r.pick(range(1, total))
            rows.append([{"count": COUNTS[n - 1]} for n in (first, total - first, total)])
        if any(row[0]["count"] != "one" or row[1]["count"] != "two" for row in rows[:2]):
            return rows


def _turned(start: int, steps: tuple[int, int]) -> list[dict[str, str]]:
    return [{"turn": TURNS[(start + by) % 8]} for by in (0, *steps)]


def _turning(r: Stream, last: Look) -> Rows:
    """Each cell is turned by the same angle from the one before it."""
    step = r.pick((1, 2, 3, 5, 6, 7))
    starts = (r.pick(range(8)), r.pick(range(8)), TURNS.index(last.turn) - 2 * step)
    return [_turned(start, (step, 2 * step)) for start in starts]


def _mirror(r: Stream, last: Look) -> Rows:
    """The second cell is the first in a mirror beside it, the third is the first in a mirror below it."""
    starts = (r.pick((1, 3, 5, 7)), r.pick((1, 3, 5, 7)), (4 - TURNS.index(last.turn)) % 8)
    return [[{"turn": TURNS[t % 8]} for t in (start, -start, 4 - start)] for start in starts]


def _square(r: Stream, field: str, values: list[str]) -> Rows:
    """A Latin square of three values, the first of which ends up in the ninth cell."""
    step = r.pick((1, 2))
    order = [values[(k - 2) % 3] for k in range(3)]
    rows = [[{field: order[(k + shift) % 3]} for k in range(3)] for shift in (step, 2 * step, 0)]
    return rows


def _shapes(r: Stream, last: Look, others: list[str]) -> Rows:
    return _square(r, "figure", [last.figure, *others[:2]])


def _fills(r: Stream, last: Look) -> Rows:
    """The same three fills in every row, in another order."""
    return _square(r, "fill", [last.fill, *r.pick_several([fill for fill in FILLS if fill != last.fill], 2)])


def _both_fields(one: Rows, other: Rows) -> Rows:
    return [[a | b for a, b in zip(*rows, strict=True)] for rows in zip(one, other, strict=True)]


SETS: dict[str, Callable[[int, int], int]] = {
    "together": lambda a, b: a | b,
    "both": lambda a, b: a & b,
    "either": lambda a, b: a ^ b,
}
"""What of the first two cells is in the third: what is in any, in both, or in one only."""


def _set_row(r: Stream, rule: str, end: int | None) -> tuple[int, int, int]:
    """Two cells and a third that follows, none of them empty; the third is `end` if that is given."""
    while True:
        a, b = r.pick(range(1, 16)), r.pick(range(1, 16))
        c = SETS[rule](a, b)
        if a != b and c and (end is None or c == end):
            return a, b, c


def _sets(r: Stream, rule: str, last: Look) -> Rows:
    """Rows of corners, of which the first two fit no other of `SETS`."""
    end = CORNERS.index(last.corners)
    while True:
        rows = [_set_row(r, rule, goal) for goal in (None, None, end)]
        fits = [name for name, join in SETS.items() if all(join(a, b) == c for a, b, c in rows[:2])]
        if fits == [rule]:
            return [[corners_of(taken) for taken in row] for row in rows]


def _inversion(r: Stream, last: Look) -> Rows:
    """Fills change places from cell to cell: empty and black, gray and striped."""
    ends = (r.pick(FILLS), r.pick(FILLS), last.fill)
    return [[{"fill": end}, {"fill": INVERSE_FILL[end]}, {"fill": end}] for end in ends]


RULES: dict[str, Callable[[Stream, Look, list[str]], Rows]] = {
    "same in a row": lambda r, last, others: _same(r, last),
    "growing": lambda r, last, others: _growing(r, last),
    "counting": lambda r, last, others: _counting(r, last),
    "turning": lambda r, last, others: _turning(r, last),
    "three shapes": _shapes,
    "three fills": lambda r, last, others: _fills(r, last),
    "together": lambda r, last, others: _sets(r, "together", last),
    "both": lambda r, last, others: _sets(r, "both", last),
    "inversion": lambda r, last, others: _inversion(r, last),
    "shapes and fills": lambda r, last, others: _both_fields(_shapes(r, last, others), _fills(r, last)),
    "adding": lambda r, last, others: _adding(r, last),
    "either": lambda r, last, others: _sets(r, "either", last),
    "mirror": lambda r, last, others: _mirror(r, last),
    "shapes and sizes": lambda r, last, others: _both_fields(_shapes(r, last, others), _growing(r, last)),
}
"""Every rule: what changes in the rows of a matrix that ends in a given look."""
