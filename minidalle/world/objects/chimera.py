"""Chimeras: the body, legs and tail of one animal with the neck and head of another.

The neck is moved to where the body's own neck starts, and melts into it. Each half keeps its colours.

Left out: the animals (`animals.py`, `creatures.py`), and other things made of two (`mixing.py`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from minidalle.world.objects.animals import ANCHORS, COATS
from minidalle.world.primitives import OBJECTS, Primitive, Vector
from minidalle.world.scene import PAINTS, Thing

HEAD_PARTS = ("neck", "head")
MELT = 0.10  # how softly the neck flows into the body


def is_chimera(thing: Thing) -> bool:
    """Whether a thing is made of two animals."""
    return thing.shape in ANCHORS and thing.other in ANCHORS


def _groups(primitives: tuple[Primitive, ...]) -> list[list[Primitive]]:
    """Primitives by the surface that they melt into."""
    groups: list[list[Primitive]] = []
    for primitive in primitives:
        if primitive.melt and groups:
            groups[-1].append(primitive)
        else:
            groups.append([primitive])
    return groups


def _half(name: str, head: bool) -> list[list[Primitive]]:
    """The groups of an animal's head and neck, or of all the rest; the first of each starts a surface."""
    kept = [[p for p in group if (p.part in HEAD_PARTS) == head] for group in _groups(OBJECTS[name])]
    return [[replace(group[0], melt=0.0), *group[1:]] for group in kept if group]


def _dressed(primitive: Primitive, name: str, shift: Vector) -> Primitive:
    """A primitive of the second animal in its own coat, moved."""
    coat, parts = COATS[name]
    paint = PAINTS[{part: color for part, color, _ in parts}.get(primitive.part, coat)]
    center = tuple(round(c + s, 6) for c, s in zip(primitive.center, shift, strict=True))
    return replace(primitive, center=center, color=primitive.color or paint)


@cache
def _mixed(body: str, head: str) -> tuple[Primitive, ...]:
    shift = tuple(a - b for a, b in zip(ANCHORS[body], ANCHORS[head], strict=True))
    trunk, *details = _half(body, head=False)
    neck, *face = [[_dressed(p, head, shift) for p in group] for group in _half(head, head=True)]
    neck[0] = replace(neck[0], melt=MELT)
    return tuple(p for group in (trunk + neck, *details, *face) for p in group)


def chimera_of(thing: Thing) -> tuple[Primitive, ...]:
    """The primitives of `thing.shape` with the neck and head of `thing.other`."""
    return _mixed(thing.shape, thing.other)
