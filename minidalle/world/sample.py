"""Scenes drawn from a seed.

`sample_scene(seed, index)` is a pure function: the same seed and index give the same scene in any process, on any
machine, with any number of workers, because the random stream is Python's Mersenne Twister seeded by a string and only
its `random()` method is used, whose results are promised not to change between versions.

Left out: scenes of the kinds beyond the blocks world (`kinds/`), and captions (`captions.py`).
"""

from __future__ import annotations

from functools import cache

from minidalle.world.footprint import collide
from minidalle.world.kinds import WORLD
from minidalle.world.kinds.common import WIDE
from minidalle.world.objects import SHAPES, SUPPORTS, TOP, WIDE_TURN
from minidalle.world.scene import (
    COLORS,
    KINDS,
    PATTERNED_SIZES,
    RELATIONS,
    SIZES,
    TEXTURES,
    Camera,
    Scene,
    Thing,
)
from minidalle.world.splits import RULE_OF_KIND, held_out_by
from minidalle.world.stream import Stream

MIX: dict[str, float] = {
    "single": 0.22,
    "texture": 0.10,
    "count": 0.15,
    "pair": 0.11,
    "relation": 0.23,
    "triple": 0.13,
    "sketch": 0.06,
}
"""Share of each kind in the training set of the blocks world."""

MIXES: tuple[str, ...] = ("blocks", "world", "world+blocks", "world+prompts", "judge")
"""What `sample_scene` draws from."""

BLOCKS = 8.0
"""How much of the world's training mix is the blocks world, in units of an ordinary kind."""

PROMPTS: dict[str, float] = {"practised prompt": 6.0}
"""What the mix "world+prompts" adds to the world's."""

CLOSE = Camera()
TALL = Camera(look_at=(0.0, 0.80, 0.0), view_height=3.35)

COUNT_PLACES: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((0.0, 0.0),),
    2: ((-0.7, 0.0), (0.7, 0.0)),
    3: ((-1.1, 0.0), (0.0, 0.0), (1.1, 0.0)),
    4: ((-0.95, -0.60), (0.25, -0.70), (-0.35, 0.60), (0.85, 0.50)),
}
"""Floor places (x, z) for one to four equal objects, before jitter."""


def _yaw(r: Stream, shape: str) -> float:
    return r.uniform(0, 360) if shape in WIDE_TURN else r.uniform(-35, 35)


def _place(r: Stream, x: float, z: float, jitter: float = 0.1) -> tuple[float, float, float]:
    return (round(x + r.uniform(-jitter, jitter), 6), 0.0, round(z + r.uniform(-jitter, jitter), 6))


def _thing(r: Stream, shape: str, color: str, size: str, position: tuple, texture: str = "plain") -> Thing:
    return Thing(shape, color, size, texture, position, _yaw(r, shape))


def _single(r: Stream, kind: str) -> Scene:
    texture = r.pick(TEXTURES[1:]) if kind == "texture" else "plain"
    size = r.pick(PATTERNED_SIZES) if kind == "texture" else r.pick(tuple(SIZES))
    thing = _thing(r, r.pick(SHAPES), r.pick(tuple(COLORS)), size, _place(r, 0, 0, 0.2), texture)
    return Scene((thing,), kind, camera=CLOSE, style="sketch" if kind == "sketch" else "photo")


def _count(r: Stream, kind: str) -> Scene:
    count = r.pick((1, 2, 3, 4))
    sizes = {
        1: ("small", "medium", "large"),
        2: ("small", "medium", "large"),
        3: ("small", "medium"),
        4: ("small",),
    }
    shape, color, size = r.pick(SHAPES), r.pick(tuple(COLORS)), r.pick(sizes[count])
    places = [_place(r, x, z, 0.07) for x, z in COUNT_PLACES[count]]
    return Scene(tuple(_thing(r, shape, color, size, place) for place in places), kind, camera=WIDE)


def _shapes(r: Stream, count: int) -> list[str]:
    """Different shapes, but for pairs one in five times the same shape twice."""
    return [r.pick(SHAPES)] * 2 if count == 2 and r.chance(0.2) else r.pick_several(SHAPES, count)


def _pair(r: Stream, kind: str) -> Scene:
    shapes, colors = _shapes(r, 2), r.pick_several(tuple(COLORS), 2)
    places = [_place(r, x, r.uniform(-0.25, 0.25)) for x in (-0.74, 0.74)]
    sizes = [r.pick(tuple(SIZES)) for _ in places]
    return Scene(
        tuple(_thing(r, *fields) for fields in zip(shapes, colors, sizes, places, strict=True)),
        kind,
        camera=WIDE,
    )


