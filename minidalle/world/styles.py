"""From traced samples to a picture, in one of the styles.

First a grid of samples is traced, `DENSITY[style]` a pixel each way; then each pixel is painted by `pixel`, which
reads the samples around it and changes nothing. So the pixels can be painted in any order, on any number of threads.

Left out: how a sample is traced (`shading.py`), and the styles that are drawn from samples alone (`paints.py`).
"""

from __future__ import annotations

import numpy as np

from minidalle.world import geometry as g
from minidalle.world import lenses, paints
from minidalle.world.shading import SAMPLE_LENGTH, SURFACE, note, sample

PHOTO, SKETCH, CARTOON, PAINTING, GLASS, VOXELS, NEON, XRAY = range(8)

DENSITY = (1, 2, 2, 1, 1, 1, 2, 1)
"""Samples a pixel each way, by style."""

COARSE = (0, 0, 1, 0, 0, 0, 1, 0)
"""1 for the styles that are traced at one sample a pixel first, and at the full density where neighbours differ."""


@g.jit
def fill_one(primitives, normals, words, active, view, style, i, j, buffer):
    """Sample (i, j) of `buffer` [m, m, SAMPLE_LENGTH]."""
    m = buffer.shape[0]
    u, v = (2 * j + 1) / m - 1, 1 - (2 * i + 1) / m
    if style == XRAY:
        xray(primitives, normals, active, view, u, v, buffer[i, j])
    else:
        sample(primitives, normals, words, active, view, u, v, buffer[i, j])


@g.jit
def alike(coarse, i, j, style):
    """Whether pixel (i, j) and those around it show one surface without a bend and, but for neon, in one light."""
    n = coarse.shape[0]
    p = coarse[i, j]
    for a in range(max(i - 1, 0), min(i + 2, n)):
        for b in range(max(j - 1, 0), min(j + 2, n)):
            q = coarse[a, b]
            if p[SURFACE] != q[SURFACE] or (p[SURFACE] >= 0.0 and paints.cosine(p, q) < 0.8):
                return False
            if style != NEON and abs(p[0] - q[0]) + abs(p[1] - q[1]) + abs(p[2] - q[2]) > 0.12:
                return False
    return True


@g.jit
def refine_one(primitives, normals, words, active, view, style, i, j, coarse, buffer):
    """Sample (i, j) of `buffer`, from the pixel of `coarse` [n, n, SAMPLE_LENGTH] where that is all there is to see."""
    density = buffer.shape[0] // coarse.shape[0]
    if alike(coarse, i // density, j // density, style):
        for c in range(SAMPLE_LENGTH):
            buffer[i, j, c] = coarse[i // density, j // density, c]
    else:
        fill_one(primitives, normals, words, active, view, style, i, j, buffer)


@g.jit
def xray(primitives, normals, active, view, u, v, out):
    """How much matter a ray goes through, with more for what is inside: white on blue black."""
    there, dx, dy, dz = lenses.direction(view, u, v)
    ox, oy, oz = view[g.EYE], view[g.EYE + 1], view[g.EYE + 2]
    count, t, far = g.candidates(primitives, ox, oy, oz, dx, dy, dz, active)
    shell, core = 0.0, 0.0
    step = 0.03
    while there and count > 0 and t < far:
        x, y, z = ox + dx * (t + 0.5 * step), oy + dy * (t + 0.5 * step), oz + dz * (t + 0.5 * step)
        d, _ = g.nearest_of(primitives, normals, active, count, x, y, z)
        t += max(step, d)
        if d >= 0.0:
            continue
        shell += step * (2.6 if d > -0.05 else 0.45)
        for k in range(primitives.shape[0]):
            if primitives[k, g.INSIDE] > 0.0 and g.distance(primitives, k, normals, x, y, z) < 0.0:
                core += step * 9.0
                break
    light = 1.0 - 1.0 / (1.0 + shell + core)
    out[0], out[1], out[2] = 0.004 + 0.78 * light, 0.008 + 0.95 * light, 0.03 + 1.05 * light
    note(out, 0.0, 0.0, 0.0, g.NOTHING * 1.0, 1.0)


@g.jit
def photo(primitives, normals, words, active, view, buffer, i, j, extra, out):
    """The sample, or the mean of four more where a neighbour differs by over 0.05."""
    n = buffer.shape[0]
    edge = False
    for s in range(4):
        a, b = i + (s == 1) - (s == 3), j + (s == 0) - (s == 2)
        a, b = min(max(a, 0), n - 1), min(max(b, 0), n - 1)
        for c in range(3):
            edge = edge or abs(buffer[i, j, c] - buffer[a, b, c]) > 0.05
    red, green, blue = buffer[i, j, 0], buffer[i, j, 1], buffer[i, j, 2]
    if edge:
        red, green, blue = 0.0, 0.0, 0.0
        for s in range(4):
            du = -0.125 if s == 0 else (0.375 if s == 1 else (0.125 if s == 2 else -0.375))
            dv = -0.375 if s == 0 else (-0.125 if s == 1 else (0.375 if s == 2 else 0.125))
            u, v = (2 * (j + du) + 1) / n - 1, 1 - (2 * (i + dv) + 1) / n
            sample(primitives, normals, words, active, view, u, v, extra)
            red, green, blue = red + extra[0] / 4, green + extra[1] / 4, blue + extra[2] / 4
    out[0], out[1], out[2] = paints.quantise(red), paints.quantise(green), paints.quantise(blue)


@g.jit
def pixel(primitives, normals, words, active, view, style, buffer, i, j, extra, out):
    """Paint pixel (i, j) into `out` uint8 [3] from `buffer`; `active` and `extra` are scratch."""
    if style == SKETCH:
        paints.sketch(buffer, i, j, out)
    elif style == CARTOON:
        paints.cartoon(buffer, i, j, out)
    elif style == PAINTING:
        paints.painting(buffer, i, j, out)
    elif style == GLASS:
        paints.stained_glass(buffer, i, j, out)
    elif style == NEON:
        paints.neon(buffer, i, j, out)
    elif style == XRAY:
        out[0], out[1], out[2] = (
            paints.quantise(buffer[i, j, 0]),
            paints.quantise(buffer[i, j, 1]),
            paints.quantise(buffer[i, j, 2]),
        )
    else:
        photo(primitives, normals, words, active, view, buffer, i, j, extra, out)


@g.jit
def draw(primitives, normals, words, view, style, density, coarse, image):
    """Draw into `image` uint8 [n, n, 3]."""
    n = image.shape[0]
    m = n * density
    buffer = np.empty((m, m, SAMPLE_LENGTH))
    active = np.empty(primitives.shape[0] + 1, np.int64)
    extra = np.empty(SAMPLE_LENGTH)
    if coarse > 0:
        first = np.empty((n, n, SAMPLE_LENGTH))
        for i in range(n):
            for j in range(n):
                fill_one(primitives, normals, words, active, view, style, i, j, first)
        for i in range(m):
            for j in range(m):
                refine_one(primitives, normals, words, active, view, style, i, j, first, buffer)
    else:
        for i in range(m):
            for j in range(m):
                fill_one(primitives, normals, words, active, view, style, i, j, buffer)
    if style == NEON:
        for i in range(m):
            for j in range(m):
                paints.mark(buffer, i, j)
    for i in range(n):
        for j in range(n):
            pixel(primitives, normals, words, active, view, style, buffer, i, j, extra, image[i, j])
