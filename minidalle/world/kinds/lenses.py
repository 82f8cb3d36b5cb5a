"""Perspective and three dimensions: lenses, things made of little cubes, and mirrors.

Left out: views and angles (`perspective.py`), and how a lens sends out its rays (`world/lenses.py`).
"""

from __future__ import annotations

import math

from minidalle.world.grammar import plural
from minidalle.world.kinds.common import jitter, light, objects_called
from minidalle.world.kinds.context import sideways
from minidalle.world.kinds.kind import AsInBlocks, Facts, HeldOut, Kind, ObjectAndStyle, enter
from minidalle.world.kinds.perspective import SECTION
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

OBJECTS: tuple[str, ...] = (
    "cat",
    "mushroom",
    "house",
    "car",
    "teapot",
    "armchair",
    "cube",
    "cone",
    "donut",
    "bust",
    "mug",
    "sphere",
    "dog",
    "duck",
    "elephant",
)
"""What stands in a ring around the camera."""


def _lens(r: Stream, facts: Facts) -> Scene:
    """Five things in a ring that look at the camera in its middle."""
    start, things = r.uniform(-8, 8), []
    for k in range(5):
        angle = start + 72.0 * k
        x, z = (round(1.12 * f(math.radians(angle)), 6) for f in (math.sin, math.cos))
        yaw = angle + 180.0 + r.uniform(-15, 15)
        things.append(Thing(facts["object"], facts["color"], "medium", position=(x, 0.0, z), yaw=yaw))
    camera = Camera((0.0, 0.55, 0.0), 180.0 + r.uniform(-6, 6), r.uniform(0, 4), 0.02, 0.02)
    place = r.pick(("floor", "field"))
    return Scene(tuple(things), camera=camera, light=light("", place), place=place, lens=facts["lens"])


enter(
    Kind(
        name="lens",
        section=SECTION,
        fields={"lens": ("fisheye", "panorama"), "object": OBJECTS, "color": tuple(COLORS)},
        frames=(
            "{lens} of {color} {object}",
            "{lens}: {color} {object} all around",
            "{color} {object} in a ring, {lens}",
            "a ring of {color} {object}, {lens}",
            "{lens} from the middle of a ring of {color} {object}",
        ),
        build=_lens,
        held_out=(HeldOut("object", "lens"),),
        words={
            "object": {name: (plural(name),) for name in OBJECTS},
            "lens": {
                "fisheye": ("a fisheye lens view", "a fisheye photo"),
                "panorama": ("a spherical panorama", "a panorama in all directions"),
            },
        },
    )
)

CUBED = objects_called(
    *("cat", "house", "armchair", "car", "teapot", "mug", "mushroom", "donut"),
    *("dog", "pig", "duck", "elephant", "rabbit", "turtle", "capybara"),
)
"""What may be made of little cubes: large enough in all its parts."""


def _voxels(r: Stream, facts: Facts) -> Scene:
    thing = Thing(facts["object"], facts["color"], position=jitter(r, 0.08), yaw=sideways(r), stretch=1.45)
    camera = Camera((0.0, 0.68, 0.0), elevation=r.uniform(16, 26), view_height=2.25)
    return Scene((thing,), camera=camera, light=light(), style=facts["style"])


enter(
    Kind(
        name="voxels",
        judged=2.5,
        section=SECTION,
        fields={"object": CUBED, "color": tuple(COLORS), "style": ("voxels", "photo")},
        frames=(
            "{a color} {object} {style}",
            "{a object} {style}, {color}",
            "{a object} in {color} {style}",
            "a picture of {a color} {object} {style}",
            "{a color} {object}, all of it {style}",
        ),
        build=_voxels,
        held_out=(ObjectAndStyle("object", "style"),),
        words={
            "style": {
                "voxels": ("made of voxels", "built from little cubes"),
                "photo": ("with a smooth surface", "that is smooth"),
            }
        },
    )
)

MIRRORED = objects_called(
    "cube", "cat", "armchair", "mug", "teapot", "house", "cone", "mushroom", "dog", "pig"
)


def _mirror(r: Stream, facts: Facts) -> Scene:
    """A thing in front of a mirror, seen over its shoulder; its image stands to the right."""
    thing = Thing(
        facts["object"],
        facts["color"],
        position=(r.uniform(-0.55, -0.45), 0.0, r.uniform(0.20, 0.30)),
        yaw=180.0 + r.uniform(-20, 5),
    )
    mirror = Thing("standing mirror", "brown", position=(0.0, 0.0, -0.75), stretch=1.0)
    camera = Camera(
        (-0.17, 0.74, -0.3),
        azimuth=r.uniform(22, 27),
        elevation=r.uniform(10, 15),
        view_height=r.uniform(2.5, 2.65),
    )
    place = r.pick(("floor", "room"))
    return Scene((thing, mirror), camera=camera, light=light("", place), place=place)


enter(
    Kind(
        name="mirror",
        section=SECTION,
        fields={"object": MIRRORED, "color": tuple(COLORS)},
        frames=(
            "a plain {color} {object} looking at its reflection in a mirror",
            "{a color} {object} in front of a mirror",
            "{a color} {object} and its reflection in a mirror",
            "{a object} in {color} facing a mirror",
            "a mirror that reflects {a color} {object} standing before it",
        ),
        build=_mirror,
        held_out=(AsInBlocks("object", "color"),),
    )
)
