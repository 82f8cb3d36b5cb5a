"""Penguins: a grown one among the animals, and a baby that wears clothes.

The baby's garments are optional parts ("+hat", "+gloves", "+shirt", "+pants"), drawn in the colour that the thing
names.

Left out: who wears what (`kinds/outfits.py`).
"""

from __future__ import annotations

from minidalle.world.objects.animals import ORANGE, WHITE, animal, eyes
from minidalle.world.primitives import Primitive, ball, box, cone, ellipsoid, limb, object_shape, torus

GARMENTS = ("hat", "gloves", "shirt", "pants")
"""What the baby can wear."""


@animal("penguin", "black", (0, 0.62, 0.02))
def _penguin() -> list[Primitive]:
    return [
        ellipsoid((0, 0.40, 0), (0.28, 0.38, 0.26), part="body"),
        *(
            limb((0.85 * s, 0.56, 0), (1.5 * s, 0.20, 0.02), 0.08, 0.05, 0.02, part="legs", melt=0.03)
            for s in (-0.28, 0.28)
        ),
        cone((0, 0.10, -0.24), 0.09, 0.02, 0.10, rotation=(-120, 0, 0), part="tail", melt=0.04),
        ball((0, 0.70, 0.01), 0.18, part="neck", melt=0.06),
        ball((0, 0.84, 0.03), 0.21, part="head", melt=0.05),
        ellipsoid((0, 0.37, 0.09), (0.21, 0.32, 0.20), color=WHITE, part="body"),
        *(ball((s, 0.86, 0.125), 0.115, color=WHITE, part="head") for s in (-0.075, 0.075)),
        cone((0, 0.80, 0.29), 0.065, 0.01, 0.09, rotation=(90, 0, 0), color=ORANGE, part="head"),
        *(box((s, 0.035, 0.16), (0.10, 0.035, 0.14), 0.03, color=ORANGE, part="legs") for s in (-0.13, 0.13)),
        *eyes(0.085, 0.89, 0.225, 0.036),
    ]


@object_shape("baby penguin")
def _baby_penguin() -> list[Primitive]:
    return [
        ellipsoid((0, 0.36, 0), (0.25, 0.29, 0.22), part="body"),
        ellipsoid((0, 0.33, 0.06), (0.20, 0.26, 0.185), color=WHITE, part="body"),
        *(limb((s, 0.22, 0), (s, 0.03, 0), 0.10, 0.09, 0.02, part="legs", melt=0.05) for s in (-0.12, 0.12)),
        *(
            limb((0.7 * s, 0.52, 0), (1.55 * s, 0.36, 0.03), 0.08, 0.06, 0.02, part="legs", melt=0.03)
            for s in (-0.28, 0.28)
        ),
        ball((0, 0.74, 0.02), 0.235, color=(0.05, 0.05, 0.06), part="head"),
        *(ball((s, 0.74, 0.12), 0.145, color=WHITE, part="head") for s in (-0.085, 0.085)),
        cone((0, 0.68, 0.29), 0.055, 0.01, 0.06, rotation=(90, 0, 0), color=ORANGE, part="head"),
        *(box((s, 0.035, 0.09), (0.10, 0.035, 0.16), 0.03, color=ORANGE, part="legs") for s in (-0.13, 0.13)),
        *eyes(0.095, 0.77, 0.245, 0.038),
        ellipsoid((0, 0.44, 0), (0.275, 0.245, 0.245), part="+shirt"),
        *(
            limb((0.6 * s, 0.54, 0), (1.28 * s, 0.41, 0.02), 0.115, 0.10, 0.02, part="+shirt", melt=0.04)
            for s in (-0.28, 0.28)
        ),
        ellipsoid((0, 0.23, 0), (0.265, 0.14, 0.24), part="+pants"),
        *(
            limb((s, 0.22, 0), (s, 0.055, 0), 0.135, 0.125, 0.02, part="+pants", melt=0.04)
            for s in (-0.125, 0.125)
        ),
        *(ball((1.58 * s, 0.34, 0.03), 0.115, part="+gloves") for s in (-0.28, 0.28)),
        cone((0, 1.0, 0), 0.19, 0.10, 0.07, 0.06, part="+hat"),
        torus((0, 0.91, 0), 0.205, 0.06, rotation=(90, 0, 0), part="+hat"),
        ball((0, 1.16, 0), 0.07, part="+hat"),
    ]
