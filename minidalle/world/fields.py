"""Which facts of a scene a reading confirms.

A scene's things and the judge's are matched so that most fields agree; a fact holds if the matched things say so. The
names below are the columns of every table of results.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from minidalle.world.judge import Reading, ReadThing
from minidalle.world.scene import Scene, Thing

APART = 0.4
"""How many world units two things must differ by for the judge to call one left of, in front of or above the other."""


def relation_holds(relation: str, first: ReadThing, second: ReadThing) -> bool:
    """Whether two things as read stand in a relation, by their places (x right, y up, z to the viewer)."""
    dx, dy, dz = (a - b for a, b in zip(first.position, second.position, strict=True))
    return {
        "left of": dx < -APART,
        "right of": dx > APART,
        "in front of": dz > APART,
        "behind": dz < -APART,
        "on top of": dy > APART and abs(dx) < 2 * APART and abs(dz) < 2 * APART,
    }[relation]


def match(things: Sequence[Thing], read: Sequence[ReadThing], sketch: bool) -> list[ReadThing | None]:
    """For each thing of the scene the read thing that is taken for it, or None.

    Of all one-to-one assignments, the one in which the most shapes and colours agree (colours count for nothing in a
    sketch); among equals the first in reading order. Only the four surest read things are considered.
    """
    pool: list[ReadThing | None] = [*sorted(read, key=lambda t: -t.score)[:4]]
    pool += [None] * len(things)

    def agreement(chosen: tuple[ReadThing | None, ...]) -> float:
        pairs = [(t, r) for t, r in zip(things, chosen, strict=True) if r is not None]
        return sum(0.01 + (r.shape == t.shape) + (not sketch and r.color == t.color) for t, r in pairs)

    return list(max(permutations(pool, len(things)), key=agreement))


def reads(scene: Scene, reading: Reading) -> dict[str, bool]:
    """Each fact of the scene, and whether the reading confirms it.

    count: as many things as in the scene. shapes, colors: every shape (colour) of the scene is there, whoever has it.
    binding: every thing has both its shape and its colour. texture, size: of the first thing. relation: the two things of
    the relation, found by shape and colour, stand in it. style: as asked. all: everything at once.
    Facts that a scene does not have are left out.
    """
    things, sketch = scene.things, scene.style == "sketch"
    found = match(things, reading.things, sketch)
    pairs = list(zip(things, found, strict=True))
    facts = {
        "count": len(reading.things) == len(things),
        "shapes": _contains([r.shape for r in reading.things], [t.shape for t in things]),
        "style": reading.style == scene.style,
    }
    if not sketch:
        facts["colors"] = _contains([r.color for r in reading.things], [t.color for t in things])
        facts["binding"] = all(r is not None and (r.shape, r.color) == (t.shape, t.color) for t, r in pairs)
    if scene.kind == "texture":
        facts["texture"] = found[0] is not None and found[0].texture == things[0].texture
    if len({thing.size for thing in things}) == 1:
        facts["size"] = all(r is not None and r.size == t.size for t, r in pairs)
    if scene.relation:
        first, second = found
        facts["relation"] = bool(first and second and facts["binding"] and relation_holds(scene.relation, first, second))
    return facts | {"all": all(value for name, value in facts.items() if name != "size")}


def _contains(have: Sequence[str], wanted: Sequence[str]) -> bool:
    left = list(have)
    for value in wanted:
        if value not in left:
            return False
        left.remove(value)
    return True
