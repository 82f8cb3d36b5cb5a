"""Scenes that are nearly the same: one fact changed, so that a caption of the one is false of the other.

Telling a caption from its foil takes more than knowing which words occur: who is red, what stands on what, how many.
Trained against other captions of a batch alone, a CLIP hardly learns that (Yuksekgonul et al., arXiv 2210.01936).

Of the world's further kinds one of the fields gets another value.

Left out: foils that training must not show. One that is held out would teach that unseen combinations are false.
"""

from __future__ import annotations

from dataclasses import replace

from minidalle.world.captions import caption
from minidalle.world.kinds import WORLD
from minidalle.world.objects import SHAPES
from minidalle.world.scene import COLORS, TEXTURES, Scene, Thing
from minidalle.world.splits import is_held_out
from minidalle.world.stream import Stream


def changes(scene: Scene) -> tuple[str, ...]:
    """What can be changed in a scene so that it becomes another: fact by fact."""
    things, sketch = scene.things, scene.style == "sketch"
    possible = {
        "shape": True,
        "color": not sketch,
        "texture": scene.kind == "texture",
        "count": scene.kind == "count",
        "exchange": bool(scene.relation),
        "binding": not sketch and len({t.shape for t in things}) > 1 and len({t.color for t in things}) > 1,
    }
    return tuple(name for name, there in possible.items() if there)


def changed(scene: Scene, fact: str, r: Stream) -> Scene:
    """The scene with one fact of `changes(scene)` changed. Its places are not made to fit: it is not to be drawn."""
    things = list(scene.things)
    if fact == "count":
        count = r.pick([n for n in (1, 2, 3, 4) if n != len(things)])
        return replace(scene, things=(things * 4)[:count])
    if fact in ("exchange", "binding"):
        i, j = r.pick_several(range(len(things)), 2)
        a, b = things[i], things[j]
        shapes = (b.shape, a.shape) if fact == "exchange" else (a.shape, b.shape)
        things[i] = replace(a, shape=shapes[0], color=b.color)
        things[j] = replace(b, shape=shapes[1], color=a.color)
        return replace(scene, things=tuple(things))
    patterns = TEXTURES[1:]  # no caption says that a thing is plain, so "a mug" is true of a striped one
    known = {"shape": SHAPES, "color": tuple(COLORS), "texture": patterns}[fact]
    which = range(len(things)) if scene.kind == "count" else (r.pick(range(len(things))),)
    old = getattr(things[which[0]], fact)
    new = r.pick([value for value in known if value != old])
    for i in which:
        things[i] = replace(things[i], **{fact: new})
    return replace(scene, things=tuple(things))


def _what(thing: Thing) -> tuple[str, str, str]:
    return thing.shape, thing.color, thing.texture


def _same(scene: Scene, other: Scene) -> bool:
    """Whether two scenes hold the same things, and in the same roles where those are told apart."""
    mine, theirs = ([_what(thing) for thing in s.things] for s in (scene, other))
    return mine == theirs if scene.relation else sorted(mine) == sorted(theirs)


def foil(scene: Scene, seed: int, index: int, turn: int = 0) -> str:
    """A caption that is false of a scene by one fact, in the words of `caption(scene, seed, index)` otherwise.

    Another `turn` gives another one. Never of a held-out combination. Raises ValueError for a scene of which no single
    fact can be another.
    """
    if scene.kind in WORLD:
        return world_foil(scene, seed, index, turn)
    r, told = Stream("foil", seed, index, turn), caption(scene, seed, index)
    while True:
        other = changed(scene, r.pick(changes(scene)), r)
        if _same(scene, other) or is_held_out(other):
            continue
        text = caption(other, seed, index)
        if text != told:
            return text


TRIES = 60
"""Facts that are looked at for one that can be another: many combinations make no sense, or are held out."""


def world_foil(scene: Scene, seed: int, index: int, turn: int) -> str:
    """`foil` of a scene of one of the world's kinds, which has its facts with it: one of them gets another value."""
    kind, told = WORLD[scene.kind], caption(scene, seed, index)
    r, facts = Stream("foil", seed, index, turn), dict(scene.facts)
    fields = [name for name, values in kind.fields.items() if len(values) > 1]
    for _ in range(TRIES if fields else 0):
        name = r.pick(fields)
        other = facts | {name: r.pick([value for value in kind.fields[name] if value != facts[name]])}
        if kind.allowed(other) and not kind.is_held_out(other):
            text = caption(replace(scene, facts=tuple(other.items())), seed, index)
            if text != told:  # else the fact is not told in these words
                return text
    raise ValueError(f"no single fact of this {scene.kind} can be another: {told}")
