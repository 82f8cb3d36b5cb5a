"""Vehicles to look at from all sides: they face the viewer (+z) and show another face from behind and from above.

Left out: cars (`toys.py`, `decades_cars.py`), which drive to the right.
"""

from minidalle.world.primitives import (
    BROWN,
    CHROME,
    DARK,
    GLASS,
    Primitive,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    prism,
    torus,
)

PALE, GUNMETAL = (0.93, 0.93, 0.90), (0.40, 0.42, 0.45)
LIGHT, BRAKE, FLAME = (1.0, 0.95, 0.72), (0.90, 0.05, 0.03), (1.0, 0.50, 0.05)


def _wheels(zs: tuple[float, ...], x: float, radius: float) -> list[Primitive]:
    """Wheels to both sides, with hubs."""
    spin = {"rotation": (0.0, 0.0, 90.0)}
    return [
        p
        for z in zs
        for p in (
            cone((x, radius, z), radius - 0.02, radius - 0.02, 0.05, 0.02, color=DARK, **spin),
            cone((-x, radius, z), radius - 0.02, radius - 0.02, 0.05, 0.02, color=DARK, **spin),
            cone((0, radius, z), radius / 2.2, radius / 2.2, x + 0.075, 0.004, color=CHROME, **spin),
        )
    ]


@object_shape("truck")
def _truck() -> list[Primitive]:
    """A coloured cab before a white load box with a shutter and red lights at the back."""
    return [
        *_wheels((0.38, -0.34), 0.27, 0.15),
        box((0, 0.20, -0.05), (0.27, 0.05, 0.55), 0.01, color=GUNMETAL),
        box((0, 0.58, -0.21), (0.34, 0.36, 0.40), 0.02, color=PALE),
        box((0, 0.46, 0.38), (0.31, 0.26, 0.20), 0.05),
        box((0, 0.58, 0.51), (0.25, 0.10, 0.08), 0.015, color=GLASS),
        box((0, 0.58, 0.40), (0.32, 0.09, 0.09), 0.015, color=GLASS),
        box((0, 0.32, 0.575), (0.14, 0.07, 0.02), 0.008, color=DARK),
        *(ball((x, 0.31, 0.57), 0.055, color=LIGHT) for x in (-0.22, 0.22)),
        box((0, 0.20, 0.57), (0.31, 0.04, 0.03), 0.015, color=CHROME),
        *(box((0, y, -0.61), (0.28, 0.012, 0.012), 0.004, color=GUNMETAL) for y in (0.40, 0.55, 0.70, 0.85)),
        *(box((x, 0.24, -0.61), (0.06, 0.045, 0.025), 0.01, color=BRAKE) for x in (-0.24, 0.24)),
    ]


@object_shape("bus")
def _bus() -> list[Primitive]:
    """Long, with rows of windows; a wide pane in front, a small one and red lights behind."""
    return [
        *_wheels((0.34, -0.36), 0.25, 0.13),
        box((0, 0.47, 0), (0.31, 0.35, 0.62), 0.06),
        box((0, 0.58, 0.60), (0.25, 0.16, 0.03), 0.02, color=GLASS),
        *(
            box((0, 0.60, z), (0.317, 0.115, 0.095), 0.006, color=GLASS)
            for z in (-0.44, -0.21, 0.02, 0.25, 0.46)
        ),
        box((0, 0.38, 0), (0.316, 0.022, 0.58), 0.004, color=PALE),
        *(ball((x, 0.28, 0.60), 0.055, color=LIGHT) for x in (-0.20, 0.20)),
        box((0, 0.66, -0.615), (0.19, 0.075, 0.012), 0.006, color=GLASS),
        *(box((x, 0.30, -0.62), (0.055, 0.07, 0.015), 0.008, color=BRAKE) for x in (-0.21, 0.21)),
        *(box((0, 0.825, z), (0.13, 0.025, 0.12), 0.01, color=PALE) for z in (-0.28, 0.28)),
    ]


@object_shape("sailboat")
def _sailboat() -> list[Primitive]:
    """A hull and two sails; it sails to the right."""
    return [
        cone((-0.26, 0.16, 0), 0.09, 0.17, 0.13, 0.02),
        cone((-0.08, 0.16, 0), 0.13, 0.20, 0.13, 0.02, melt=0.12),
        cone((0.12, 0.16, 0), 0.12, 0.19, 0.13, 0.02, melt=0.12),
        cone((0.30, 0.17, 0), 0.06, 0.14, 0.13, 0.02, melt=0.12),
        cone((0.43, 0.18, 0), 0.02, 0.10, 0.13, 0.02, melt=0.10),
        box((-0.02, 0.31, 0), (0.28, 0.012, 0.12), 0.01, color=BROWN),
        limb((0, 0.20, 0), (0, 1.10, 0), 0.028, color=BROWN),
        prism((-0.225, 0.70, 0), 0.20, 0.02, 3, rotation=(0, 0, 90), color=PALE),
        prism((0.175, 0.60, 0), 0.145, 0.02, 3, rotation=(0, 0, -90)),
    ]


