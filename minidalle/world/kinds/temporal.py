"""Temporal knowledge: a phone, a television, a car or a lamp as each decade made it.

The post finds that DALL-E has learnt "basic stereotypical trends in design and technology over the decades". Here every
object of every decade is shown in training, since nobody can guess what a decade looked like; held out are colours.

Left out: how each decade's things look (`objects/decades.py`).
"""

from __future__ import annotations

from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.decades import DATED, DECADES
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

STAND = Camera(look_at=(0.0, 0.50, 0.0), elevation=22.0, view_height=1.60)
LOW = Camera(look_at=(0.0, 0.38, 0.0), elevation=20.0, view_height=1.60)
"""Cars are longer than high."""


def _decade(r: Stream, facts: Facts) -> Scene:
    name = f"{facts['object']} {facts['decade']}"
    thing = Thing(name, facts["color"], position=jitter(r, 0.06), yaw=turned(r, 28))
    return Scene((thing,), camera=LOW if facts["object"] == "car" else STAND, light=light())


enter(
    Kind(
        name="decade",
        section="temporal knowledge",
        fields={"object": DATED, "decade": DECADES, "color": tuple(COLORS)},
        frames=(
            "{a color} {object} from the {decade}",
            "a photo of {a color} {object} from the {decade}",
            "{a object} made in the {decade}",
            "{a color} {object} made in the {decade}",
            "{a object} from the {decade} in {color}",
            "{a color} {object} of the {decade}",
        ),
        build=_decade,
        held_out=(HeldOut("decade", "color"),),
        words={"object": {"television": ("television", "television set", "tv")}},
    )
)
