"""Framed paintings: flat panels, each with one bold picture made of a few solids.

A painting's base is the lower edge of its frame, so its position is where that edge hangs. The frame has the colour.

Left out: where they hang (`kinds/fashion.py`).
"""

from collections.abc import Callable

from minidalle.world.primitives import (
    BROWN,
    DARK,
    Primitive,
    Vector,
    box,
    cone,
    object_shape,
    prism,
    torus,
)

HALF_WIDE, HALF_HIGH, RIM = 0.56, 0.46, 0.055
Z = 0.03
SKY, SAND, SNOW, GREEN, SEA = (
    (0.42, 0.68, 0.95),
    (0.90, 0.70, 0.30),
    (0.95, 0.95, 0.97),
    (0.10, 0.45, 0.12),
    (0.03, 0.18, 0.50),
)
SUN, RED = (1.0, 0.82, 0.10), (0.85, 0.12, 0.06)


def _framed(sky: Vector, ground: Vector, horizon: float, *picture: Primitive) -> list[Primitive]:
    """A frame, a canvas in two colours that meet at a height, and what is painted on it."""
    low, wide = RIM, HALF_WIDE - RIM
    return [
        box((0, HALF_HIGH, 0), (HALF_WIDE, HALF_HIGH, 0.03), 0.012),
        box((0, HALF_HIGH, 0.02), (wide, HALF_HIGH - RIM, 0.025), 0.002, color=sky),
        box((0, (low + horizon) / 2, 0.024), (wide, (horizon - low) / 2, 0.025), 0.002, color=ground),
        *picture,
    ]


def _disc(x: float, y: float, radius: float, color: Vector, z: float = 0.05) -> Primitive:
    return cone((x, y, z), radius, radius, 0.006, 0.002, rotation=(90, 0, 0), color=color)


def _triangle(x: float, base: float, apothem: float, color: Vector, z: float = 0.05) -> Primitive:
    """An equilateral triangle that stands on a height."""
    return prism((x, base + apothem, z), apothem, 0.008, 3, color=color)


def _pyramid() -> list[Primitive]:
    return _framed(
        SKY,
        SAND,
        0.22,
        _triangle(-0.02, 0.16, 0.20, (0.98, 0.72, 0.20), 0.052),
        prism((0.155, 0.258, 0.053), 0.1, 0.01, 3, color=(0.55, 0.33, 0.08)),
        _disc(0.36, 0.70, 0.085, SUN),
    )


def _mountain() -> list[Primitive]:
    return _framed(
        SKY,
        GREEN,
        0.20,
        _triangle(0.22, 0.16, 0.15, (0.22, 0.25, 0.36), 0.050),
        _triangle(-0.10, 0.16, 0.205, (0.30, 0.32, 0.44), 0.054),
        _triangle(-0.10, 0.557, 0.0725, SNOW, 0.060),
        _triangle(0.22, 0.445, 0.055, SNOW, 0.056),
    )


def _sunset() -> list[Primitive]:
    return _framed(
        (1.0, 0.55, 0.20),
        SEA,
        0.40,
        _disc(0, 0.44, 0.21, (1.0, 0.90, 0.15), 0.043),
        box((0, 0.22, 0.049), (HALF_WIDE - RIM, 0.165, 0.008), 0.002, color=SEA),
        *(
            box((x, y, 0.058), (w, 0.018, 0.005), 0.003, color=(1.0, 0.80, 0.30))
            for x, y, w in ((0, 0.33, 0.17), (0.03, 0.25, 0.11), (-0.02, 0.17, 0.06))
        ),
    )


def _tree() -> list[Primitive]:
    return _framed(
        (0.80, 0.88, 0.92),
        (0.40, 0.66, 0.16),
        0.20,
        box((0, 0.28, 0.052), (0.055, 0.15, 0.008), 0.003, color=BROWN),
        _disc(0, 0.60, 0.18, GREEN, 0.056),
        _disc(-0.16, 0.50, 0.13, GREEN, 0.055),
        _disc(0.16, 0.50, 0.13, GREEN, 0.055),
    )


def _fish() -> list[Primitive]:
    return _framed(
        (0.04, 0.30, 0.62),
        (0.04, 0.30, 0.62),
        0.20,
        prism((0.27, 0.46, 0.052), 0.10, 0.008, 3, rotation=(0, 0, 90), color=(0.98, 0.45, 0.05)),
        _disc(-0.02, 0.46, 0.16, (0.98, 0.45, 0.05), 0.054),
        _disc(-0.12, 0.46, 0.16, (0.98, 0.45, 0.05), 0.054),
        _disc(-0.17, 0.50, 0.055, SNOW, 0.060),
        _disc(-0.18, 0.50, 0.026, DARK, 0.066),
        torus((-0.40, 0.66, 0.052), 0.04, 0.012, color=SNOW),
    )


def _house() -> list[Primitive]:
    return _framed(
        SKY,
        GREEN,
        0.22,
        box((0, 0.33, 0.052), (0.21, 0.16, 0.008), 0.002, color=SNOW),
        _triangle(0, 0.48, 0.14, RED, 0.056),
        box((0, 0.26, 0.060), (0.05, 0.09, 0.006), 0.002, color=BROWN),
        *(box((x, 0.38, 0.060), (0.045, 0.045, 0.006), 0.002, color=SEA) for x in (-0.125, 0.125)),
    )


_PICTURES: dict[str, Callable[[], list[Primitive]]] = {
    "pyramid": _pyramid,
    "mountain": _mountain,
    "sunset": _sunset,
    "tree": _tree,
    "fish": _fish,
    "house": _house,
}

PAINTINGS: tuple[str, ...] = tuple(_PICTURES)
"""What paintings can show; as objects they are called "painting of fish" and so on."""

for _name, _picture in _PICTURES.items():
    object_shape(f"painting of {_name}")(_picture)
