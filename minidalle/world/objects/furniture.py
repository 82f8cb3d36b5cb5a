"""Furniture, each piece in the colour that a caption gives it, and what else stands in a room.

Left out: paintings (`paintings.py`), and the armchair, which is one of the toys (`toys.py`).
"""

from minidalle.world.primitives import (
    BROWN,
    CREAM,
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

PALE = (0.90, 0.89, 0.85)
FLAME, EMBER = (1.00, 0.50, 0.04), (1.00, 0.85, 0.25)
GREEN = (0.06, 0.36, 0.08)


@object_shape("sofa")
def _sofa() -> list[Primitive]:
    return [
        box((0, 0.24, 0.02), (0.58, 0.14, 0.28), 0.05),
        box((-0.245, 0.38, 0.06), (0.235, 0.075, 0.25), 0.06),
        box((0.245, 0.38, 0.06), (0.235, 0.075, 0.25), 0.06),
        box((0, 0.48, -0.24), (0.58, 0.33, 0.10), 0.08),
        *(box((x, 0.34, 0.02), (0.09, 0.25, 0.32), 0.08) for x in (-0.55, 0.55)),
        *(cone((x, 0.05, z), 0.035, 0.035, 0.05, color=DARK) for x in (-0.5, 0.5) for z in (-0.22, 0.24)),
    ]


@object_shape("table")
def _table() -> list[Primitive]:
    return [
        box((0, 0.66, 0), (0.56, 0.045, 0.36), 0.02),
        box((0, 0.57, 0), (0.48, 0.05, 0.28), 0.01),
        *(box((x, 0.31, z), (0.048, 0.31, 0.048), 0.012) for x in (-0.47, 0.47) for z in (-0.27, 0.27)),
    ]


@object_shape("chair")
def _chair() -> list[Primitive]:
    """A wooden chair, seen through between its slats, unlike an armchair."""
    return [
        box((0, 0.46, 0.02), (0.27, 0.04, 0.26), 0.02),
        *(box((x, 0.23, z), (0.038, 0.23, 0.038), 0.01) for x in (-0.22, 0.22) for z in (-0.19, 0.23)),
        *(box((x, 0.75, -0.21), (0.038, 0.29, 0.038), 0.01) for x in (-0.22, 0.22)),
        *(box((0, y, -0.21), (0.22, 0.055, 0.028), 0.01) for y in (0.98, 0.78, 0.60)),
    ]


@object_shape("bed")
def _bed() -> list[Primitive]:
    """A coloured blanket and boards; the sheet and the pillows are white."""
    return [
        box((0, 0.17, 0), (0.44, 0.09, 0.56), 0.02, color=BROWN),
        box((0, 0.31, 0.0), (0.42, 0.09, 0.55), 0.05, color=PALE),
        box((0, 0.33, 0.14), (0.455, 0.11, 0.44), 0.05),
        box((0, 0.48, -0.57), (0.46, 0.42, 0.05), 0.04),
        *(
            box((x, 0.46, -0.40), (0.18, 0.07, 0.13), 0.065, rotation=(22, 0, 0), color=PALE)
            for x in (-0.2, 0.2)
        ),
        *(
            box((x, 0.06, z), (0.04, 0.06, 0.04), 0.01, color=BROWN)
            for x in (-0.38, 0.38)
            for z in (-0.5, 0.5)
        ),
    ]


BOOKS = ((0.75, 0.08, 0.08), (0.08, 0.20, 0.70), (0.95, 0.75, 0.10), (0.06, 0.42, 0.14), (0.88, 0.86, 0.80))


@object_shape("bookshelf")
def _bookshelf() -> list[Primitive]:
    """A case with three shelves; blocks of books stand in for their many spines."""
    shelves = [box((0, y, 0), (0.40, 0.028, 0.15), 0.01) for y in (0.03, 0.36, 0.69, 1.03)]
    sides = [box((x, 0.53, 0), (0.033, 0.53, 0.16), 0.01) for x in (-0.40, 0.40)]
    books = [
        box(
            (-0.245 + 0.175 * k + 0.10 * (row % 2), 0.05 + 0.33 * row + high, 0.03),
            (0.078, high, 0.10),
            0.01,
            color=BOOKS[(row + turn) % 5],
        )
        for row in range(3)
        for k, (high, turn) in enumerate(((0.125, 0), (0.10, 2), (0.115, 4)))
    ]
    return [box((0, 0.53, -0.14), (0.40, 0.52, 0.02), 0.01, color=BROWN), *shelves, *sides, *books]


@object_shape("fireplace")
def _fireplace() -> list[Primitive]:
    """A chimney breast wide and high enough to carry a painting, a mantel, and a fire that gives light."""
    return [
        box((0, 1.10, -0.20), (0.86, 1.10, 0.20), 0.01, color=(0.62, 0.66, 0.64)),
        box((0, 0.33, 0.04), (0.64, 0.33, 0.09), 0.01, texture="brick"),
        box((0, 0.69, 0.08), (0.74, 0.045, 0.16), 0.01, color=(0.90, 0.88, 0.82)),
        box((0, 0.25, 0.10), (0.36, 0.25, 0.045), 0.01, color=(0.025, 0.02, 0.02)),
        limb((-0.22, 0.05, 0.17), (0.22, 0.07, 0.17), 0.05, color=BROWN),
        cone((-0.09, 0.17, 0.16), 0.09, 0.01, 0.13, color=FLAME, glow=1.5),
        cone((0.09, 0.20, 0.16), 0.10, 0.01, 0.16, color=FLAME, glow=1.5),
        cone((0.01, 0.14, 0.20), 0.06, 0.01, 0.10, color=EMBER, glow=1.5),
    ]


@object_shape("rug")
def _rug() -> list[Primitive]:
    """A round rug with two pale rings."""
    return [
        cone((0, 0.006, 0), 0.58, 0.58, 0.004, 0.004),
        torus((0, 0.012, 0), 0.50, 0.022, rotation=(90, 0, 0), color=CREAM),
        torus((0, 0.012, 0), 0.26, 0.022, rotation=(90, 0, 0), color=CREAM),
    ]


@object_shape("floor lamp")
def _floor_lamp() -> list[Primitive]:
    return [
        cone((0, 0.025, 0), 0.17, 0.15, 0.02, color=DARK),
        cone((0, 0.48, 0), 0.022, 0.022, 0.46, color=DARK),
        cone((0, 0.99, 0), 0.25, 0.14, 0.13, 0.01, glow=0.9),
        ball((0, 0.86, 0), 0.085, color=(1.0, 0.92, 0.60), glow=1.5),
    ]


@object_shape("plant")
def _plant() -> list[Primitive]:
    """Broad leaves in a pot; the pot has the colour."""
    leaves = (
        (0, 0.0, 0.28),
        (0, 1, 0.30),
        (1, 0.3, 0.25),
        (-1, 0.3, 0.25),
        (0.75, -0.7, 0.26),
        (-0.75, -0.7, 0.26),
    )
    return [
        cone((0, 0.17, 0), 0.15, 0.22, 0.16, 0.01),
        torus((0, 0.34, 0), 0.215, 0.028, rotation=(90, 0, 0)),
        cone((0, 0.335, 0), 0.19, 0.19, 0.01, color=(0.12, 0.07, 0.04)),
        *(
            ellipsoid(
                (0.20 * x, 0.62 + 0.16 * (x == 0 and z == 0), 0.17 * z),
                (0.10, long, 0.09),
                rotation=(28 * z, 0, -34 * x),
                color=GREEN,
            )
            for x, z, long in leaves
        ),
    ]
