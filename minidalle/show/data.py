"""Figures about data: which combinations are there, and how often something occurs.

Each function gives what paints the figure on matplotlib, and its description. Left out: pictures (`__init__.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minidalle.show.colours import BLUE, RED

FULL, EMPTY = BLUE, RED


def combinations_on(
    rows: Sequence[str], columns: Sequence[str], held_out: Callable[[str, str], bool]
) -> tuple[Callable[[Any], None], str]:
    """A table of two fields: a filled square where training shows the combination, a cross where it is held out."""
    missing = [(row, column) for row in rows for column in columns if held_out(row, column)]

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                if (row, column) in missing:
                    axes.plot(j, i, marker="x", color=EMPTY, markersize=13, markeredgewidth=3.5)
                else:
                    axes.plot(j, i, marker="s", color=FULL, markersize=11, alpha=0.75)
        axes.set_xticks(range(len(columns)), columns, rotation=30, ha="right")
        axes.set_yticks(range(len(rows)), rows)
        axes.set(xlim=(-0.6, len(columns) - 0.4), ylim=(len(rows) - 0.4, -0.6))
        axes.grid(False)
        axes.set_title("squares: training shows it; crosses: held out")

    said = f": {', '.join(f'{row} with {column}' for row, column in missing)}" if missing else ""
    total = len(rows) * len(columns)
    return paint, f"A table of {total} combinations, of which {len(missing)} are held out{said}"


def bars_on(
    values: Mapping[str, float], title: str, unit: str, most: int = 24
) -> tuple[Callable[[Any], None], str]:
    """Horizontal bars, the longest on top; beyond `most`, the rest is left out and said to be."""
    ordered = sorted(values.items(), key=lambda item: -item[1])
    shown = ordered[:most]

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        names = [name for name, _ in shown][::-1]
        axes.barh(names, [value for _, value in shown][::-1], color=FULL)
        axes.set_xlabel(unit)
        axes.set_title(title)

    rest = f" ({len(ordered) - most} more are left out)" if len(ordered) > most else ""
    said = ", ".join(f"{name} {value:g}" for name, value in shown)
    return paint, f"{title}, in {unit}: {said}{rest}"
