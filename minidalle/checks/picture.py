"""A student's answer beside the right one.

Left out: answers that no picture helps to read (texts, single numbers); there the words are enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from minidalle.checks.plain import settled

YOURS, RIGHT = "your answer", "the right answer"
BLUE, ORANGE = "#0072B2", "#E69F00"


def beside(got: Any, want: Any, axes: tuple[str, ...] = ()) -> Any:
    """Both values as a `show.Figure`: tables as shades, rows of numbers as bars; None for what is neither,
    and where matplotlib is not installed. axes: what the rows and columns are, or what is counted along; or as many
    names as a row has numbers, one for each."""
    right, yours = _numbers(want), _numbers(got)
    if right is None:
        return None
    try:
        from minidalle.show import figure
    except ModuleNotFoundError:
        return None
    paint = _tables if right.ndim == 2 else _bars
    along = (" by " if right.ndim == 2 else ", ").join(axes) or "number by number"
    alt = f"{YOURS} beside {RIGHT}, {along}"
    return figure(lambda canvas: paint(canvas, yours, right, axes), alt, 9.0, 3.6)


def _numbers(value: Any) -> np.ndarray | None:
    """A value as a row or a table of numbers; the first table of a deeper tensor. None if it has none."""
    value = settled(value)
    if isinstance(value, list) and value and all(type(item) in (int, float) for item in value):
        return np.asarray(value, dtype=float)
    if not isinstance(value, Tensor) or value.ndim == 0 or not value.numel():
        return None
    while value.ndim > 2:
        value = value[0]
    return value.double().numpy()


def _tables(canvas: Any, yours: np.ndarray | None, right: np.ndarray, axes: tuple[str, ...]) -> None:
    finite = right[np.isfinite(right)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    panels = canvas.subplots(1, 2)
    for panel, table, title in zip(panels, (yours, right), (YOURS, RIGHT), strict=True):
        grey = table is not None and not np.isfinite(table).all()
        panel.set_title(f"{title} (grey: not finite)" if grey else title)
        panel.grid(False)
        if table is None or table.ndim != 2:
            panel.text(0.5, 0.5, "no table", ha="center", va="center", transform=panel.transAxes)
            continue
        panel.set_facecolor("#BBBBBB")  # where a number is not finite
        panel.imshow(np.ma.masked_invalid(table), vmin=low, vmax=high, cmap="Blues", aspect="auto")
        for axis in (panel.xaxis, panel.yaxis):  # rows and columns are counted, a small table's too
            axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        if len(axes) == 2:
            panel.set(ylabel=axes[0], xlabel=axes[1])


def _bars(canvas: Any, yours: np.ndarray | None, right: np.ndarray, axes: tuple[str, ...]) -> None:
    panel = canvas.subplots()
    places = np.arange(len(right))
    if yours is not None and yours.ndim == 1:
        shown = min(len(yours), 2 * len(right) + 8)  # a bar costs milliseconds, and some are far too long
        mine = np.nan_to_num(yours[:shown], posinf=0, neginf=0)
        label = YOURS if shown == len(yours) else f"{YOURS} (the first {shown} of {len(yours)})"
        panel.bar(np.arange(shown) - 0.2, mine, 0.4, color=ORANGE, label=label)
        places = np.arange(max(len(mine), len(right)))
    height = np.nan_to_num(right, posinf=0, neginf=0)
    panel.bar(np.arange(len(right)) + 0.2, height, 0.4, color=BLUE, label=RIGHT)
    panel.set_xticks(places if len(places) <= 16 else places[:: len(places) // 8])
    if 1 < len(axes) == len(right):
        panel.set_xticks(np.arange(len(right)), axes)
    elif axes:
        panel.set_xlabel(axes[0])
    panel.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)  # above: it hides no bar