@object_shape("train engine")
def _train() -> list[Primitive]:
    """A steam engine: a boiler with a lamp, a chimney, a dome, a cab, a cow-catcher."""
    spin = {"rotation": (0.0, 0.0, 90.0)}
    return [
        *(
            cone((x, 0.14, z), 0.12, 0.12, 0.03, 0.02, color=DARK, **spin)
            for x in (-0.25, 0.25)
            for z in (0.30, 0.02, -0.28)
        ),
        *(limb((x * 1.2, 0.14, -0.28), (x * 1.2, 0.14, 0.30), 0.025, color=CHROME) for x in (-0.25, 0.25)),
        box((0, 0.22, -0.02), (0.24, 0.05, 0.58), 0.01, color=DARK),
        cone((0, 0.47, 0.16), 0.22, 0.22, 0.36, 0.01, rotation=(90, 0, 0)),
        cone((0, 0.47, 0.535), 0.15, 0.15, 0.01, 0.01, rotation=(90, 0, 0), color=DARK),
        ball((0, 0.47, 0.55), 0.075, color=LIGHT),
        box((0, 0.55, -0.38), (0.28, 0.30, 0.20), 0.02),
        box((0, 0.66, -0.38), (0.29, 0.10, 0.11), 0.01, color=GLASS),
        box((0, 0.87, -0.38), (0.33, 0.035, 0.26), 0.02, color=DARK),
        cone((0, 0.82, 0.36), 0.075, 0.13, 0.16, 0.01, color=DARK),
        ball((0, 0.70, 0.04), 0.105, color=(0.80, 0.58, 0.14)),
        box((0, 0.12, 0.58), (0.22, 0.08, 0.07), 0.02, rotation=(-35, 0, 0), color=BRAKE),
    ]


@object_shape("airplane")
def _airplane() -> list[Primitive]:
    """A toy airplane with a propeller, on two wheels."""
    return [
        ellipsoid((0, 0.44, 0.06), (0.19, 0.19, 0.52)),
        limb((0, 0.45, -0.20), (0, 0.52, -0.62), 0.13, 0.05, 0.01, melt=0.08),
        box((0, 0.40, 0.14), (0.66, 0.032, 0.17), 0.03),
        box((0, 0.54, -0.54), (0.27, 0.026, 0.10), 0.024),
        box((0, 0.67, -0.57), (0.026, 0.17, 0.10), 0.024),
        ellipsoid((0, 0.58, 0.10), (0.11, 0.11, 0.18), color=GLASS),
        ball((0, 0.44, 0.58), 0.085, color=DARK),
        limb((-0.24, 0.52, 0.62), (0.24, 0.36, 0.62), 0.034, color=PALE),
        *(box((x, 0.405, 0.14), (0.06, 0.033, 0.175), 0.03, color=PALE) for x in (-0.54, 0.54)),
        *(limb((0.10 * s, 0.34, 0.18), (0.20 * s, 0.09, 0.18), 0.025, color=GUNMETAL) for s in (-1, 1)),
        *(
            cone((0.21 * s, 0.09, 0.18), 0.07, 0.07, 0.03, 0.02, rotation=(0, 0, 90), color=DARK)
            for s in (-1, 1)
        ),
    ]


@object_shape("bicycle")
def _bicycle() -> list[Primitive]:
    """It rides to the right: the wheels in the plane of the picture, a thick frame."""
    back, front, pedals = (-0.36, 0.27, 0), (0.38, 0.27, 0), (-0.04, 0.27, 0)
    seat, head = (-0.14, 0.66, 0), (0.26, 0.70, 0)
    return [
        *(torus((x, 0.27, 0), 0.235, 0.034, color=DARK) for x in (-0.36, 0.38)),
        *(limb((x, 0.04, 0), (x, 0.50, 0), 0.010, color=CHROME) for x in (-0.36, 0.38)),
        *(limb((x - 0.23, 0.27, 0), (x + 0.23, 0.27, 0), 0.010, color=CHROME) for x in (-0.36, 0.38)),
        *(
            limb(a, b, 0.036)
            for a, b in (
                (back, pedals),
                (back, seat),
                (pedals, seat),
                (pedals, head),
                (seat, head),
                (front, head),
            )
        ),
        limb((0.26, 0.68, 0), (0.23, 0.84, 0), 0.03),
        limb((0.25, 0.84, -0.24), (0.25, 0.84, 0.24), 0.03, color=DARK),
        limb(seat, (-0.16, 0.76, 0), 0.028),
        ellipsoid((-0.16, 0.78, 0), (0.15, 0.052, 0.08), color=BROWN),
        cone((-0.04, 0.27, 0), 0.085, 0.085, 0.03, 0.01, rotation=(90, 0, 0), color=CHROME),
    ]


@object_shape("rocket")
def _rocket() -> list[Primitive]:
    """A white rocket with a nose and fins of the colour, a porthole and a flame."""
    return [
        ellipsoid((0, 0.60, 0), (0.24, 0.46, 0.24), color=PALE),
        cone((0, 0.91, 0), 0.185, 0.02, 0.15, 0.02),
        cone((0, 0.36, 0), 0.215, 0.232, 0.04, 0.012),
        cone((0, 0.19, 0), 0.17, 0.15, 0.05, 0.01, color=GUNMETAL),
        *(
            box((0.27 * a, 0.22, 0.27 * b), (0.14, 0.15, 0.03), 0.02, rotation=(0, turn, -28))
            for a, b, turn in ((0.87, 0.5, -30), (-0.87, 0.5, 210), (0, -1, 90))
        ),
        torus((0, 0.66, 0.22), 0.085, 0.03),
        ball((0, 0.66, 0.18), 0.085, color=GLASS),
        cone((0, 0.07, 0), 0.02, 0.10, 0.06, 0.01, color=FLAME, glow=1.5),
    ]
