"""Captions: a small grammar that is given a scene and says only what is true of it.

What a caption leaves out varies (sizes, now and then the colour); what it says always holds. Each fact has several
wordings. The last wording of every list is held out: training captions never use it, and the evaluation can ask how
much a rephrasing costs.

Left out: captions of the kinds beyond the blocks world, which `Kind.caption` writes (`kinds/kind.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from minidalle.world.grammar import plural, with_article
from minidalle.world.kinds import WORLD
from minidalle.world.scene import INVERSE, Scene, Thing
from minidalle.world.stream import Stream

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}
SIZE_WORDS = {
    "small": ("small", "little", "tiny"),
    "large": ("large", "big", "huge"),
}
TEXTURE_WORDS = {
    "striped": ("striped", "stripy", "stripe-patterned"),
    "checkered": ("checkered", "chequered", "check-patterned"),
    "dotted": ("dotted", "spotted", "dot-patterned"),
}
RELATION_WORDS = {
    "left of": ("to the left of", "left of", "on the left of", "on the left side of"),
    "right of": ("to the right of", "right of", "on the right of", "on the right side of"),
    "on top of": ("on top of", "on", "sitting on", "standing on"),
    "under": ("under", "below", "underneath", "supporting"),
    "in front of": ("in front of", "before", "closer than"),
    "behind": ("behind", "in back of", "farther than"),
}
FRAMES = {
    "photo": (
        "{}",
        "{}",
        "a picture of {}",
        "a photo of {}",
        "there is {}",
        "{} on the floor",
        "here we see {}",
    ),
    "sketch": (
        "a sketch of {}",
        "{} as a sketch",
        "a pencil sketch of {}",
        "a line drawing of {}",
        "{} drawn in pencil",
    ),
}
PLURAL_FRAMES = (
    "{}",
    "{}",
    "a picture of {}",
    "a photo of {}",
    "there are {}",
    "{} on the floor",
    "here we see {}",
)
LISTS = {
    2: ("{} and {}", "{} next to {}", "{} and {} side by side", "{} together with {}"),
    3: ("{}, {} and {}", "{} and {} and {}", "from left to right: {}, {}, {}"),
}
ONE = ("one {}", "a single {}", "just one {}")
COUNTS = ("{} {}", "{} {}", "a group of {} {}", "exactly {} {}", "a set of {} {}")


def _word(r: Stream, words: Sequence[str], held_out: bool) -> str:
    """One of the wordings: the last one if held out, otherwise any of the others."""
    return words[-1] if held_out else r.pick(words[:-1])


def _adjectives(r: Stream, thing: Thing, style: str, held_out: bool, size: bool, color: bool) -> str:
    words = []
    if size and thing.size in SIZE_WORDS:
        words.append(_word(r, SIZE_WORDS[thing.size], held_out))
    if color and style != "sketch":
        words.append(thing.color)
    if thing.texture != "plain":
        words.insert(r.pick((0, len(words))), _word(r, TEXTURE_WORDS[thing.texture], held_out))
    return " ".join(words)


def noun_phrase(
    r: Stream, thing: Thing, style: str, held_out: bool = False, size: bool = True, color: bool = True
) -> str:
    """One thing with its article: "a small red cube"."""
    return with_article(f"{_adjectives(r, thing, style, held_out, size, color)} {thing.shape}".strip())


def _count_phrase(r: Stream, scene: Scene, held_out: bool, size: bool) -> str:
    thing, count = scene.things[0], len(scene.things)
    adjectives = _adjectives(r, thing, scene.style, held_out, size, True)
    if count == 1:
        return _word(r, ONE, held_out).format(f"{adjectives} {thing.shape}".strip())
    return _word(r, COUNTS, held_out).format(NUMBERS[count], f"{adjectives} {plural(thing.shape)}".strip())


def caption(scene: Scene, seed: int = 0, index: int = 0, held_out: bool = False) -> str:
    """A true caption for a scene, the same for the same seed and index.

    `held_out` picks the wordings that training never uses. All captions are lower case. Raises ValueError for a scene
    that the grammar has no words for: no things, more than four equal ones, or more than three different ones.
    """
    if scene.kind in WORLD:
        return WORLD[scene.kind].caption(Stream("caption", seed, index, held_out), scene, held_out)
    most = 4 if scene.kind == "count" else 3
    if not 1 <= len(scene.things) <= most:
        raise ValueError(
            f"a {scene.kind} scene has {len(scene.things)} things; captions can tell of 1 to {most}"
        )
    r = Stream("caption", seed, index, held_out)
    sizes, color = r.chance(0.5), scene.kind != "single" or r.chance(0.95)
    frames = FRAMES[scene.style]
    if scene.kind == "count":
        text = _count_phrase(r, scene, held_out, sizes)
        frames = frames if text.startswith("a ") or len(scene.things) == 1 else PLURAL_FRAMES
    elif scene.relation:
        first, second, relation = *scene.things, scene.relation
        if r.chance(0.3):
            first, second, relation = second, first, INVERSE[relation]
        first, second = (noun_phrase(r, t, scene.style, held_out, sizes) for t in (first, second))
        text = f"{first} {_word(r, RELATION_WORDS[relation], held_out)} {second}"
        if relation == "under":  # what is named last stands on the other, not on the floor
            frames = tuple(frame for frame in frames if not frame.endswith("on the floor"))
    elif len(scene.things) > 1:
        parts = [noun_phrase(r, t, scene.style, held_out, sizes) for t in scene.things]
        text = _word(r, LISTS[len(parts)], held_out).format(*parts)
    else:
        text = noun_phrase(r, scene.things[0], scene.style, held_out, sizes, color)
    return _word(r, frames, held_out).format(text)
