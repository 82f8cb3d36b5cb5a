"""More animals: a dog, a rabbit, an elephant, a duck and a hedgehog (see `animals.py`).

Left out: how an animal is built and entered (`animals.py`).
"""

from __future__ import annotations

from minidalle.world.objects.animals import DEEP, HIDE, IVORY, ORANGE, PINK, TAN, WHITE, animal, eyes, legs
from minidalle.world.primitives import BROWN, DARK, Primitive, ball, box, cone, ellipsoid, limb


@animal("dog", "gold", (0, 0.46, 0.20))
def _dog() -> list[Primitive]:
    return [
        ellipsoid((0, 0.42, -0.12), (0.17, 0.17, 0.36), part="body"),
        *legs(0.12, 0.12, -0.36, 0.38, 0.062),
        limb((0, 0.48, -0.42), (0, 0.76, -0.58), 0.05, 0.03, 0.02, part="tail", melt=0.05),
        limb((0, 0.46, 0.10), (0, 0.68, 0.26), 0.12, 0.11, 0.03, part="neck", melt=0.08),
        ball((0, 0.76, 0.28), 0.19, part="head", melt=0.06),
        box((0, 0.70, 0.48), (0.085, 0.075, 0.12), 0.07, part="head", color=IVORY, melt=0.04),
        ball((0, 0.75, 0.60), 0.05, color=DARK, part="head"),
        *(
            ellipsoid((s, 0.70, 0.24), (0.065, 0.19, 0.09), rotation=(0, 0, 60 * s), color=HIDE, part="head")
            for s in (-0.20, 0.20)
        ),
        box((0, 0.62, 0.57), (0.045, 0.06, 0.02), 0.02, color=(0.95, 0.25, 0.30), part="head"),
        *eyes(0.085, 0.83, 0.44, 0.038),
    ]


@animal("rabbit", "white", (0, 0.36, 0.14))
def _rabbit() -> list[Primitive]:
    return [
        ellipsoid((0, 0.27, -0.12), (0.23, 0.25, 0.31), part="body"),
        *(ellipsoid((s, 0.15, -0.16), (0.10, 0.15, 0.20), part="legs", melt=0.05) for s in (-0.19, 0.19)),
        *(
            limb((s, 0.26, 0.12), (s, 0.0, 0.18), 0.065, 0.06, 0.03, part="legs", melt=0.05)
            for s in (-0.09, 0.09)
        ),
        ball((0, 0.40, 0.12), 0.14, part="neck", melt=0.08),
        ellipsoid((0, 0.52, 0.20), (0.19, 0.18, 0.20), part="head", melt=0.05),
        ball((0, 0.26, -0.44), 0.11, color=WHITE, part="tail"),
        *(
            ellipsoid((s, 0.86, 0.12), (0.085, 0.25, 0.085), rotation=(0, 0, -120 * s), part="head")
            for s in (-0.10, 0.10)
        ),
        *(
            ellipsoid(
                (s, 0.86, 0.175), (0.06, 0.18, 0.06), rotation=(0, 0, -120 * s), color=PINK, part="head"
            )
            for s in (-0.10, 0.10)
        ),
        *(ball((s, 0.465, 0.36), 0.065, color=WHITE, part="head") for s in (-0.045, 0.045)),
        ball((0, 0.52, 0.41), 0.034, color=PINK, part="head"),
        *eyes(0.11, 0.59, 0.34, 0.042),
    ]


