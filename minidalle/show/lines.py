"""Curves and tables of numbers: what happens to something as something else grows.

Left out: figures of one subject, which have modules of their own; the curves of a training folder
(`training/curves.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import LogFormatterSciNotation

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, GREEN, ORANGE, PURPLE, RED, SKY

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":", "-", "--")
MARKS = ("o", "s", "^", "D", "v", "P")
FEW = 16
"""Up to so many points of a curve are marked one by one."""
PLAIN = (1e-4, 1e6)
"""On logarithmic axes that lie between these, numbers are written out."""


class PlainNumbers(LogFormatterSciNotation):
    """Labels of a logarithmic axis: 1, 10, 100 and not powers of ten, unless the axis is too long for that."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        """The label at a value; none where matplotlib would write none."""
        label = super().__call__(value, pos)
        low, high = self.axis.get_view_interval()
        return f"{value:,.10g}" if label and PLAIN[0] <= low and high <= PLAIN[1] else label


def plain_numbers(axis: Axis) -> None:
    """Write the numbers of a logarithmic axis out where they fit."""
    axis.set_major_formatter(PlainNumbers())
    axis.set_minor_formatter(PlainNumbers())


def lines(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    x: str,
    y: str,
    title: str = "",
    log: str = "",
    level: Mapping[str, float] | None = None,
    height: float = 4.2,
) -> Figure:
    """Curves by name, each its x and y values; up to six.

    x, y: what the axes are, with their units. log: "x", "y" or "xy", the axes that are logarithmic. level: horizontal
    lines by name. Raises ValueError for no curves, too many, or one whose x and y are not equally long.
    """
    if not 1 <= len(curves) <= len(COLOURS):
        raise ValueError(f"there are {len(curves)} curves; draw from 1 to {len(COLOURS)} in one figure")
    for name, (places, values) in curves.items():
        if len(places) != len(values) or len(places) == 0:
            raise ValueError(f"curve {name!r} has {len(places)} places and {len(values)} values")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for (name, (places, values)), colour, dash, mark in zip(curves.items(), COLOURS, DASHES, MARKS):
            marker = mark if len(places) <= FEW else None
            axes.plot(places, values, dash, color=colour, label=name, marker=marker)
        for name, value in (level or {}).items():
            axes.axhline(value, color="#222222", lw=1.5, ls=(0, (1, 2)))
            place = {"xycoords": ("axes fraction", "data"), "xytext": (-4, 4), "textcoords": "offset points"}
            axes.annotate(name, (1.0, value), va="bottom", ha="right", fontsize=12, **place)
            axes.margins(y=0.12)
        for letter in log:
            axes.set(**{f"{letter}scale": "log"})
            plain_numbers(getattr(axes, f"{letter}axis"))
        axes.set(xlabel=x, ylabel=y, title=title)
        if len(curves) > 1:
            axes.legend()

    ends = [f"{name} from {values[0]:.3g} to {values[-1]:.3g}" for name, (_, values) in curves.items()]
    levels = [f"{name} at {value:.3g}" for name, value in (level or {}).items()]
    first = title or y
    return figure(paint, f"{first}: {y} over {x}; {'; '.join(ends + levels)}", 9, height)


def matrices(
    tables: Mapping[str, Any], rows: str, columns: str, signed: bool = False, names: Sequence[str] = ()
) -> Figure:
    """Tables of numbers side by side, dark where small and bright where large, each with a colour bar of its own.

    tables: by title, [row, column] each; -inf and NaN stay white. rows, columns: what the axes count. signed: blue
    below 0 and red above, white at 0. names: of the rows and columns, in place of their numbers. Raises ValueError for
    what is no table.
    """
    arrays = {title: np.asarray(table, dtype=float) for title, table in tables.items()}
    for title, array in arrays.items():
        if array.ndim != 2:
            raise ValueError(f"{title!r} has shape {list(array.shape)}; a table is [row, column]")

    def paint(canvas: Any) -> None:
        for axes, (title, array) in zip(canvas.subplots(1, len(arrays), squeeze=False)[0], arrays.items()):
            shown = np.ma.masked_invalid(array)
            most = float(abs(shown).max()) or 1.0
            kind = {"cmap": "RdBu_r", "vmin": -most, "vmax": most} if signed else {"cmap": "cividis"}
            drawn = axes.imshow(shown, aspect="auto" if array.shape[0] != array.shape[1] else "equal", **kind)
            axes.grid(False)
            axes.set(title=title, xlabel=columns)
            axes.locator_params(integer=True, nbins=6)
            if names:
                axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
                axes.set_yticks(range(len(names)), names)
            canvas.colorbar(drawn, ax=axes, shrink=0.8)
        canvas.axes[0].set_ylabel(rows)

    said = "; ".join(f"{title} ({array.shape[0]} by {array.shape[1]})" for title, array in arrays.items())
    return figure(paint, f"Tables of {rows} against {columns}: {said}", min(13.0, 4.6 * len(arrays)), 4.0)


def shares(parts: Mapping[str, Mapping[str, float]], unit: str, title: str = "") -> Figure:
    """A bar for each thing, as long as all others, cut into its parts: what it is made of, in percent.

    parts: by thing, the size of each part, the same parts for all. Raises ValueError where parts differ or nothing
    is above 0.
    """
    kinds = list(next(iter(parts.values()))) if parts else []
    for name, sizes in parts.items():
        if list(sizes) != kinds or not sum(sizes.values()) > 0:
            raise ValueError(f"{name!r} has the parts {list(sizes)}; expected {kinds}, some above 0")
    percent = {
        name: [100 * size / sum(sizes.values()) for size in sizes.values()] for name, sizes in parts.items()
    }
    hatches = ("", "//", "..", "\\\\", "xx", "")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        left = np.zeros(len(parts))
        for number, kind in enumerate(kinds):
            widths = np.array([values[number] for values in percent.values()])
            look = {"facecolor": COLOURS[number % 6], "hatch": hatches[number % 6], "edgecolor": "white"}
            axes.barh(list(parts), widths, left=left, label=kind, height=0.6, **look)
            for place, (start, width) in enumerate(zip(left, widths)):
                if width >= 7:
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                    axes.text(start + width / 2, place, f"{width:.0f} %", ha="center", va="center", bbox=box)
            left += widths
        axes.invert_yaxis()
        axes.grid(False)
        axes.set(xlim=(0, 100), xlabel=unit, title=title)
        axes.legend(ncols=len(kinds), loc="upper center", bbox_to_anchor=(0.5, -0.28))

    said = [
        f"{name}: " + ", ".join(f"{kind} {value:.0f} %" for kind, value in zip(kinds, values))
        for name, values in percent.items()
    ]
    return figure(paint, f"{title or unit}. {'; '.join(said)}", 9.5, 1.9 + 0.6 * len(parts))
