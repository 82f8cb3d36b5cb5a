"""The first tables of sections in RESULTS.md: a line for each section, and what choosing among k pictures adds.

Fields that the reader does not read well enough are left out of both, and so are those that cannot be wrong.

Left out: every field by itself (`section_tables.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from minidalle.evaluation.asking import HELD_OUT, NEAR_ANGLES, SEEN, THREE_LETTERS, kinds_of
from minidalle.evaluation.chances import chance
from minidalle.evaluation.entries import is_claimed, percent
from minidalle.evaluation.statistics import wilson
from minidalle.world.kinds.kind import SECTIONS

BESIDES = (*NEAR_ANGLES, THREE_LETTERS)
"""Other ways to count a field."""


def headline(results: dict[str, Any]) -> list[str]:
    """For each section the mean over the claimed facts of its kinds, and how often all facts of a caption are right."""
    lines = [
        "| section | kinds | facts: a guess | seen | held out | all facts at once: seen | held out | dVAE | render |",
        "|---|---:|---:|---:|---:|---|---|---:|---:|",
    ]
    for section in SECTIONS:
        kinds = [kind for kind in kinds_of(section) if kind in results["kinds"]]
        if not kinds:
            continue
        facts = [(kind, field) for kind in kinds for field in fields_in(results, kind) if field != "all"]
        whole = [kind for kind in kinds if is_claimed(kind, "all", results["size"])]
        guesses = [guess for kind, field in facts if (guess := chance(kind, field)) is not None]
        cells = [_mean(guesses)]
        for split in (SEEN, HELD_OUT):
            shares = [results["kinds"][kind].get(split, {}).get(field, {}) for kind, field in facts]
            cells.append(_mean([entry["sample"]["share"] for entry in shares if entry]))
        cells += [_pooled(results, whole, split, "sample", True) for split in (SEEN, HELD_OUT)]
        cells += [_pooled(results, whole, HELD_OUT, name, False) for name in ("dvae", "render")]
        lines.append(f"| {section} | {len(kinds)} | {' | '.join(cells)} |")
    return lines if len(lines) > 2 else []


def fields_in(results: dict[str, Any], kind: str) -> Iterator[str]:
    """The measured and claimed fields of a kind that could be wrong, each once, "all" among them."""
    for field in dict.fromkeys(field for split in results["kinds"][kind].values() for field in split):
        if field not in BESIDES and chance(kind, field) != 1 and is_claimed(kind, field, results["size"]):
            yield field


def _mean(shares: Sequence[float]) -> str:
    return f"{100 * sum(shares) / len(shares):.0f}" if shares else ""


def _pooled(results: dict[str, Any], kinds: Sequence[str], split: str, column: str, interval: bool) -> str:
    """The questions of several kinds taken together."""
    found = [entry["all"][column] for kind in kinds if (entry := results["kinds"][kind].get(split))]
    return percent(pooled(found), interval) if found else ""


def pooled(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares of several sets of questions as one share of all of them, with its interval."""
    count = sum(entry["n"] for entry in entries)
    right = sum(round(entry["share"] * entry["n"]) for entry in entries)
    low, high = wilson(right, count)
    return {"share": right / count, "low": low, "high": high, "n": count}


def choosing(results: dict[str, Any]) -> list[str]:
    """All facts of a held-out caption at once, in CLIP's favourite of k, in any of k, and by luck; means over kinds."""
    curves: dict[str, list[list[dict[str, float]]]] = {}
    for section in SECTIONS:
        for kind in kinds_of(section):
            found = results["kinds"].get(kind, {}).get(HELD_OUT, {}).get("all", {})
            if "curve" in found and is_claimed(kind, "all", results["size"]):
                curves.setdefault(section, []).append(found["curve"])
    if not curves:
        return []
    every = sorted({point["k"] for some in curves.values() for curve in some for point in curve})
    lines = [f"| section | k = | {' | '.join(map(str, every))} |", "|---|---" + "|---:" * len(every) + "|"]
    names = {"clip": "CLIP's favourite", "any": "any of them", "luck": "1 − (1 − p)^k"}
    for section, some in curves.items():
        for name, label in names.items():
            found = [[p[name] for curve in some for p in curve if p["k"] == k] for k in every]
            cells = [_mean(each) if len(each) == len(some) else "" for each in found]
            lines.append(f"| {section} | {label} | {' | '.join(cells)} |")
    return lines
