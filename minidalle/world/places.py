"""What stands around the things of a scene: a street's houses, a room's wall.

Left out: the ground's look (`textures.ground`) and light (`kinds/common.py`).
"""

from __future__ import annotations

from functools import cache

from minidalle.world.primitives import GLASS, box, object_shape
from minidalle.world.scene import Thing


@object_shape("backdrop room")
def _room() -> list:
    return [box((0, 1.5, -2.1), (6.0, 1.7, 0.05), 0.01, color=(0.80, 0.74, 0.62))]


LAMPLIGHT = (1.0, 0.76, 0.30)
"""Of windows after dark."""


def _houses(pane: tuple[float, float, float]) -> list:
    walls = ((0.55, 0.30, 0.22), (0.62, 0.58, 0.50), (0.36, 0.40, 0.48), (0.60, 0.46, 0.30))
    solids = []
    for k, x in enumerate((-3.0, -1.55, 1.45, 2.95)):
        high = (1.5, 1.15, 1.3, 1.05)[k]
        solids.append(box((x, high, -2.9), (0.72, high, 0.4), 0.02, color=walls[k]))
        solids += [
            box((x + dx, y, -2.5), (0.14, 0.18, 0.03), 0.01, color=pane, glow=1.2)
            for dx in (-0.35, 0.35)
            for y in (0.7, 1.5)
        ]
    return solids


@object_shape("backdrop street")
def _street() -> list:
    return _houses(GLASS)


@object_shape("backdrop street at night")
def _street_at_night() -> list:
    return _houses(LAMPLIGHT)


@cache
def surroundings(place: str, night: float) -> tuple[Thing, ...]:
    """The things that belong to a place, drawn after those of the scene."""
    name = "street at night" if place == "street" and night > 0 else place
    return (Thing(f"backdrop {name}", "gray"),) if place in ("room", "street") else ()
