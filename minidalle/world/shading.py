"""The compiled inner loops of the renderer: one ray to a colour, and a grid of rays to a picture.

Two styles are drawn: a photo with a sun, hard shadows, a soft highlight and textures, and a pencil sketch. Everything
here reads two plain arrays, `primitives` (rows as in `geometry.py`) and `view` (below), and keeps to the arithmetic
that is the same on every machine.
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world import geometry as g

# Layout of the `view` vector that the kernels read: camera position, axes, light, sky and floor.
EYE, FORWARD, RIGHT, UP, SLOPE = 0, 3, 6, 9, 12
SUN_DIRECTION, SUN, AMBIENT, SKY_TOP, SKY_BOTTOM, GROUND, VIEW_LENGTH = 13, 16, 19, 22, 25, 28, 31

# Layout of one traced sample: colour, surface normal, what was hit, how much sun it gets.
SAMPLE_NORMAL, SAMPLE_WHO, SAMPLE_LIT, SAMPLE_LENGTH = 3, 6, 7, 8


@g.jit
def _second_color(texture, x, y, z, nx, ny, nz, f):
    """Whether a texture shows its second colour at a point with a normal, in the solid's axes; f cells a unit."""
    if texture == 1.0:
        return math.floor(y * f + 0.25) % 2.0 == 0.0
    if texture == 2.0:
        return (math.floor(x * f) + math.floor(y * f + 0.02) + math.floor(z * f)) % 2.0 == 0.0
    if texture == 3.0:  # dots, projected along the axis that the surface faces most
        u, v, w = x * f * 0.8, y * f * 0.8, z * f * 0.8
        a, b = u, v
        if abs(nx) > abs(ny) and abs(nx) > abs(nz):
            a, b = w, v
        elif abs(ny) > abs(nz):
            a, b = u, w
        a, b = a - math.floor(a + 0.5), b - math.floor(b + 0.5)
        return a * a + b * b < 0.085
    return False


@g.jit
def _shade_hit(primitives, normals, active, view, t, who, ox, oy, oz, dx, dy, dz, out):
    """Colour, normal and light at a hit at distance t; `who` is a primitive or FLOOR."""
    x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
    lx, ly, lz = view[SUN_DIRECTION], view[SUN_DIRECTION + 1], view[SUN_DIRECTION + 2]
    nx, ny, nz = 0.0, 1.0, 0.0
    red, green, blue = view[GROUND], view[GROUND + 1], view[GROUND + 2]
    shine = 0.0
    if who >= 0:
        row = primitives[who]
        nx, ny, nz = g.normal(row, normals, x, y, z)
        c = g.COLOR
        if row[g.TEXTURE] > 0.0:
            u, v, w = g.to_local(row, x, y, z)
            mx, my, mz = g.to_local(row, row[g.CENTER] + nx, row[g.CENTER + 1] + ny, row[g.CENTER + 2] + nz)
            if _second_color(row[g.TEXTURE], u, v, w, mx, my, mz, 4.0 / (row[g.RADIUS] + 0.12)):
                c = g.COLOR2
        red, green, blue = row[c], row[c + 1], row[c + 2]
        hx, hy, hz = lx - dx, ly - dy, lz - dz
        s = max((nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz), 0.0)
        s *= s
        s *= s
        s *= s
        s *= s
        shine = 0.22 * s * s
    facing = nx * lx + ny * ly + nz * lz
    lit = 0.0
    if facing > 0.0:
        e = 0.012
        _, blocker = g.trace(primitives, normals, active, x + nx * e, y + ny * e, z + nz * e, lx, ly, lz, 48)
        if blocker == g.NOTHING:
            lit = facing
    sky = 0.78 + 0.22 * ny
    direct = lit * 0.95
    shine = shine if lit > 0.0 else 0.0
    fade = min(max((t - 6.0) / 14.0, 0.0), 1.0) if who == g.FLOOR else 0.0
    out[0] = (red * (view[AMBIENT] * sky + view[SUN] * direct) + shine) * (1 - fade) + view[SKY_BOTTOM] * fade
    out[1] = (green * (view[AMBIENT + 1] * sky + view[SUN + 1] * direct) + shine) * (1 - fade) + view[
        SKY_BOTTOM + 1
    ] * fade
    out[2] = (blue * (view[AMBIENT + 2] * sky + view[SUN + 2] * direct) + shine) * (1 - fade) + view[
        SKY_BOTTOM + 2
    ] * fade
    out[3], out[4], out[5], out[6], out[7] = nx, ny, nz, who, lit


