"""The picture world: scenes drawn by a program that knows what is in them.

scene = sample_scene(seed=0, index=7)
image = render(scene, size=64)          # uint8 [64, 64, 3]
text = caption(scene, seed=0, index=7)  # every word of it is true

Left out: the judges (`judge.py`, `reader.py`), which need torch.
"""

from minidalle.world.captions import caption
from minidalle.world.kinds import SECTIONS, WORLD
from minidalle.world.objects import OBJECTS, SHAPES
from minidalle.world.renderer import render, render_many
from minidalle.world.sample import sample_scene
from minidalle.world.scene import (
    COLORS,
    KINDS,
    RELATIONS,
    SIZES,
    STYLES,
    TEXTURES,
    Camera,
    Cell,
    Figure,
    Light,
    Scene,
    Thing,
)
from minidalle.world.splits import held_out_by, is_held_out
from minidalle.world.stream import Stream

__all__ = [
    "COLORS",
    "KINDS",
    "OBJECTS",
    "RELATIONS",
    "SECTIONS",
    "SHAPES",
    "SIZES",
    "STYLES",
    "TEXTURES",
    "WORLD",
    "Camera",
    "Cell",
    "Figure",
    "Light",
    "Scene",
    "Stream",
    "Thing",
    "caption",
    "held_out_by",
    "is_held_out",
    "render",
    "render_many",
    "sample_scene",
]
