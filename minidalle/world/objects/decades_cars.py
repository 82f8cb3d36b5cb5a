"""Cars by decade: upright box, tail fins, wooden estate, wedge, bubble, smooth electric. They drive to the right.

Left out: the toy car (`toys.py`), and vehicles that face the viewer (`vehicles.py`).
"""

from minidalle.world.primitives import (
    BRASS,
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
    torus,
)

PALE, BLACK_GLASS = (0.92, 0.91, 0.87), (0.04, 0.05, 0.07)
RED_LIGHT, LIGHT = (0.90, 0.05, 0.03), (1.0, 0.95, 0.75)


def _wheels(
    xs: tuple[float, float], radius: float, z: float, hub: float, hub_color=CHROME
) -> list[Primitive]:
    """Four black wheels with hub caps."""
    spin = {"rotation": (90.0, 0.0, 0.0)}
    return [
        p
        for x in xs
        for side in (-z, z)
        for p in (
            cone((x, radius, side), radius - 0.015, radius - 0.015, 0.04, 0.015, color=DARK, **spin),
            cone((x, radius, side * 1.04), hub, hub, 0.045, 0.008, color=hub_color, **spin),
        )
    ]


@object_shape("car 1920s")
def _upright() -> list[Primitive]:
    """A carriage with a motor: high roof, spoked wheels, running boards, round brass lamps."""
    spin = {"rotation": (90.0, 0.0, 0.0)}
    wheels = [
        p
        for x in (-0.38, 0.40)
        for p in (
            torus((x, 0.19, 0.26), 0.155, 0.034, color=DARK),
            torus((x, 0.19, -0.26), 0.155, 0.034, color=DARK),
            *(
                box((x, 0.19, 0.26), (0.145, 0.014, 0.014), 0.004, rotation=(0, 0, turn), color=BRASS)
                for turn in (0, 60, 120)
            ),
            cone((x, 0.19, 0.0), 0.03, 0.03, 0.27, 0.006, color=BRASS, **spin),
        )
    ]
    return [
        *wheels,
        box((0, 0.24, 0), (0.50, 0.035, 0.22), 0.01, color=DARK),
        box((0, 0.17, 0), (0.22, 0.02, 0.31), 0.01, color=DARK),
        box((-0.17, 0.40, 0), (0.33, 0.16, 0.23), 0.02),
        box((0.34, 0.37, 0), (0.20, 0.12, 0.15), 0.02),
        box((-0.17, 0.67, 0), (0.31, 0.14, 0.21), 0.01, color=GLASS),
        *(box((x, 0.67, 0), (0.025, 0.15, 0.225), 0.006) for x in (-0.47, -0.16, 0.13)),
        box((-0.16, 0.84, 0), (0.40, 0.035, 0.27), 0.025, color=DARK),
        box((0.545, 0.37, 0), (0.015, 0.11, 0.12), 0.006, color=BRASS),
        *(ball((0.54, 0.50, z), 0.065, color=BRASS) for z in (-0.17, 0.17)),
    ]


@object_shape("car 1950s")
def _fins() -> list[Primitive]:
    """Long and low, fins like a rocket's at the back, white tyres, chrome, a white roof."""
    return [
        *_wheels((-0.40, 0.40), 0.125, 0.25, 0.085, PALE),
        box((0, 0.27, 0), (0.66, 0.105, 0.27), 0.07),
        box((0.05, 0.43, 0), (0.24, 0.09, 0.22), 0.05, color=GLASS),
        box((0.03, 0.525, 0), (0.22, 0.03, 0.225), 0.028, color=PALE),
        *(box((-0.49, 0.40, z), (0.24, 0.085, 0.028), 0.02, rotation=(0, 0, -22)) for z in (-0.225, 0.225)),
        *(ball((-0.70, 0.45, z), 0.05, color=RED_LIGHT) for z in (-0.225, 0.225)),
        box((0.0, 0.25, 0), (0.60, 0.016, 0.278), 0.004, color=CHROME),
        *(limb((x, 0.19, -0.25), (x, 0.19, 0.25), 0.042, color=CHROME) for x in (-0.66, 0.66)),
        *(ball((0.64, 0.29, z), 0.06, color=LIGHT) for z in (-0.17, 0.17)),
    ]


