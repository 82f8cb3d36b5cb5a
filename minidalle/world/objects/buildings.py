"""Things that carry a word: a shop front, a billboard, a license plate, a t-shirt, a box.

Each has a flat board with the proportions of about 3 to 1, which the letters of a word fill. What is not told of it
(windows, lamps) keeps its own colour. Left out: landmarks (`landmarks.py`, `far_landmarks.py`).
"""

from __future__ import annotations

from minidalle.world.objects.landmarks import GOLD, LAMP, SNOW
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
    torus,
)

CARRIERS: tuple[str, ...] = ("shop front", "billboard", "license plate", "t-shirt", "box")
"""Objects with a board for a word, in the thing's colour but for the shop's, which is cream."""


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
        box((0, 0.44, 0), (0.52, 0.44, 0.10), 0.06),
        *(limb((0.42 * s, 0.77, 0), (0.72 * s, 0.60, 0), 0.11, 0.13, 0.03, melt=0.05) for s in (-1, 1)),
        torus((0, 0.88, 0.02), 0.13, 0.035, rotation=(60, 0, 0), color=SNOW),
        cone((0, 0.885, 0.0), 0.11, 0.11, 0.012, color=DARK),
        box((0, 0.40, 0.09), (0.47, 0.17, 0.02), 0.002, word=True, glow=0.4),
    ]


@object_shape("box")
def _cardboard_box() -> list[Primitive]:
    flap = {"color": (0.70, 0.52, 0.32)}
    return [
        box((0, 0.36, 0), (0.58, 0.36, 0.36), 0.01),
        box((0, 0.36, 0.35), (0.57, 0.19, 0.02), 0.002, word=True, glow=0.4),
        box((0, 0.715, 0), (0.54, 0.01, 0.32), 0.002, color=DARK),
        box((0, 0.82, -0.42), (0.57, 0.13, 0.012), 0.004, rotation=(-25, 0, 0), **flap),
        *(
            box((0.64 * s, 0.80, 0), (0.012, 0.12, 0.35), 0.004, rotation=(0, 0, -35.0 * s), **flap)
            for s in (-1, 1)
        ),
    ]
