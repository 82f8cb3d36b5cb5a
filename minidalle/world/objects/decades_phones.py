"""Phones by decade: candlestick, rotary, push-button, brick with an antenna, flip phone, all screen.

Left out: the screens' contents, but for a few coloured squares.
"""

from minidalle.world.primitives import BRASS, DARK, STEEL, Primitive, ball, box, cone, limb, object_shape

PALE, SCREEN = (0.92, 0.91, 0.87), (0.30, 0.62, 0.95)


@object_shape("phone 1920s")
def _candlestick() -> list[Primitive]:
    """A mouthpiece on a pole; the earpiece hangs on a hook."""
    return [
        cone((0, 0.05, 0), 0.27, 0.24, 0.03, 0.02),
        cone((0, 0.14, 0), 0.17, 0.06, 0.06, 0.01),
        cone((0, 0.42, 0), 0.055, 0.055, 0.34, 0.01),
        ball((0, 0.82, 0.0), 0.115),
        cone((0, 0.86, 0.17), 0.05, 0.17, 0.085, 0.01, rotation=(78, 0, 0)),
        cone((0, 0.878, 0.262), 0.13, 0.13, 0.004, 0.004, rotation=(78, 0, 0), color=BRASS),
        limb((0, 0.76, 0), (0.30, 0.79, 0.02), 0.028, color=BRASS),
        limb((0.30, 0.40, 0.02), (0.30, 0.78, 0.02), 0.05, 0.06),
        cone((0.30, 0.37, 0.02), 0.125, 0.06, 0.06, 0.01),
        cone((0.30, 0.82, 0.02), 0.035, 0.035, 0.03, 0.01, color=BRASS),
        cone((0, 0.17, 0), 0.155, 0.15, 0.012, 0.004, color=BRASS),
    ]


@object_shape("phone 1950s")
def _rotary() -> list[Primitive]:
    """A dial with ten holes, of which eight are drawn, and a handset across the top."""
    holes = (
        (0.00, 1.00),
        (0.71, 0.71),
        (1.00, 0.00),
        (0.71, -0.71),
        (0.0, -1.0),
        (-0.71, -0.71),
        (-1.0, 0.0),
        (-0.71, 0.71),
    )
    up, out = 0.707, 0.707  # the dial leans back by 45 degrees
    return [
        box((0, 0.10, 0.02), (0.45, 0.10, 0.38), 0.08),
        cone((0, 0.29, -0.05), 0.40, 0.19, 0.17, 0.03, melt=0.12),
        cone((0, 0.33, 0.235), 0.225, 0.225, 0.018, 0.006, rotation=(45, 0, 0), color=PALE),
        cone((0, 0.345, 0.25), 0.09, 0.09, 0.018, 0.006, rotation=(45, 0, 0)),
        *(
            ball((0.155 * a, 0.345 + 0.155 * b * up, 0.25 - 0.155 * b * out), 0.036, color=DARK)
            for a, b in holes
        ),
        *(limb((x, 0.46, -0.08), (x, 0.60, -0.08), 0.045) for x in (-0.17, 0.17)),
        limb((-0.42, 0.70, -0.06), (0.42, 0.70, -0.06), 0.062, 0.062),
        *(cone((x, 0.63, -0.05), 0.145, 0.09, 0.06, 0.02) for x in (-0.43, 0.43)),
    ]


@object_shape("phone 1970s")
def _push_button() -> list[Primitive]:
    """A wedge with square buttons; the handset lies on its left."""
    tilt = {"rotation": (32.0, 0.0, 0.0)}
    slope = 0.62
    return [
        box((0, 0.10, 0), (0.52, 0.10, 0.42), 0.04),
        box((0, 0.24, -0.03), (0.52, 0.14, 0.42), 0.04, **tilt),
        box((0.16, 0.39, 0.045), (0.29, 0.02, 0.33), 0.01, color=DARK, **tilt),
        *(
            box(
                (0.16 + 0.18 * i, 0.41 + 0.18 * slope * j, 0.055 - 0.18 * j * 0.85),
                (0.068, 0.03, 0.068),
                0.015,
                color=PALE,
                **tilt,
            )
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        ),
        limb((-0.36, 0.32, 0.35), (-0.36, 0.69, -0.24), 0.075, 0.075),
        *(ball((-0.36, y, z), 0.145) for y, z in ((0.27, 0.36), (0.66, -0.27))),
    ]


@object_shape("phone 1980s")
def _brick() -> list[Primitive]:
    """As heavy as a brick, with an antenna as long as the hand."""
    return [
        box((0, 0.36, 0), (0.20, 0.36, 0.15), 0.035),
        limb((0.13, 0.68, -0.05), (0.13, 1.12, -0.05), 0.042, 0.034, color=DARK),
        box((0, 0.60, 0.145), (0.15, 0.055, 0.012), 0.006, color=DARK),
        box((0, 0.60, 0.155), (0.12, 0.030, 0.010), 0.004, color=(0.75, 0.10, 0.04)),
        *(
            box((0.095 * i, 0.40 - 0.095 * j, 0.15), (0.034, 0.033, 0.022), 0.010, color=PALE)
            for i in (-1, 0, 1)
            for j in range(4)
        ),
    ]


@object_shape("phone 2000s")
def _flip() -> list[Primitive]:
    """Two halves with a hinge: keys on the lower, a small screen on the upper."""
    lean = {"rotation": (-52.0, 0.0, 0.0)}  # the lower half lies towards the viewer
    dy, dz = 0.616, 0.788
    return [
        box((0, 0.20, 0.22), (0.235, 0.30, 0.05), 0.045, **lean),
        box((0, 0.72, -0.06), (0.235, 0.33, 0.045), 0.04, rotation=(-8, 0, 0)),
        limb((-0.22, 0.395, -0.01), (0.22, 0.395, -0.01), 0.065, 0.065, color=STEEL),
        box((0, 0.75, -0.018), (0.175, 0.215, 0.012), 0.006, rotation=(-8, 0, 0), color=DARK),
        box((0, 0.75, -0.010), (0.150, 0.185, 0.010), 0.004, rotation=(-8, 0, 0), color=SCREEN),
        *(
            box(
                (0.125 * i, 0.235 - 0.115 * j * dy, 0.245 + 0.115 * j * dz),
                (0.046, 0.038, 0.022),
                0.015,
                color=PALE,
                **lean,
            )
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        ),
    ]


@object_shape("phone 2020s")
def _slab() -> list[Primitive]:
    """Nothing but a screen with rows of little pictures, in a thin case."""
    icons = (
        (0.90, 0.15, 0.12),
        (0.98, 0.80, 0.10),
        (0.15, 0.70, 0.25),
        (0.98, 0.50, 0.05),
        (0.95, 0.95, 0.97),
        (0.55, 0.15, 0.75),
    )
    return [
        box((0, 0.52, 0), (0.285, 0.52, 0.035), 0.03),
        box((0, 0.52, 0.026), (0.235, 0.472, 0.018), 0.004, color=(0.10, 0.22, 0.50)),
        box((0, 0.76, 0.030), (0.19, 0.15, 0.018), 0.004, color=SCREEN),
        *(
            box(
                (-0.145 + 0.145 * (k % 3), 0.46 - 0.165 * (k // 3), 0.034),
                (0.05, 0.05, 0.018),
                0.012,
                color=c,
            )
            for k, c in enumerate(icons)
        ),
        box((0, 0.10, 0.034), (0.13, 0.014, 0.018), 0.006, color=PALE),
    ]
