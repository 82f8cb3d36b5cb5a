"""What kinds of scene share: cameras for one thing and for several, light by the time of day, places and turns.

Left out: what a kind is (`kind.py`).
"""

from __future__ import annotations

from dataclasses import replace

from minidalle.world.objects import OBJECTS
from minidalle.world.scene import COLORS, Camera, Light
from minidalle.world.stream import Stream

CLOSE = Camera(look_at=(0.0, 0.50, 0.0), view_height=1.75)
"""One thing of about one unit fills most of the picture."""

WIDE = Camera(look_at=(0.0, 0.42, 0.0), view_height=3.35)
"""Three things side by side."""

CLOTH_COLORS: tuple[str, ...] = tuple(color for color in COLORS if color != "black")
"""Colours of clothes on dark animals."""

TIMES: dict[str, Light] = {
    "noon": Light(direction=(-0.25, 0.95, 0.30)),
    "sunrise": Light(
        direction=(-0.92, 0.26, 0.28),
        sun=(1.15, 0.62, 0.30),
        ambient=(0.34, 0.28, 0.34),
        sky_top=(0.30, 0.42, 0.72),
        sky_bottom=(1.00, 0.62, 0.34),
    ),
    "sunset": Light(
        direction=(0.92, 0.22, 0.28),
        sun=(1.10, 0.42, 0.20),
        ambient=(0.32, 0.22, 0.34),
        sky_top=(0.24, 0.16, 0.42),
        sky_bottom=(0.98, 0.36, 0.20),
    ),
    "night": Light(
        direction=(0.35, 0.80, 0.45),
        sun=(0.18, 0.22, 0.33),
        ambient=(0.10, 0.12, 0.21),
        sky_top=(0.005, 0.008, 0.03),
        sky_bottom=(0.02, 0.03, 0.09),
        night=1.0,
    ),
}
"""Light by the time of day: at sunrise the sun is left and shadows reach far to the right, at sunset the other way."""

GROUND: dict[str, tuple[float, float, float]] = {
    "floor": (0.86, 0.84, 0.79),
    "field": (0.20, 0.44, 0.10),
    "street": (0.17, 0.17, 0.18),
    "room": (0.46, 0.28, 0.14),
    "table": (0.44, 0.25, 0.12),
}
"""The ground's colour by place."""


def light(time: str = "", place: str = "floor") -> Light:
    """The light of a time of day ("" for the studio's), with the ground in the colour of a place."""
    return replace(TIMES[time] if time else Light(), floor=GROUND[place])


def jitter(r: Stream, amount: float = 0.12) -> tuple[float, float, float]:
    """A position on the floor, at most `amount` units from the middle along x and along z."""
    return (r.uniform(-amount, amount), 0.0, r.uniform(-amount, amount))


def turned(r: Stream, by: float = 30.0) -> float:
    """A turn of at most `by` degrees to either side, which still shows the front."""
    return r.uniform(-by, by)


def objects_called(*names: str) -> tuple[str, ...]:
    """The names, each known to be an object's. Raises ValueError, naming those that are not."""
    unknown = [name for name in names if name not in OBJECTS]
    if unknown:
        raise ValueError(f"no object is called {', '.join(map(repr, unknown))}: see minidalle/world/objects/")
    return names
