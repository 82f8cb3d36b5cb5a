"""Checkers of lesson 01: what is held out, and which questions are fair.

Left out: counting and guessing (`lesson01.py`).
"""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from minidalle.checks.checker import Belief, Checker
from minidalle.world.kinds.kind import HeldOut

Scene = dict[str, str]
FIELDS = {
    "sides": ["triangular", "square", "pentagonal", "hexagonal", "octagonal"],
    "color": ["red", "green", "blue", "yellow", "orange", "black"],
    "size": ["small", "large"],
}


def is_held_out(facts: Scene, fields: dict[str, list[str]], left: str, right: str, step: int, every: int):
    """The package's rule, of plain data."""
    return HeldOut(left, right, every, step).holds(SimpleNamespace(fields=fields), facts)


def held_out_by(way: str) -> Any:
    """The rule with something changed, for beliefs."""

    def rule(
        facts: Scene, fields: dict[str, list[str]], left: str, right: str, step: int, every: int
    ) -> bool:
        if way != "lacking" and not {left, right} <= set(facts):
            return False
        lists = [sorted(fields[name]) if way == "letters" else fields[name] for name in (left, right)]
        i, j = (
            values.index(facts.get(name, values[0])) + (way == "from one")
            for name, values in zip((left, right), lists, strict=True)
        )
        number = i + step * j if way == "exchanged" else step * i + (0 if way == "single" else j)
        return number % every == 2

    return rule


def some_facts(rng: random.Random) -> tuple[Any, ...]:
    """A scene's facts, now and then without one of the fields, and a rule."""
    facts = {name: rng.choice(values) for name, values in FIELDS.items()}
    if rng.random() < 0.2:
        del facts[rng.choice(("sides", "color"))]
    return facts, FIELDS, "sides", "color", rng.randint(1, 4), rng.randint(3, 7)


def _clock(sides: str, color: str, step: int = 3, every: int = 4) -> tuple[Any, ...]:
    facts = {name: value for name, value in (("sides", sides), ("color", color)) if value}
    return facts, FIELDS, "sides", "color", step, every


HOLDS_OUT = Checker(
    "holds_out(facts, fields, left, right, step, every)",
    target=is_held_out,
    make=some_facts,
    count=60,
    edges=(
        _clock("square", "green"),
        _clock("square", "yellow"),
        _clock("triangular", "blue"),
        _clock("", "blue"),
        _clock("pentagonal", "", 1, 5),
        ({"size": "large"}, FIELDS, "size", "color", 2, 3),
    ),
    beliefs=(
        Belief(
            "places count from 1",
            "You count places from 1, so the rule holds out other combinations than training does, and a test "
            "would ask for what was shown. The first value of a list is at place 0.",
            held_out_by("from one"),
        ),
        Belief(
            "the step belongs to the right field",
            "You have multiplied the wrong place: the step belongs to the place of the field left, and that of "
            "the field right is added to it.",
            held_out_by("exchanged"),
        ),
        Belief(
            "places are those of the alphabet",
            "You take places in the sorted list. The order of the values in fields is a part of the rule: look "
            "the value up in the list as it stands there.",
            held_out_by("letters"),
        ),
        Belief(
            "a single value is held out",
            "You look at the field left only, so that a whole value would never be shown, in no combination. "
            "Held out is what the two places make together.",
            held_out_by("single"),
        ),
        Belief(
            "a field that is not told is its first value",
            "You count a scene that lacks a field as if it had the first value of the list. Such a scene shows "
            "no combination of the two fields, so it is never held out.",
            held_out_by("lacking"),
        ),
    ),
)


def fair(train: list[Scene], test: list[Scene], left: str, right: str, way: str = "") -> list[int]:
    """The numbers of fair questions; or by a belief instead."""
    shown = [scene for scene in train if way != "complete" or (left in scene and right in scene)]
    known = [{scene[name] for scene in shown if name in scene} for name in (left, right)]
    if way == "any field":
        known = [{value for scene in train for value in scene.values()}] * 2
    pairs = [(scene.get(left), scene.get(right)) for scene in train]
    found = []
    for number, scene in enumerate(test):
        pair = scene.get(left), scene.get(right)
        seen = scene in train if way == "scenes" else pair in pairs and way != "parts"
        parts = way == "new" or (pair[0] in known[0] and pair[1] in known[1])
        if None not in pair and parts and not seen:
            found.append(number)
    return found


def some_scenes(rng: random.Random) -> tuple[list[Scene], list[Scene], str, str]:
    """Scenes of few values, in which "orange" is a colour and a fruit, and fields are lacking now and then."""

    def scene(colors: list[str], shapes: list[str]) -> Scene:
        facts = {"color": rng.choice(colors), "shape": rng.choice(shapes), "size": rng.choice("SL")}
        for name in ("color", "shape"):
            if len(facts) == 3 and rng.random() < 0.2:
                del facts[name]
        return facts

    train = [scene(["red", "green", "black"], ["cube", "cone", "orange"]) for _ in range(rng.randint(3, 7))]
    test = [scene(["red", "green", "orange"], ["cube", "cone", "orange", "star"]) for _ in range(8)]
    return train, test, "color", "shape"


TRAIN = [
    {"color": "red", "shape": "cube", "size": "S"},
    {"color": "green", "shape": "cone"},
    {"shape": "orange"},
]
TEST = [
    {"color": "red", "shape": "cone"},
    {"color": "red", "shape": "cube", "size": "L"},
    {"color": "blue", "shape": "cone"},
    {"color": "orange", "shape": "cone"},
    {"shape": "cone"},
    {"color": "red", "shape": "orange"},
]

FAIR_QUESTIONS = Checker(
    "fair_questions(train, test, left, right)",
    target=fair,
    make=some_scenes,
    edges=((TRAIN, TEST, "color", "shape"), (TRAIN, TEST, "shape", "color"), ([], TEST, "color", "shape")),
    axes=("fair question",),
    beliefs=(
        Belief(
            "another scene is another question",
            "You compare whole scenes, so a large red cube counts as new where training showed a small one. "
            "Red and cube were shown together: that is a leak, whatever else is different.",
            lambda *case: fair(*case, way="scenes"),
        ),
        Belief(
            "what was never shown is a fair question",
            "You ask for values that training never showed in any scene. No model can know them, so a wrong "
            "answer says nothing about combining: both values must have been shown apart.",
            lambda *case: fair(*case, way="new"),
        ),
        Belief(
            "a word is known, whatever field it stood in",
            "You look for a value in all fields. An orange is a fruit and orange a colour; who saw the one has "
            "not seen the other. Keep what was shown of left apart from what was shown of right.",
            lambda *case: fair(*case, way="any field"),
        ),
        Belief(
            "known parts make a question fair",
            "You keep questions whose two values training has shown together. Those can be answered by heart; "
            "the pair itself must be new.",
            lambda *case: fair(*case, way="parts"),
        ),
        Belief(
            "a scene without one field shows nothing of the other",
            "You leave out training scenes that lack one of the two fields. They still show the value of the "
            "other field, and so a model knows it.",
            lambda *case: fair(*case, way="complete"),
        ),
    ),
)

CHECKERS = (HOLDS_OUT, FAIR_QUESTIONS)
