"""The facts of any scene as (field, value) pairs: what a caption may tell, and what a judge has to read.

Kinds of `kinds/` carry their facts. Those of the blocks world get them here, in an order that can be seen: things from
left to right, of a stack the top one first.

Left out: how a picture is read (`reader.py`).
"""

from __future__ import annotations

from minidalle.world.kinds import WORLD
from minidalle.world.objects import SHAPES
from minidalle.world.scene import (
    BLOCK_STYLES,
    COLORS,
    INVERSE,
    KINDS,
    PATTERNED_SIZES,
    RELATIONS,
    SIZES,
    TEXTURES,
    Scene,
)

RELATION_READ = tuple(name for name in RELATIONS if name != "right of")
"""Relations of the first to the second thing in reading order: the left one comes first, so it is never right of."""

_COUNTS = ("one", "two", "three", "four")
_MOST = {"single": 1, "texture": 1, "count": 1, "pair": 2, "relation": 2, "triple": 3, "sketch": 1}


def fields_of(kind: str) -> dict[str, tuple[str, ...]]:
    """Every field of a kind with the values that it can take. Raises ValueError for an unknown kind."""
    if kind in WORLD:
        return dict(WORLD[kind].fields)
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; choose from {', '.join((*KINDS, *WORLD))}")
    fields: dict[str, tuple[str, ...]] = {}
    several = _MOST[kind] > 1
    for place in range(1, _MOST[kind] + 1):
        end = str(place) if several else ""
        fields[f"object{end}"] = SHAPES
        if kind != "sketch":
            fields[f"color{end}"] = tuple(COLORS)
    if kind in ("single", "count", "texture"):
        fields["size"] = PATTERNED_SIZES if kind == "texture" else tuple(SIZES)
    extra = {
        "texture": ("pattern", TEXTURES[1:]),
        "count": ("count", _COUNTS),
        "relation": ("relation", RELATION_READ),
    }
    if kind in extra:
        name, values = extra[kind]
        fields[name] = values
    return fields | {"style": BLOCK_STYLES}


def facts_of(scene: Scene) -> dict[str, str]:
    """The facts of a scene, one for each of `fields_of(scene.kind)`.

    Raises ValueError for an unknown kind, and for a scene that has neither facts nor things that tell them.
    """
    fields = fields_of(scene.kind)  # names a kind that does not exist
    if scene.facts:
        return dict(scene.facts)
    if scene.kind in WORLD or not scene.things:
        raise ValueError(
            f"a {scene.kind} scene without facts or things: draw it with sample_scene, or tell its facts"
        )
    things, relation = scene.things, scene.relation
    if relation == "on top of":
        pass  # the upper one comes first already
    elif scene.kind != "count" and len(things) > 1 and things[0].position[0] > things[-1].position[0]:
        things = things[::-1]
        relation = INVERSE[relation] if relation else None
    found: dict[str, str] = {}
    several = _MOST[scene.kind] > 1
    for place, thing in enumerate(things[: _MOST[scene.kind]], start=1):
        end = str(place) if several else ""
        found |= {f"object{end}": thing.shape, f"color{end}": thing.color}
    found |= {"size": things[0].size, "pattern": things[0].texture, "count": _COUNTS[min(len(things), 4) - 1]}
    found |= {"relation": relation or "", "style": scene.style}
    return {name: found[name] for name in fields}
