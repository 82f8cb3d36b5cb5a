"""Baby vegetables with a face, arms and feet, who wear a garment and hold a leash.

Each figure has a tutu, a hat, a scarf and a bow tie as optional parts, made to its measure, and a leash that ends
beside it (`LEASH_END`).

Left out: who walks whom (`kinds/creatures.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from minidalle.world.objects.faces import LEAF
from minidalle.world.primitives import (
    DARK,
    Primitive,
    Vector,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    torus,
)

WEAR = ("tutu", "hat", "scarf", "bow tie")
"""What a figure can wear."""

FIGURES: dict[str, str] = {}
"""Each figure, with the colour that its scenes name (`Thing.color`)."""

LEASH_END: Vector = (0.78, 0.30, 0.22)
"""Where the leash ends."""

SKIN = (0.90, 0.84, 0.60)


def _face(y: float, z: float) -> list[Primitive]:
    """Two eyes, a smile and cheeks at height y, z before the middle."""
    smile = ((-0.09, 0.035), (-0.05, -0.01), (0.05, -0.01), (0.09, 0.035))
    return [
        *(ball((s, y + 0.06, z - 0.02), 0.046, color=DARK) for s in (-0.10, 0.10)),
        *(ball((s - 0.012, y + 0.08, z + 0.02), 0.017, color=(1.0, 1.0, 1.0)) for s in (-0.10, 0.10)),
        *(
            limb((*a, z - a[0] * a[0]), (*b, z - b[0] * b[0]), 0.018, color=DARK)
            for a, b in (((u, y + v - 0.05), (p, y + q - 0.05)) for (u, v), (p, q) in pairwise(smile))
        ),
    ]


def _limbs(y: float, x: float) -> list[Primitive]:
    """Arms that start at (+-x, y), and feet. The left arm, at +x, is stretched out to the leash."""
    hand = (x + 0.17, y - 0.03, 0.12)
    return [
        limb(hand, LEASH_END, 0.016, color=DARK, part="+leash"),
        limb((0.85 * x, y, 0), hand, 0.045, color=SKIN),
        limb((-0.85 * x, y, 0), (-x - 0.14, y - 0.12, 0.06), 0.045, color=SKIN),
        *(box((s, 0.045, 0.05), (0.085, 0.045, 0.13), 0.04, color=SKIN) for s in (-0.12, 0.12)),
    ]


def _wear(waist: tuple[float, float], neck: tuple[float, float], top: tuple[float, float]) -> list[Primitive]:
    """The garments; waist, neck and top of the head as (height, radius) each."""
    (y, r), (n, m), (t, h) = waist, neck, top
    return [
        cone((0, y, 0), r + 0.16, r - 0.01, 0.09, 0.02, part="+tutu"),
        *(
            ball(
                ((r + 0.16) * math.sin(k * math.pi / 6), y - 0.09, (r + 0.16) * math.cos(k * math.pi / 6)),
                0.08,
                part="+tutu",
            )
            for k in range(12)
        ),
        cone((0, t, 0), h + 0.10, h + 0.10, 0.015, 0.015, part="+hat"),
        cone((0, t + 0.14, 0), h * 0.85, h * 0.85, 0.12, 0.02, part="+hat"),
        torus((0, n, 0), m + 0.015, 0.062, rotation=(90, 0, 0), part="+scarf"),
        box((-0.10, n - 0.15, m + 0.03), (0.07, 0.15, 0.035), 0.03, rotation=(-4, 0, -8), part="+scarf"),
        *(
            limb((0.24 * x, n, m + 0.03), (0.02 * x, n, m + 0.06), 0.12, 0.035, 0.02, part="+bow tie")
            for x in (-1, 1)
        ),
        ball((0, n, m + 0.07), 0.06, part="+bow tie"),
    ]


def figure(name: str, color: str) -> Callable:
    """Decorator that enters a figure with its colour."""
    FIGURES[name] = color
    return object_shape(name)


@figure("baby radish", "red")
def _radish() -> list[Primitive]:
    body = (0.74, 0.03, 0.24)
    return [
        ball((0, 0.56, 0), 0.31, color=body),
        cone((0, 0.24, 0), 0.05, 0.24, 0.14, 0.02, color=(0.94, 0.86, 0.88), melt=0.12),
        *(
            limb((0.10 * x, 0.84, 0), (0.62 * x, 1.12 - 0.1 * abs(x), -0.05), 0.05, 0.09, color=LEAF)
            for x in (-0.6, 0, 0.6)
        ),
        *_face(0.60, 0.30),
        *_limbs(0.42, 0.28),
        *_wear((0.30, 0.22), (0.40, 0.28), (0.86, 0.15)),
    ]


@figure("baby carrot", "orange")
def _carrot() -> list[Primitive]:
    return [
        cone((0, 0.47, 0), 0.01, 0.22, 0.36, 0.06, color=(0.97, 0.34, 0.01)),
        *(
            torus((0, y, 0), r, 0.010, rotation=(90, 0, 0), color=(0.66, 0.20, 0.0))
            for y, r in ((0.52, 0.183), (0.26, 0.103), (0.37, 0.137))
        ),
        *(
            limb((0.08 * x, 0.86, 0), (0.45 * x, 1.22 - 0.15 * abs(x), -0.05), 0.045, 0.02, color=LEAF)
            for x in (-1, -0.3, 0.4, 1)
        ),
        *_face(0.65, 0.265),
        *_limbs(0.44, 0.20),
        *_wear((0.30, 0.19), (0.46, 0.225), (0.90, 0.17)),
    ]


@figure("baby avocado", "green")
def _avocado() -> list[Primitive]:
    return [
        cone((0, 0.48, 0), 0.13, 0.02, 0.21, 0.18, color=(0.06, 0.20, 0.03)),
        cone((0, 0.46, 0.095), 0.10, 0.01, 0.20, 0.14, color=(0.72, 0.82, 0.30)),
        ball((0, 0.28, 0.22), 0.13, color=(0.36, 0.17, 0.06)),
        *_face(0.61, 0.26),
        *_limbs(0.42, 0.27),
        *_wear((0.25, 0.30), (0.46, 0.26), (0.86, 0.13)),
    ]


@figure("baby mushroom", "red")
def _mushroom() -> list[Primitive]:
    spots = (
        (-0.20, 0.88, 0.24),
        (0.16, 0.95, 0.18),
        (0.34, 0.78, 0.14),
        (-0.36, 0.76, 0.10),
        (0.04, 0.80, 0.36),
    )
    return [
        cone((0, 0.38, 0), 0.20, 0.17, 0.26, 0.04, color=(0.92, 0.86, 0.72)),
        ellipsoid((0, 0.80, 0), (0.43, 0.23, 0.42), color=(0.80, 0.05, 0.04)),
        *(ball(at, 0.075, color=(0.95, 0.93, 0.88)) for at in spots),
        *_face(0.43, 0.215),
        *_limbs(0.36, 0.20),
        *_wear((0.22, 0.21), (0.31, 0.22), (1.02, 0.16)),
    ]


@figure("baby eggplant", "purple")
def _eggplant() -> list[Primitive]:
    return [
        cone((0, 0.48, 0), 0.10, 0.02, 0.18, 0.21, color=(0.16, 0.03, 0.26)),
        cone((0, 0.88, 0), 0.20, 0.06, 0.05, 0.03, color=LEAF),
        limb((0, 0.90, 0), (0.08, 1.12, 0), 0.05, 0.04, color=LEAF),
        *(limb((s, 0.86, 0.10), (1.6 * s, 0.70, 0.17), 0.06, 0.015, color=LEAF) for s in (-0.11, 0.11)),
        ellipsoid((0, 0.60, 0.12), (0.19, 0.17, 0.14), color=(0.80, 0.68, 0.86)),
        *_face(0.60, 0.255),
        *_limbs(0.40, 0.27),
        *_wear((0.24, 0.28), (0.42, 0.285), (0.92, 0.16)),
    ]
