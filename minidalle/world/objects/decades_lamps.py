"""Lamps to stand on a table, by decade: tassels, sputnik, lava lamp, jointed arm, spiral bulb, ring of light.

Left out: the floor lamp (`furniture.py`), and the lamp that takes another's shape (`slots.py`).
"""

import math

from minidalle.world.primitives import (
    BRASS,
    DARK,
    STEEL,
    Primitive,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    torus,
)

PALE, LIGHT = (0.96, 0.95, 0.90), (1.0, 0.95, 0.72)


def _around(count: int, radius: float) -> list[tuple[float, float]]:
    angles = [2 * math.pi * (k + 0.5) / count for k in range(count)]
    return [(round(radius * math.sin(a), 6), round(radius * math.cos(a), 6)) for a in angles]


@object_shape("lamp 1920s")
def _tassels() -> list[Primitive]:
    """A bell of cloth with tassels all round, on a turned brass foot."""
    return [
        cone((0, 0.04, 0), 0.24, 0.20, 0.03, 0.01, color=BRASS),
        ball((0, 0.17, 0), 0.12, color=BRASS),
        cone((0, 0.38, 0), 0.04, 0.04, 0.22, 0.01, color=BRASS),
        cone((0, 0.66, 0), 0.47, 0.28, 0.08, 0.02, glow=0.8),
        cone((0, 0.85, 0), 0.28, 0.10, 0.11, 0.02, melt=0.05, glow=0.8),
        ball((0, 1.02, 0), 0.06, color=BRASS),
        *(limb((x, 0.57, z), (x, 0.41, z), 0.02, 0.042, color=BRASS) for x, z in _around(13, 0.45)),
    ]


@object_shape("lamp 1950s")
def _sputnik() -> list[Primitive]:
    """A ball with bulbs on spikes, as of a satellite, on three legs."""
    ends = (
        (0, 1, 0),
        (1, 0, 0),
        (-1, 0, 0),
        (0.7, 0.7, 0),
        (-0.7, 0.7, 0),
        (0.5, -0.5, 0.7),
        (-0.5, -0.5, 0.7),
        (0, 0.35, 0.94),
    )
    return [
        *(
            limb((0, 0.42, 0), (x, 0.0, z), 0.032, 0.022, color=BRASS)
            for x, z in ((-0.26, 0.14), (0.26, 0.14), (0, -0.26))
        ),
        limb((0, 0.40, 0), (0, 0.60, 0), 0.032, color=BRASS),
        ball((0, 0.70, 0), 0.19),
        *(limb((0, 0.70, 0), (0.37 * x, 0.70 + 0.37 * y, 0.37 * z), 0.022, color=BRASS) for x, y, z in ends),
        *(ball((0.40 * x, 0.70 + 0.40 * y, 0.40 * z), 0.078, color=LIGHT, glow=1.5) for x, y, z in ends),
    ]


@object_shape("lamp 1970s")
def _lava() -> list[Primitive]:
    """A bottle of pale liquid between two cones; blobs of the cones' colour rise in it."""
    blobs = (
        (-0.06, 0.42, 0.15, 0.095),
        (0.06, 0.60, 0.13, 0.115),
        (-0.05, 0.78, 0.10, 0.08),
        (0.03, 0.89, 0.08, 0.055),
    )
    return [
        cone((0, 0.13, 0), 0.28, 0.12, 0.12, 0.01),
        cone((0, 0.30, 0), 0.13, 0.25, 0.055, 0.01),
        cone((0, 0.65, 0), 0.225, 0.12, 0.29, 0.01, color=(0.97, 0.86, 0.55), glow=0.9),
        cone((0, 1.02, 0), 0.135, 0.075, 0.075, 0.01),
        *(ellipsoid((x, y, z), (1.1 * r, 1.3 * r, 1.1 * r), glow=1.0) for x, y, z, r in blobs),
        ellipsoid((-0.13, 0.55, 0.05), (0.08, 0.12, 0.08), glow=1.0),
        ellipsoid((0.11, 0.74, 0.03), (0.07, 0.10, 0.07), glow=1.0),
        ellipsoid((0.12, 0.40, 0.08), (0.10, 0.07, 0.10), glow=1.0),
    ]


@object_shape("lamp 1980s")
def _arm() -> list[Primitive]:
    """An arm with joints and springs, and a shade that looks down."""
    return [
        cone((-0.20, 0.04, 0), 0.25, 0.25, 0.03, 0.01, color=DARK),
        limb((-0.20, 0.05, 0), (-0.42, 0.52, 0), 0.034, color=STEEL),
        limb((-0.42, 0.52, 0), (0.12, 0.95, 0), 0.034, color=STEEL),
        ball((-0.20, 0.09, 0), 0.07),
        ball((-0.42, 0.52, 0), 0.075),
        limb((-0.16, 0.20, 0.0), (-0.31, 0.52, 0.0), 0.018, color=DARK),
        limb((0.10, 0.98, 0), (0.34, 0.66, 0.05), 0.09, 0.25),
        ball((0.10, 0.97, 0), 0.105),
        ball((0.335, 0.67, 0.05), 0.13, color=LIGHT, glow=1.5),
    ]


@object_shape("lamp 2000s")
def _spiral() -> list[Primitive]:
    """A bare low-energy bulb, a thick spiral on a bowl."""
    coils = ((0.46, 0.17), (0.57, 0.19), (0.68, 0.19), (0.79, 0.17), (0.89, 0.12))
    return [
        ellipsoid((0, 0.16, 0), (0.36, 0.17, 0.36)),
        cone((0, 0.02, 0), 0.30, 0.30, 0.015, 0.005, color=STEEL),
        cone((0, 0.33, 0), 0.13, 0.11, 0.07, 0.01, color=STEEL),
        *(torus((0, y, 0), radius, 0.052, rotation=(82, 0, 8), color=PALE, glow=1.5) for y, radius in coils),
        ball((0, 0.95, 0), 0.06, color=PALE, glow=1.5),
    ]


@object_shape("lamp 2020s")
def _ring() -> list[Primitive]:
    """A ring of white light in a coloured rim, on a thin pole with three feet."""
    return [
        torus((0, 0.72, 0.035), 0.33, 0.052, color=(1.0, 1.0, 0.98), glow=1.5),
        torus((0, 0.72, -0.02), 0.355, 0.072),
        limb((0, 0.12, -0.02), (0, 0.37, -0.02), 0.03, color=DARK),
        *(
            limb((0, 0.15, -0.02), (x, 0.0, z), 0.032, 0.026)
            for x, z in ((-0.27, 0.12), (0.27, 0.12), (0, -0.26))
        ),
        ball((0, 0.15, -0.02), 0.06),
        box((0, 0.72, 0.0), (0.075, 0.145, 0.015), 0.012, color=DARK),
        limb((0, 0.37, -0.02), (0, 0.60, -0.02), 0.022, color=DARK),
    ]
