"""From a scene to pixels: sphere tracing with a sun, hard shadows, a highlight, textures, and a pencil-sketch style.

One sample is traced for each pixel; where neighbours differ, four more are traced and averaged, so edges are smooth and
flat areas cost one ray. Pictures are uint8 [height, width, 3], any square size, and the same to the last bit for any
number of threads.

Left out: reflections, fog, lenses, and a GPU version.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minidalle.world import geometry as g
from minidalle.world import shading
from minidalle.world.objects import OBJECTS, rotation_matrix
from minidalle.world.scene import COLORS, SIZES, STYLES, TEXTURES, Camera, Scene, Thing

WHITE = (0.96, 0.96, 0.95)


KNOWN = {"shape": OBJECTS, "color": COLORS, "size": SIZES, "texture": TEXTURES}


def _check(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; choose from {', '.join(known)}")


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
    """Where a world point falls: (u right, v down) as fractions of the picture's side, and its depth in units.

    Raises ValueError for a point that is not in front of the camera.
    """
    eye, forward, right, up = camera_axes(camera)
    offset = np.asarray(point, dtype=float) - eye
    depth = float(offset @ forward)
    if depth <= 0.0:
        raise ValueError(f"the point {tuple(point)} is behind the camera")
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

    Returns uint8 [size, size, 3]. Raises ValueError for a size below 8, a light from nowhere, or a style, shape,
    colour, size or texture that the world does not know.
    """
    if size < 8:
        raise ValueError(f"size is {size}; a picture needs at least 8 pixels a side")
    _check("style", scene.style, STYLES)
    for thing in scene.things:
        for name, known in KNOWN.items():
            _check(name, getattr(thing, name), known)
    if not any(scene.light.direction):
        raise ValueError("the light's direction is (0, 0, 0); it has to point to the sun")
    primitives, view = _pack(scene)
    image = np.empty((size, size, 3), np.uint8)
    if scene.style == "sketch":
        shading.sketch(primitives, g.NORMALS, view, size, image)
    else:
        shading.photo(primitives, g.NORMALS, view, size, 0.05, image)
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