def _triple(r: Stream, kind: str) -> Scene:
    shapes, colors = _shapes(r, 3), r.pick_several(tuple(COLORS), 3)
    places = [_place(r, x, r.uniform(-0.2, 0.2), 0.06) for x in (-1.12, 0.0, 1.12)]
    sizes = [r.pick(("small", "medium")) for _ in places]
    return Scene(
        tuple(_thing(r, *fields) for fields in zip(shapes, colors, sizes, places, strict=True)),
        kind,
        camera=WIDE,
    )


def _relation(r: Stream, kind: str) -> Scene:
    relation = r.pick(RELATIONS, (1, 1, 1.6, 1, 1))
    if relation == "on top of":
        return _stack(r, kind)
    shapes, colors = _shapes(r, 2), r.pick_several(tuple(COLORS), 2)
    if relation in ("left of", "right of"):
        x = -0.74 if relation == "left of" else 0.74
        places = [_place(r, x, r.uniform(-0.25, 0.25)), _place(r, -x, r.uniform(-0.25, 0.25))]
        sizes = [r.pick(tuple(SIZES)) for _ in places]
    else:
        side = r.pick((-1.0, 1.0))
        front, back = _place(r, 0.32 * side, 0.75), _place(r, -0.32 * side, -0.8)
        small, big = r.pick(("small", "medium")), r.pick(("medium", "large"))
        places, sizes = (
            ([front, back], [small, big]) if relation == "in front of" else ([back, front], [big, small])
        )
    things = tuple(_thing(r, *fields) for fields in zip(shapes, colors, sizes, places, strict=True))
    return Scene(things, kind, relation, camera=WIDE)


def _stack(r: Stream, kind: str) -> Scene:
    support, (top_color, color) = r.pick(SUPPORTS), r.pick_several(tuple(COLORS), 2)
    size = r.pick(("medium", "large"))
    top_size = r.pick(("small", "medium")) if size == "large" else "small"
    x, _, z = _place(r, 0, 0, 0.15)
    top = _thing(r, r.pick(SHAPES), top_color, top_size, (x, round(TOP[support] * SIZES[size], 6), z))
    return Scene((top, _thing(r, support, color, size, (x, 0.0, z))), kind, "on top of", camera=TALL)


_MAKERS = {
    "single": _single,
    "texture": _single,
    "sketch": _single,
    "count": _count,
    "pair": _pair,
    "relation": _relation,
    "triple": _triple,
}


def sample_scene(
    seed: int, index: int, split: str = "train", kind: str | None = None, mix: str = "blocks"
) -> Scene:
    """The scene number `index` of a seed: no two of its things run into each other.

    `split` is "train" (no held-out combination), "heldout" (held out by the rule of its kind and no other) or "all";
    `kind` is one of `KINDS` or `WORLD`, or None for a mix: "blocks" (only `KINDS`), "world" (all kinds that training
    may show), "world+blocks" (the same kinds, with those of `KINDS` half of all pictures), "world+prompts" (those of
    "world", and picture prompts to practise, which are no longer zero-shot but for other things), or "judge" (all
    kinds that have facts, in shares for a judge). Raises ValueError for another split, kind or mix.
    """
    if split not in ("train", "heldout", "all"):
        raise ValueError(f"split is {split!r}; choose train, heldout or all")
    if kind is not None and kind not in KINDS and kind not in WORLD:
        raise ValueError(f"kind is {kind!r}; choose from {', '.join((*KINDS, *WORLD))}")
    if mix not in MIXES:
        raise ValueError(f"mix is {mix!r}; choose from {', '.join(MIXES)}")
    key = ("scene", seed, index, split, kind) if mix == "blocks" else (mix, seed, index, split, kind)
    r = Stream(*key)
    shares = shares_of(mix)
    chosen = kind or r.pick(tuple(shares), tuple(shares.values()))
    if chosen in WORLD:
        return WORLD[chosen].sample(r, split)
    wanted = {"train": (), "heldout": (RULE_OF_KIND[chosen],)}
    while True:
        scene = _MAKERS[chosen](r, chosen)
        if not collide(scene.things) and (split == "all" or held_out_by(scene) == wanted[split]):
            return scene


@cache
def shares_of(mix: str) -> dict[str, float]:
    """Shares of the kinds in a mix, in any unit."""
    if mix == "blocks":
        return MIX
    if mix == "judge":
        return dict.fromkeys(MIX, 1.0) | {name: kind.judged for name, kind in WORLD.items() if kind.fields}
    others = {name: kind.share for name, kind in WORLD.items() if kind.share > 0}
    weight = sum(others.values()) if mix == "world+blocks" else BLOCKS
    world = {name: weight * share for name, share in MIX.items()} | others
    return world | PROMPTS if mix == "world+prompts" else world
