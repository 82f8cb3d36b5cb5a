"""Objects that can take the shape of another: what each keeps, and where the other goes.

Left out: how the other is fitted in (`mixing.py`), and which pairs a caption names (`kinds/combining.py`).
"""

from minidalle.world.objects.mixing import SLOTS, Slot
from minidalle.world.primitives import (
    BROWN,
    DARK,
    Primitive,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    torus,
)

GOLD, WHITE = (0.86, 0.66, 0.16), (0.96, 0.95, 0.90)

SLOTS["armchair"] = Slot(
    base=(0.0, 0.30, -0.22),
    height=0.92,
    width=1.0,
    kept=(
        box((0, 0.27, 0.12), (0.36, 0.15, 0.36), 0.08),
        box((-0.43, 0.36, 0.10), (0.12, 0.22, 0.38), 0.11, melt=0.06),
        box((0.43, 0.36, 0.10), (0.12, 0.22, 0.38), 0.11, melt=0.06),
        *(
            limb((x, 0.0, z), (x, 0.16, z), 0.045, 0.06, color=BROWN)
            for x in (-0.36, 0.36)
            for z in (-0.2, 0.38)
        ),
    ),
)
SLOTS["teapot"] = Slot(
    base=(0.0, 0.02, 0.0),
    height=0.78,
    width=0.98,
    flat=0.85,
    kept=(
        limb((0.26, 0.26, 0), (0.52, 0.50, 0), 0.12, 0.075),
        limb((0.50, 0.48, 0), (0.62, 0.66, 0), 0.08, 0.065),
        torus((-0.40, 0.38, 0), 0.20, 0.055),
        cone((0, 0.72, 0), 0.20, 0.12, 0.03, 0.02),
        ball((0, 0.83, 0), 0.08),
    ),
)
SLOTS["guitar"] = Slot(
    base=(0.0, 0.0, 0.0),
    height=0.76,
    width=0.78,
    flat=0.34,
    kept=(
        limb((0, 0.56, 0.16), (0, 1.10, 0.02), 0.055, color=BROWN),
        box((0, 1.13, 0.02), (0.10, 0.10, 0.04), 0.02, color=DARK),
        *(ball((x, y, 0.02), 0.036, color=WHITE) for x in (-0.13, 0.13) for y in (1.08, 1.17)),
        *(limb((x, 0.16, 0.27), (x, 1.10, 0.08), 0.008, rounding=0.002, color=WHITE) for x in (-0.03, 0.03)),
        box((0, 0.15, 0.22), (0.10, 0.03, 0.06), 0.01, color=DARK),
    ),
)
SLOTS["table lamp"] = Slot(
    base=(0.0, 0.48, 0.0),
    height=0.68,
    width=0.84,
    flat=0.7,
    glow=0.55,
    kept=(
        cone((0, 0.03, 0), 0.30, 0.26, 0.02, color=GOLD),
        limb((0, 0.04, 0), (0, 0.60, 0), 0.035, color=GOLD),
        cone((0, 0.47, 0), 0.22, 0.10, 0.035, color=GOLD),
        limb((0.17, 0.46, 0.10), (0.17, 0.22, 0.10), 0.014, color=GOLD),
        ball((0.17, 0.21, 0.10), 0.042, color=GOLD),
        limb((0.20, 0.03, 0.10), (0.60, 0.02, 0.30), 0.012, color=DARK),
    ),
)
SLOTS["clock"] = Slot(
    base=(0.0, 0.10, 0.0),
    height=0.86,
    width=0.96,
    flat=0.36,
    kept=(
        *(limb((0.13 * s, 0.18, 0), (0.28 * s, 0.0, 0), 0.05, 0.035, color=GOLD) for s in (-1, 1)),
        *(limb((0.10 * s, 0.78, -0.02), (0.26 * s, 0.92, -0.02), 0.03, color=GOLD) for s in (-1, 1)),
        *(
            ellipsoid((0.28 * s, 0.93, 0), (0.16, 0.11, 0.12), rotation=(0, 0, -40 * s), color=GOLD)
            for s in (-1, 1)
        ),
        *(
            ball((0.24 * x, 0.46 + 0.27 * y, 0.26), 0.040, color=WHITE)
            for x, y in ((0, 1), (1, 0), (0, -1), (-1, 0))
        ),
        limb((0, 0.46, 0.27), (0, 0.72, 0.27), 0.042, color=DARK),
        limb((0, 0.46, 0.27), (0.18, 0.40, 0.27), 0.046, color=DARK),
        limb((0, 0.46, 0.30), (0, 0.70, 0.30), 0.026, color=WHITE),
        limb((0, 0.46, 0.30), (0.16, 0.405, 0.30), 0.028, color=WHITE),
        ball((0, 0.46, 0.30), 0.05, color=DARK),
    ),
)
SLOTS["handbag"] = Slot(
    base=(0.0, 0.0, 0.0),
    height=0.80,
    width=1.0,
    flat=0.36,
    kept=(
        torus((0, 0.80, -0.02), 0.25, 0.04, color=GOLD),
        box((0, 0.74, 0.0), (0.21, 0.04, 0.12), 0.03, color=GOLD),
        *(ball((x, 0.78, 0.06), 0.055, color=GOLD) for x in (-0.04, 0.04)),
    ),
)


