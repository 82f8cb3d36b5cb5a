"""Which things of a scene would run into each other.

Two solids are apart if an upright plane fits between them. How far a thing reaches in a direction is known in closed
form for each primitive, so the question is asked of a few directions and answered without drawing anything. A thing
counts as the convex hull of its primitives: what is said to be apart is apart, and now and then two things that nest
(a cup in the bend of a handle) are called touching.

Left out: what a picture shows. Things that are apart may hide each other.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations

from minidalle.world.primitives import BOX, CONE, ELLIPSOID, OBJECTS, TORUS, Primitive, rotation_matrix
from minidalle.world.scene import Thing

DIRECTIONS = tuple(
    (round(math.cos(math.radians(a)), 9), round(math.sin(math.radians(a)), 9)) for a in range(0, 360, 15)
)
"""Horizontal directions (x, z) that are tried, after the one from thing to thing."""

GAP = 0.01
"""The least room between two things, in units."""


@cache
def _axes(primitive: Primitive) -> tuple[tuple[float, float, float], ...]:
    """The three axes of a primitive in its object's axes."""
    return tuple(tuple(map(float, column)) for column in rotation_matrix(*primitive.rotation).T)


@cache
def _radius(shape: str) -> float:
    """Radius of an upright cylinder around the object's origin that holds the whole object, before scaling."""
    return max(math.hypot(p.center[0], p.center[2]) + p.radius for p in OBJECTS[shape])


def _reach(primitive: Primitive, x: float, y: float, z: float) -> float:
    """How far a primitive reaches at most from its object's base along a unit direction in the object's axes.

    Exact but for prisms and cones that narrow, which are taken for the cylinder around them.
    """
    a, b, c, r = primitive.dims
    along = [abs(u * x + v * y + w * z) for u, v, w in _axes(primitive)]
    middle = sum(p * d for p, d in zip(primitive.center, (x, y, z), strict=True))
    across = [math.sqrt(max(1.0 - d * d, 0.0)) for d in along]
    if primitive.kind == BOX:
        return middle + along[0] * a + along[1] * b + along[2] * c + r
    if primitive.kind == CONE:
        return middle + along[1] * c + across[1] * max(a, b) + r
    if primitive.kind == TORUS:
        return middle + across[2] * a + b
    if primitive.kind == ELLIPSOID:
        return middle + math.sqrt(sum((d * q) ** 2 for d, q in zip(along, (a, b, c), strict=True)))
    return middle + along[2] * b + across[2] * (a + abs(r) * b) / math.cos(math.pi / c)


def reach(thing: Thing, x: float, y: float, z: float) -> float:
    """How far a thing reaches at most from its own position along a unit direction (x, y, z) of the world, in units."""
    turn = math.radians(thing.yaw)
    cosine, sine = round(math.cos(turn), 9), round(math.sin(turn), 9)
    x, z = cosine * x - sine * z, sine * x + cosine * z
    return thing.scale * max(_reach(primitive, x, y, z) for primitive in OBJECTS[thing.shape])


def height(thing: Thing) -> tuple[float, float]:
    """The lowest and the highest y that a thing may reach in the world."""
    y = thing.position[1]
    return y - reach(thing, 0.0, -1.0, 0.0), y + reach(thing, 0.0, 1.0, 0.0)


def apart(first: Thing, second: Thing) -> bool:
    """Whether at least GAP lies between two things, or one of them stands above the other."""
    dx, dz = (second.position[i] - first.position[i] for i in (0, 2))
    distance = math.hypot(dx, dz)
    if distance >= first.scale * _radius(first.shape) + second.scale * _radius(second.shape) + GAP:
        return True
    straight = ((dx / distance, dz / distance),) if distance else ()
    if any(
        dx * x + dz * z >= reach(first, x, 0.0, z) + reach(second, -x, 0.0, -z) + GAP
        for x, z in (*straight, *DIRECTIONS)
    ):
        return True
    (low, high), (other_low, other_high) = height(first), height(second)
    return low >= other_high - GAP or other_low >= high - GAP


def collide(things: tuple[Thing, ...]) -> bool:
    """Whether any two things of a scene are not apart."""
    return any(not apart(a, b) for a, b in combinations(things, 2))
