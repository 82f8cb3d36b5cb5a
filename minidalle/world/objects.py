"""The objects of the picture world, each a short list of solid primitives.

To add one, write a function of no arguments that returns its primitives and put `@object_shape("name")` above it: it
is then drawn, captioned, sampled and split like the others. An object is about one unit high, stands on y = 0 and
faces the viewer (+z). A primitive that names no colour takes the object's; one that does keeps it whatever the caption
says (wheels are black, stalks are cream).

There are four primitives, which the renderer knows by number: box, capped cone, torus and prism. A ball is a box
without extent and with a large rounding radius, a cylinder is a cone with two equal radii.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

BOX, CONE, TORUS, PRISM = range(4)
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
    """One solid: its kind, centre, four dimensions, rotation and, where it is fixed, its colour.

    `rotation` holds degrees about x, y and z, applied in this order. `color` None means the object's own.
    """

    kind: int
    center: Vector
    dims: tuple[float, float, float, float]
    rotation: Vector = (0.0, 0.0, 0.0)
    color: Vector | None = None

    @property
    def radius(self) -> float:
        """Radius of a sphere around `center` that holds the whole solid."""
        a, b, c, r = self.dims
        return {
            BOX: math.sqrt(a * a + b * b + c * c) + r,
            CONE: math.hypot(max(a, b), c) + r,
            TORUS: a + b,
            PRISM: math.hypot(a / math.cos(math.pi / max(c, 3.0)), b) + r,
        }[self.kind]


def box(center: Vector, half: Vector, rounding: float = 0.02, **rest) -> Primitive:
    """A box with the given half extents along x, y and z, and rounded edges."""
    return Primitive(BOX, center, (*(max(h - rounding, 0.0) for h in half), rounding), **rest)


def ball(center: Vector, radius: float, **rest) -> Primitive:
    """A sphere."""
    return Primitive(BOX, center, (0.0, 0.0, 0.0, radius), **rest)


def cone(
    center: Vector, bottom: float, top: float, half_height: float, rounding: float = 0.01, **rest
) -> Primitive:
    """An upright capped cone with its two radii; equal radii make a cylinder.

    The rounding comes on top: a half height of 0.30 rounded by 0.01 makes 0.62 in all.
    """
    return Primitive(CONE, center, (bottom, top, half_height, rounding), **rest)


def torus(center: Vector, major: float, minor: float, **rest) -> Primitive:
    """A torus in the x-y plane, so that its hole faces the viewer."""
    return Primitive(TORUS, center, (major, minor, 0.0, 0.0), **rest)


def prism(center: Vector, apothem: float, half_depth: float, sides: int, **rest) -> Primitive:
    """A regular prism whose polygon faces the viewer, one corner up; `apothem` reaches the middle of a side.

    Raises ValueError for fewer than 3 sides or more than MAX_SIDES.
    """
    if not 3 <= sides <= MAX_SIDES:
        raise ValueError(f"a prism has {sides} sides; choose 3 to {MAX_SIDES}")
    return Primitive(PRISM, center, (apothem, half_depth, float(sides), 0.0), **rest)


CREAM, DARK, GLASS, BROWN, COFFEE = (
    (0.93, 0.88, 0.76),
    (0.10, 0.10, 0.11),
    (0.70, 0.87, 0.95),
    (0.36, 0.21, 0.12),
    (0.25, 0.14, 0.08),
)

OBJECTS: dict[str, tuple[Primitive, ...]] = {}
"""Every object by name, in the order in which they were declared."""


def object_shape(name: str) -> Callable[[Callable[[], list[Primitive]]], Callable[[], list[Primitive]]]:
    """Decorator that enters an object into `OBJECTS` under `name`."""

    def enter(build: Callable[[], list[Primitive]]) -> Callable[[], list[Primitive]]:
        OBJECTS[name] = tuple(build())
        return build

    return enter


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


SHAPES: tuple[str, ...] = tuple(OBJECTS)
"""The names of all objects."""

SUPPORTS: tuple[str, ...] = ("cube", "cylinder")
"""Objects with a flat top that can carry another."""

TOP: dict[str, float] = {"cube": 0.90, "cylinder": 1.0}
"""Height of the flat top of each support, before scaling."""

WIDE_TURN: frozenset[str] = frozenset({"cube", "sphere", "cylinder", "cone", "mushroom"})
"""Objects without a front, which may be turned by any angle; the others face the viewer within 35 degrees."""
