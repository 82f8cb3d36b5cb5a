"""Rows of pictures, each pixel of a picture a whole number of pixels on the page, so that none is blurred or dropped.

Left out: the figure around them (`rows` in `__init__.py`).
"""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

CELL, GAP, LABELS = 128, 8, 150
"""Pixels on the page: of a picture, at least its own; between two; of the names of rows."""


def sheet(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, int]:
    """Rows of pictures uint8 [picture, height, width, 3] on white, [height, width, 3], and from one picture's corner to
    the next. Rows may have different numbers and sizes of pictures."""
    step = max(CELL, *(max(row.shape[1:3]) for row in rows)) + GAP
    page = np.full((len(rows) * step - GAP, max(map(len, rows)) * step - GAP, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        times = max(1, CELL // max(row.shape[1:3]))
        for x, picture in enumerate(row.repeat(times, axis=1).repeat(times, axis=2)):
            height, width = picture.shape[:2]
            page[y * step : y * step + height, x * step : x * step + width] = picture
    return page, step


def rows_on(canvas: Any, page: np.ndarray, step: int, labels: Sequence[str], captions: Sequence[str]) -> None:
    """Paint a `sheet`, the labels on the left, captions above the columns."""
    high, wide = page.shape[:2]
    width, height = canvas.get_size_inches() * canvas.dpi
    canvas.set_layout_engine("none")
    axes = canvas.add_axes((LABELS / width, 0.0, wide / width, high / height))
    axes.imshow(page, interpolation="none", extent=(0, wide, high, 0))
    axes.axis("off")
    middle = (step - GAP) / 2
    for number, label in enumerate(labels):
        place = (-12, number * step + middle)
        axes.text(*place, textwrap.fill(label, 16), ha="right", va="center", fontsize=13)
    for number, caption in enumerate(captions):
        place = (number * step + middle, -8)
        axes.text(*place, textwrap.fill(caption, 15), ha="center", va="bottom", fontsize=11)
