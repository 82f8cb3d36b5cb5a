"""Flat figures for matrices of geometric shapes: polygons, circles and their fills, drawn without a camera or light.

Every pixel of a cell is sampled 4 x 4 times. A sample asks on which side of which edge it lies, with +, -, * and
comparisons only, and samples are added up as whole numbers, so a cell is the same to the last bit everywhere. Corners
come from angles once for each figure and are rounded, like everything that needs an angle.

Left out: which figures stand where (`kinds/matrices.py`) and the lines between cells (`layouts.py`).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from minidalle.world.scene import Cell, Figure

SAMPLES = 4
GRAY = 150
STROKE = 0.055
"""Width of an outline, in parts of the cell's side; never below one pixel."""


def _regular(
    corners: int, start: float = 0.0, radii: tuple[float, ...] = (1.0,)
) -> list[tuple[float, float]]:
    """Corners around a middle, the first one up (y counts down), with radii that repeat."""
    angles = [math.radians(start + 360 * k / corners) for k in range(corners)]
    return [
        (radii[k % len(radii)] * math.sin(a), -radii[k % len(radii)] * math.cos(a))
        for k, a in enumerate(angles)
    ]


_ARM = 0.36
POLYGONS: dict[str, list[tuple[float, float]]] = {
    "triangle": [(0.0, -1.0), (0.80, 0.68), (-0.80, 0.68)],
    "square": [(-0.80, -0.80), (0.80, -0.80), (0.80, 0.80), (-0.80, 0.80)],
    "pentagon": _regular(5),
    "hexagon": _regular(6, 30),
    "circle": [],
    "star": _regular(10, radii=(1.0, 0.40)),
    "cross": [
        *((-_ARM, -0.95), (_ARM, -0.95), (_ARM, -_ARM), (0.95, -_ARM), (0.95, _ARM), (_ARM, _ARM)),
        *((_ARM, 0.95), (-_ARM, 0.95), (-_ARM, _ARM), (-0.95, _ARM), (-0.95, -_ARM), (-_ARM, -_ARM)),
    ],
    "diamond": [(0.0, -1.0), (0.58, 0.0), (0.0, 1.0), (-0.58, 0.0)],
    "arrow": [(0, -1), (0.85, 0.0), (0.32, 0.0), (0.32, 1), (-0.32, 1), (-0.32, 0.0), (-0.85, 0.0)],
    "half circle": [(math.sin(a), 0.45 - math.cos(a)) for a in (math.radians(15 * k) for k in range(-6, 7))],
}
"""Corners of every figure of radius 1, x right and y down; a circle has none."""

FILLS: tuple[str, ...] = ("empty", "gray", "striped", "black")
"""What is inside an outline."""


def corners_of(figure: Figure) -> np.ndarray:
    """float64 [corner, 2]: x right and y down in parts of the cell's side, rounded to nine decimals."""
    a = math.radians(figure.turn)
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    points = np.array(POLYGONS[figure.shape], dtype=float).reshape(-1, 2) @ turn.T
    return np.round(points * figure.radius + np.array([figure.x, figure.y]), 9)


def _inside_and_near(
    figure: Figure, x: np.ndarray, y: np.ndarray, stroke: float
) -> tuple[np.ndarray, np.ndarray]:
    """Whether samples lie inside the figure, and whether they lie on its outline, `stroke` wide."""
    half = stroke / 2
    if figure.shape == "circle":
        r = 0.92 * figure.radius
        d = (x - figure.x) * (x - figure.x) + (y - figure.y) * (y - figure.y)
        return d < r * r, (d < (r + half) * (r + half)) & (d > (r - half) * (r - half))
    corners = corners_of(figure)
    inside, near = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        ex, ey = bx - ax, by - ay
        along = (x - ax) * ex + (y - ay) * ey
        part = np.clip(along / (ex * ex + ey * ey), 0.0, 1.0)
        dx, dy = x - ax - part * ex, y - ay - part * ey
        near |= dx * dx + dy * dy < half * half
        if ay != by:
            inside ^= ((ay > y) != (by > y)) & (x < ax + (y - ay) * ex / ey)
    return inside, near


@lru_cache(maxsize=2048)
def draw_figure(figure: Figure, side: int) -> tuple[np.ndarray, np.ndarray]:
    """(ink, values): which samples of a cell the figure paints, bool, and their gray values, [4 side, 4 side]."""
    middles = (np.arange(side * SAMPLES) + 0.5) / (side * SAMPLES)
    y, x = middles[:, None] + np.zeros(side * SAMPLES), middles[None, :] + np.zeros((side * SAMPLES, 1))
    inside, near = _inside_and_near(figure, x, y, max(STROKE, 1.0 / side))
    values = np.zeros(x.shape, np.int64)
    if figure.fill == "gray":
        values[:] = GRAY
    elif figure.fill == "striped":
        period = max(0.11, 3.0 / side)
        phase = (y - figure.y) / period + 0.25
        values[phase - np.floor(phase) >= 0.5] = 255
    values[near] = 0
    return (near if figure.fill == "empty" else inside | near), values


def draw_cell(cell: Cell, side: int) -> np.ndarray:
    """A cell as uint8 [side, side, 3], black on white. Raises ValueError for an unknown shape or fill."""
    paper = np.full((side * SAMPLES, side * SAMPLES), 255, np.int64)
    for figure in cell.figures:
        if figure.shape not in POLYGONS or figure.fill not in FILLS:
            raise ValueError(
                f"no figure is {figure.fill!r} or {figure.shape!r}; choose from {', '.join((*FILLS, *POLYGONS))}"
            )
        ink, values = draw_figure(figure, side)
        paper = np.where(ink, values, paper)
    total = paper.reshape(side, SAMPLES, side, SAMPLES).sum((1, 3))
    level = ((total + SAMPLES * SAMPLES // 2) // (SAMPLES * SAMPLES)).astype(np.uint8)
    return np.repeat(level[..., None], 3, axis=2)
