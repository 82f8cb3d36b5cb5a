"""How directions fall on the picture: a pinhole, a fisheye's circle, or a panorama of all directions.

The fisheye is stereographic, so that it needs no angles; the panorama is equirectangular, with sines as polynomials,
because those of the machine's library are not the same everywhere.

Left out: what a ray meets (`geometry.py`).
"""

from __future__ import annotations

import math

from minidalle.world.geometry import FORWARD, LENS, RIGHT, SLOPE, UP, jit

PINHOLE, FISHEYE, PANORAMA = range(3)


@jit
def sine(x):
    """sin(x) for x in [-pi, pi], to six decimals."""
    if x > 1.5707963267948966:
        x = 3.141592653589793 - x
    elif x < -1.5707963267948966:
        x = -3.141592653589793 - x
    y = x * x
    return x * (1.0 - y / 6.0 * (1.0 - y / 20.0 * (1.0 - y / 42.0 * (1.0 - y / 72.0 * (1.0 - y / 110.0)))))


@jit
def direction(view, u, v):
    """(is there a ray?, unit direction x, y, z) at picture position (u right, v up), both in [-1, 1]."""
    lens, slope = view[LENS], view[SLOPE]
    if lens == PINHOLE:
        dx = view[FORWARD] + (view[RIGHT] * u + view[UP] * v) * slope
        dy = view[FORWARD + 1] + (view[RIGHT + 1] * u + view[UP + 1] * v) * slope
        dz = view[FORWARD + 2] + (view[RIGHT + 2] * u + view[UP + 2] * v) * slope
        length = math.sqrt(dx * dx + dy * dy + dz * dz)
        return True, dx / length, dy / length, dz / length
    if lens == FISHEYE:
        r = u * u + v * v
        if r > 1.0:
            return False, 0.0, 0.0, 1.0
        a, b, c = 2.0 * u / (1.0 + r), 2.0 * v / (1.0 + r), (1.0 - r) / (1.0 + r)
    else:
        lon, lat = u * 3.141592653589793, v * 1.5707963267948966
        level = sine(1.5707963267948966 - abs(lat))
        a, b, c = level * sine(lon), sine(lat), level * sine(1.5707963267948966 - abs(lon))
    dx = view[FORWARD] * c + (view[RIGHT] * a + view[UP] * b)
    dy = view[FORWARD + 1] * c + (view[RIGHT + 1] * a + view[UP + 1] * b)
    dz = view[FORWARD + 2] * c + (view[RIGHT + 2] * a + view[UP + 2] * b)
    return True, dx, dy, dz
