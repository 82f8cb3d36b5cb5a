"""Landmarks of Europe, in their own colours whatever the caption says, softly lit at night.

Left out: the landmarks of other continents (`far_landmarks.py`), and their names (`kinds/geography.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from minidalle.world.primitives import (
    BROWN,
    DARK,
    GLASS,
    Primitive,
    ball,
    box,
    cone,
    limb,
    object_shape,
    pyramid,
    torus,
)

LAMP = (1.0, 0.80, 0.35)
SNOW = (0.95, 0.96, 0.97)
GOLD = (0.85, 0.62, 0.15)

LANDMARKS: list[str] = []
"""Landmarks, each at home in one country (`kinds/geography.py`)."""


def landmark(name: str) -> Callable[[Callable[[], list[Primitive]]], object]:
    """Enter a landmark, softly lit at night where it does not glow already."""

    def enter(build: Callable[[], list[Primitive]]) -> object:
        LANDMARKS.append(name)
        return object_shape(name)(lambda: [replace(p, glow=p.glow or 0.22) for p in build()])

    return enter


@landmark("eiffel tower")
def _eiffel_tower() -> list[Primitive]:
    iron = {"color": (0.40, 0.25, 0.14)}
    corners = [(x, z) for x in (-1, 1) for z in (-1, 1)]
    return [
        *(
            limb((0.36 * x, 0, 0.36 * z), (0.20 * x, 0.36, 0.20 * z), 0.075, 0.055, **iron)
            for x, z in corners
        ),
        box((0, 0.36, 0), (0.26, 0.035, 0.26), 0.01, color=(0.52, 0.34, 0.18)),
        torus((0, 0.13, 0.27), 0.21, 0.022, rotation=(18, 0, 0), **iron),
        *(
            limb((0.19 * x, 0.36, 0.19 * z), (0.085 * x, 0.68, 0.085 * z), 0.052, 0.04, **iron)
            for x, z in corners
        ),
        box((0, 0.68, 0), (0.13, 0.025, 0.13), 0.01, color=(0.52, 0.34, 0.18)),
        pyramid((0, 0.68, 0), 0.095, 0.52, 0.02, **iron),
        box((0, 1.19, 0), (0.045, 0.025, 0.045), 0.01, color=(0.52, 0.34, 0.18)),
        limb((0, 1.2, 0), (0, 1.36, 0), 0.012, **iron),
        *(
            ball((x, y, z), 0.03, color=LAMP, glow=3.0)
            for x, y, z in ((0, 0.36, 0.27), (0, 0.68, 0.14), (0, 1.24, 0))
        ),
        *(ball((x, 0.36, 0.27), 0.03, color=LAMP, glow=3.0) for x in (-0.2, 0.2)),
    ]


@landmark("windmill")
def _windmill() -> list[Primitive]:
    sails = []
    for angle in (30.0, 120.0, 210.0, 300.0):
        c, s = {30.0: (0.866, 0.5), 120.0: (-0.5, 0.866), 210.0: (-0.866, -0.5), 300.0: (0.5, -0.866)}[angle]
        sails += [
            limb((0, 0.82, 0.32), (0.58 * c, 0.82 + 0.58 * s, 0.32), 0.018, color=BROWN),
            box(
                (0.37 * c - 0.055 * s, 0.82 + 0.37 * s + 0.055 * c, 0.31),
                (0.22, 0.055, 0.01),
                0.004,
                rotation=(0, 0, angle),
                color=(0.95, 0.90, 0.78),
            ),
        ]
    return [
        cone((0, 0.42, 0), 0.30, 0.20, 0.41, color=SNOW),
        cone((0, 0.93, 0), 0.23, 0.04, 0.10, color=(0.45, 0.16, 0.08)),
        cone((0, 0.05, 0), 0.33, 0.31, 0.05, color=(0.45, 0.16, 0.08)),
        limb((0, 0.82, 0.1), (0, 0.82, 0.36), 0.035, color=BROWN),
        *sails,
        box((0, 0.17, 0.28), (0.08, 0.15, 0.03), 0.01, color=(0.10, 0.30, 0.16)),
        box((0, 0.50, 0.245), (0.05, 0.06, 0.03), 0.01, rotation=(-7, 0, 0), color=GLASS, glow=1.5),
    ]


@landmark("lighthouse")
def _lighthouse() -> list[Primitive]:
    red = (0.82, 0.06, 0.05)
    bands = [
        cone(
            (0, 0.19 + 0.16 * k, 0),
            0.25 - 0.025 * k,
            0.225 - 0.025 * k,
            0.079,
            0.001,
            color=(red, SNOW)[k % 2],
        )
        for k in range(5)
    ]
    return [
        cone((0, 0.06, 0), 0.44, 0.34, 0.05, 0.01, color=(0.36, 0.35, 0.34)),
        *bands,
        cone((0, 0.92, 0), 0.21, 0.21, 0.015, color=DARK),
        cone((0, 1.02, 0), 0.11, 0.11, 0.08, color=(1.0, 0.86, 0.35), glow=3.0),
        cone((0, 1.18, 0), 0.17, 0.01, 0.08, color=red),
        box((0, 0.20, 0.24), (0.07, 0.12, 0.03), 0.01, color=BROWN),
        box((0, 0.58, 0.175), (0.035, 0.05, 0.03), 0.005, color=GLASS, glow=1.5),
    ]


@landmark("big ben")
def _big_ben() -> list[Primitive]:
    sand = (0.68, 0.50, 0.26)
    faces = []
    for x, z, turn in ((0, 0.205, (90, 0, 0)), (0.205, 0, (0, 0, 90))):
        faces.append(cone((x, 0.88, z), 0.145, 0.145, 0.012, 0.002, rotation=turn, color=SNOW, glow=1.0))
    return [
        box((0, 0.35, 0), (0.165, 0.35, 0.165), 0.005, color=sand),
        box((0, 0.04, 0), (0.21, 0.04, 0.21), 0.005, color=(0.50, 0.36, 0.18)),
        *(
            box((x, 0.38, 0.165), (0.022, 0.26, 0.008), 0.002, color=(0.25, 0.18, 0.12), glow=2.5)
            for x in (-0.09, 0.0, 0.09)
        ),
        box((0, 0.88, 0), (0.20, 0.19, 0.20), 0.01, color=sand),
        *faces,
        limb((0, 0.88, 0.225), (0, 0.99, 0.225), 0.016, color=DARK),
        limb((0, 0.88, 0.225), (0.075, 0.85, 0.225), 0.018, color=DARK),
        box((0, 1.085, 0), (0.225, 0.02, 0.225), 0.005, color=GOLD),
        pyramid((0, 1.10, 0), 0.20, 0.36, 0.02, color=(0.16, 0.20, 0.24)),
        limb((0, 1.44, 0), (0, 1.56, 0), 0.014, color=GOLD),
    ]


@landmark("leaning tower")
def _leaning_tower() -> list[Primitive]:
    lean = 0.19  # units to the right for each unit up: more than the real one
    turn = (0.0, 0.0, -10.8)

    def ring(y: float, radius: float, half: float, color: tuple, **rest) -> Primitive:
        return cone((lean * y - 0.1, y, 0), radius, radius, half, 0.004, rotation=turn, color=color, **rest)

    marble, shade = (0.95, 0.92, 0.85), (0.40, 0.36, 0.32)
    floors = [ring(0.10 + 0.147 * k, 0.225, 0.055, shade) for k in range(7)]
    slabs = [ring(0.03 + 0.147 * k, 0.27, 0.024, marble) for k in range(8)]
    posts = [
        limb((x - 0.1, 0.0, 0.245), (x - 0.1 + lean, 1.0, 0.245), 0.019, color=marble)
        for x in (-0.14, 0.0, 0.14)
    ]
    return [*floors, *slabs, *posts, ring(1.15, 0.17, 0.09, marble), ring(1.25, 0.19, 0.012, shade)]


@landmark("castle")
def _castle() -> list[Primitive]:
    stone, roof = (0.60, 0.59, 0.58), (0.10, 0.20, 0.50)
    solids = [box((0, 0.26, 0.0), (0.44, 0.26, 0.26), 0.005, color=stone)]
    solids += [box((x, 0.55, 0.22), (0.05, 0.05, 0.04), 0.003, color=stone) for x in (-0.3, -0.1, 0.1, 0.3)]
    for x in (-0.46, 0.46):
        solids += [
            cone((x, 0.36, 0.16), 0.155, 0.155, 0.36, color=stone),
            cone((x, 0.87, 0.16), 0.20, 0.01, 0.16, color=roof),
            box((x, 0.55, 0.31), (0.03, 0.06, 0.02), 0.004, color=DARK),
            box((x, 0.55, 0.315), (0.025, 0.055, 0.02), 0.004, color=LAMP, glow=1.2),
        ]
    return [
        *solids,
        box((0, 0.55, -0.1), (0.17, 0.55, 0.14), 0.005, color=stone),
        pyramid((0, 1.10, -0.1), 0.21, 0.30, color=roof),
        limb((0, 1.35, -0.1), (0, 1.52, -0.1), 0.01, color=DARK),
        box((0.08, 1.47, -0.1), (0.08, 0.05, 0.006), 0.003, color=(0.86, 0.07, 0.07)),
        box((0, 0.14, 0.26), (0.10, 0.14, 0.02), 0.003, color=BROWN),
        cone((0, 0.28, 0.26), 0.10, 0.10, 0.015, 0.003, rotation=(90, 0, 0), color=BROWN),
        box((0, 0.80, 0.05), (0.04, 0.08, 0.02), 0.004, color=LAMP, glow=1.2),
    ]
