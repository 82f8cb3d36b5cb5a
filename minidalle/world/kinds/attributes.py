"""Controlling attributes: clocks of three to eight sides, things made of a material, collections on a table.

Left out: sizes, patterns and counts of toys, which the blocks world has (`sample.py`).
"""

from __future__ import annotations

from minidalle.world.grammar import plural
from minidalle.world.kinds.common import CLOSE, GROUND, jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.clocks import SIDES
from minidalle.world.scene import COLORS, MATERIALS, Camera, Scene, Thing
from minidalle.world.stream import Stream


def _clock(r: Stream, facts: Facts) -> Scene:
    clock = Thing(f"{facts['sides']} clock", facts["color"], position=jitter(r), yaw=turned(r, 20))
    return Scene((clock,), camera=CLOSE, light=light())


enter(
    Kind(
        name="clock",
        section="controlling attributes",
        fields={"sides": tuple(SIDES), "color": tuple(COLORS)},
        frames=(
            "{a sides} {color} clock",
            "{a color} clock that is {sides}",
            "a photo of {a sides} clock in {color}",
            "a clock, {sides} and {color}",
            "{a color} clock with {a sides} face",
        ),
        build=_clock,
        held_out=(HeldOut("sides", "color"),),
    )
)


SOLIDS = ("cube", "sphere", "cylinder", "cone")
TEXTURE_OF = {
    "brick": ("a brick wall", "bricks"),
    "porcupine": ("a porcupine", "porcupine quills"),
    "harp strings": ("a harp", "harp strings"),
    "fur": ("leopard fur", "a leopard's fur"),
    "leaves": ("leaves", "a leafy hedge"),
    "wool": ("wool", "knitted wool"),
}
"""Words for materials whose texture something has."""


def _material(r: Stream, facts: Facts) -> Scene:
    yaw = r.uniform(15, 75) if facts["object"] == "cube" else r.uniform(0, 360)
    solid = Thing(facts["object"], "gray", texture=facts["texture"], position=jitter(r, 0.08), yaw=yaw)
    return Scene((solid,), camera=CLOSE, light=light("", r.pick(tuple(GROUND))))


enter(
    Kind(
        name="material",
        section="controlling attributes",
        fields={"object": SOLIDS, "texture": MATERIALS},
        frames=(
            "{a object} with the texture of {texture}",
            "{a object} textured like {texture}",
            "{a object} that has the texture of {texture}",
            "{a object} with the surface of {texture}",
            "a photo of {a object} with the texture of {texture}",
            "{a object} covered with the texture of {texture}",
        ),
        build=_material,
        held_out=(HeldOut("object", "texture"),),
        words={"texture": TEXTURE_OF},
    )
)

COUNTS = {
    "two": ((-0.62, 0.0), (0.62, 0.0)),
    "three": ((-0.70, 0.30), (0.70, 0.30), (0.0, -0.60)),
    "four": ((-0.64, 0.66), (0.64, 0.66), (-0.64, -0.70), (0.64, -0.70)),
    "five": ((-1.0, 0.62), (0.0, 0.62), (1.0, 0.62), (-0.55, -0.70), (0.55, -0.70)),
    "six": ((-1.0, 0.62), (0.0, 0.62), (1.0, 0.62), (-1.0, -0.72), (0.0, -0.72), (1.0, -0.72)),
}
"""Where so many things stand on a table, so that none hides another."""

COLLECTED = ("glass", "mug", "apple", "egg", "orange", "teapot", "strawberry", "cup")


def _collection(r: Stream, facts: Facts) -> Scene:
    color, turn = r.pick(tuple(COLORS)), r.uniform(-15, 15)
    size = 0.80 if facts["count"] in ("two", "three") else 0.70
    things = tuple(
        Thing(
            facts["object"],
            color,
            position=(x + r.uniform(-0.07, 0.07), 0.0, z + r.uniform(-0.07, 0.07)),
            yaw=turn + r.uniform(-8, 8),
            stretch=size * r.uniform(0.95, 1.05),
        )
        for x, z in COUNTS[facts["count"]]
    )
    wide = {"two": 2.4, "three": 2.7, "four": 2.9}.get(facts["count"], 3.35)
    camera = Camera(look_at=(0.0, 0.22, 0.0), elevation=r.uniform(34, 44), view_height=wide)
    return Scene(things, camera=camera, light=light("", facts["place"]), place=facts["place"])


enter(
    Kind(
        name="collection",
        section="controlling attributes",
        fields={"object": COLLECTED, "count": tuple(COUNTS), "place": ("table",)},
        frames=(
            "a collection of {count} {object} on a {place}",
            "{count} {object} on a {place}",
            "a photo of {count} {object} on a {place}",
            "a {place} with {count} {object} on it",
            "{count} {object} standing on a {place}",
            "a group of {count} {object} on a {place}",
        ),
        build=_collection,
        held_out=(HeldOut("object", "count"),),
        words={"object": {name: (plural(name),) for name in COLLECTED}},
    )
)