@animal("elephant", "gray", (0, 0.56, 0.18))
def _elephant() -> list[Primitive]:
    return [
        ellipsoid((0, 0.55, -0.14), (0.31, 0.31, 0.40), part="body"),
        *legs(0.19, 0.10, -0.36, 0.45, 0.115),
        limb((0, 0.58, -0.50), (0, 0.28, -0.58), 0.03, 0.022, part="tail", melt=0.03),
        ball((0, 0.62, 0.20), 0.20, part="neck", melt=0.08),
        ball((0, 0.72, 0.30), 0.23, part="head", melt=0.06),
        limb((0, 0.66, 0.46), (0, 0.47, 0.64), 0.105, 0.075, 0.02, part="head", melt=0.06),
        limb((0, 0.48, 0.62), (0, 0.50, 0.79), 0.075, 0.062, 0.02, part="head", melt=0.05),
        limb((0, 0.49, 0.77), (0, 0.68, 0.87), 0.062, 0.052, 0.02, part="head", melt=0.05),
        *(
            ellipsoid((s, 0.72, 0.18), (0.23, 0.27, 0.09), rotation=(0, -80 * s, 0), part="head")
            for s in (-0.31, 0.31)
        ),
        *(
            ellipsoid(
                (1.03 * s, 0.72, 0.215),
                (0.17, 0.21, 0.07),
                rotation=(0, -80 * s, 0),
                color=(0.72, 0.50, 0.52),
                part="head",
            )
            for s in (-0.31, 0.31)
        ),
        *(
            limb((s, 0.56, 0.46), (1.3 * s, 0.46, 0.68), 0.038, 0.012, color=IVORY, part="head")
            for s in (-0.12, 0.12)
        ),
        *eyes(0.14, 0.79, 0.47, 0.036),
    ]


@animal("duck", "yellow", (0, 0.40, 0.18))
def _duck() -> list[Primitive]:
    return [
        ellipsoid((0, 0.36, -0.06), (0.25, 0.22, 0.36), part="body"),
        cone((0, 0.50, -0.42), 0.13, 0.02, 0.13, rotation=(-55, 0, 0), part="tail", melt=0.08),
        limb((0, 0.40, 0.14), (0, 0.68, 0.22), 0.13, 0.11, 0.03, part="neck", melt=0.08),
        ball((0, 0.78, 0.24), 0.19, part="head", melt=0.04),
        *(
            ellipsoid(
                (s, 0.40, -0.12),
                (0.09, 0.13, 0.24),
                rotation=(14, 0, 0),
                part="body",
                color=(0.93, 0.66, 0.03),
            )
            for s in (-0.22, 0.22)
        ),
        box((0, 0.74, 0.49), (0.12, 0.035, 0.12), 0.03, rotation=(-4, 0, 0), color=ORANGE, part="head"),
        *(limb((s, 0.20, 0.0), (s, 0.02, 0.02), 0.035, color=ORANGE, part="legs") for s in (-0.11, 0.11)),
        *(box((s, 0.02, 0.08), (0.085, 0.02, 0.11), 0.02, color=ORANGE, part="legs") for s in (-0.11, 0.11)),
        *eyes(0.10, 0.84, 0.39, 0.038),
    ]


@animal("hedgehog", "brown", (0, 0.28, 0.20))
def _hedgehog() -> list[Primitive]:
    spine = {"color": DEEP, "part": "spines"}
    return [
        ellipsoid((0, 0.31, -0.10), (0.30, 0.28, 0.36), part="body"),
        ball((0, 0.27, 0.20), 0.18, color=TAN, part="neck", melt=0.03),
        cone(
            (0, 0.26, 0.40), 0.165, 0.045, 0.13, 0.02, rotation=(95, 0, 0), color=TAN, part="head", melt=0.05
        ),
        *(ball((s, 0.05, z), 0.06, color=TAN, part="legs") for s in (-0.15, 0.15) for z in (0.12, -0.26)),
        ball((0, 0.26, 0.57), 0.05, color=DARK, part="head"),
        *(ball((s, 0.42, 0.26), 0.06, color=BROWN, part="head") for s in (-0.13, 0.13)),
        *eyes(0.095, 0.34, 0.40, 0.034),
        *(
            limb(
                (0.24 * x, 0.31 + 0.22 * y, -0.10 + 0.28 * z),
                (0.44 * x, 0.31 + 0.42 * y, -0.10 + 0.50 * z),
                0.075,
                0.008,
                **spine,
            )
            for x, y, z in (
                (0, 1, 0.25),
                (0, 0.85, -0.6),
                (0, 0.35, -1),
                (0.75, 0.75, 0.3),
                (-0.75, 0.75, 0.3),
                (0.75, 0.6, -0.5),
                (-0.75, 0.6, -0.5),
                (1, 0.1, 0.0),
                (-1, 0.1, 0.0),
                (0.75, 0.05, -0.8),
                (-0.75, 0.05, -0.8),
            )
        ),
    ]
