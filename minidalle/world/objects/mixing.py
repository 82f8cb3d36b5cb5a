"""Objects made of two: one in the shape of another, one all of a material, and chimeras.

`Thing.other` names the second object. What makes the first one what it is (a chair's legs, a teapot's spout) stays,
in the second one's colours; its main body becomes the second one, scaled into the body's place, and the two melt
together where they meet. A fruit is cut open at the front there: it shows its inside.

Left out: the objects themselves, and which pairs a caption names (`kinds/combining.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

from minidalle.world.objects.chimera import chimera_of, is_chimera
from minidalle.world.primitives import (
    BOX,
    ELLIPSOID,
    OBJECTS,
    PRISM,
    TORUS,
    Primitive,
    Vector,
)
from minidalle.world.scene import MATERIALS, Thing

ALL_OVER = "all over"
"""A part of this name covers the whole thing with the thing's texture, whatever its parts look like."""

SMALL = 0.09
"""Coloured balls below this radius, such as eyes, stay visible under a material."""


@dataclass(frozen=True)
class Slot:
    """Where a second object goes in a first one.

    Attributes:
        base, height: the middle of its base, and how high it stands.
        kept: the first object's own primitives; those without a colour take that of the second one's skin.
        width: at most so wide. flat: how deep the second one is, as a part of its width, if it has an inside.
        glow: how much light it gives off at night.
    """

    base: Vector
    height: float
    kept: tuple[Primitive, ...]
    width: float = 1.0
    flat: float = 0.4
    glow: float = 0.0


SLOTS: dict[str, Slot] = {}
"""Every object that can take another's shape (`objects/slots.py`)."""


def _extent(solids: list[Primitive]) -> tuple[float, float]:
    """How wide and how high solids are, about."""
    wide, high = 0.0, 0.0
    for solid in solids:
        a, b, c, r = solid.dims
        x, y = {
            BOX: (a + r, b + r),
            ELLIPSOID: (a, b),
            TORUS: (a + b, a + b),
            PRISM: (a, a),
        }.get(solid.kind, (max(a, b) + r, c + r))
        wide = max(wide, abs(solid.center[0]) + x)
        high = max(high, solid.center[1] + y)
    return wide, high


def _scaled(solid: Primitive, factor: float, base: Vector) -> Primitive:
    """A solid scaled about the origin and moved to `base`."""
    x, y, z = (factor * c + b for c, b in zip(solid.center, base, strict=True))
    dims = tuple(d * factor for d in solid.dims)
    if solid.kind == PRISM:
        dims = (*dims[:2], *solid.dims[2:])
    return replace(solid, center=(x, y, z), dims=dims, melt=solid.melt * factor)


def _pressed(solid: Primitive, flat: float) -> Primitive:
    """A solid made shallower: its depth is `flat` times its larger radius."""
    a, b, c, r = solid.dims
    x, y, z = solid.center
    if solid.kind == BOX and a == b == c == 0.0:
        a = b = r
    elif solid.kind != ELLIPSOID:
        return replace(solid, center=(x, y, flat * z))
    return replace(solid, kind=ELLIPSOID, center=(x, y, flat * z), dims=(a, b, flat * max(a, b), 0.0))


def _front(solids: list[Primitive], x: float, y: float) -> float:
    """The depth of the foremost surface of ellipsoids at (x, y), 0 where there is none."""
    front = 0.0
    for solid in solids:
        a, b, c, _ = solid.dims
        left = 1.0 - ((x - solid.center[0]) / a) ** 2 - ((y - solid.center[1]) / b) ** 2 if a and b else 0.0
        if solid.kind == ELLIPSOID and left > 0.0:
            front = max(front, solid.center[2] + c * math.sqrt(left) + solid.melt / 4.0)
    return front


def _raised(outer: list[Primitive], inner: list[Primitive], flat: float) -> list[Primitive]:
    """What is inside, laid on the front of what is outside: flesh a little, stones and seeds by most of their depth."""
    wide = max(s.dims[0] for s in outer)
    placed = []
    for solid in inner:
        before = [*outer, *(p for p in placed if p.color != solid.color)]
        solid = replace(_pressed(solid, flat), inside=False)
        x, y, _ = solid.center
        a, b, depth, _ = solid.dims
        rise = 0.7 * depth if max(a, b) < 0.6 * wide else max(0.16 * depth, 0.03)
        flows = placed and placed[-1].color == solid.color and not solid.texture and min(a, b) > 0.12
        place = (x, y, _front(before, x, y) + rise - depth)
        placed.append(replace(solid, center=place, melt=0.10 if flows else 0.0))
    return placed


@cache
def _in_shape_of(shape: str, other: str) -> tuple[Primitive, ...]:
    """The primitives of `shape` with the body of `other`."""
    slot, whole = SLOTS[shape], OBJECTS[other]
    outer = [s for s in whole if not s.inside and not s.part.startswith("+")]
    inner = [s for s in whole if s.inside]
    wide, high = _extent(outer)
    factor = min(slot.height / high, slot.width / (2.0 * wide))
    if inner:
        outer = [_pressed(s, slot.flat) for s in outer]
        inner = _raised(outer, inner, slot.flat)
    skin = whole[0]
    look = {"color": skin.color, "second": skin.second, "texture": skin.texture}
    kept = [replace(s, **look) if s.color is None else s for s in slot.kept]
    body = [_scaled(replace(s, glow=slot.glow), factor, slot.base) for s in (*outer, *inner)]
    return (*body, *kept)


@cache
def _all_over(solids: tuple[Primitive, ...]) -> tuple[Primitive, ...]:
    """Solids without looks of their own, but for small balls such as eyes."""
    return tuple(
        s
        if s.color and s.kind == BOX and not any(s.dims[:3]) and s.radius < SMALL
        else replace(s, color=None, texture="", second=None)
        for s in solids
    )


def primitives_of(thing: Thing) -> tuple[Primitive, ...]:
    """The primitives of a thing, in its own axes and units."""
    if is_chimera(thing):
        return chimera_of(thing)
    mixed = thing.other and thing.shape in SLOTS
    solids = _in_shape_of(thing.shape, thing.other) if mixed else OBJECTS[thing.shape]
    if thing.texture in MATERIALS and any(part == ALL_OVER for part, _, _ in thing.parts):
        solids = _all_over(solids)
    return solids
