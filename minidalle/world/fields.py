"""Which facts of a scene a reading confirms.

A scene's things and the judge's are matched so that most fields agree; a fact holds if the matched things say so. The
names below are the columns of every table of results.

Left out: how a picture is read (`judge.py`), and the reader's facts (`facts.py`).
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
    sketch). Among equals the one in which more shapes do, so that with colours exchanged a thing is still known by its
    shape, however sure the judge was of which; then the first in the order of `read`.
    """
    pool: list[ReadThing | None] = [*read, *[None] * len(things)]

    def agreement(chosen: tuple[ReadThing | None, ...]) -> float:
        pairs = [(t, r) for t, r in zip(things, chosen, strict=True) if r is not None]
        return sum(
            0.01 + (r.shape == t.shape) + 0.999 * (not sketch and r.color == t.color) for t, r in pairs
        )

    return list(max(permutations(pool, len(things)), key=agreement))


def reads(scene: Scene, reading: Reading) -> dict[str, bool]:
    """Each fact of the scene, and whether the reading confirms it.

    count: as many things as in the scene. All other facts are asked of the surest of the read things, as many as the
    scene has, so that drawing more does not help. shapes, colors: every shape (colour) of the scene is there,
    whoever has it. binding: every thing has both its shape and its colour. texture: of the first thing. size: of
    all, where they share one. relation: the two things, each known by its shape or its colour, stand in it. style:
    as asked. all: everything at once, sizes left aside. Facts that a scene does not have are left out.
    """
    things, sketch = scene.things, scene.style == "sketch"
    surest = sorted(reading.things, key=lambda thing: -thing.score)[: len(things)]
    found = match(things, surest, sketch)
    pairs = list(zip(things, found, strict=True))
    facts = {
        "count": len(reading.things) == len(things),
        "shapes": sorted(r.shape for r in surest) == sorted(t.shape for t in things),
        "style": reading.style == scene.style,
    }
    if not sketch:
        facts["colors"] = sorted(r.color for r in surest) == sorted(t.color for t in things)
        facts["binding"] = all(r is not None and (r.shape, r.color) == (t.shape, t.color) for t, r in pairs)
    if scene.kind == "texture":
        facts["texture"] = found[0] is not None and found[0].texture == things[0].texture
    if len({thing.size for thing in things}) == 1:
        facts["size"] = all(r is not None and r.size == t.size for t, r in pairs)
    if scene.relation:
        known = all(
            r is not None and (r.shape == t.shape or (not sketch and r.color == t.color)) for t, r in pairs
        )
        facts["relation"] = known and relation_holds(scene.relation, found[0], found[1])
    return facts | {"all": all(value for name, value in facts.items() if name != "size")}