PLAIN: dict[str, tuple[Primitive, ...]] = {
    "guitar": (
        ellipsoid((0, 0.22, 0), (0.27, 0.22, 0.12)),
        ellipsoid((0, 0.52, 0), (0.21, 0.18, 0.12), melt=0.10),
        ball((0, 0.40, 0.02), 0.115, color=DARK),
    ),
    "table lamp": (cone((0, 0.76, 0), 0.42, 0.22, 0.22, 0.02, glow=0.55),),
    "clock": (
        cone((0, 0.46, 0), 0.38, 0.38, 0.12, rotation=(90, 0, 0)),
        cone((0, 0.46, 0.12), 0.32, 0.32, 0.02, rotation=(90, 0, 0), color=WHITE),
    ),
    "handbag": (box((0, 0.38, 0), (0.46, 0.38, 0.20), 0.12),),
}
"""The bodies that these objects have of their own."""

for _name, _body in PLAIN.items():
    object_shape(_name)(lambda body=_body, kept=SLOTS[_name].kept: [*body, *kept])


@object_shape("iced donut")
def _iced_donut() -> list[Primitive]:
    ring = ((0, 1), (0.7, 0.7), (1, 0), (0.7, -0.7), (0, -1), (-0.7, -0.7), (-1, 0), (-0.7, 0.7))
    colors = ((0.98, 0.90, 0.20), (0.20, 0.50, 0.95), (0.96, 0.96, 0.96))
    sprinkles = []
    for k, (x, y) in enumerate(ring):
        left, right = ((0.33 * x + side, 0.5 + 0.33 * y, 0.185) for side in (-0.04, 0.04))
        sprinkles.append(limb(left, right, 0.024, color=colors[k % 3]))
    return [
        torus((0, 0.505, 0), 0.33, 0.17, color=(0.76, 0.48, 0.20)),
        torus((0, 0.505, 0.035), 0.33, 0.155, color=(0.98, 0.38, 0.62)),
        *sprinkles,
    ]


@object_shape("snail shell")
def _snail_shell() -> list[Primitive]:
    brown, tan, pale = (0.52, 0.24, 0.10), (0.74, 0.42, 0.17), (0.92, 0.70, 0.40)
    return [
        ellipsoid((0, 0.46, 0), (0.46, 0.46, 0.30), color=brown),
        torus((0.0, 0.46, 0.02), 0.37, 0.10, color=tan),
        torus((0.02, 0.49, 0.17), 0.22, 0.085, color=pale),
        torus((0.03, 0.51, 0.27), 0.095, 0.06, color=brown),
        ball((0.03, 0.51, 0.29), 0.05, color=pale),
        ellipsoid((0.36, 0.16, 0), (0.22, 0.15, 0.20), rotation=(0, 0, 20), color=pale),
    ]
