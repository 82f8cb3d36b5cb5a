"""What is asked of a model: captions of every kind, and the facts that are counted in each.

A question is a scene with a true caption. The scene is what the judge compares a drawn picture with, so the caption
must say all that is counted; a wording that leaves a counted fact out is drawn again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minidalle.world import KINDS, Scene, caption, sample_scene

EVALUATION_SEED = 20_000
"""Scenes of this seed are never trained on, nor looked at during training."""

SPLITS: dict[str, str] = {"seen": "train", "held-out": "heldout"}
"""Names of the two splits in tables, and in `world.sample_scene`."""


@dataclass(frozen=True)
class Row:
    """One line of the table: in pictures of this kind, how often this fact holds."""

    kind: str
    fact: str
    label: str
    goal: float | None = None


ROWS: tuple[Row, ...] = (
    Row("single", "colors", "one object: its colour", 0.98),
    Row("single", "shapes", "one object: its shape", 0.96),
    Row("texture", "texture", "one patterned object: the pattern"),
    Row("sketch", "shapes", "a sketch: the shape"),
    Row("sketch", "style", "a sketch: drawn as one"),
    Row("pair", "colors", "two objects: both colours are there"),
    Row("pair", "binding", "two objects: the right colour on the right shape", 0.93),
    Row("triple", "colors", "three objects: all colours are there"),
    Row("triple", "binding", "three objects: the right colour on the right shape", 0.75),
    Row("count", "count", "one to four of a kind: how many", 0.93),
    Row("relation", "relation", "two objects: how they stand to each other", 0.92),
    Row("relation", "all", "two objects: relation, shapes and colours at once"),
)
"""The table, with the goals for held-out combinations that were set after the first sitting of `nano`."""


@dataclass(frozen=True)
class Question:
    """A caption, and the scene that it is true of."""

    scene: Scene
    caption: str


def questions(
    kind: str, split: str, count: int, seed: int = EVALUATION_SEED, rephrased: bool = False
) -> list[Question]:
    """`count` questions of a kind; `split` is "seen" or "held-out"; `rephrased` uses wordings that training never had.

    Raises ValueError for an unknown kind or split, or a count below 1.
    """
    if kind not in KINDS or split not in SPLITS:
        raise ValueError(
            f"there is no kind {kind!r} with split {split!r}; kinds: {', '.join(KINDS)}; splits: seen, held-out"
        )
    if count < 1:
        raise ValueError(f"count is {count}; ask at least one question")
    scenes = [sample_scene(seed, index, SPLITS[split], kind) for index in range(count)]
    return [Question(scene, _telling(scene, seed, index, rephrased)) for index, scene in enumerate(scenes)]


def _telling(scene: Scene, seed: int, index: int, rephrased: bool) -> str:
    """The first wording that names every colour (but a sketch has none)."""
    wording = seed
    while True:
        text = caption(scene, wording, index, rephrased)
        if scene.style == "sketch" or all(thing.color in text for thing in scene.things):
            return text
        wording += 1


def kinds_of(rows: Sequence[Row] = ROWS) -> tuple[str, ...]:
    """The kinds that rows ask about, in order."""
    return tuple(dict.fromkeys(row.kind for row in rows))
