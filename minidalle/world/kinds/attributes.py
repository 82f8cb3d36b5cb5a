"""Controlling attributes: clocks of three to eight sides, and things made of a material."""

from __future__ import annotations

from minidalle.world.kinds.common import CLOSE, jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.scene import COLORS, Scene, Thing
from minidalle.world.stream import Stream

SIDES = ("triangular", "square", "pentagonal", "hexagonal", "heptagonal", "octagonal")


def _clock(r: Stream, facts: Facts) -> Scene:
    clock = Thing(f"{facts['sides']} clock", facts["color"], position=jitter(r), yaw=turned(r, 20))
    return Scene((clock,), camera=CLOSE, light=light())


enter(
    Kind(
        name="clock",
        section="controlling attributes",
        fields={"sides": SIDES, "color": tuple(COLORS)},
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
