"""How directions fall on the picture: a pinhole, a fisheye's circle, or a panorama of all directions.

The fisheye is stereographic, so that it needs no angles; the panorama is equirectangular, with sines as polynomials,
because those of the machine's library are not the same everywhere.
"""

from __future__ import annotations

import math

from minidalle.world.compiled import compiled

jit = compiled()

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
def direction(lens, slope, forward, right, up, u, v):
    """(is there a ray?, unit direction x, y, z) at picture position (u right, v up), both in [-1, 1]."""
    if lens == 1.0:
        r = u * u + v * v
        if r > 1.0:
            return False, 0.0, 0.0, 1.0
        a, b, c = 2.0 * u / (1.0 + r), 2.0 * v / (1.0 + r), (1.0 - r) / (1.0 + r)
    elif lens == 2.0:
        lon, lat = u * 3.141592653589793, v * 1.5707963267948966
        level = sine(1.5707963267948966 - abs(lat))
        turned = 1.5707963267948966 - abs(lon)
        a, b, c = level * sine(lon), sine(lat), level * sine(turned)
    else:
        dx = forward[0] + (right[0] * u + up[0] * v) * slope
        dy = forward[1] + (right[1] * u + up[1] * v) * slope
        dz = forward[2] + (right[2] * u + up[2] * v) * slope
        length = math.sqrt(dx * dx + dy * dy + dz * dz)
        return True, dx / length, dy / length, dz / length
    dx = forward[0] * c + (right[0] * a + up[0] * b)
    dy = forward[1] * c + (right[1] * a + up[1] * b)
    dz = forward[2] * c + (right[2] * a + up[2] * b)
    return True, dx, dy, dz
