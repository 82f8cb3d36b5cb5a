"""Animals, each with a body, legs, a neck and a head that other animals can take (`chimera.py`).

An animal faces the viewer (+z). Its coat is the thing's colour, so that a snail can be made of bricks; `natural` gives
the colours that it has by nature. First comes one melted surface (body, legs, tail, neck, head), then what stands out
from it (eyes, ears, a shell).

Left out: the animals of `creatures.py`, and the penguin (`penguin.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from minidalle.world.primitives import (
    BROWN,
    DARK,
    Primitive,
    Vector,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    prism,
    torus,
)
from minidalle.world.scene import Thing

PINK, WHITE, IVORY, ORANGE = (1.0, 0.55, 0.62), (0.95, 0.95, 0.93), (0.96, 0.92, 0.78), (0.98, 0.45, 0.03)
TAN, HIDE, DEEP = (0.86, 0.66, 0.42), (0.20, 0.10, 0.05), (0.10, 0.055, 0.03)

ANCHORS: dict[str, Vector] = {}
"""Where each animal's neck starts."""

COATS: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {}
"""Each animal's natural colour, and the colours of its parts."""


def animal(name: str, coat: str, anchor: Vector, parts: tuple[tuple[str, str, str], ...] = ()) -> Callable:
    """Decorator that enters an animal with its coat, and the point where its neck starts."""
    ANCHORS[name], COATS[name] = anchor, (coat, parts)
    return object_shape(name)


def natural(name: str, **rest) -> Thing:
    """An animal in its natural colours."""
    coat, parts = COATS[name]
    return Thing(name, coat, parts=parts, **rest)


def legs(x: float, front: float, back: float, top: float, radius: float, **rest) -> list[Primitive]:
    """Four legs that stand at (+-x, front) and (+-x, back)."""
    return [
        limb((0.9 * s, top, z), (s, 0.0, z), radius, 0.85 * radius, 0.02, part="legs", melt=0.06, **rest)
        for s in (-x, x)
        for z in (front, back)
    ]


def eyes(x: float, y: float, z: float, radius: float = 0.04) -> list[Primitive]:
    """Two dark eyes with a glint."""
    dark = [ball((s, y, z), radius, color=DARK, part="head") for s in (-x, x)]
    return dark + [
        ball((1.1 * s, y + 0.5 * radius, z + 0.6 * radius), 0.45 * radius, color=WHITE, part="head")
        for s in (-x, x)
    ]


@animal("capybara", "brown", (0, 0.50, 0.26))
def _capybara() -> list[Primitive]:
    return [
        ellipsoid((0, 0.42, -0.12), (0.27, 0.27, 0.44), part="body"),
        *legs(0.16, 0.14, -0.36, 0.3, 0.085),
        limb((0, 0.48, 0.15), (0, 0.66, 0.34), 0.19, 0.15, 0.04, part="neck", melt=0.12),
        box((0, 0.70, 0.44), (0.145, 0.14, 0.22), 0.10, part="head", melt=0.06),
        box((0, 0.67, 0.63), (0.13, 0.11, 0.05), 0.05, color=DEEP, part="head"),
        *(ball((s, 0.86, 0.27), 0.055, color=DEEP, part="head") for s in (-0.10, 0.10)),
        *eyes(0.135, 0.77, 0.44, 0.035),
    ]


@animal("giraffe", "yellow", (0, 0.54, 0.10))
def _giraffe() -> list[Primitive]:
    spots = {"texture": "dotted", "second": (0.40, 0.17, 0.05)}
    return [
        ellipsoid((0, 0.50, -0.10), (0.16, 0.15, 0.27), part="body", **spots),
        *legs(0.11, 0.06, -0.26, 0.46, 0.048),
        limb((0, 0.52, -0.34), (0, 0.28, -0.40), 0.022, color=BROWN, part="tail", melt=0.03),
        limb((0, 0.50, 0.06), (0, 1.02, 0.24), 0.095, 0.062, 0.02, part="neck", melt=0.08, **spots),
        ellipsoid((0, 1.05, 0.31), (0.085, 0.085, 0.165), part="head", rotation=(18, 0, 0), melt=0.03),
        ball((0, 1.01, 0.42), 0.066, color=TAN, part="head"),
        *(limb((s, 1.08, 0.22), (s, 1.21, 0.19), 0.018, part="head", color=TAN) for s in (-0.045, 0.045)),
        *(ball((s, 1.22, 0.19), 0.034, color=DEEP, part="head") for s in (-0.045, 0.045)),
        *(limb((s, 1.08, 0.20), (2.6 * s, 1.12, 0.18), 0.035, 0.012, part="head") for s in (-0.06, 0.06)),
        *eyes(0.075, 1.08, 0.32, 0.03),
    ]


