"""From a scene to pixels: sphere tracing with a sun, hard shadows, a highlight, textures, and a pencil-sketch style.

One sample is traced for each pixel; where neighbours differ, four more are traced and averaged, so edges are smooth and
flat areas cost one ray. Pictures are uint8 [height, width, 3], any square size, and the same to the last bit for any
number of threads.

Left out: reflections, fog, lenses, and a GPU version.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minidalle.world import geometry as g
from minidalle.world.objects import OBJECTS
from minidalle.world.scene import COLORS, STYLES, TEXTURES, Camera, Scene, Thing

WHITE = (0.96, 0.96, 0.95)

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
def _photo(primitives, normals, view, n, threshold, image):
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
def _sketch(primitives, normals, view, n, image):
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


def rotation_matrix(x: float, y: float, z: float) -> np.ndarray:
    """float64 [3, 3] that turns by x, then y, then z degrees about these axes."""
    (ca, sa), (cb, sb), (cc, sc) = ((math.cos(math.radians(v)), math.sin(math.radians(v))) for v in (x, y, z))
    rx = np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]])
    ry = np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    rz = np.array([[cc, -sc, 0], [sc, cc, 0], [0, 0, 1]])
    return rz @ ry @ rx


def _rows(thing: Thing, owner: int) -> list[np.ndarray]:
    """The primitive rows of one thing, placed in the world."""
    turn, scale, base = rotation_matrix(0, thing.yaw, 0), thing.scale, np.array(thing.position)
    rows = []
    for primitive in OBJECTS[thing.shape]:
        row = np.zeros(g.COLUMNS)
        row[g.KIND] = primitive.kind
        row[g.CENTER : g.CENTER + 3] = base + scale * (turn @ np.array(primitive.center))
        row[g.DIMS : g.DIMS + 4] = np.array(primitive.dims) * scale
        if primitive.kind == 3:
            row[g.DIMS + 2] = primitive.dims[2]  # the number of sides does not scale
        row[g.ROTATION : g.ROTATION + 9] = (turn @ rotation_matrix(*primitive.rotation)).reshape(-1)
        row[g.COLOR : g.COLOR + 3] = primitive.color or COLORS[thing.color]
        row[g.COLOR2 : g.COLOR2 + 3] = WHITE
        row[g.TEXTURE] = 0 if primitive.color else TEXTURES.index(thing.texture)
        row[g.OWNER], row[g.RADIUS] = owner, primitive.radius * scale
        rows.append(row)
    return rows


def camera_axes(camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(eye, forward, right, up) of a camera, each float64 [3] in world axes."""
    a, e = math.radians(camera.azimuth), math.radians(camera.elevation)
    back = np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])
    right = np.array([math.cos(a), 0.0, -math.sin(a)])
    return np.array(camera.look_at) + camera.distance * back, -back, right, np.cross(back, right)


def project(camera: Camera, point: Sequence[float]) -> tuple[float, float, float]:
    """Where a world point falls: (u right, v down) as fractions of the picture's side, and its depth in units."""
    eye, forward, right, up = camera_axes(camera)
    offset = np.asarray(point, dtype=float) - eye
    depth = float(offset @ forward)
    span = camera.view_height * depth / camera.distance
    return 0.5 + float(offset @ right) / span, 0.5 - float(offset @ up) / span, depth


def _pack(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """A scene as the two arrays that the kernels read."""
    rows = [row for owner, thing in enumerate(scene.things) for row in _rows(thing, owner)]
    camera, light = scene.camera, scene.light
    sun = np.array(light.direction) / math.sqrt(sum(v * v for v in light.direction))
    slope = [camera.view_height / 2 / camera.distance]
    parts = [
        *camera_axes(camera),
        slope,
        sun,
        light.sun,
        light.ambient,
        light.sky_top,
        light.sky_bottom,
        light.floor,
    ]
    primitives = np.round(np.array(rows).reshape(-1, g.COLUMNS), 9)  # swallows the last bit of sin and cos,
    return primitives, np.round(np.concatenate(parts), 9)  # which libraries may round differently


def render(scene: Scene, size: int = 64) -> np.ndarray:
    """Draw a scene.

    Returns uint8 [size, size, 3]. Raises ValueError for an unknown style or a size below 8.
    """
    if size < 8:
        raise ValueError(f"size is {size}; a picture needs at least 8 pixels a side")
    if scene.style not in STYLES:
        raise ValueError(f"style is {scene.style!r}; choose from {', '.join(STYLES)}")
    primitives, view = _pack(scene)
    image = np.empty((size, size, 3), np.uint8)
    if scene.style == "sketch":
        _sketch(primitives, g.NORMALS, view, size, image)
    else:
        _photo(primitives, g.NORMALS, view, size, 0.05, image)
    return image


def render_many(
    scenes: Sequence[Scene], size: int = 64, workers: int | None = None, progress: bool = True
) -> np.ndarray:
    """Draw many scenes on all cores (`workers` threads) with a progress bar; uint8 [scene, size, size, 3]."""
    from tqdm.auto import tqdm

    images = np.empty((len(scenes), size, size, 3), np.uint8)

    def draw(index: int) -> None:
        images[index] = render(scenes[index], size)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        jobs = pool.map(draw, range(len(scenes)))
        for _ in tqdm(jobs, total=len(scenes), desc="drawing", unit="picture", disable=not progress):
            pass
    return images
