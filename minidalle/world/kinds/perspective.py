"""Perspective and three dimensions: views and angles.

A view names where the camera stands, an angle how far around the thing it has gone. All turns are to the viewer's left
or right. Left out: lenses, voxels and mirrors (`lenses.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from minidalle.world.kinds.common import jitter, light, objects_called
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.animals import COATS, natural
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

SECTION = "perspective and three dimensions"


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

VIEWED = objects_called(*FACES)
BUILT = ("house", "armchair", "castle", "windmill", "moai")
TALL = ("castle", "windmill", "elephant")
VIEWS = ("plain", "extreme close-up", "aerial", "from behind", "low angle")


def _view(r: Stream, facts: Facts) -> Scene:
    name, view, around = facts["object"], facts["view"], r.uniform(-25, 25)
    high = 1.95 if name in TALL else 1.6
    camera = Camera((0.0, 0.26 * high, 0.0), around, r.uniform(14, 20), view_height=high)
    if view == "extreme close-up":
        middle, near = FACES[name]
        if name not in BUILT:  # a face fills the picture; of a wall nothing would be left
            near *= 0.75
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


VIEW = enter(
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

ANGLES: tuple[str, ...] = tuple(str(angle) for angle in range(0, 360, 15))


def _told(angle: int) -> tuple[str, ...]:
    """How an angle is told: up to 180 degrees the camera has gone to the left, beyond it to the right."""
    if angle in (0, 180):
        return ("from the front",) if angle == 0 else ("from behind",)
    side, by = ("left", angle) if angle < 180 else ("right", 360 - angle)
    exact = (f"from {by} degrees to the {side}",)
    return (*exact, f"from the {side} side") if by == 90 else exact


TURNED = objects_called("bust", "cat", "armchair", "moai", "dog", "duck", "elephant")


@dataclass(frozen=True)
class AngleAndObject(HeldOut):
    """Holds out angles of objects; "from behind" is half a turn, and held out as among the views."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether training never shows this object from this angle."""
        name = facts[self.right]
        if facts[self.left] == "180" and name in VIEWED:
            return VIEW.is_held_out({"object": name, "view": "from behind"})
        return super().holds(kind, facts)


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
        held_out=(AngleAndObject("angle", "object"),),
        words={"angle": {angle: _told(int(angle)) for angle in ANGLES}},
        share=1.5,
    )
)