@animal("turtle", "green", (0, 0.20, 0.34), (("shell", "brown", ""),))
def _turtle() -> list[Primitive]:
    return [
        ellipsoid((0, 0.16, -0.04), (0.36, 0.13, 0.40), part="body"),
        *(
            limb((s, 0.16, z), (1.75 * s, 0.05, 1.35 * z), 0.10, 0.085, 0.03, part="legs", melt=0.05)
            for s in (-0.24, 0.24)
            for z in (0.26, -0.30)
        ),
        cone((0, 0.13, -0.52), 0.07, 0.01, 0.08, rotation=(-100, 0, 0), part="tail", melt=0.04),
        limb((0, 0.18, 0.28), (0, 0.44, 0.52), 0.10, 0.085, 0.03, part="neck", melt=0.05),
        ellipsoid((0, 0.49, 0.58), (0.13, 0.12, 0.16), part="head", melt=0.04),
        ellipsoid((0, 0.24, -0.05), (0.38, 0.28, 0.42), part="shell"),
        torus((0, 0.21, -0.05), 0.385, 0.05, rotation=(90, 0, 0), part="shell"),
        *(
            ball(
                (0.34 * x, 0.24 + 0.24 * y, -0.05 + 0.37 * z),
                0.115,
                color=(0.74, 0.58, 0.26),
                part="shell scale",
            )
            for x, y, z in ((0, 1, 0), (0, 0.70, 0.71), (0, 0.70, -0.71), (0.80, 0.60, 0), (-0.80, 0.60, 0))
        ),
        *eyes(0.10, 0.54, 0.64, 0.038),
    ]


@animal("snail", "gold", (0, 0.17, 0.34), (("shell", "brown", ""),))
def _snail() -> list[Primitive]:
    return [
        box((0, 0.08, 0.0), (0.15, 0.08, 0.46), 0.075, part="body"),
        cone((0, 0.06, -0.50), 0.11, 0.02, 0.10, rotation=(-90, 0, 0), part="tail", melt=0.05),
        limb((0, 0.10, 0.34), (0, 0.42, 0.50), 0.125, 0.10, 0.04, part="neck", melt=0.10),
        ball((0, 0.44, 0.52), 0.125, part="head", melt=0.05),
        ellipsoid((0, 0.49, -0.10), (0.20, 0.37, 0.37), part="shell"),
        *(
            torus((s * w, 0.49, -0.10), r, 0.035, rotation=(0, 90, 0), color=(0.93, 0.80, 0.52), part="swirl")
            for s in (-1, 1)
            for r, w in ((0.27, 0.135), (0.13, 0.185))
        ),
        *(limb((s, 0.52, 0.52), (1.9 * s, 0.80, 0.56), 0.026, part="head") for s in (-0.06, 0.06)),
        *(ball((1.95 * s, 0.83, 0.56), 0.06, color=WHITE, part="head") for s in (-0.06, 0.06)),
        *(ball((1.95 * s, 0.84, 0.61), 0.032, color=DARK, part="head") for s in (-0.06, 0.06)),
    ]


@animal("pig", "pink", (0, 0.44, 0.20))
def _pig() -> list[Primitive]:
    return [
        ellipsoid((0, 0.42, -0.10), (0.29, 0.27, 0.38), part="body"),
        *legs(0.16, 0.10, -0.30, 0.3, 0.075),
        *(
            cone((s, 0.03, z), 0.068, 0.068, 0.025, color=HIDE, part="legs")
            for s in (-0.16, 0.16)
            for z in (0.10, -0.30)
        ),
        torus((0, 0.52, -0.50), 0.065, 0.022, rotation=(0, 70, 0), part="tail"),
        ball((0, 0.52, 0.24), 0.20, part="neck", melt=0.08),
        ball((0, 0.58, 0.34), 0.225, part="head", melt=0.06),
        cone(
            (0, 0.55, 0.56),
            0.105,
            0.095,
            0.06,
            0.015,
            rotation=(90, 0, 0),
            color=(0.96, 0.36, 0.50),
            part="head",
        ),
        *(ball((s, 0.55, 0.625), 0.028, color=HIDE, part="head") for s in (-0.042, 0.042)),
        *(
            prism(
                (s, 0.80, 0.32),
                0.055,
                0.03,
                3,
                rotation=(25, 0, -110 * s),
                color=(0.96, 0.36, 0.50),
                part="head",
            )
            for s in (-0.15, 0.15)
        ),
        *eyes(0.105, 0.67, 0.51, 0.036),
    ]
