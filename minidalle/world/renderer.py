"""From a scene to pixels: names are checked, single pictures drawn, and panels and cells put together.

Pictures are uint8 [height, width, 3], any square size, and the same to the last bit for any number of threads.

Left out: how a sample is traced (`shading.py`) and becomes a pixel (`styles.py`); what a card does (`gpu.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minidalle.world import geometry as g
from minidalle.world import styles
from minidalle.world.figures import draw_cell
from minidalle.world.layouts import lay_out, size_of
from minidalle.world.objects.mixing import ALL_OVER, primitives_of
from minidalle.world.packing import camera_axes, pack
from minidalle.world.primitives import OBJECTS
from minidalle.world.scene import (
    LAYOUTS,
    LENSES,
    MATERIALS,
    PAINTS,
    PLACES,
    SIZES,
    STYLES,
    TEXTURES,
    TYPEFACES,
    Camera,
    Scene,
    Thing,
)

SURFACES = (*TEXTURES, *MATERIALS)


def _check(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; choose from {', '.join(known)}")


def _check_thing(thing: Thing) -> None:
    """Raise ValueError, naming what there is, for a name that the world does not know."""
    known = {"shape": OBJECTS, "color": PAINTS, "size": SIZES, "texture": SURFACES, "typeface": TYPEFACES}
    for name, values in known.items():
        _check(name, getattr(thing, name), values)
    for name, values in {"second": PAINTS, "other": OBJECTS}.items():
        if getattr(thing, name):
            _check(name, getattr(thing, name), values)
    for part, color, texture in thing.parts:
        parts = sorted({primitive.part for primitive in primitives_of(thing)} - {""})
        _check(f"a part of the {thing.shape}", part, (*parts, ALL_OVER))
        for paint in color.split("+"):
            _check(f"the color of {part!r}", paint, PAINTS)
        _check(f"the texture of {part!r}", texture or "plain", SURFACES)


def _check_whole(scene: Scene) -> None:
    """Raise ValueError for a scene whose parts do not fit together."""
    if scene.cells and scene.layout != "grid":
        raise ValueError(f"nine cells are laid out as 'grid', not {scene.layout!r}")
    if scene.panels and not scene.layout:
        raise ValueError("a scene with panels needs a layout: 'stack' or 'grid'")
    if scene.cut and not scene.things:
        raise ValueError("a cut goes through the first thing, and this scene has none")
    if not any(scene.light.direction):
        raise ValueError("the light's direction is (0, 0, 0); it has to point to the sun")


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


def leaves_of(scene: Scene, size: int) -> Iterator[tuple[Scene, int]]:
    """The single pictures (scene, size) of which a scene's picture is made, once each field is known to be right."""
    if size < 8:
        raise ValueError(f"size is {size}; a picture needs at least 8 pixels a side")
    known = {"style": STYLES, "lens": LENSES, "place": PLACES, "layout": LAYOUTS}
    for name, values in known.items():
        _check(name, getattr(scene, name), values)
    _check_whole(scene)
    if scene.cells:
        return
    if scene.layout:
        for panel in dict.fromkeys(scene.panels):
            yield from leaves_of(panel, size_of(scene.layout, size))
        return
    for thing in scene.things:
        _check_thing(thing)
    yield scene, size


def assembled(scene: Scene, size: int, drawn: Iterator[np.ndarray]) -> np.ndarray:
    """A scene's picture from those of `leaves_of`, in the same order; a panel that is shown twice is drawn once."""
    side = size_of(scene.layout, size) if scene.layout else size
    if scene.cells:
        image = lay_out([draw_cell(cell, side) for cell in scene.cells], scene.layout, size)
    elif scene.layout:
        panels = {panel: assembled(panel, side, drawn) for panel in dict.fromkeys(scene.panels)}
        image = lay_out([panels[panel] for panel in scene.panels], scene.layout, size)
    else:
        image = next(drawn)
    image = 255 - image if scene.invert else image
    return image[::-1].copy() if scene.flip else image


def _draw(scene: Scene, size: int) -> np.ndarray:
    """One picture without panels, on the processor."""
    primitives, words, view = pack(scene)
    image = np.empty((size, size, 3), np.uint8)
    style = STYLES.index(scene.style)
    styles.draw(primitives, g.NORMALS, words, view, style, styles.DENSITY[style], styles.COARSE[style], image)
    return image


def render(scene: Scene, size: int = 64) -> np.ndarray:
    """Draw a scene.

    Returns uint8 [size, size, 3]. Raises ValueError for a size below 8, a light from nowhere, parts that do not fit
    together (cells without a grid, a cut through nothing), or any name that the world does not know.
    """
    leaves = list(leaves_of(scene, size))
    return assembled(scene, size, (_draw(*leaf) for leaf in leaves))


def render_many(
    scenes: Sequence[Scene],
    size: int = 64,
    workers: int | None = None,
    progress: bool = True,
    device: str = "cpu",
) -> np.ndarray:
    """Draw many scenes with a progress bar; uint8 [scene, size, size, 3].

    On all cores (`workers` threads), or with `device="cuda"` on a graphics card, whose pictures are the same but for
    rounding (`gpu.py`). Raises ValueError for another device, RuntimeError where there is no card.
    """
    from tqdm.auto import tqdm

    if device not in ("cpu", "cuda"):
        raise ValueError(f"device is {device!r}; choose cpu or cuda")
    images = np.empty((len(scenes), size, size, 3), np.uint8)
    bar = tqdm(total=len(scenes), desc="drawing", unit="picture", disable=not progress)
    if device == "cuda":
        _draw_on_card(scenes, size, images, bar)
    else:

        def draw(index: int) -> None:
            images[index] = render(scenes[index], size)

        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for _ in pool.map(draw, range(len(scenes))):
                bar.update()
    bar.close()
    return images


def _draw_on_card(scenes: Sequence[Scene], size: int, images: np.ndarray, bar) -> None:
    """Fill `images` on a graphics card, some hundred scenes at a time."""
    from minidalle.world import gpu

    gpu.check_available()
    for start in range(0, len(scenes), gpu.AT_ONCE):
        some = scenes[start : start + gpu.AT_ONCE]
        leaves = [leaf for scene in some for leaf in leaves_of(scene, size)]
        jobs = [(pack(leaf), STYLES.index(leaf.style), side) for leaf, side in leaves]
        drawn = iter(gpu.draw(gpu.batches(jobs)))
        for k, scene in enumerate(some):
            images[start + k] = assembled(scene, size, drawn)
            bar.update()
