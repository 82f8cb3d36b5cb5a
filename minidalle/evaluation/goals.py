"""The goals that were set for models of the whole picture world, against what they reached.

Those of `nano`, which knows the blocks world alone, stand in `rows.py`.

Left out: measuring (`sections.py`, `prompts.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minidalle.evaluation.asking import HELD_OUT, NEAR_ANGLES, THREE_LETTERS
from minidalle.evaluation.entries import at, between, doubt, percent
from minidalle.evaluation.prompts import NAMED, UNNAMED

WITHIN_15, WITHIN_30 = NEAR_ANGLES


@dataclass(frozen=True)
class Goal:
    """What a model should reach on held-out combinations, one sample. where: the path into the results."""

    label: str
    share: float
    where: tuple[str, ...]


def _kind(label: str, share: float, kind: str, field: str) -> Goal:
    return Goal(label, share, ("kinds", kind, HELD_OUT, field))


def _prompts(share: float) -> tuple[Goal, ...]:
    """Of picture prompts: the goal as it was set, and the same where the caption does not give the answer away."""
    label = "zero-shot: identity and change both"
    return tuple(
        Goal(f"{name}, {label}", share, ("prompts", name, "drawn", "both")) for name in (NAMED, UNNAMED)
    )


_TWO_CORES = (
    _kind("one object: its colour", 0.98, "single", "color"),
    _kind("one object: its shape", 0.96, "single", "object"),
    _kind("two objects: the right colour on each", 0.93, "pair", "all"),
    _kind("three objects: the right colour on each", 0.75, "triple", "all"),
    _kind("one to four of a kind: how many", 0.93, "count", "count"),
    _kind("two objects: how they stand to each other", 0.92, "relation", "relation"),
    _kind("an object in one of seven styles: the style", 0.95, "styled", "style"),
    _kind("the view from one of 24 angles, within 30 degrees", 0.85, "angle", WITHIN_30),
    *_prompts(0.30),
)
"""Of what two processor cores can train."""

GOALS: dict[str, tuple[Goal, ...]] = {
    "base": (
        _kind("one object: its colour", 0.98, "single", "color"),
        _kind("one object: its shape", 0.98, "single", "object"),
        _kind("two objects: the right colour on each", 0.96, "pair", "all"),
        _kind("three objects: the right colour on each", 0.85, "triple", "all"),
        _kind("a penguin in four coloured garments: all four", 0.75, "outfit", "all"),
        _kind("two to six of a kind: how many", 0.90, "collection", "count"),
        _kind("two objects: how they stand to each other", 0.95, "relation", "relation"),
        _kind("an object in one of seven styles: the style", 0.95, "styled", "style"),
        _kind("the view from one of 24 angles, within 15 degrees", 0.85, "angle", WITHIN_15),
        _kind("the decade of a telephone, television, car or lamp", 0.90, "decade", "decade"),
        _kind("a sign with a word of three letters: all letters", 0.60, "sign", THREE_LETTERS),
        *_prompts(0.50),
        Goal(
            "matrices of held-out rules: the rule",
            0.30,
            ("matrices", "matrix new rule", HELD_OUT, "drawn", "rule"),
        ),
    ),
    "small": _TWO_CORES,
}
"""By model."""


def goals(results: dict[str, Any]) -> list[str]:
    """A table of the goals of this model against what was reached; nothing for a model without goals."""
    wanted = GOALS.get(results["model"], ())
    if not wanted:
        return []
    lines = [
        "| held-out combinations, one picture each | goal | reached | met? | CLIP's choice | dVAE | render |",
        "|---|---|---|---|---|---|---|",
    ]
    for goal in wanted:
        reached, mark = at(results, goal.where), ""
        if reached is None and results.get("only"):
            continue  # it was not asked: `--kinds` named others
        if goal.where[0] == "kinds":
            cells = [percent(at(results, goal.where, name)) for name in ("best", "dvae", "render")]
            mark = doubt(goal.where[1], goal.where[3], results["size"])
        else:
            ceilings = (
                at(results, tuple(name if part == "drawn" else part for part in goal.where))
                for name in ("dvae", "render")
            )
            cells = ["", *(percent(entry) for entry in ceilings)]
        verdict = (
            "not measured" if reached is None else "reached" if reached["share"] >= goal.share else "missed"
        )
        row = [f"{goal.label}{mark}", f"≥ {100 * goal.share:.0f}", exact(reached), verdict, *cells]
        lines.append(f"| {' | '.join(row)} |")
    return lines if len(lines) > 2 else []


def exact(entry: dict[str, Any] | None) -> str:
    """A share in percent with its interval, to three digits: 97.5 is below 98."""
    return f"{100 * entry['share']:.3g} {between(entry)}" if entry else ""
