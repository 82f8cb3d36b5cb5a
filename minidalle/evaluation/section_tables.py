"""Tables of what `sections.py` and `prompts.py` measured, and of the goals.

Left out: measuring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from minidalle.evaluation.asking import HELD_OUT, NEXT_ANGLE, SEEN, THREE_LETTERS, chance, kinds_of
from minidalle.world.kinds.kind import SECTIONS


@dataclass(frozen=True)
class Goal:
    """What a model should reach on held-out combinations, one sample. where: the path into the results."""

    label: str
    share: float
    where: tuple[str, ...]


def _kind(label: str, share: float, kind: str, field: str) -> Goal:
    return Goal(label, share, ("kinds", kind, HELD_OUT, field))


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
        _kind("the view from one of 24 angles, within 15 degrees", 0.85, "angle", NEXT_ANGLE),
        _kind("the decade of a telephone, television, car or lamp", 0.90, "decade", "decade"),
        _kind("a sign with a word of three letters: all letters", 0.60, "sign", THREE_LETTERS),
        Goal("picture prompts, zero-shot: identity and change both", 0.50, ("prompts", "drawn", "both")),
        Goal(
            "matrices of held-out rules: the rule",
            0.30,
            ("matrices", "matrix new rule", HELD_OUT, "drawn", "rule"),
        ),
    ),
    "nano": (
        _kind("one object: its colour", 0.98, "single", "color"),
        _kind("one object: its shape", 0.96, "single", "object"),
        _kind("two objects: the right colour on each", 0.93, "pair", "all"),
        _kind("three objects: the right colour on each", 0.75, "triple", "all"),
        _kind("one to four of a kind: how many", 0.93, "count", "count"),
        _kind("two objects: how they stand to each other", 0.92, "relation", "relation"),
        _kind("an object in one of seven styles: the style", 0.95, "styled", "style"),
        Goal("picture prompts, zero-shot: identity and change both", 0.30, ("prompts", "drawn", "both")),
    ),
}
"""By model; what was set before it was trained."""


@cache
def unclaimed() -> frozenset[tuple[str, str]]:
    """The (kind, field) pairs that the shipped reader does not read well enough for claims."""
    from minidalle.evaluation.reading import claimed

    path = Path(__file__).parents[2] / "data" / "results" / "reader" / "reading.json"
    if not path.is_file():
        return frozenset()
    found = json.loads(path.read_text(encoding="utf-8"))["kinds"]
    return frozenset(
        (kind, field)
        for kind, fields in found.items()
        for field, entry in fields.items()
        if not claimed(entry)
    )


def percent(entry: dict[str, Any] | None, interval: bool = False) -> str:
    """A share in percent, with its interval if wanted; nothing for none."""
    if not entry:
        return ""
    text = f"{100 * entry['share']:.0f}"
    return f"{text} ({100 * entry['low']:.0f}–{100 * entry['high']:.0f})" if interval else text


def at(results: dict[str, Any], where: tuple[str, ...], column: str = "sample") -> dict[str, Any] | None:
    """The entry at a path; that of a field has columns."""
    found: Any = results
    for name in where:
        found = found.get(name) if isinstance(found, dict) else None
    return found.get(column) if isinstance(found, dict) and "share" not in found else found


def goals(results: dict[str, Any]) -> list[str]:
    """The goals of this model against what was reached."""
    wanted = GOALS.get(results["model"], ())
    if not wanted:
        return []
    lines = [
        "| held-out combinations, one sample | goal | reached | CLIP's choice | dVAE | render |",
        "|---|---|---|---|---|---|",
    ]
    for goal in wanted:
        reached = at(results, goal.where)
        if reached is None:
            continue
        columns = [
            at(results, goal.where, name) if goal.where[0] == "kinds" else None
            for name in ("best", "dvae", "render")
        ]
        cells = " | ".join(percent(entry) for entry in columns)
        mark = "" if reached["share"] >= goal.share else " (missed)"
        lines.append(
            f"| {goal.label} | ≥ {100 * goal.share:.0f} | {percent(reached, True)}{mark} | {cells} |"
        )
    return lines


def section_rows(results: dict[str, Any], section: str) -> Iterator[str]:
    """The rows of a section's table: every field of every kind, and all fields together."""
    for kind in kinds_of(section):
        found = results["kinds"].get(kind, {})
        fields = dict.fromkeys(field for split in found.values() for field in split)
        for field in fields:
            doubt = " †" if (kind, field.split(",")[0].split(" of ")[0]) in unclaimed() else ""
            guess = chance(kind, field)
            cells = ["" if guess is None else f"{100 * guess:.0f}"]
            cells += [percent(at(found, (split, field)), True) for split in (SEEN, HELD_OUT)]
            last = HELD_OUT if HELD_OUT in found else SEEN
            cells += [
                percent(at(found, (last, field), name))
                for name in ("average", "best", "any", "dvae", "render")
            ]
            yield f"| {kind} | {field}{doubt} | {' | '.join(cells)} |"


def begun_tables(results: dict[str, Any]) -> list[str]:
    """Picture prompts and matrices."""
    lines = []
    if "prompts" in results:
        prompts = results["prompts"]
        lines += ["", "### Picture prompts: the upper half is given", ""]
        lines += ["| | " + " | ".join(prompts) + " |", "|---" * (len(prompts) + 1) + "|"]
        for name in prompts["drawn"]:
            lines.append(
                f"| {name} | " + " | ".join(percent(column[name], True) for column in prompts.values()) + " |"
            )
    if "matrices" in results:
        lines += ["", "### Matrices: the ninth cell is drawn, greedily", ""]
        lines += ["| | | drawn | copied | dvae | render |", "|---|---|---|---|---|---|"]
        for kind, splits in results["matrices"].items():
            for split, columns in splits.items():
                for name in ("cell", "rule"):
                    cells = " | ".join(percent(columns[column][name], True) for column in columns)
                    lines.append(f"| {kind}, {split} | {name} | {cells} |")
    return lines


HEAD = """| kind | field | a guess | seen | held out | one of K | CLIP's choice | any of K | dVAE | render |
|---|---|---|---|---|---|---|---|---|---|"""


def document(results: dict[str, Any]) -> str:
    """SECTIONS.md."""
    lines = [f"# `{results['model']}`, section by section", ""]
    lines += [
        f"Written by `{results['command']}`. The first picture of each caption at temperature 1, nothing chosen, read "
        "by the reader; in percent, with 95 % intervals (Wilson). *all*: every fact that the caption tells. What "
        "stands right of *held out* is of held-out captions where there are any: of K pictures a caption, an average "
        "one, the one that CLIP likes best, and whether any is right; then two ceilings, true renders through the "
        "dVAE, and true renders. †: the reader reads this field of true renders in less than 95 %, so nothing is "
        "claimed by it.",
        "",
    ]
    if table := goals(results):
        lines += ["## Goals", "", *table, ""]
    for section in SECTIONS:
        rows = list(section_rows(results, section))
        if rows:
            lines += [
                f"## {section[0].upper()}{section[1:]}",
                "",
                f"![]({section.replace(' ', '-')}.png)",
                "",
                HEAD,
                *rows,
            ]
        if section == "zero-shot visual reasoning":
            lines += begun_tables(results)
        if rows:
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
