"""What is asked of a model about the whole picture world: scenes of every kind, and captions that tell of them.

A caption may leave a fact out. What it leaves out is not counted, and of a few wordings the one that tells most is
taken, among those that the model can read. Left out: the small table of the blocks world (`rows.py`), picture prompts
and matrices (`prompts.py`), what guessing would score (`chances.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from minidalle.evaluation.rows import EVALUATION_SEED
from minidalle.world import KINDS, WORLD, Scene, Stream, caption, sample_scene
from minidalle.world.facts import facts_of
from minidalle.world.kinds.kind import FIELD, SECTIONS
from minidalle.world.scene import COLORS

WORDINGS = 12
SEEN, HELD_OUT = "seen", "held out"
SPLITS = {SEEN: "train", HELD_OUT: "heldout"}
SECTION_OF_BLOCKS = {
    "single": SECTIONS[0], "texture": SECTIONS[0], "count": SECTIONS[0], "sketch": SECTIONS[0],
    "pair": SECTIONS[1], "triple": SECTIONS[1], "relation": SECTIONS[1],
}  # fmt: skip
APART = ("matrix", "matrix new rule", "matrix inverted", "picture prompt", "practised prompt")
"""Kinds whose pictures are begun before they are drawn: `prompts.py`."""


@dataclass(frozen=True)
class Asked:
    """A scene, a true caption of it, its facts, and those of them that the caption tells."""

    scene: Scene
    caption: str
    facts: dict[str, str]
    told: tuple[str, ...]


def kinds_of(section: str) -> tuple[str, ...]:
    """The kinds of a section that are drawn from a caption alone."""
    blocks = [kind for kind in KINDS if SECTION_OF_BLOCKS[kind] == section]
    return (*blocks, *(name for name, kind in WORLD.items() if kind.section == section and name not in APART))


def splits_of(kind: str) -> tuple[str, ...]:
    """Which of `SPLITS` a kind has."""
    if kind in KINDS:
        return tuple(SPLITS)
    if WORLD[kind].never_shown:
        return (HELD_OUT,)
    return tuple(SPLITS) if WORLD[kind].held_out else (SEEN,)


class TooLongError(ValueError):
    """Every wording of a question is longer than a model can read."""


Fits = Callable[[str], bool]


def ask(
    kind: str, split: str, count: int, rephrased: bool = False, fits: Fits = lambda text: True
) -> list[Asked]:
    """`count` questions of a kind; `rephrased` takes the wording that training never had; fits: whether a model can
    read a caption. Raises ValueError for a split that the kind does not have, or a count below 1; TooLongError where
    no wording of a question fits."""
    if split not in splits_of(kind):
        raise ValueError(f"{kind} has no split {split!r}; choose {' or '.join(splits_of(kind))}")
    if count < 1:
        raise ValueError(f"count is {count}; ask at least one question")
    scenes = (sample_scene(EVALUATION_SEED, index, SPLITS[split], kind) for index in range(count))
    return [_best_told(scene, index, rephrased, fits) for index, scene in enumerate(scenes)]


def _best_told(scene: Scene, index: int, rephrased: bool, fits: Fits) -> Asked:
    facts, best = facts_of(scene), None
    for seed in range(EVALUATION_SEED, EVALUATION_SEED + WORDINGS):
        text = caption(scene, seed, index, rephrased)
        told = told_by(scene, seed, index, rephrased, text, facts)
        if (best is None or len(told) > len(best.told)) and fits(text):
            best = Asked(scene, text, facts, told)
    if best is None:
        raise TooLongError(f"no wording of a {scene.kind} fits, such as {text!r}")
    return best


def told_by(
    scene: Scene, seed: int, index: int, rephrased: bool, text: str, facts: dict[str, str]
) -> tuple[str, ...]:
    """The facts that `caption(scene, seed, index, rephrased)`, which is `text`, tells."""
    if scene.kind not in WORLD:
        colors = [name for name in COLORS if name in text.split()]
        fields = [f for f in facts if f != "size" and (not f.startswith("color") or facts[f] in colors)]
        return tuple(fields)
    kind = WORLD[scene.kind]
    if rephrased:
        frame = kind.frames[-1]
    else:
        frame = Stream("caption", seed, index, rephrased).pick(kind.frames[:-1])
    named = {name for _, name, _ in re.findall(FIELD, frame)}
    if named - set(kind.fields):  # words made of several facts, such as a list of what is worn
        return tuple(kind.fields)
    return tuple(name for name in kind.fields if name in named)


TURNED = {"in front of": "behind", "behind": "in front of"}


def right(asked: Asked, read: dict[str, str]) -> dict[str, bool]:
    """Which of the told facts a reading has right, and "all".

    Where a caption does not say which of two or three things stands on the left, they may stand in any order, and each
    of the read ones counts for one of the told ones at most.
    """
    facts, told = asked.facts, asked.told
    kind = asked.scene.kind
    if kind in ("pair", "triple"):
        return _in_any_order(facts, read, told, 2 if kind == "pair" else 3)
    found = {name: read[name] == facts[name] for name in told}
    if kind == "relation" and facts["relation"] in TURNED:
        swap = {"object1": "object2", "object2": "object1", "color1": "color2", "color2": "color1"}
        turned = {name: read[swap.get(name, name)] for name in read}
        turned["relation"] = TURNED.get(read["relation"], read["relation"])
        other = {name: turned[name] == facts[name] for name in told}
        found = max(found, other, key=lambda each: sum(each.values()))
    return found | {"all": all(found.values())} | _besides(asked, read)


NEAR_ANGLES = {"angle, within 15 degrees": 1, "angle, within 30 degrees": 2}
"""Steps of 15 degrees that an angle may be off."""

THREE_LETTERS = "word of three letters"


def steps_off(read: str, true: str) -> int:
    """By how many of the 24 steps of a full turn a read angle differs from the true one, the shorter way round."""
    angles = WORLD["angle"].fields["angle"]
    off = (angles.index(read) - angles.index(true)) % len(angles)
    return min(off, len(angles) - off)


def _besides(asked: Asked, read: dict[str, str]) -> dict[str, bool]:
    """What is counted beside the facts themselves: an angle that is a step or two off, and short words apart."""
    kind, facts = asked.scene.kind, asked.facts
    if kind == "angle" and "angle" in asked.told:
        off = steps_off(read["angle"], facts["angle"])
        return {name: off <= steps for name, steps in NEAR_ANGLES.items()}
    if kind == "sign" and "word" in asked.told and len(facts["word"]) == 3:
        return {THREE_LETTERS: read["word"] == facts["word"]}
    return {}


def _in_any_order(
    facts: dict[str, str], read: dict[str, str], told: tuple[str, ...], count: int
) -> dict[str, bool]:
    """Are all objects there, all colours, and each colour on its object ("all")?"""

    def things(source: dict[str, str], *names: str) -> list[tuple[str, ...]]:
        return sorted(tuple(source[f"{name}{n}"] for name in names) for n in range(1, count + 1))

    found = {name: things(facts, name) == things(read, name) for name in ("object", "color")}
    found["style"] = read["style"] == facts["style"]
    return found | {"all": things(facts, "object", "color") == things(read, "object", "color")}
