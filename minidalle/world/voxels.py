"""Scenes made of little cubes: a ray walks from cell to cell of a grid (Amanatides and Woo 1987).

A cell is full where the point in its middle is inside a solid. Left out: light (`shading.py`).
"""

from __future__ import annotations

import math

from minidalle.world import geometry as g
from minidalle.world import textures

ROOM = 0.3
"""A cell counts as full this many sides before the surface, so that thin limbs stay whole."""


@g.jit
def trace(primitives, normals, active, h, ox, oy, oz, dx, dy, dz):
    """First full cell of side h on a ray: (t, primitive, the face's normal), or (1e9, NOTHING, ...).

    Bounding radii must have grown by h: what is asked is the middle of a cell, which lies beside the ray.
    """
    count, t, far = g.candidates(primitives, ox, oy, oz, dx, dy, dz, active)
    if count == 0:
        return 1e9, g.NOTHING, 0.0, 1.0, 0.0
    if dy < -1e-6:
        far = min(far, oy / -dy)
    si, sj, sk = 1.0 if dx > 0.0 else -1.0, 1.0 if dy > 0.0 else -1.0, 1.0 if dz > 0.0 else -1.0
    step_x, step_y, step_z = h / max(abs(dx), 1e-12), h / max(abs(dy), 1e-12), h / max(abs(dz), 1e-12)
    i, j, k, tx, ty, tz, axis = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3
    leap = True
    while t < far:
        if leap:  # anew, from the point that has been reached
            x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
            i, j, k, axis = math.floor(x / h), math.floor(y / h), math.floor(z / h), 3
            tx = t + (i + 0.5 + 0.5 * si - x / h) * si * step_x
            ty = t + (j + 0.5 + 0.5 * sj - y / h) * sj * step_y
            tz = t + (k + 0.5 + 0.5 * sk - z / h) * sk * step_z
        d, who = g.nearest_of(primitives, normals, active, count, (i + 0.5) * h, (j + 0.5) * h, (k + 0.5) * h)
        if d < ROOM * h and axis < 3:
            nx = -si if axis == 0 else 0.0
            ny = -sj if axis == 1 else 0.0
            nz = -sk if axis == 2 else 0.0
            # what is seen is what is nearest to a point before the face: an eye, not the head behind it
            x, y, z = (i + 0.5 + 0.7 * nx) * h, (j + 0.5 + 0.7 * ny) * h, (k + 0.5 + 0.7 * nz) * h
            _, who = g.nearest_of(primitives, normals, active, count, x, y, z)
            return t, who, nx, ny, nz
        leap = d > 3.1 * h  # no full cell within this distance less two half diagonals
        if leap:
            t += d - 2.1 * h
        elif tx <= ty and tx <= tz:
            t, i, axis = tx, i + si, 0
            tx += step_x
        elif ty <= tz:
            t, j, axis = ty, j + sj, 1
            ty += step_y
        else:
            t, k, axis = tz, k + sk, 2
            tz += step_z
    return 1e9, g.NOTHING, 0.0, 1.0, 0.0


@g.jit
def face(h, x, y, z, nx, ny, nz):
    """How light a point of a cube's face is: cubes differ a little, and their edges are dark."""
    i, j, k = math.floor(x / h - 0.5 * nx), math.floor(y / h - 0.5 * ny), math.floor(z / h - 0.5 * nz)
    rim = 1.0
    if nx == 0.0:
        rim = min(rim, 0.5 - abs(x / h - math.floor(x / h) - 0.5))
    if ny == 0.0:
        rim = min(rim, 0.5 - abs(y / h - math.floor(y / h) - 0.5))
    if nz == 0.0:
        rim = min(rim, 0.5 - abs(z / h - math.floor(z / h) - 0.5))
    return (0.62 if rim < 0.09 else 1.0) * (0.86 + 0.20 * textures.random_of(i, j, k))
