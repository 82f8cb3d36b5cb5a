"""How samples become a pixel in each style: pencil, cartoon, brush strokes, stained glass, neon tubes.

Each function paints pixel (i, j) into `out` uint8 [3] from `buffer` [m, m, SAMPLE_LENGTH], which it does not change.

Left out: photos, which trace more rays at edges, and x-rays, which have samples of their own (`styles.py`).
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world import geometry as g
from minidalle.world import textures
from minidalle.world.shading import LIT, NORMAL, SURFACE


@g.jit
def quantise(value):
    """Linear light to 8 bits, rounded to nearest; a square root stands in for the display's gamma."""
    return np.uint8(math.floor(math.sqrt(min(max(value, 0.0), 1.0)) * 255.0 + 0.5))


@g.jit
def cosine(p, q):
    """The cosine of the angle between the normals of two samples."""
    return p[NORMAL] * q[NORMAL] + p[NORMAL + 1] * q[NORMAL + 1] + p[NORMAL + 2] * q[NORMAL + 2]


@g.jit
def outline(buffer, i, j, bend):
    """Whether a line runs through a sample: beside it lies another surface, or a bend of more than acos(`bend`)."""
    m = buffer.shape[0]
    p = buffer[i, j]
    for s in range(4):
        a, b = i + (s == 1) - (s == 3), j + (s == 0) - (s == 2)
        q = buffer[min(max(a, 0), m - 1), min(max(b, 0), m - 1)]
        if p[SURFACE] < 0.0 and q[SURFACE] < 0.0:
            continue
        if p[SURFACE] != q[SURFACE] or cosine(p, q) < bend:
            return True
    return False


@g.jit
def sketch(buffer, i, j, out):
    """Dark outlines and a light hatch in the shade on white paper."""
    total = 0.0
    for a in range(2 * i, 2 * i + 2):
        for b in range(2 * j, 2 * j + 2):
            p = buffer[a, b]
            if outline(buffer, a, b, 0.8):
                total += 0.9
            elif p[LIT] <= 0.0 and p[SURFACE] != g.NOTHING:
                total += 0.42 if (a + b) % 6 < 2 else 0.10
    level = np.uint8(math.floor((1.0 - total / 4) * 250.0 + 5.5))
    out[0], out[1], out[2] = level, level, level


@g.jit
def cartoon(buffer, i, j, out):
    """Flat colours in four tones, and a black outline."""
    red, green, blue = 0.0, 0.0, 0.0
    for a in range(2 * i, 2 * i + 2):
        for b in range(2 * j, 2 * j + 2):
            if outline(buffer, a, b, 0.55):
                continue
            p = buffer[a, b]
            top = max(p[0], max(p[1], p[2])) + 1e-6
            tone = 0.98 if top > 0.55 else (0.70 if top > 0.22 else (0.30 if top > 0.08 else 0.07))
            if p[SURFACE] == g.FLOOR:  # whose grain would flicker between two tones
                tone = min(1.1 * math.sqrt(top), 0.98)
            for_all = tone / top
            low = min(p[0], min(p[1], p[2]))
            drop = 0.35 * low  # away from gray
            scale = for_all * top / (top - drop + 1e-6)
            red += min((p[0] - drop) * scale, 1.0) / 4
            green += min((p[1] - drop) * scale, 1.0) / 4
            blue += min((p[2] - drop) * scale, 1.0) / 4
    out[0], out[1], out[2] = quantise(red), quantise(green), quantise(blue)


@g.jit
def seeds(i, j, cell, skew, salt):
    """The jittered cell centre nearest to pixel (i, j): its row and column, and how near the next one is."""
    ci, cj = math.floor(i / cell), math.floor(j / (cell * skew))
    best, second, bi, bj = 1e9, 1e9, 0.0, 0.0
    for a in range(-1, 2):
        for b in range(-1, 2):
            si = (ci + a + 0.15 + 0.7 * textures.random_of(ci + a, cj + b, salt)) * cell
            sj = (cj + b + 0.15 + 0.7 * textures.random_of(ci + a, cj + b, salt + 1)) * cell * skew
            d = (i - si) * (i - si) + (j - sj) * (j - sj) / (skew * skew)
            if d < best:
                second, best, bi, bj = best, d, si, sj
            elif d < second:
                second = d
    return bi, bj, math.sqrt(second) - math.sqrt(best)


