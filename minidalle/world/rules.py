"""The rules by which training never shows something, whatever the kind of scene: arithmetic on names.

`broken_by` asks them of the things of a scene themselves, so that what one kind holds out does not come in by another:
a purple armchair is held out in the blocks world, and in a mirror, too.

Left out: rules on the facts of one kind (`kinds/kind.py`), and what asks them (`splits.py`).
"""

from __future__ import annotations

import zlib

from minidalle.world.objects import SHAPES
from minidalle.world.scene import COLORS, TEXTURES, Scene, Thing

_COLOR_NAMES = tuple(COLORS)


def shape_and_color(shape: str, color: str) -> bool:
    """12 of 96: each shape lacks one colour and no colour lacks more than two shapes."""
    return (3 * SHAPES.index(shape) + _COLOR_NAMES.index(color)) % 8 == 5


def shape_and_texture(shape: str, texture: str) -> bool:
    """5 of 36 patterned combinations; the plain texture is never held out."""
    return texture != "plain" and (SHAPES.index(shape) + 5 * TEXTURES.index(texture)) % 7 == 1


def shape_and_count(shape: str, count: int) -> bool:
    """6 of 36 combinations with two to four objects; single objects are never held out."""
    return count > 1 and (SHAPES.index(shape) + 3 * count) % 7 == 2


def shape_and_style(shape: str, style: str) -> bool:
    """Two shapes are never sketched in training."""
    return style == "sketch" and shape in ("mug", "car")


def color_assignment(first: Thing, second: Thing) -> bool:
    """One in eight ways to give two colours to two shapes, whatever the order in which they are named."""
    key = "|".join(sorted(f"{thing.color} {thing.shape}" for thing in (first, second)))
    return zlib.crc32(key.encode("ascii")) % 8 == 0


def object_and_style(name: str, style: str) -> bool:
    """About one in six ways to paint an object in a style; photos and x-rays are never held out, and sketches of toys
    as the blocks world does."""
    if style in ("photo", "x-ray") or (style == "sketch" and name in SHAPES):
        return shape_and_style(name, style)
    return zlib.crc32(f"{style} {name}".encode("ascii")) % 6 == 0


def broken_by(scene: Scene) -> tuple[str, ...]:
    """The rules that the things of a scene of any kind break, panels included, by name."""
    names = [name for panel in scene.panels for name in broken_by(panel)]
    for thing in scene.things:
        toy = thing.shape in SHAPES and not thing.other
        if toy and thing.texture in TEXTURES and thing.color in COLORS and scene.style != "sketch":
            names += ["shape and color"] * shape_and_color(thing.shape, thing.color)
        names += ["object and style"] * object_and_style(thing.shape, scene.style)
    kinds = {(thing.shape, thing.color, thing.texture) for thing in scene.things}
    if len(kinds) == 1 and 2 <= len(scene.things) <= 4 and scene.things[0].shape in SHAPES:
        names += ["shape and count"] * shape_and_count(scene.things[0].shape, len(scene.things))
    return tuple(dict.fromkeys(names))
