"""Nuts, roots, stones and other things with something to see inside; a cup and a glass.

Left out: fruit and vegetables with flesh and seeds (`fruit.py`).
"""

from minidalle.world.primitives import Primitive, ball, box, cone, ellipsoid, limb, object_shape, torus


@object_shape("walnut")
def _walnut() -> list[Primitive]:
    shell = {"color": (0.60, 0.38, 0.17), "second": (0.34, 0.18, 0.06), "texture": "grooves"}
    kernel = {"color": (0.86, 0.62, 0.32), "second": (0.50, 0.27, 0.09), "texture": "grooves", "inside": True}
    return [
        ellipsoid((0, 0.47, 0), (0.43, 0.47, 0.43), **shell),
        ellipsoid((0, 0.47, 0), (0.09, 0.495, 0.46), color=(0.52, 0.31, 0.12)),
        ellipsoid((0, 0.47, 0), (0.385, 0.425, 0.38), inside=True, color=(0.20, 0.10, 0.04)),
        ellipsoid((-0.18, 0.60, 0), (0.165, 0.20, 0.17), **kernel),
        ellipsoid((-0.18, 0.34, 0), (0.165, 0.20, 0.17), **kernel),
        ellipsoid((0.18, 0.60, 0), (0.165, 0.20, 0.17), **kernel),
        ellipsoid((0.18, 0.34, 0), (0.165, 0.20, 0.17), **kernel),
        ellipsoid((0, 0.47, 0), (0.06, 0.10, 0.06), inside=True, color=(0.86, 0.62, 0.32)),
    ]


@object_shape("beet")
def _beet() -> list[Primitive]:
    red, leaf = (0.36, 0.02, 0.13), (0.12, 0.40, 0.10)
    return [
        ellipsoid((0, 0.40, 0), (0.38, 0.31, 0.38), color=red),
        limb((0, 0.20, 0), (0.02, 0.0, 0), 0.15, 0.02, color=red, melt=0.10),
        *(limb((0, 0.68, 0), (x, 0.92, 0), 0.035, color=(0.62, 0.04, 0.20)) for x in (-0.20, 0.0, 0.20)),
        *(
            ellipsoid((x, 0.96, 0), (0.09, 0.17, 0.06), rotation=(0, 0, -70 * x), color=leaf)
            for x in (-0.26, 0.0, 0.26)
        ),
        ellipsoid((0, 0.40, 0), (0.355, 0.29, 0.35), inside=True, color=(0.62, 0.02, 0.24)),
        ellipsoid((0, 0.40, 0), (0.29, 0.23, 0.29), inside=True, color=(0.93, 0.45, 0.58)),
        ellipsoid((0, 0.40, 0), (0.25, 0.20, 0.25), inside=True, color=(0.62, 0.02, 0.24)),
        ellipsoid((0, 0.40, 0), (0.17, 0.135, 0.17), inside=True, color=(0.93, 0.45, 0.58)),
        ellipsoid((0, 0.40, 0), (0.13, 0.10, 0.13), inside=True, color=(0.62, 0.02, 0.24)),
    ]


@object_shape("onion")
def _onion() -> list[Primitive]:
    skin, white, line = (0.80, 0.46, 0.14), (0.96, 0.96, 0.88), (0.52, 0.66, 0.30)
    rings = []
    for k in range(5):
        size = 0.40 - 0.076 * k
        rings += [
            ellipsoid((0, 0.38, 0), (size, 0.88 * size, size), inside=True, color=line),
            ellipsoid(
                (0, 0.38, 0), (size - 0.026, 0.88 * size - 0.026, size - 0.026), inside=True, color=white
            ),
        ]
    return [
        ellipsoid((0, 0.38, 0), (0.44, 0.38, 0.44), color=skin, second=(0.56, 0.26, 0.05), texture="rind"),
        limb((0, 0.66, 0), (0.02, 1.0, 0), 0.13, 0.045, color=skin, melt=0.20),
        *rings,
        limb((0, 0.60, 0), (0.01, 0.95, 0), 0.06, 0.02, inside=True, color=white),
    ]


@object_shape("egg")
def _egg() -> list[Primitive]:
    shell = (0.93, 0.80, 0.66)
    return [
        ellipsoid((0, 0.39, 0), (0.38, 0.39, 0.38), color=shell),
        ellipsoid((0, 0.66, 0), (0.23, 0.29, 0.23), color=shell, melt=0.25),
        ellipsoid((0, 0.39, 0), (0.345, 0.355, 0.34), inside=True, color=(0.98, 0.98, 0.96)),
        ellipsoid((0, 0.62, 0), (0.225, 0.285, 0.22), inside=True, color=(0.98, 0.98, 0.96)),
        ellipsoid((0, 0.52, 0), (0.305, 0.30, 0.30), inside=True, color=(0.98, 0.98, 0.96)),
        ellipsoid((0, 0.41, 0), (0.20, 0.20, 0.20), inside=True, color=(1.0, 0.62, 0.04)),
    ]