@g.jit
def brush(buffer, i, j, cell, things, salt):
    """The brush stroke on pixel (i, j): (is there one?, row and column of its middle, its light).

    Strokes are `cell` pixels apart; `things` takes those that begin on a solid, else those that do not.
    """
    n = buffer.shape[0]
    priority, a, b, _, across = textures.stroke((i + 0.5) / cell, (j + 0.5) / cell, salt, 0.5, True)
    p = min(max(int((a + 0.15 + 0.7 * textures.random_of(a, b, salt + 2)) * cell), 0), n - 1)
    q = min(max(int((b + 0.15 + 0.7 * textures.random_of(a, b, salt + 3)) * cell), 0), n - 1)
    bristle = textures.random_of(math.floor(across * 3.0 + 9.0), a, b)
    light = 0.80 + 0.26 * textures.random_of(a, b, salt + 4) + 0.20 * bristle
    return priority >= 0.0 and (buffer[p, q, SURFACE] >= 0.0) == things, p, q, light


@g.jit
def painting(buffer, i, j, out):
    """Brush strokes: each takes the colour of its middle, lighter or darker; short ones on things, long ones behind."""
    unit = buffer.shape[0] / 64.0
    there, a, b, light = brush(buffer, i, j, 2.6 * unit, True, 11)
    if not there:
        there, a, b, light = brush(buffer, i, j, 5.5 * unit, False, 17)
    if not there:
        a, b, light = i, j, 0.9
    w = 1.0 if buffer[a, b, SURFACE] == buffer[i, j, SURFACE] else 0.55
    red = buffer[a, b, 0] * w + buffer[i, j, 0] * (1.0 - w)
    green = buffer[a, b, 1] * w + buffer[i, j, 1] * (1.0 - w)
    blue = buffer[a, b, 2] * w + buffer[i, j, 2] * (1.0 - w)
    gray = -0.25 * (red + green + blue) / 3.0  # a quarter more colour
    out[0] = quantise((1.25 * red + gray) * light)
    out[1] = quantise((1.25 * green + gray) * light)
    out[2] = quantise((1.25 * blue + gray) * light)


@g.jit
def stained_glass(buffer, i, j, out):
    """Pieces of bright glass in lead: borders of things, and a net over the rest."""
    n = buffer.shape[0]
    unit = n / 64.0
    thing = buffer[i, j, SURFACE] >= 0.0  # larger pieces there, so that their own outlines count for more
    a, b, gap = seeds(i + 0.5, j + 0.5, (16.0 if thing else 9.0) * unit, 1.0, 23)
    if outline(buffer, i, j, 0.35) or gap < (0.7 if thing else 0.9) * unit:
        out[0], out[1], out[2] = 26, 24, 28
        return
    p, q = buffer[i, j], buffer[min(max(int(a), 0), n - 1), min(max(int(b), 0), n - 1)]
    if q[SURFACE] != p[SURFACE]:
        q = p
    low = min(q[0], min(q[1], q[2])) * 0.7
    top = max(q[0], max(q[1], q[2])) - low + 0.02
    light = (0.62 + 0.45 * textures.random_of(int(a * 4), int(b * 4), 5)) / top
    mix = min(max(0.3 + (top - 0.02) * 1.2, 0.3), 1.0)
    for c in range(3):
        out[c] = quantise(min((q[c] - low) * light * mix + (1.0 - mix) * q[c], 1.0))


@g.jit
def mark(buffer, i, j):
    """For neon: writes whether a tube runs through a sample in the place of its light."""
    buffer[i, j, LIT] = 1.0 if buffer[i, j, SURFACE] >= 0.0 and outline(buffer, i, j, 0.6) else 0.0


@g.jit
def neon(buffer, i, j, out):
    """Glowing outlines in the things' colours on black; the samples are marked."""
    m = buffer.shape[0]
    unit = max(m // 128, 1)
    reach = 3 * unit
    red, green, blue = 0.003, 0.002, 0.010
    for a in range(max(2 * i - reach, 0), min(2 * i + reach + 2, m)):
        for b in range(max(2 * j - reach, 0), min(2 * j + reach + 2, m)):
            if buffer[a, b, LIT] == 0.0:
                continue
            p = buffer[a, b]
            u, v = (a - 2 * i - 0.5) / unit, (b - 2 * j - 0.5) / unit
            w = 0.10 / ((0.4 + u * u + v * v) * (max(p[0], max(p[1], p[2])) + 0.02))
            red, green, blue = red + w * p[0], green + w * p[1], blue + w * p[2]
    out[0], out[1], out[2] = quantise(red), quantise(green), quantise(blue)
