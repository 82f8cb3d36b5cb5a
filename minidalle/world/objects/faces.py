"""Chunky things with a big face in one of six moods, as emoji have.

Every thing has all six faces as optional parts ("+happy"); a scene names the one that shows.

Left out: the faces (`moods.py`), and which mood a caption tells (`kinds/creatures.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from minidalle.world.objects.moods import MOODS, WHITE, faces
from minidalle.world.primitives import Primitive, ball, cone, ellipsoid, limb, object_shape

__all__ = ["FACES", "MOODS", "face"]

FACES: list[str] = []
"""Things that can have a face; as objects they are called "apple face" and so on."""

LEAF = (0.10, 0.46, 0.10)


def face(name: str) -> Callable:
    """Decorator that enters a thing with a face, as the object "apple face" for the name "apple"."""
    FACES.append(name)
    return object_shape(f"{name} face")


@face("cup of boba")
def _boba() -> list[Primitive]:
    pearls = (
        (-0.19, 0.10, 0.20),
        (0.0, 0.09, 0.28),
        (0.19, 0.10, 0.20),
        (-0.10, 0.20, 0.27),
        (0.11, 0.20, 0.27),
    )
    return [
        cone((0, 0.42, 0), 0.27, 0.38, 0.40, 0.02, color=(0.80, 0.56, 0.34)),
        cone((0, 0.86, 0), 0.40, 0.40, 0.03, 0.015, color=WHITE),
        limb((0.08, 0.86, 0), (0.20, 1.22, 0), 0.05, color=(0.95, 0.30, 0.55)),
        *(ball(at, 0.055, color=(0.06, 0.03, 0.02)) for at in pearls),
        *faces(0.56, 0.37, 1.1),
    ]


@face("apple")
def _apple() -> list[Primitive]:
    return [
        *(ball((x, 0.46, 0), 0.40, color=(0.45, 0.78, 0.12), melt=m) for x, m in ((-0.09, 0.0), (0.09, 0.1))),
        limb((0, 0.80, 0), (0.05, 1.04, 0), 0.04, color=(0.30, 0.16, 0.06)),
        ellipsoid((0.20, 0.98, 0), (0.16, 0.08, 0.07), rotation=(0, 0, 25), color=LEAF),
        *faces(0.46, 0.415, 0.8),
    ]


@face("star")
def _star() -> list[Primitive]:
    tips = ((0, 0.62), (0.59, 0.19), (0.365, -0.50), (-0.365, -0.50), (-0.59, 0.19))
    return [
        cone((0, 0.52, 0), 0.29, 0.29, 0.20, 0.05, rotation=(90, 0, 0), color=(1.0, 0.78, 0.05)),
        *(
            limb(
                (0.2 * x, 0.52 + 0.2 * y, 0),
                (x, 0.52 + y, 0),
                0.22,
                0.03,
                0.03,
                color=(1.0, 0.78, 0.05),
                melt=0.06,
            )
            for x, y in tips
        ),
        *faces(0.53, 0.25, 0.0),
    ]


@face("cloud")
def _cloud() -> list[Primitive]:
    puffs = (
        (0, 0.52, 0.33),
        (-0.34, 0.42, 0.24),
        (0.34, 0.42, 0.24),
        (-0.18, 0.66, 0.22),
        (0.20, 0.68, 0.24),
        (0, 0.36, 0.25),
    )
    return [
        *(
            ball((x, y, 0), r, color=(0.42, 0.66, 0.98), melt=0.05 * (k > 0))
            for k, (x, y, r) in enumerate(puffs)
        ),
        *faces(0.50, 0.33, 0.9),
    ]


@face("pumpkin")
def _pumpkin() -> list[Primitive]:
    return [
        *(
            ellipsoid((x, 0.42, z), (0.22, 0.38, 0.30), color=(0.95, 0.36, 0.02))
            for x, z in ((-0.34, -0.05), (0.34, -0.05), (-0.17, 0.06), (0.17, 0.06))
        ),
        ellipsoid((0, 0.42, 0.10), (0.24, 0.39, 0.28), color=(0.95, 0.36, 0.02)),
        limb((0, 0.76, 0), (0.06, 1.0, 0), 0.08, 0.06, color=LEAF),
        *faces(0.44, 0.37, 0.35),
    ]


@face("ghost")
def _ghost() -> list[Primitive]:
    sheet = (0.84, 0.86, 0.96)
    return [
        ball((0, 0.66, 0), 0.36, color=sheet),
        cone((0, 0.40, 0), 0.40, 0.34, 0.25, 0.02, color=sheet, melt=0.03),
        *(
            ball((x, 0.12, z), 0.13, color=sheet, melt=0.04)
            for x, z in ((-0.28, 0.12), (0.0, 0.30), (0.28, 0.12))
        ),
        *(
            limb((0.32 * s, 0.52, 0), (0.56 * s, 0.66, 0.06), 0.10, 0.07, 0.03, color=sheet, melt=0.05)
            for s in (-1, 1)
        ),
        *faces(0.64, 0.36, 1.0),
    ]
