"""Televisions by decade, from a cabinet with a tiny round screen to a panel that is all picture.

Left out: pictures on the screens, but for the first and the last.
"""

from minidalle.world.primitives import (
    BRASS,
    BROWN,
    DARK,
    STEEL,
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

PALE = (0.92, 0.91, 0.87)
GLASS_GREEN, GLASS_BLUE = (0.30, 0.44, 0.34), (0.16, 0.28, 0.42)


@object_shape("television 1920s")
def _cabinet() -> list[Primitive]:
    """A cupboard with a large round pane that shows a hill and the moon, a louvre for the sound and two knobs."""
    return [
        box((0, 0.54, 0), (0.35, 0.50, 0.25), 0.02),
        box((0, 0.04, 0), (0.40, 0.04, 0.29), 0.01, color=BROWN),
        box((0, 1.06, 0), (0.40, 0.035, 0.29), 0.015, color=BROWN),
        torus((0, 0.73, 0.25), 0.235, 0.035, color=BRASS),
        ellipsoid((0, 0.73, 0.21), (0.225, 0.225, 0.08), color=(0.70, 0.80, 0.78)),
        prism((-0.02, 0.665, 0.275), 0.055, 0.012, 3, color=DARK),
        ball((0.10, 0.82, 0.262), 0.035, color=DARK),
        *(box((0, 0.17 + 0.065 * k, 0.255), (0.22, 0.018, 0.015), 0.006, color=BROWN) for k in range(3)),
        *(ball((x, 0.42, 0.26), 0.042, color=BRASS) for x in (-0.15, 0.15)),
    ]


@object_shape("television 1950s")
def _on_legs() -> list[Primitive]:
    """A rounded box on four slanting legs, two knobs, and rabbit ears."""
    return [
        box((0, 0.56, -0.02), (0.44, 0.34, 0.24), 0.09),
        box((0, 0.63, 0.22), (0.345, 0.225, 0.025), 0.022, color=PALE),
        ellipsoid((0, 0.63, 0.20), (0.315, 0.20, 0.11), color=GLASS_GREEN),
        *(
            cone((x, 0.325, 0.225), 0.05, 0.045, 0.02, 0.006, rotation=(90, 0, 0), color=BRASS)
            for x in (-0.28, 0.28)
        ),
        *(box((0, 0.30 + 0.045 * k, 0.222), (0.15, 0.011, 0.01), 0.004, color=BROWN) for k in range(2)),
        *(
            limb((0.28 * s, 0.26, z), (0.40 * s, 0.0, 1.6 * z), 0.04, 0.022, color=BROWN)
            for s in (-1, 1)
            for z in (-0.14, 0.14)
        ),
        ball((0, 0.90, -0.05), 0.07, color=DARK),
        *(limb((0, 0.92, -0.05), (0.30 * s, 1.22, -0.05), 0.018, color=STEEL) for s in (-1, 1)),
        *(ball((0.30 * s, 1.22, -0.05), 0.03, color=STEEL) for s in (-1, 1)),
    ]


@object_shape("television 1970s")
def _space_helmet() -> list[Primitive]:
    """A ball with a dark visor on a foot, as if from a space suit."""
    return [
        cone((0, 0.07, 0), 0.34, 0.20, 0.06, 0.01),
        ball((0, 0.57, 0), 0.46),
        box((0, 0.58, 0.33), (0.32, 0.24, 0.12), 0.10, color=DARK),
        box((0, 0.58, 0.38), (0.26, 0.185, 0.085), 0.08, color=GLASS_BLUE),
        torus((0, 1.04, 0), 0.10, 0.022, color=STEEL),
        *(ball((x, 0.25, 0.335), 0.035, color=STEEL) for x in (-0.10, 0.0, 0.10)),
    ]


@object_shape("television 1980s")
def _dials() -> list[Primitive]:
    """A box whose right third is dials and a loudspeaker, with an antenna and a video recorder under it."""
    return [
        box((0, 0.10, 0), (0.50, 0.085, 0.27), 0.012, color=DARK),
        box((-0.14, 0.12, 0.268), (0.25, 0.028, 0.01), 0.004, color=STEEL),
        box((0.36, 0.12, 0.268), (0.07, 0.028, 0.01), 0.004, color=(0.85, 0.10, 0.05)),
        box((0, 0.53, -0.02), (0.54, 0.34, 0.27), 0.02),
        box((-0.145, 0.53, 0.25), (0.345, 0.29, 0.02), 0.012, color=DARK),
        box((-0.145, 0.53, 0.235), (0.285, 0.23, 0.045), 0.035, color=GLASS_GREEN),
        box((0.37, 0.53, 0.25), (0.125, 0.29, 0.012), 0.006, color=BROWN),
        *(
            cone((0.37, y, 0.275), 0.085, 0.075, 0.018, 0.008, rotation=(90, 0, 0), color=STEEL)
            for y in (0.71, 0.52)
        ),
        *(box((0.37, 0.30 + 0.045 * k, 0.262), (0.085, 0.010, 0.008), 0.003, color=DARK) for k in range(3)),
        limb((-0.05, 0.87, -0.05), (-0.42, 1.18, -0.05), 0.016, color=STEEL),
        limb((0.05, 0.87, -0.05), (0.42, 1.18, -0.05), 0.016, color=STEEL),
    ]


@object_shape("television 2000s")
def _deep_tube() -> list[Primitive]:
    """A broad front with a loudspeaker on either side, a deep back, and a stand with a player of discs."""
    return [
        box((0, 0.14, -0.05), (0.46, 0.14, 0.26), 0.02, color=STEEL),
        box((0, 0.14, 0.205), (0.38, 0.08, 0.012), 0.006, color=DARK),
        cone((0, 0.62, -0.26), 0.40, 0.20, 0.20, 0.02, rotation=(-90, 0, 0)),
        box((0, 0.63, 0.04), (0.60, 0.36, 0.12), 0.06),
        box((0, 0.67, 0.145), (0.37, 0.275, 0.02), 0.015, color=DARK),
        box((0, 0.67, 0.152), (0.33, 0.235, 0.02), 0.012, color=GLASS_BLUE),
        *(box((0.49 * s, 0.67, 0.15), (0.065, 0.27, 0.02), 0.018, color=STEEL) for s in (-1, 1)),
        *(box((0.49 * s, 0.67, 0.165), (0.042, 0.24, 0.012), 0.006, color=DARK) for s in (-1, 1)),
        *(ball((x, 0.33, 0.15), 0.026, color=STEEL) for x in (-0.10, 0.0, 0.10)),
    ]


@object_shape("television 2020s")
def _panel() -> list[Primitive]:
    """As thin as a board and all picture: a sunset. The rim and the loudspeaker under it have the colour."""
    sky, sun, sea = (1.0, 0.50, 0.22), (1.0, 0.90, 0.20), (0.10, 0.16, 0.50)
    return [
        box((0, 0.57, 0), (0.64, 0.385, 0.022), 0.01),
        box((0, 0.57, 0.016), (0.605, 0.35, 0.014), 0.002, color=sky),
        cone((0.16, 0.52, 0.03), 0.17, 0.17, 0.002, 0.001, rotation=(90, 0, 0), color=sun),
        box((0, 0.365, 0.025), (0.605, 0.145, 0.014), 0.002, color=sea),
        *(limb((0.42 * s, 0.20, -0.02), (0.50 * s, 0.0, 0.12), 0.022, color=DARK) for s in (-1, 1)),
        *(limb((0.42 * s, 0.20, -0.02), (0.50 * s, 0.0, -0.14), 0.022, color=DARK) for s in (-1, 1)),
        box((0, 0.07, 0.14), (0.40, 0.06, 0.06), 0.04),
    ]
