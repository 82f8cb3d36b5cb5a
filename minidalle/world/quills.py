"""A porcupine's quills: what has this texture gets thin banded cones that stick out of it on all sides.

Left out: the skin between them (`textures.py`).
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world import geometry as g
from minidalle.world.primitives import CONE, TORUS
from minidalle.world.textures import PORCUPINE, STRIPED

MANY, LONG, THICK = 64, 0.27, 0.030
"""About how many quills a thing has, and how long and thick they are on a large solid."""

DARK, LIGHT = (0.05, 0.03, 0.02), (0.90, 0.82, 0.66)


def _directions(count: int) -> np.ndarray:
    """Unit vectors spread evenly over all directions (a Fibonacci spiral), float64 [count, 3]."""
    k = np.arange(count) + 0.5
    y, turn = 1.0 - 2.0 * k / count, k * math.pi * (3.0 - math.sqrt(5.0))
    level = np.sqrt(1.0 - y * y)
    return np.stack([level * np.cos(turn), y, level * np.sin(turn)], axis=1)


def _axes(up: np.ndarray) -> np.ndarray:
    """A rotation [3, 3] that turns +y to the unit vector `up`."""
    side = np.array([0.0, 0.0, 1.0]) if abs(up[0]) > 0.7 else np.array([1.0, 0.0, 0.0])
    x = np.cross(up, side)
    x /= math.sqrt(float(x @ x))
    return np.stack([x, up, np.cross(x, up)], axis=1)


def quills(rows: list[np.ndarray]) -> list[np.ndarray]:
    """The quills of a thing's primitives, as further rows; larger primitives get more of them."""
    bodies = [
        row for row in rows if row[g.TEXTURE] == PORCUPINE and not row[g.INSIDE] and row[g.RADIUS] > 0.04
    ]
    area = sum(row[g.RADIUS] ** 2 for row in bodies)
    found: list[np.ndarray] = []
    for row in bodies:
        for way in _directions(max(round(MANY * row[g.RADIUS] ** 2 / area), 3)):
            found.append(_quill(row, way, len(rows) + len(found)))
    return found


def _foot(row: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Where a ray from the middle (of a torus: of its tube) leaves a solid; `way` in the solid's axes."""
    middle = row[g.CENTER : g.CENTER + 3]
    turn = row[g.ROTATION : g.ROTATION + 9].reshape(3, 3)
    if row[g.KIND] == TORUS:
        flat = math.sqrt(way[0] ** 2 + way[1] ** 2) + 1e-9
        middle = middle + turn @ (np.array([way[0] / flat, way[1] / flat, 0.0]) * row[g.DIMS])
    way, table = turn @ way, row[None]
    (x, y, z), (dx, dy, dz) = middle.tolist(), way.tolist()
    low, high = 0.0, 2.0 * float(row[g.RADIUS])
    for _ in range(12):
        half = 0.5 * (low + high)
        if g.distance(table, 0, g.NORMALS, x + half * dx, y + half * dy, z + half * dz) < 0.0:
            low = half
        else:
            high = half
    return middle + low * way


def _quill(row: np.ndarray, way: np.ndarray, group: int) -> np.ndarray:
    """One quill of a solid."""
    foot, size = _foot(row, way), min(1.0, 0.35 + 1.3 * row[g.RADIUS])
    turned = row[g.ROTATION : g.ROTATION + 9].reshape(3, 3) @ way
    out = np.array(g.normal(row[None], g.NORMALS, 0, *foot)) + 0.6 * turned
    out /= math.sqrt(float(out @ out)) + 1e-9
    quill, half, thick = row.copy(), 0.5 * LONG * size, THICK * size
    quill[g.KIND], quill[g.CENTER : g.CENTER + 3] = CONE, foot + 0.8 * half * out
    quill[g.DIMS : g.DIMS + 4] = thick, 0.002, half, 0.003
    quill[g.ROTATION : g.ROTATION + 9] = _axes(out).reshape(-1)
    quill[g.COLOR : g.COLOR + 3], quill[g.COLOR2 : g.COLOR2 + 3] = DARK, LIGHT
    quill[g.TEXTURE], quill[g.GROUP], quill[g.MELT], quill[g.DECAL] = STRIPED, group, 0.0, 0.0
    quill[g.RADIUS] = math.hypot(thick, half) + 0.003
    return quill
