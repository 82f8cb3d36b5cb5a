"""Combining unrelated concepts: things in the shape of others, things made of materials.

Left out: how two things become one (`objects/mixing.py`), and chimeras (`creatures.py`).
"""

from __future__ import annotations

from minidalle.world.kinds.common import GROUND, jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.mixing import ALL_OVER
from minidalle.world.scene import MATERIALS, Camera, Light, Scene, Thing
from minidalle.world.stream import Stream

SHAPED = ("armchair", "teapot", "lamp", "clock", "handbag", "guitar")
OTHERS = (
    "avocado",
    "pineapple",
    "watermelon",
    "orange",
    "egg",
    "strawberry",
    "walnut",
    "kiwi",
    "snail shell",
    "iced donut",
)
MADE = ("snail", "teapot", "armchair", "cat", "car", "mug", "handbag", "donut")

MADE_OF = {
    "brick": ("bricks", "brick"),
    "leaves": ("leaves", "green leaves"),
    "plaid": ("plaid", "plaid cloth"),
    "fur": ("leopard fur", "spotted fur"),
    "porcupine": ("porcupine", "porcupine quills"),
}
"""Words for materials of which something is made; the others are their own words."""

DUSK = Light(
    sun=(0.30, 0.31, 0.36),
    ambient=(0.20, 0.21, 0.28),
    sky_top=(0.03, 0.04, 0.12),
    sky_bottom=(0.10, 0.12, 0.24),
    floor=(0.42, 0.40, 0.42),
    night=1.0,
)
"""A dark room, in which a lamp is on."""


def _camera(r: Stream) -> Camera:
    return Camera(look_at=(0.0, 0.54, 0.0), elevation=r.uniform(10, 22), view_height=r.uniform(1.45, 1.65))


def _shaped(r: Stream, facts: Facts) -> Scene:
    shape = "table lamp" if facts["object"] == "lamp" else facts["object"]
    thing = Thing(shape, "red", position=jitter(r, 0.06), yaw=turned(r, 22), other=facts["other"])
    shown = DUSK if facts["object"] == "lamp" else light("", r.pick(tuple(GROUND)))
    return Scene((thing,), camera=_camera(r), light=shown)


enter(
    Kind(
        name="shaped",
        section="combining unrelated concepts",
        fields={"object": SHAPED, "other": OTHERS},
        frames=(
            "{a object} in the shape of {a other}",
            "{a object} shaped like {a other}",
            "{a other}-shaped {object}",
            "{a object} in the form of {a other}",
            "{a object} that looks like {a other}",
            "{a object} imitating {a other}",
        ),
        build=_shaped,
        held_out=(HeldOut("object", "other"),),
        words={"other": {"iced donut": ("donut", "iced donut")}},
    )
)


def _made(r: Stream, facts: Facts) -> Scene:
    thing = Thing(
        facts["object"],
        "gray",
        texture=facts["texture"],
        position=jitter(r, 0.06),
        yaw=turned(r, 28) - (62.0 if facts["object"] == "snail" else 0.0),  # a snail is known from its side
        parts=((ALL_OVER, "gray", facts["texture"]),),
    )
    return Scene((thing,), camera=_camera(r), light=light("", r.pick(tuple(GROUND))))


enter(
    Kind(
        name="made of",
        section="combining unrelated concepts",
        fields={"object": MADE, "texture": MATERIALS},
        frames=(
            "{a object} made of {texture}",
            "{a object} that is made of {texture}",
            "{a object} made out of {texture}",
            "{a object} with the texture of {texture}",
            "{a object} built from {texture}",
            "{a object} consisting of {texture}",
        ),
        build=_made,
        held_out=(HeldOut("object", "texture"),),
        words={"texture": MADE_OF},
    )
)
