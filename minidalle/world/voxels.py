"""Scenes made of little cubes: a ray walks from cell to cell of a grid (Amanatides and Woo 1987).

A cell is full where the point in its middle is inside a solid. Left out: light (`shading.py`).
"""

from __future__ import annotations

import math

from minidalle.world import geometry as g


@g.jit
def trace(primitives, normals, active, h, ox, oy, oz, dx, dy, dz):
    """First full cell of side h on a ray: (t, primitive, the face's normal), or (1e9, NOTHING, ...).

    Bounding radii must have grown by h: what is asked is the middle of a cell, which lies beside the ray.
    """
    count, near, far = g.candidates(primitives, ox, oy, oz, dx, dy, dz, active)
    if count == 0:
        return 1e9, g.NOTHING, 0.0, 1.0, 0.0
    t, axis = near, 3
    x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
    i, j, k = math.floor(x / h), math.floor(y / h), math.floor(z / h)
    si, sj, sk = 1.0 if dx > 0.0 else -1.0, 1.0 if dy > 0.0 else -1.0, 1.0 if dz > 0.0 else -1.0
    big = 1e12
    step_x, step_y, step_z = (
        h / abs(dx) if dx != 0.0 else big,
        h / abs(dy) if dy != 0.0 else big,
        h / abs(dz) if dz != 0.0 else big,
    )
    tx = ((i + (1.0 if si > 0.0 else 0.0)) * h - ox) / dx if dx != 0.0 else big
    ty = ((j + (1.0 if sj > 0.0 else 0.0)) * h - oy) / dy if dy != 0.0 else big
    tz = ((k + (1.0 if sk > 0.0 else 0.0)) * h - oz) / dz if dz != 0.0 else big
    while t < far:
        d, who = g.nearest_of(primitives, normals, active, count, (i + 0.5) * h, (j + 0.5) * h, (k + 0.5) * h)
        if d < 0.15 * h and axis < 3:
            nx, ny, nz = 0.0, 0.0, 0.0
            if axis == 0:
                nx = -si
            elif axis == 1:
                ny = -sj
            else:
                nz = -sk
            return t, who, nx, ny, nz
        if tx <= ty and tx <= tz:
            t, i, axis = tx, i + si, 0
            tx += step_x
        elif ty <= tz:
            t, j, axis = ty, j + sj, 1
            ty += step_y
        else:
            t, k, axis = tz, k + sk, 2
            tz += step_z
    return 1e9, g.NOTHING, 0.0, 1.0, 0.0