@object_shape("car 1970s")
def _estate() -> list[Primitive]:
    """A long estate car with wooden sides and a roof rack: all corners."""
    return [
        *_wheels((-0.38, 0.40), 0.13, 0.25, 0.07),
        box((0, 0.31, 0), (0.64, 0.13, 0.265), 0.02),
        box((-0.04, 0.30, 0), (0.56, 0.085, 0.272), 0.004, color=(0.55, 0.32, 0.12), texture="wood"),
        box((-0.17, 0.53, 0), (0.45, 0.12, 0.235), 0.02),
        *(
            box((x, 0.53, 0), (w, 0.078, 0.242), 0.006, color=BLACK_GLASS)
            for x, w in ((-0.46, 0.11), (-0.19, 0.12), (0.08, 0.12))
        ),
        box((0.262, 0.53, 0), (0.025, 0.085, 0.20), 0.006, color=GLASS),
        *(limb((-0.55, 0.71, z), (0.18, 0.71, z), 0.02, color=CHROME) for z in (-0.18, 0.18)),
        *(limb((x, 0.70, -0.19), (x, 0.70, 0.19), 0.02, color=CHROME) for x in (-0.50, -0.18, 0.14)),
        box((0.65, 0.32, 0), (0.012, 0.065, 0.23), 0.004, color=CHROME),
        *(box((0.655, 0.32, z), (0.015, 0.045, 0.05), 0.006, color=LIGHT) for z in (-0.18, 0.18)),
        *(box((x, 0.20, 0), (0.03, 0.03, 0.27), 0.01, color=CHROME) for x in (-0.65, 0.66)),
    ]


@object_shape("car 1980s")
def _wedge() -> list[Primitive]:
    """A wedge of flat planes, as low as a table, with a wing across the back."""
    return [
        *_wheels((-0.40, 0.42), 0.125, 0.26, 0.06),
        box((0.0, 0.19, 0), (0.64, 0.065, 0.265), 0.01),
        box((0.12, 0.26, 0), (0.54, 0.055, 0.265), 0.006, rotation=(0, 0, -8)),
        box((-0.35, 0.29, 0), (0.29, 0.09, 0.265), 0.006),
        box((0.10, 0.395, 0), (0.27, 0.05, 0.215), 0.006, rotation=(0, 0, -30), color=BLACK_GLASS),
        box((-0.18, 0.42, 0), (0.18, 0.085, 0.225), 0.006, color=BLACK_GLASS),
        box((-0.20, 0.515, 0), (0.20, 0.022, 0.225), 0.006),
        *(box((-0.56, 0.46, z), (0.025, 0.10, 0.015), 0.004, color=DARK) for z in (-0.20, 0.20)),
        box((-0.58, 0.57, 0), (0.12, 0.022, 0.31), 0.006, rotation=(0, 0, 8)),
        box((0.0, 0.21, 0), (0.61, 0.016, 0.272), 0.004, color=DARK),
        *(box((0.52, 0.275, z), (0.045, 0.02, 0.06), 0.004, color=LIGHT) for z in (-0.17, 0.17)),
        box((-0.642, 0.30, 0), (0.01, 0.03, 0.22), 0.004, color=RED_LIGHT),
    ]


@object_shape("car 2000s")
def _bubble() -> list[Primitive]:
    """Short, high and round as a bubble, with round eyes."""
    return [
        *_wheels((-0.33, 0.34), 0.15, 0.26, 0.095),
        ellipsoid((0, 0.30, 0), (0.56, 0.21, 0.31)),
        ellipsoid((-0.03, 0.50, 0), (0.40, 0.33, 0.265), melt=0.08),
        ellipsoid((0.13, 0.55, 0), (0.315, 0.235, 0.235), color=GLASS),
        *(ellipsoid((x, 0.56, 0), (0.15, 0.15, 0.325), color=GLASS) for x in (-0.20, 0.115)),
        *(ball((0.44, 0.38, z), 0.08, color=LIGHT) for z in (-0.17, 0.17)),
        *(ball((-0.46, 0.38, z), 0.06, color=RED_LIGHT) for z in (-0.17, 0.17)),
    ]


@object_shape("car 2020s")
def _smooth() -> list[Primitive]:
    """One line from nose to tail, a roof of black glass, a bar of light, wheels like coins."""
    return [
        *_wheels((-0.39, 0.40), 0.145, 0.25, 0.115),
        box((0, 0.26, 0), (0.65, 0.12, 0.275), 0.115),
        ellipsoid((-0.06, 0.36, 0), (0.56, 0.225, 0.23), melt=0.05, color=BLACK_GLASS),
        box((0.0, 0.165, 0), (0.56, 0.03, 0.28), 0.01, color=DARK),
        box((0.625, 0.30, 0), (0.02, 0.018, 0.19), 0.012, color=LIGHT, glow=1.5),
        box((-0.63, 0.30, 0), (0.02, 0.018, 0.19), 0.012, color=RED_LIGHT, glow=1.5),
    ]
