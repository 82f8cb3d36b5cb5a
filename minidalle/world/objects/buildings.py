"""Things that carry a word, and landmarks.

A carrier has a flat board with the proportions of about 3.5 to 1, which the letters of a word fill. Landmarks have
their own colours, whatever the caption says, and windows that glow at night.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from minidalle.world.primitives import (
    BROWN,
    CREAM,
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
STONE = (0.62, 0.60, 0.56)
GOLD = (0.85, 0.62, 0.15)

CARRIERS: tuple[str, ...] = ("shop front", "billboard", "license plate", "t-shirt", "box")
"""Objects with a board for a word, in the thing's colour but for the shop's, which is cream."""

LANDMARKS: list[str] = []
"""Landmarks, each at home in one country (`kinds/geography.py`)."""


def _landmark(name: str) -> Callable[[Callable[[], list[Primitive]]], object]:
    """Enter a landmark, softly lit at night where it does not glow already."""

    def enter(build: Callable[[], list[Primitive]]) -> object:
        LANDMARKS.append(name)
        return object_shape(name)(lambda: [replace(p, glow=p.glow or 0.22) for p in build()])

    return enter


@object_shape("shop front")
def _shop_front() -> list[Primitive]:
    stripes = [
        box((-0.5 + 0.2 * k, 0.60, 0.22), (0.10, 0.02, 0.13), 0.005, rotation=(32, 0, 0), color=color)
        for k, color in enumerate((None, SNOW, None, SNOW, None, SNOW))
    ]
    return [
        box((0, 0.56, -0.08), (0.62, 0.56, 0.16), 0.01),
        box((0, 0.88, 0.09), (0.59, 0.19, 0.03), 0.01, color=(0.97, 0.94, 0.86), word=True, glow=0.7),
        *stripes,
        box((-0.18, 0.30, 0.08), (0.34, 0.20, 0.02), 0.01, color=GLASS, glow=0.8),
        box((0.40, 0.27, 0.08), (0.13, 0.27, 0.02), 0.01, color=BROWN),
        ball((0.31, 0.27, 0.12), 0.025, color=GOLD),
    ]


@object_shape("billboard")
def _billboard() -> list[Primitive]:
    return [
        box((0, 0.72, 0), (0.62, 0.30, 0.03), 0.01, color=SNOW),
        box((0, 0.72, 0.03), (0.58, 0.26, 0.02), 0.005, word=True, glow=0.7),
        *(limb((x, 0, -0.03), (x, 0.5, -0.03), 0.035, color=(0.30, 0.31, 0.33)) for x in (-0.35, 0.35)),
        *(ball((x, 1.07, 0.08), 0.035, color=LAMP, glow=2.0) for x in (-0.4, 0.0, 0.4)),
    ]


@object_shape("license plate")
def _license_plate() -> list[Primitive]:
    tilt = {"rotation": (-12.0, 0.0, 0.0)}
    return [
        box((0, 0.36, 0), (0.63, 0.32, 0.03), 0.03, color=(0.75, 0.76, 0.78), **tilt),
        box((0, 0.36, 0.02), (0.58, 0.27, 0.03), 0.02, color=SNOW, **tilt),
        box((0, 0.355, 0.04), (0.57, 0.19, 0.03), 0.01, word=True, glow=0.5, **tilt),
        *(ball((x, 0.59, 0.0), 0.028, color=DARK) for x in (-0.3, 0.3)),
        *(ball((x, 0.13, 0.10), 0.028, color=DARK) for x in (-0.3, 0.3)),
    ]


@object_shape("t-shirt")
def _t_shirt() -> list[Primitive]:
    return [
        box((0, 0.46, 0), (0.52, 0.44, 0.10), 0.08),
        *(limb((0.40 * s, 0.76, 0), (0.72 * s, 0.50, 0), 0.13, 0.14, 0.03, melt=0.06) for s in (-1, 1)),
        torus((0, 0.90, 0.02), 0.12, 0.035, rotation=(60, 0, 0), color=SNOW),
        cone((0, 0.915, 0.0), 0.10, 0.10, 0.012, color=DARK),
        box((0, 0.50, 0.085), (0.51, 0.18, 0.02), 0.003, word=True, glow=0.4),
    ]


@object_shape("box")
def _cardboard_box() -> list[Primitive]:
    return [
        box((0, 0.40, 0), (0.58, 0.40, 0.38), 0.01),
        box((0, 0.40, 0.37), (0.57, 0.18, 0.02), 0.002, word=True, glow=0.4),
        box((0, 0.805, 0), (0.07, 0.005, 0.38), 0.002, color=CREAM),
        *(
            box((x, 0.82, z), (0.575, 0.012, 0.20), 0.004, rotation=(35.0 if z > 0 else -35.0, 0, 0))
            for x, z in ((0, 0.53), (0, -0.53))
        ),
    ]


@_landmark("eiffel tower")
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


@_landmark("pyramid")
def _pyramid() -> list[Primitive]:
    sand = (0.86, 0.62, 0.28)
    return [
        pyramid((0, 0, 0), 0.66, 0.86, color=sand, texture="brick", second=(0.66, 0.44, 0.18)),
        box((0, 0.06, 0.63), (0.07, 0.10, 0.06), 0.005, color=(0.30, 0.18, 0.08), glow=2.0),
        pyramid((0.56, 0, 0.42), 0.14, 0.18, color=sand),
    ]


@_landmark("pagoda")
def _pagoda() -> list[Primitive]:
    red, roof = (0.66, 0.09, 0.06), (0.07, 0.16, 0.15)
    solids = [box((0, 0.03, 0), (0.46, 0.03, 0.46), 0.005, color=STONE)]
    for k in range(4):
        y, half = 0.06 + 0.27 * k, 0.27 - 0.045 * k
        solids += [
            box((0, y + 0.09, 0), (half, 0.09, half), 0.005, color=red),
            box((0, y + 0.09, half), (0.4 * half, 0.055, 0.01), 0.002, color=LAMP, glow=1.5),
            pyramid((0, y + 0.17, 0), half + 0.19, 0.11, half - 0.04, color=roof),
            box((0, y + 0.165, 0), (half + 0.19, 0.012, half + 0.19), 0.004, color=GOLD),
        ]
    return [*solids, limb((0, 1.1, 0), (0, 1.38, 0), 0.03, 0.008, color=GOLD)]


@_landmark("windmill")
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


@_landmark("lighthouse")
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


@_landmark("igloo")
def _igloo() -> list[Primitive]:
    snow = {"color": SNOW, "texture": "brick", "second": (0.50, 0.62, 0.74)}
    return [
        ball((0, 0.02, -0.12), 0.60, **snow),
        cone((0, 0.14, 0.42), 0.24, 0.24, 0.20, 0.02, rotation=(90, 0, 0), color=SNOW),
        cone((0, 0.13, 0.60), 0.17, 0.17, 0.05, 0.005, rotation=(90, 0, 0), color=(0.10, 0.13, 0.20)),
        ball((0, 0.08, 0.60), 0.075, color=LAMP, glow=3.0),
    ]


@_landmark("big ben")
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


@_landmark("leaning tower")
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


@_landmark("golden gate bridge")
def _bridge() -> list[Primitive]:
    red = {"color": (0.78, 0.14, 0.05)}
    solids = [
        box((0, 0.02, 0), (0.95, 0.02, 0.40), 0.005, color=(0.08, 0.30, 0.52)),
        box((0, 0.30, 0), (0.95, 0.03, 0.13), 0.005, **red),
    ]
    for x in (-0.46, 0.46):
        solids += [box((x, 0.5, z), (0.045, 0.5, 0.035), 0.005, **red) for z in (-0.11, 0.11)]
        solids += [box((x, y, 0), (0.035, 0.03, 0.11), 0.005, **red) for y in (0.62, 0.94)]
    for a, b in (((-0.95, 0.42), (-0.46, 0.98)), ((-0.46, 0.98), (-0.2, 0.5)), ((-0.2, 0.5), (0.0, 0.40))):
        for s in (1, -1):
            solids.append(limb((s * a[0], a[1], 0.12), (s * b[0], b[1], 0.12), 0.018, **red))
    solids += [limb((x, 0.3, 0.12), (x, y, 0.12), 0.01, **red) for x, y in ((-0.2, 0.5), (0.2, 0.5))]
    return [*solids, *(ball((x, 1.02, 0.11), 0.03, color=LAMP, glow=3.0) for x in (-0.46, 0.46))]


@_landmark("castle")
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


@_landmark("taj mahal")
def _taj_mahal() -> list[Primitive]:
    arch = {"color": (0.32, 0.34, 0.42), "glow": 1.5}
    solids = [
        box((0, 0.04, 0), (0.66, 0.04, 0.40), 0.005, color=(0.80, 0.72, 0.64)),
        box((0, 0.25, 0), (0.36, 0.20, 0.26), 0.01, color=SNOW),
        cone((0, 0.50, 0), 0.17, 0.17, 0.06, color=SNOW),
        ball((0, 0.68, 0), 0.235, color=SNOW),
        cone((0, 0.94, 0), 0.07, 0.006, 0.06, color=GOLD),
    ]
    for x in (-0.58, 0.58):
        solids += [
            cone((x, 0.36, 0.2), 0.045, 0.035, 0.34, color=SNOW),
            ball((x, 0.74, 0.2), 0.065, color=SNOW),
        ]
        solids += [ball((0.45 * x, 0.50, 0.12), 0.095, color=SNOW)]
    for x, half, high in ((0, 0.085, 0.13), (-0.25, 0.05, 0.09), (0.25, 0.05, 0.09)):
        solids += [
            box((x, 0.08 + high, 0.26), (half, high, 0.01), 0.002, **arch),
            cone((x, 0.08 + 2 * high, 0.26), half, half, 0.008, 0.002, rotation=(90, 0, 0), **arch),
        ]
    return solids


@_landmark("torii gate")
def _torii_gate() -> list[Primitive]:
    red = {"color": (0.86, 0.12, 0.04)}
    return [
        *(limb((0.44 * s, 0.0, 0), (0.38 * s, 0.90, 0), 0.075, 0.065, **red) for s in (-1, 1)),
        *(cone((0.44 * s, 0.05, 0), 0.10, 0.10, 0.05, color=DARK) for s in (-1, 1)),
        box((0, 0.70, 0), (0.55, 0.045, 0.04), 0.005, **red),
        box((0, 0.92, 0), (0.58, 0.05, 0.07), 0.005, **red),
        *(
            box((0.33 * s, 1.01, 0), (0.36, 0.045, 0.10), 0.005, rotation=(0, 0, 7.0 * s), color=DARK)
            for s in (-1, 1)
        ),
        box((0, 0.81, 0.0), (0.06, 0.09, 0.05), 0.005, color=GOLD, glow=1.5),
        *(ball((0.3 * s, 0.58, 0), 0.07, color=LAMP, glow=2.0) for s in (-1, 1)),
    ]


@_landmark("moai")
def _moai() -> list[Primitive]:
    rock = {"color": (0.36, 0.35, 0.32), "texture": "stone", "second": (0.52, 0.50, 0.46)}
    return [
        box((0, 0.10, -0.02), (0.34, 0.12, 0.24), 0.06, **rock),
        box((0, 0.62, 0), (0.25, 0.46, 0.20), 0.08, rotation=(4, 0, 0), **rock),
        box((0, 0.86, 0.20), (0.27, 0.055, 0.08), 0.03, **rock),
        limb((0, 0.84, 0.22), (0, 0.52, 0.32), 0.055, 0.09, 0.03, **rock),
        box((0, 0.37, 0.20), (0.14, 0.03, 0.06), 0.015, **rock),
        box((0, 0.20, 0.16), (0.18, 0.05, 0.08), 0.03, **rock),
        *(box((0.27 * s, 0.62, 0), (0.035, 0.24, 0.07), 0.02, **rock) for s in (-1, 1)),
        *(box((0.12 * s, 0.76, 0.21), (0.07, 0.045, 0.02), 0.01, color=(0.08, 0.08, 0.08)) for s in (-1, 1)),
    ]