@g.jit
def _sample(primitives, normals, active, view, u, v, out):
    """Trace one ray through picture position (u right, v up), both in [-1, 1]."""
    s = view[SLOPE]
    dx = view[FORWARD] + (view[RIGHT] * u + view[UP] * v) * s
    dy = view[FORWARD + 1] + (view[RIGHT + 1] * u + view[UP + 1] * v) * s
    dz = view[FORWARD + 2] + (view[RIGHT + 2] * u + view[UP + 2] * v) * s
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / length, dy / length, dz / length
    ox, oy, oz = view[EYE], view[EYE + 1], view[EYE + 2]
    t, who = g.trace(primitives, normals, active, ox, oy, oz, dx, dy, dz, 64)
    if dy < -1e-6 and oy / -dy < t:
        t, who = oy / -dy, g.FLOOR
    if who == g.NOTHING:
        k = min(max(dy * 2.2, 0.0), 1.0)
        for c in range(3):
            out[c] = view[SKY_BOTTOM + c] * (1 - k) + view[SKY_TOP + c] * k
        out[3], out[4], out[5], out[6], out[7] = 0.0, 0.0, 0.0, g.NOTHING, 1.0
    else:
        _shade_hit(primitives, normals, active, view, t, who, ox, oy, oz, dx, dy, dz, out)


@g.jit
def _fill(primitives, normals, view, buffer):
    """One sample at the centre of each pixel of `buffer` [n, n, SAMPLE_LENGTH]."""
    n = buffer.shape[0]
    active = np.empty(primitives.shape[0] + 1, np.int64)
    for i in range(n):
        for j in range(n):
            _sample(primitives, normals, active, view, (2 * j + 1) / n - 1, 1 - (2 * i + 1) / n, buffer[i, j])


@g.jit
def _quantise(value):
    """Linear light to 8 bits, rounded to nearest; a square root stands in for the display's gamma."""
    return np.uint8(math.floor(math.sqrt(min(max(value, 0.0), 1.0)) * 255.0 + 0.5))


@g.jit
def photo(primitives, normals, view, n, threshold, image):
    """Draw into `image` uint8 [n, n, 3], with four more samples where a neighbour differs by over `threshold`."""
    buffer = np.empty((n, n, SAMPLE_LENGTH))
    _fill(primitives, normals, view, buffer)
    active = np.empty(primitives.shape[0] + 1, np.int64)
    extra = np.empty(SAMPLE_LENGTH)
    for i in range(n):
        for j in range(n):
            edge = False
            for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                a, b = min(max(i + di, 0), n - 1), min(max(j + dj, 0), n - 1)
                for c in range(3):
                    edge = edge or abs(buffer[i, j, c] - buffer[a, b, c]) > threshold
            red, green, blue = buffer[i, j, 0], buffer[i, j, 1], buffer[i, j, 2]
            if edge:
                red, green, blue = 0.0, 0.0, 0.0
                for du, dv in ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125)):
                    u, v = (2 * (j + du) + 1) / n - 1, 1 - (2 * (i + dv) + 1) / n
                    _sample(primitives, normals, active, view, u, v, extra)
                    red, green, blue = red + extra[0] / 4, green + extra[1] / 4, blue + extra[2] / 4
            image[i, j, 0], image[i, j, 1], image[i, j, 2] = _quantise(red), _quantise(green), _quantise(blue)


@g.jit
def sketch(primitives, normals, view, n, image):
    """Draw dark outlines and a light hatch in the shade on white paper, at two samples a pixel each way."""
    m = 2 * n
    buffer = np.empty((m, m, SAMPLE_LENGTH))
    _fill(primitives, normals, view, buffer)
    ink = np.zeros((m, m))
    for i in range(m):
        for j in range(m):
            p = buffer[i, j]
            for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                q = buffer[min(max(i + di, 0), m - 1), min(max(j + dj, 0), m - 1)]
                if p[6] < 0.0 and q[6] < 0.0:
                    continue
                if p[6] != q[6] or p[3] * q[3] + p[4] * q[4] + p[5] * q[5] < 0.8:
                    ink[i, j] = 0.9
            if ink[i, j] == 0.0 and p[7] <= 0.0 and p[6] != g.NOTHING:
                ink[i, j] = 0.42 if (i + j) % 6 < 2 else 0.10
    for i in range(n):
        for j in range(n):
            total = (
                ink[2 * i, 2 * j] + ink[2 * i + 1, 2 * j] + ink[2 * i, 2 * j + 1] + ink[2 * i + 1, 2 * j + 1]
            )
            level = np.uint8(math.floor((1.0 - total / 4) * 250.0 + 5.5))
            image[i, j, 0], image[i, j, 1], image[i, j, 2] = level, level, level
