"""Solid primitives, of which every object of the picture world is built, and the list of all objects.

There are five, which the renderer knows by number: box, capped cone, torus, prism and ellipsoid. A ball is a box
without extent and with a large rounding radius, a cylinder is a cone with two equal radii, a limb is a cone between two
points. A primitive can melt into those before it, be hidden inside until the object is cut open, glow, mirror, or carry
a word.

Left out: the objects themselves (`objects/`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BOX, CONE, TORUS, PRISM, ELLIPSOID = range(5)
MAX_SIDES = 12
"""The most sides that a prism may have."""

Vector = tuple[float, float, float]


def rotation_matrix(x: float, y: float, z: float) -> np.ndarray:
    """float64 [3, 3] that turns by x, then y, then z degrees about these axes."""
    (ca, sa), (cb, sb), (cc, sc) = ((math.cos(math.radians(v)), math.sin(math.radians(v))) for v in (x, y, z))
    rx = np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]])
    ry = np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    rz = np.array([[cc, -sc, 0], [sc, cc, 0], [0, 0, 1]])
    return rz @ ry @ rx


@dataclass(frozen=True)
class Primitive:
    """One solid: its kind, centre, four dimensions, and how it looks.

    Attributes:
        rotation: degrees about x, y and z, applied in this order.
        color: red, green and blue in [0, 1] that it keeps whatever the caption says; None: the object's colour.
        part: the name of the part that it belongs to ("head"), so that a thing can colour it apart. A part that begins
            with "+" ("+hat") is drawn only where the thing names it.
        melt: above 0, the surface flows into that of the primitives before it, over this many units, back to the
            last one with melt 0 (a smooth union).
        inside: not seen from outside; where the object is cut open the last of those at a point gives the colour.
        texture, second: a surface of its own (a name from TEXTURES or MATERIALS) and the texture's other colour.
        glow: how much light it gives off at night, 0 to 1.
        mirror: it shows what stands in front of it. word: it carries the thing's word on its front (boxes).
    """

    kind: int
    center: Vector
    dims: tuple[float, float, float, float]
    rotation: Vector = (0.0, 0.0, 0.0)
    color: Vector | None = None
    part: str = ""
    melt: float = 0.0
    inside: bool = False
    texture: str = ""
    second: Vector | None = None
    glow: float = 0.0
    mirror: bool = False
    word: bool = False

    @property
    def radius(self) -> float:
        """Radius of a sphere around `center` that holds the whole solid."""
        a, b, c, r = self.dims
        return {
            BOX: math.sqrt(a * a + b * b + c * c) + r,
            CONE: math.hypot(max(a, b), c) + r,
            TORUS: a + b,
            PRISM: math.hypot((a + abs(r) * b) / math.cos(math.pi / max(c, 3.0)), b),
            ELLIPSOID: max(a, b, c),
        }[self.kind]


def box(center: Vector, half: Vector, rounding: float = 0.02, **rest) -> Primitive:
    """A box with the given half extents along x, y and z, and rounded edges."""
    return Primitive(BOX, center, (*(max(h - rounding, 0.0) for h in half), rounding), **rest)


def ball(center: Vector, radius: float, **rest) -> Primitive:
    """A sphere."""
    return Primitive(BOX, center, (0.0, 0.0, 0.0, radius), **rest)


def ellipsoid(center: Vector, radii: Vector, **rest) -> Primitive:
    """An ellipsoid with the given radii along x, y and z, none below a third of the largest."""
    return Primitive(ELLIPSOID, center, (*radii, 0.0), **rest)


def cone(
    center: Vector, bottom: float, top: float, half_height: float, rounding: float = 0.01, **rest
) -> Primitive:
    """An upright capped cone with its two radii; equal radii make a cylinder.

    The rounding comes on top: a half height of 0.30 rounded by 0.01 makes 0.62 in all.
    """
    return Primitive(CONE, center, (bottom, top, half_height, rounding), **rest)


def limb(
    start: Vector, end: Vector, radius: float, end_radius: float | None = None, rounding: float = 0.01, **rest
) -> Primitive:
    """A cone from one point to another: a leg, a neck, a pole. The rounding is taken off the length, not added."""
    x, y, z = (b - a for a, b in zip(start, end, strict=True))
    length = math.sqrt(x * x + y * y + z * z)
    turn = (math.degrees(math.asin(z / length)), 0.0, math.degrees(math.atan2(-x, y)))
    middle = tuple((a + b) / 2 for a, b in zip(start, end, strict=True))
    half = max(length / 2 - rounding, 0.001)
    return cone(
        middle, radius, radius if end_radius is None else end_radius, half, rounding, rotation=turn, **rest
    )


def torus(center: Vector, major: float, minor: float, **rest) -> Primitive:
    """A torus in the x-y plane, so that its hole faces the viewer."""
    return Primitive(TORUS, center, (major, minor, 0.0, 0.0), **rest)


def prism(
    center: Vector, apothem: float, half_depth: float, sides: int, taper: float = 0.0, **rest
) -> Primitive:
    """A regular prism whose polygon faces the viewer, one corner up; `apothem` reaches the middle of a side.

    With a taper it narrows to the front: `apothem` is that of its middle, and each unit of depth takes `taper` off it.

    Raises ValueError for fewer than 3 sides or more than MAX_SIDES.
    """
    if not 3 <= sides <= MAX_SIDES:
        raise ValueError(f"a prism has {sides} sides; choose 3 to {MAX_SIDES}")
    return Primitive(PRISM, center, (apothem, half_depth, float(sides), taper), **rest)


def pyramid(base: Vector, half: float, high: float, top: float = 0.0, sides: int = 4, **rest) -> Primitive:
    """An upright pyramid whose base has its middle at `base`; `half` reaches the middle of a side, and `top` is what
    is left of it at the top, `high` above. A square one faces the viewer with a side, turn it with `turn` (degrees)."""
    turn = rest.pop("turn", 45.0 if sides == 4 else 0.0)
    middle = (base[0], base[1] + high / 2, base[2])
    taper = (half - top) / high
    return prism(middle, (half + top) / 2, high / 2, sides, taper, rotation=(-90.0, turn, 0.0), **rest)


# Colours of parts that keep theirs whatever the caption says: red, green and blue in [0, 1], linear.
CREAM, DARK, GLASS, BROWN, COFFEE, BRASS, STEEL, CHROME = (
    (0.93, 0.88, 0.76),
    (0.10, 0.10, 0.11),
    (0.70, 0.87, 0.95),
    (0.36, 0.21, 0.12),
    (0.25, 0.14, 0.08),
    (0.80, 0.58, 0.14),
    (0.55, 0.57, 0.60),
    (0.62, 0.64, 0.67),
)

OBJECTS: dict[str, tuple[Primitive, ...]] = {}
"""Every object by name, in the order in which they were declared."""


def object_shape(name: str) -> Callable[[Callable[[], list[Primitive]]], Callable[[], list[Primitive]]]:
    """Decorator that enters an object into `OBJECTS` under `name`. Raises ValueError for a name that is taken."""

    def enter(build: Callable[[], list[Primitive]]) -> Callable[[], list[Primitive]]:
        if name in OBJECTS:
            raise ValueError(f"there is an object called {name!r} already")
        OBJECTS[name] = tuple(build())
        return build

    return enter
