"""Landmarks of the other continents, in their own colours whatever the caption says, softly lit at night.

Left out: the landmarks of Europe (`landmarks.py`).
"""

from __future__ import annotations

from minidalle.world.objects.landmarks import GOLD, LAMP, SNOW, landmark
from minidalle.world.primitives import (
    DARK,
    Primitive,
    ball,
    box,
    cone,
    limb,
    pyramid,
)

STONE = (0.62, 0.60, 0.56)


@landmark("pyramid")
def _pyramid() -> list[Primitive]:
    sand = (0.86, 0.62, 0.28)
    return [
        pyramid((0, 0, 0), 0.66, 0.86, color=sand, texture="brick", second=(0.66, 0.44, 0.18)),
        box((0, 0.06, 0.63), (0.07, 0.10, 0.06), 0.005, color=(0.30, 0.18, 0.08), glow=2.0),
        pyramid((0.56, 0, 0.42), 0.14, 0.18, color=sand),
    ]


@landmark("pagoda")
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


@landmark("igloo")
def _igloo() -> list[Primitive]:
    snow = {"color": SNOW, "texture": "brick", "second": (0.50, 0.62, 0.74)}
    return [
        ball((0, 0.02, -0.12), 0.60, **snow),
        cone((0, 0.14, 0.42), 0.24, 0.24, 0.20, 0.02, rotation=(90, 0, 0), color=SNOW),
        cone((0, 0.13, 0.60), 0.17, 0.17, 0.05, 0.005, rotation=(90, 0, 0), color=(0.10, 0.13, 0.20)),
        ball((0, 0.08, 0.60), 0.075, color=LAMP, glow=3.0),
    ]


@landmark("golden gate bridge")
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


@landmark("taj mahal")
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


@landmark("torii gate")
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


@landmark("moai")
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
