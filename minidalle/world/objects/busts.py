"""A bust to look at from all sides, and a standing mirror.

Left out: how a mirror is traced (`shading.py`).
"""

from __future__ import annotations

from minidalle.world.primitives import BROWN, DARK, Primitive, ball, box, cone, ellipsoid, limb, object_shape

SKIN, HAIR = (0.90, 0.62, 0.45), (0.22, 0.10, 0.04)


@object_shape("bust")
def _bust() -> list[Primitive]:
    """Every side differs: a face in front, hair behind, a parting and a flower over the bust's left ear."""
    return [
        cone((0, 0.05, 0), 0.26, 0.24, 0.04, color=(0.80, 0.78, 0.74)),
        cone((0, 0.14, 0), 0.14, 0.12, 0.06, color=(0.80, 0.78, 0.74)),
        box((0, 0.32, 0), (0.46, 0.15, 0.20), 0.14),
        cone((0, 0.48, 0.0), 0.11, 0.10, 0.10, color=SKIN),
        ellipsoid((0, 0.75, 0), (0.25, 0.29, 0.27), color=SKIN),
        ellipsoid((0, 0.82, -0.08), (0.285, 0.27, 0.26), color=HAIR),
        ball((0, 0.80, -0.36), 0.13, color=HAIR),
        ball((0, 0.74, 0.29), 0.075, color=(0.88, 0.50, 0.36)),
        *(ball((0.10 * s, 0.80, 0.225), 0.055, color=(0.97, 0.97, 0.97)) for s in (-1, 1)),
        *(ball((0.10 * s, 0.80, 0.265), 0.032, color=DARK) for s in (-1, 1)),
        box((0, 0.62, 0.235), (0.08, 0.022, 0.02), 0.015, color=(0.75, 0.08, 0.10)),
        *(ball((0.25 * s, 0.73, 0.04), 0.06, color=SKIN) for s in (-1, 1)),
        ball((0.24, 0.93, 0.06), 0.09, color=(0.95, 0.80, 0.05)),
        limb((0, 0.46, 0.14), (0, 0.22, 0.20), 0.03, 0.06, color=DARK),
    ]


@object_shape("standing mirror")
def _standing_mirror() -> list[Primitive]:
    return [
        box((0, 0.84, -0.05), (0.95, 0.84, 0.03), 0.02, color=BROWN),
        box((0, 0.84, -0.015), (0.87, 0.76, 0.02), 0.002, color=(0.80, 0.86, 0.90), mirror=True),
        *(box((x, 0.03, -0.03), (0.06, 0.03, 0.16), 0.02, color=BROWN) for x in (-0.8, 0.8)),
    ]
