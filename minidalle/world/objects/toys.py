"""The twelve objects of the first pictures: plain solids and toys, in any colour and pattern.

Left out: which colours and patterns are held out (`rules.py`).
"""

from minidalle.world.primitives import (
    BROWN,
    COFFEE,
    CREAM,
    DARK,
    GLASS,
    Primitive,
    ball,
    box,
    cone,
    object_shape,
    prism,
    torus,
)


@object_shape("cube")
def _cube() -> list[Primitive]:
    return [box((0, 0.45, 0), (0.45, 0.45, 0.45), 0.03)]


@object_shape("sphere")
def _sphere() -> list[Primitive]:
    return [ball((0, 0.5, 0), 0.5)]


@object_shape("cylinder")
def _cylinder() -> list[Primitive]:
    return [cone((0, 0.5, 0), 0.34, 0.34, 0.49)]


@object_shape("cone")
def _cone() -> list[Primitive]:
    return [cone((0, 0.52, 0), 0.46, 0.01, 0.51)]


@object_shape("donut")
def _donut() -> list[Primitive]:
    return [torus((0, 0.505, 0), 0.34, 0.165)]


@object_shape("mug")
def _mug() -> list[Primitive]:
    return [
        cone((0, 0.44, 0), 0.33, 0.35, 0.43),
        cone((0, 0.875, 0), 0.28, 0.28, 0.004, 0.002, color=COFFEE),
        torus((0.38, 0.45, 0), 0.21, 0.065),
    ]


@object_shape("mushroom")
def _mushroom() -> list[Primitive]:
    return [
        cone((0, 0.27, 0), 0.15, 0.12, 0.26, color=CREAM),
        cone((0, 0.68, 0), 0.46, 0.16, 0.17, 0.07),
        ball((-0.15, 0.80, 0.27), 0.085, color=CREAM),
        ball((0.18, 0.72, 0.34), 0.085, color=CREAM),
    ]


@object_shape("house")
def _house() -> list[Primitive]:
    return [
        box((0, 0.33, 0), (0.36, 0.33, 0.32)),
        box((0, 0.65, 0), (0.30, 0.30, 0.31), rotation=(0, 0, 45), color=BROWN),
        box((-0.13, 0.19, 0.32), (0.09, 0.19, 0.02), 0.01, color=BROWN),
        box((0.17, 0.38, 0.32), (0.09, 0.09, 0.02), 0.01, color=GLASS),
    ]


@object_shape("armchair")
def _armchair() -> list[Primitive]:
    return [
        box((0, 0.26, 0.05), (0.34, 0.16, 0.34), 0.06),
        box((0, 0.58, -0.28), (0.40, 0.42, 0.13), 0.09),
        box((-0.42, 0.35, 0.03), (0.10, 0.27, 0.38), 0.08),
        box((0.42, 0.35, 0.03), (0.10, 0.27, 0.38), 0.08),
        *(cone((x, 0.06, z), 0.05, 0.05, 0.05, color=BROWN) for x in (-0.38, 0.38) for z in (-0.28, 0.32)),
    ]


@object_shape("car")
def _car() -> list[Primitive]:
    wheel = {"rotation": (90.0, 0.0, 0.0), "color": DARK}
    return [
        box((0, 0.30, 0), (0.62, 0.15, 0.29), 0.07),
        box((-0.06, 0.53, 0), (0.33, 0.15, 0.25), 0.06),
        box((-0.06, 0.54, 0), (0.35, 0.09, 0.20), 0.02, color=GLASS),
        box((-0.06, 0.54, 0), (0.26, 0.09, 0.262), 0.01, color=GLASS),
        *(cone((x, 0.15, z), 0.14, 0.14, 0.04, **wheel) for x in (-0.36, 0.36) for z in (-0.27, 0.27)),
    ]


@object_shape("cat")
def _cat() -> list[Primitive]:
    return [
        cone((0, 0.25, 0), 0.27, 0.17, 0.20, 0.05),
        ball((0, 0.68, 0.05), 0.235),
        *(prism((x, 0.90, 0.05), 0.068, 0.04, 3, rotation=(0, 0, -90 * x)) for x in (-0.135, 0.135)),
        cone((0.36, 0.27, -0.05), 0.055, 0.05, 0.22, 0.02, rotation=(0, 0, -38)),
        ball((-0.09, 0.72, 0.26), 0.045, color=DARK),
        ball((0.09, 0.72, 0.26), 0.045, color=DARK),
        ball((0, 0.64, 0.28), 0.032, color=(1.0, 0.62, 0.66)),
    ]


@object_shape("teapot")
def _teapot() -> list[Primitive]:
    return [
        cone((0, 0.31, 0), 0.20, 0.20, 0.14, 0.17),
        cone((0, 0.65, 0), 0.20, 0.12, 0.02, 0.02),
        ball((0, 0.74, 0), 0.075),
        cone((0.50, 0.42, 0), 0.10, 0.055, 0.20, 0.01, rotation=(0, 0, -42)),
        torus((-0.40, 0.35, 0), 0.19, 0.05),
    ]