@object_shape("log")
def _log() -> list[Primitive]:
    """A log that lies along z: its bark is seen from the side, its rings where it is cut."""
    bark = {"color": (0.24, 0.13, 0.06), "second": (0.10, 0.05, 0.02), "texture": "wood"}
    wood = {"color": (0.84, 0.60, 0.32), "second": (0.46, 0.25, 0.09), "texture": "rings"}
    return [
        limb((0, 0.44, -0.56), (0, 0.44, 0.56), 0.43, **bark),
        limb((0.25, 0.72, 0.18), (0.48, 1.0, 0.22), 0.11, 0.09, **bark),
        ball((0, 0.44, 0.0), 0.375, inside=True, **wood),
        ball((0, 0.44, 0.0), 0.03, inside=True, color=(0.30, 0.15, 0.05)),
        torus((0, 0.44, 0.56), 0.30, 0.02, color=(0.46, 0.25, 0.09)),
        limb((0, 0.44, 0.46), (0, 0.44, 0.572), 0.37, color=(0.84, 0.60, 0.32)),
    ]


@object_shape("geode")
def _geode() -> list[Primitive]:
    rock = {"color": (0.30, 0.27, 0.25), "second": (0.50, 0.46, 0.42), "texture": "stone"}
    crystal = {"texture": "crystals", "inside": True}
    return [
        ellipsoid((-0.06, 0.42, 0), (0.46, 0.42, 0.42), **rock),
        ellipsoid((0.24, 0.38, 0.06), (0.28, 0.36, 0.34), melt=0.12, **rock),
        ellipsoid((-0.16, 0.60, 0.05), (0.28, 0.26, 0.30), melt=0.12, **rock),
        ellipsoid((0.02, 0.45, 0), (0.43, 0.345, 0.35), inside=True, color=(0.93, 0.91, 0.96)),
        ellipsoid(
            (0.02, 0.45, 0),
            (0.38, 0.30, 0.30),
            color=(0.32, 0.05, 0.55),
            second=(0.82, 0.55, 0.98),
            **crystal,
        ),
        ellipsoid((0.02, 0.45, 0), (0.23, 0.16, 0.17), inside=True, color=(0.05, 0.01, 0.10)),
    ]


@object_shape("brain coral")
def _coral() -> list[Primitive]:
    skin = {"color": (0.52, 0.62, 0.22), "second": (0.16, 0.13, 0.06), "texture": "grooves"}
    return [
        ellipsoid((0, 0.34, 0), (0.58, 0.54, 0.56), **skin),
        cone((0, 0.05, 0), 0.46, 0.52, 0.05, color=(0.44, 0.38, 0.28)),
        ellipsoid((0, 0.34, 0), (0.54, 0.50, 0.52), inside=True, color=(0.90, 0.84, 0.70)),
    ]


@object_shape("sponge")
def _sponge() -> list[Primitive]:
    return [
        box(
            (0, 0.36, 0),
            (0.56, 0.36, 0.34),
            0.07,
            color=(0.96, 0.74, 0.12),
            second=(0.52, 0.30, 0.02),
            texture="holes",
        )
    ]


@object_shape("glass")
def _glass() -> list[Primitive]:
    clear, wine = (0.66, 0.84, 0.94), (0.42, 0.01, 0.08)
    return [
        cone((0, 0.025, 0), 0.25, 0.22, 0.015, color=clear),
        limb((0, 0.04, 0), (0, 0.46, 0), 0.04, color=clear),
        ellipsoid((0, 0.62, 0), (0.27, 0.24, 0.27), color=wine),
        cone((0, 0.81, 0), 0.265, 0.22, 0.17, color=clear),
        cone((0, 0.985, 0), 0.19, 0.19, 0.004, color=(0.36, 0.48, 0.56)),
    ]


@object_shape("cup")
def _cup() -> list[Primitive]:
    white, blue = (0.94, 0.94, 0.92), (0.10, 0.24, 0.72)
    return [
        cone((0, 0.04, 0), 0.34, 0.54, 0.03, color=white),
        cone((0, 0.40, 0), 0.22, 0.42, 0.30, 0.02, color=white),
        torus((0, 0.60, 0), 0.395, 0.045, rotation=(90, 0, 0), color=blue),
        torus((0.46, 0.46, 0), 0.15, 0.05, color=white),
        cone((0, 0.722, 0), 0.36, 0.36, 0.004, color=(0.33, 0.15, 0.03)),
    ]


@object_shape("brick wall")
def _brick_wall() -> list[Primitive]:
    return [box((0, 0.46, 0), (0.60, 0.46, 0.20), 0.01, texture="brick")]


@object_shape("ball of wool")
def _wool() -> list[Primitive]:
    blue, dark = (0.16, 0.42, 0.80), (0.06, 0.20, 0.48)
    turns = ((0, 0), (0, 40), (0, -45), (50, 20), (-50, 10), (90, 30), (35, 80))
    return [
        ball((0, 0.46, 0), 0.42, color=blue, second=dark, texture="wool"),
        *(
            torus((0, 0.46, 0), 0.40, 0.06, rotation=(x, y, 0), color=blue, second=dark, texture="wool")
            for x, y in turns
        ),
        limb((0.25, 0.04, 0.25), (0.62, 0.04, 0.40), 0.04, color=blue),
    ]
