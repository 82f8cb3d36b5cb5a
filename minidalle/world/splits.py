"""Which combinations training never shows.

No single value is held out: every shape, colour, texture, count and relation is in the training set, but not in every
combination, so a model can only draw the missing ones by putting parts together. The rules are arithmetic on the
positions of the values in their lists (`rules.py`); training, evaluation and tests all call `held_out_by`.

Left out: the rules themselves (`rules.py`), and those of each kind (`kinds/kind.py`).
"""

from __future__ import annotations

from itertools import combinations

from minidalle.world.kinds import WORLD
from minidalle.world.rules import (
    broken_by,
    color_assignment,
    shape_and_color,
    shape_and_count,
    shape_and_style,
    shape_and_texture,
)
from minidalle.world.scene import Scene

__all__ = [
    "RULE_OF_KIND",
    "color_assignment",
    "held_out_by",
    "is_held_out",
    "shape_and_color",
    "shape_and_count",
    "shape_and_style",
    "shape_and_texture",
]

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


def held_out_by(scene: Scene) -> tuple[str, ...]:
    """The rules that keep a scene out of training, by name; empty for a training scene."""
    if scene.kind in WORLD:
        return tuple(dict.fromkeys((*WORLD[scene.kind].broken(dict(scene.facts)), *broken_by(scene))))
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
