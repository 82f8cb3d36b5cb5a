"""Which combinations training never shows.

No single value is held out: every shape, colour, texture, count and relation is in the training set, but not in every
combination, so a model can only draw the missing ones by putting parts together. The rules are arithmetic on the
positions of the values in their lists; training, evaluation and tests all call `held_out_by`.
"""

from __future__ import annotations

import zlib
from itertools import combinations

from minidalle.world.kinds import WORLD
from minidalle.world.objects import SHAPES
from minidalle.world.scene import COLORS, TEXTURES, Scene, Thing

_COLOR_NAMES = tuple(COLORS)

RULE_OF_KIND: dict[str, str] = {
    "single": "shape and color",
    "texture": "shape and texture",
    "count": "shape and count",
    "pair": "color assignment",
    "relation": "color assignment",
    "triple": "color assignment",
    "sketch": "shape and style",
}
"""The rule by which the held-out scenes of each kind are held out."""


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


def held_out_by(scene: Scene) -> tuple[str, ...]:
    """The rules that keep a scene out of training, by name; empty for a training scene."""
    if scene.kind in WORLD:
        return WORLD[scene.kind].broken(dict(scene.facts))
    things = scene.things
    rules = {
        "shape and color": scene.style != "sketch" and any(shape_and_color(t.shape, t.color) for t in things),
        "shape and texture": any(shape_and_texture(t.shape, t.texture) for t in things),
        "shape and count": scene.kind == "count" and shape_and_count(things[0].shape, len(things)),
        "color assignment": scene.kind != "count"
        and any(color_assignment(a, b) for a, b in combinations(things, 2)),
        "shape and style": any(shape_and_style(t.shape, scene.style) for t in things),
    }
    return tuple(name for name, broken in rules.items() if broken)


def is_held_out(scene: Scene) -> bool:
    """Whether training must not show this scene."""
    return bool(held_out_by(scene))
