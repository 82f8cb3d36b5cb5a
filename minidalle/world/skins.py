"""What the surfaces of plants and foods look like, outside and cut open: seeds, rinds, segments, rings, grooves.

Functions of a point like those of `textures.py`, and with the same arithmetic: each answers how much of the second
colour shows. They are named by primitives only, never by a caption, and their numbers begin at FIRST.

Left out: patterns and materials that a caption may name (`textures.py`).
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world import textures
from minidalle.world.compiled import compiled

jit = compiled()

FIRST = 40
SKINS: tuple[str, ...] = (
    "grooves",
    "seeds",
    "holes",
    "segments",
    "rind",
    "ring of seeds",
    "lattice",
    "rings",
    "pores",
    "crystals",
    "scales",
)
"""Names of the surfaces; the number of the first is FIRST."""

# Their places in SKINS.
GROOVES, SEEDS, HOLES, SEGMENTS, RIND, RING_OF_SEEDS, LATTICE, RINGS, PORES, CRYSTALS, SCALES = range(
    len(SKINS)
)

LINES = np.zeros((12, 2))
"""LINES[k]: sine and cosine of k times 15 degrees."""
for _k in range(12):
    LINES[_k] = round(math.sin(math.pi * _k / 12), 12), round(math.cos(math.pi * _k / 12), 12)


@jit
def _ray(x, y, step):
    """How far (x, y) is from the nearest of the lines through the middle that are step * 15 degrees apart."""
    least = 1e9
    for k in range(0, 12, step):
        least = min(least, abs(x * LINES[k, 0] - y * LINES[k, 1]))
    return least


@jit
def _segments(x, y):
    """A fruit cut in two across its z axis: twelve thin walls, and a round middle."""
    return 1.0 if _ray(x, y, 2) < 0.014 or math.sqrt(x * x + y * y) < 0.045 else 0.0


@jit
def _ring_of_seeds(x, y):
    """A fruit cut in two across its z axis: seeds around the middle, each on a ray."""
    r = math.sqrt(x * x + y * y)
    along = r - 0.185 - 0.03 * textures.random_of(math.floor(x * 8.0), math.floor(y * 8.0), 2)
    across = _ray(x, y, 1)
    return 1.0 if across * across * 4.0 + along * along < 0.0016 else 0.0


@jit
def _rings(x, y):
    """Uneven rings around the z axis, as of a felled tree."""
    r = math.sqrt(x * x + y * y)
    band = r * 13.0 + 0.8 * textures.noise(x * 3.0 + 9.0, y * 3.0)
    return 1.0 if band - math.floor(band) < 0.38 else 0.0


@jit
def pattern(texture, x, y, z, nx, ny, nz):
    """How much the second colour shows at a point with a normal, in the solid's own axes."""
    skin = int(texture) - FIRST
    if skin == SEGMENTS:
        return _segments(x, y)
    if skin == RING_OF_SEEDS:
        return _ring_of_seeds(x, y)
    if skin == RINGS:
        return _rings(x, y)
    if skin == RIND:  # twelve ragged stripes from pole to pole (along y)
        r = math.sqrt(x * x + z * z) + 1e-6
        wide = 0.07 + 0.13 * textures.noise(y * 14.0, (x - z) * 14.0)
        return 1.0 if _ray(x, z, 2) / r < wide else 0.0
    a, b = textures.facing(x, y, z, nx, ny, nz)
    if skin == GROOVES:  # they wander, as of a brain
        level = 4.6 * textures.noise(a * 4.5, b * 4.5) + 1.5 * textures.noise(a * 9.5, b * 9.5)
        wave = abs(level - math.floor(level) - 0.5)
        return min(max((0.22 - wave) * 9.0, 0.0), 1.0)
    if skin == SEEDS:  # drops in rows that are set off
        v = b / 0.115
        row = math.floor(v)
        u = a / 0.115 + 0.5 * (row % 2.0)
        u, v = u - math.floor(u) - 0.5, v - row - 0.5
        wide = 0.15 - 0.13 * v
        return 1.0 if u * u / (wide * wide) + v * v / 0.09 < 1.0 else 0.0
    if skin == HOLES:  # of two sizes
        near, _, _, _ = textures.cells(a * 8.0, b * 8.0, 0.7)
        small, _, _, _ = textures.cells(a * 19.0, b * 19.0, 0.8)
        return 1.0 if near < 0.34 or small < 0.26 else 0.0
    if skin == LATTICE:  # slanting lines, with a dot in every diamond
        u, v = (a + b) * 5.0, (a - b) * 5.0
        u, v = u - math.floor(u), v - math.floor(v)
        dot = (u - 0.57) * (u - 0.57) + (v - 0.57) * (v - 0.57)
        return 1.0 if u < 0.14 or v < 0.14 or dot < 0.014 else 0.0
    if skin == PORES:
        near, _, _, _ = textures.cells(a * 22.0, b * 22.0, 0.6)
        return 0.8 if near < 0.24 else 0.0
    if skin == CRYSTALS:  # flat faces, light and dark
        i = math.floor((a + 0.35 * b) * 11.0)
        j = math.floor((b - 0.3 * a) * 11.0)
        u, v = (a + 0.35 * b) * 11.0 - i, (b - 0.3 * a) * 11.0 - j
        return textures.random_of(i, j, 1 if u > v else 2)
    v = b * 9.0  # scales
    row = math.floor(v)
    u = a * 9.0 + 0.5 * (row % 2.0)
    u, v = u - math.floor(u) - 0.5, v - row
    rim = u * u + (v - 0.6) * (v - 0.6)
    return 1.0 if 0.22 < rim < 0.36 and v < 0.6 else 0.0
