"""Perspective and three dimensions: views, angles, lenses, voxels, mirrors.

A view names where the camera stands, an angle how far around the thing it has gone, a lens how directions fall on the
picture. All turns are to the viewer's left or right.
"""

from __future__ import annotations

import math
from dataclasses import replace

from minidalle.world.kinds.common import jitter, light
from minidalle.world.kinds.context import sideways
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.animals import COATS, natural
from minidalle.world.primitives import OBJECTS
from minidalle.world.scene import COLORS, PAINTS, Camera, Scene, Thing
from minidalle.world.stream import Stream

SECTION = "perspective and three dimensions"


def there(*names: str) -> tuple[str, ...]:
    """Those of the names that are objects."""
    return tuple(name for name in names if name in OBJECTS)


FACES: dict[str, tuple[tuple[float, float, float], float]] = {
    "cat": ((0.0, 0.70, 0.15), 0.58),
    "house": ((0.02, 0.32, 0.32), 0.62),
    "armchair": ((0.30, 0.48, 0.15), 0.80),
    "bust": ((0.0, 0.78, 0.2), 0.58),
    "castle": ((0.0, 0.42, 0.25), 0.58),
    "windmill": ((0.0, 0.80, 0.3), 0.58),
    "moai": ((0.0, 0.68, 0.2), 0.58),
    "dog": ((0.0, 0.72, 0.35), 0.58),
    "elephant": ((0.0, 0.66, 0.40), 0.66),
    "duck": ((0.0, 0.72, 0.25), 0.58),
    "rabbit": ((0.0, 0.62, 0.25), 0.62),
    "pig": ((0.0, 0.55, 0.40), 0.58),
}
"""What an extreme close-up shows of each thing, its face or its front, and how many units high."""

VIEWED = there(*FACES)
TALL = ("castle", "windmill", "elephant")
VIEWS = ("plain", "extreme close-up", "aerial", "from behind", "low angle")


def _view(r: Stream, facts: Facts) -> Scene:
    name, view, around = facts["object"], facts["view"], r.uniform(-25, 25)
    high = 1.95 if name in TALL else 1.6
    camera = Camera((0.0, 0.26 * high, 0.0), around, r.uniform(14, 20), view_height=high)
    if view == "extreme close-up":
        middle, near = FACES[name]
        camera = Camera(middle, 0.6 * around, r.uniform(4, 10), 3.0, near)
    elif view == "aerial":
        camera = Camera((0.0, 0.40, 0.0), around, r.uniform(72, 78), view_height=0.95 * high)
    elif view == "from behind":
        camera = replace(camera, azimuth=180.0 + 0.7 * around)
    elif view == "low angle":
        camera = Camera((0.0, 0.72, 0.0), around, r.uniform(-27, -24), 1.45, 2.1)
    thing = natural(name) if name in COATS else Thing(name, r.pick(tuple(COLORS)))
    place = r.pick(("floor", "field"))
    return Scene((thing,), camera=camera, light=light("", place), place=place)


enter(
    Kind(
        name="view",
        section=SECTION,
        fields={"object": VIEWED, "view": VIEWS},
        frames=(
            "{view} of {a object}",
            "{view}, showing {a object}",
            "{a object}: {view}",
            "{a object}, {view}",
            "this is {view} of {a object}",
        ),
        build=_view,
        held_out=(HeldOut("object", "view"),),
        words={
            "view": {
                "plain": ("a plain view", "an ordinary view", "an eye-level view"),
                "extreme close-up": ("an extreme close-up view", "an extreme close-up"),
                "aerial": ("an aerial view", "a view from above"),
                "from behind": ("a view from behind", "a rear view"),
                "low angle": ("a low angle view", "a low-angle shot"),
            }
        },
        share=1.5,
    )
)

PLURALS: dict[str, str] = {
    "cat": "cats",
    "mushroom": "mushrooms",
    "house": "houses",
    "car": "cars",
    "teapot": "teapots",
    "armchair": "armchairs",
    "cube": "cubes",
    "cone": "cones",
    "donut": "donuts",
    "bust": "busts",
    "mug": "mugs",
    "sphere": "spheres",
    "dog": "dogs",
    "duck": "ducks",
    "elephant": "elephants",
}


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
        fields={"lens": ("fisheye", "panorama"), "object": tuple(PLURALS), "color": tuple(COLORS)},
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
            "object": {name: (plural,) for name, plural in PLURALS.items()},
            "lens": {
                "fisheye": ("a fisheye lens view", "a fisheye photo"),
                "panorama": ("a spherical panorama", "a panorama in all directions"),
            },
        },
    )
)

CUBED = there(
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
        held_out=(HeldOut("object", "style", step=2),),
        words={
            "style": {
                "voxels": ("made of voxels", "built from little cubes"),
                "photo": ("with a smooth surface", "that is smooth"),
            }
        },
    )
)

ANGLES: tuple[str, ...] = tuple(str(angle) for angle in range(0, 360, 15))


def _told(angle: int) -> tuple[str, ...]:
    """How an angle is told: up to 180 degrees the camera has gone to the left, beyond it to the right."""
    if angle in (0, 180):
        return ("from the front",) if angle == 0 else ("from behind",)
    side, by = ("left", angle) if angle < 180 else ("right", 360 - angle)
    exact = (f"from {by} degrees to the {side}",)
    return (*exact, f"from the {side} side") if by == 90 else exact


TURNED = there("bust", "cat", "armchair", "moai", "dog", "duck", "elephant")


def _angle(r: Stream, facts: Facts) -> Scene:
    thing = Thing(
        facts["object"],
        r.pick(tuple(COLORS)),
        position=jitter(r, 0.05),
        yaw=float(facts["angle"]),
        stretch=1.1,
    )
    camera = Camera((0.0, 0.54, 0.0), elevation=r.uniform(14, 20), view_height=r.uniform(1.6, 1.75))
    return Scene((thing,), camera=camera, light=light())


enter(
    Kind(
        name="angle",
        judged=2.0,
        section=SECTION,
        fields={"object": TURNED, "angle": ANGLES},
        frames=(
            "{a object} seen {angle}",
            "a photo of {a object} {angle}",
            "{a object} viewed {angle}",
            "{angle}, {a object}",
            "a picture of {a object}, taken {angle}",
        ),
        build=_angle,
        held_out=(HeldOut("angle", "object"),),
        words={"angle": {angle: _told(int(angle)) for angle in ANGLES}},
        share=1.5,
    )
)

MIRRORED = there("cube", "cat", "armchair", "mug", "teapot", "house", "cone", "mushroom", "dog", "pig")


def _mirror(r: Stream, facts: Facts) -> Scene:
    """A thing in front of a mirror, seen over its shoulder; its image stands to the right."""
    thing = Thing(
        facts["object"],
        facts["color"],
        position=(r.uniform(-0.55, -0.45), 0.0, r.uniform(0.20, 0.30)),
        yaw=180.0 + r.uniform(-20, 5),
    )
    mirror = Thing("standing mirror", r.pick(tuple(PAINTS)), position=(0.0, 0.0, -0.75), stretch=1.0)
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
        held_out=(HeldOut("object", "color"),),
    )
)
