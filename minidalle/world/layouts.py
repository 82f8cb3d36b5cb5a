"""Pictures made of pictures: two panels, exactly one half each, above each other, or nine cells.

Left out: what the panels show (`kinds/`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LINE = 2  # of 128 pixels, between cells of a grid
PAPER = 255


def size_of(layout: str, size: int) -> int:
    """Pixels a side of one panel of a picture of `size` pixels."""
    return size // 2 if layout == "stack" else (size - 4 * line_width(size)) // 3


def line_width(size: int) -> int:
    """Pixels of the lines of a grid."""
    return max(size * LINE // 128, 1)


def lay_out(panels: Sequence[np.ndarray], layout: str, size: int) -> np.ndarray:
    """Panels uint8 [side, side, 3] as one picture [size, size, 3]: a stack of two, in the middle of white, or a grid of
    nine between lines, row by row. Raises ValueError for another number of panels."""
    wanted = {"stack": 2, "grid": 9}[layout]
    if len(panels) != wanted:
        raise ValueError(f"a {layout} has {wanted} panels, not {len(panels)}")
    side = size_of(layout, size)
    image = np.full((size, size, 3), PAPER, np.uint8)
    if layout == "stack":
        left = (size - side) // 2
        for k, panel in enumerate(panels):
            image[k * (size // 2) : k * (size // 2) + side, left : left + side] = panel
        return image
    line = line_width(size)
    image[:] = 0
    for k, panel in enumerate(panels):
        i, j = (line + (side + line) * n for n in divmod(k, 3))
        image[i : i + side, j : j + side] = panel
    edge = line + 3 * (side + line)
    image[edge:], image[:, edge:] = PAPER, PAPER
    return image
