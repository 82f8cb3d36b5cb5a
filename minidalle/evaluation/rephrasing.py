"""Rephrasing: the same scenes asked for in the words that training had, and in words that it never had.

The DALL-E post says that success depends on how a caption is phrased. Here the two wordings tell of one and the same
scene, so the difference is the wording's alone.

Left out: captions that tell other facts; only questions whose two wordings tell the same ones are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from minidalle.evaluation.asking import (
    HELD_OUT,
    SEEN,
    Asked,
    Fits,
    TooLongError,
    ask,
    kinds_of,
    right,
    splits_of,
)
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.sections import READ_AT_ONCE, Effort, Say, draw_captions, fits, read, shares
from minidalle.evaluation.statistics import mean_interval
from minidalle.sampling import picture_seeds
from minidalle.world.reader import Reader

WORDINGS = ("usual", "rephrased")


def both_ways(kind: str, count: int, readable: Fits) -> tuple[list[Asked], list[Asked]]:
    """Questions in the usual and in the new wording, as many of `count` as tell the same facts in both."""
    split = HELD_OUT if HELD_OUT in splits_of(kind) else SEEN
    pairs = zip(
        ask(kind, split, count, False, readable), ask(kind, split, count, True, readable), strict=True
    )
    same = [(usual, new) for usual, new in pairs if set(usual.told) == set(new.told)]
    return [usual for usual, _ in same], [new for _, new in same]


@torch.no_grad()
def rephrasing(
    drawer: Drawer, reader: Reader, sections: Sequence[str], effort: Effort, say: Say
) -> dict[str, Any]:
    """By kind: how often all told facts are right in each wording, and the mean difference with its 95 % interval."""
    model, device, found = drawer.model, next(drawer.model.dvae.parameters()).device, {}
    for kind in (kind for section in sections for kind in kinds_of(section) if kind in reader.kinds):
        try:
            asked = dict(zip(WORDINGS, both_ways(kind, effort.count, fits(model)), strict=True))
        except TooLongError:
            continue
        count = len(asked["usual"])
        if not count:
            continue
        captions = [one.caption for name in WORDINGS for one in asked[name]]
        seeds = picture_seeds(effort.seed, count) * 2
        tokens = draw_captions(drawer, captions, seeds, say, f"{kind}, rephrased")
        images = torch.cat([model.dvae.decode(part.to(device)) for part in tokens.split(READ_AT_ONCE)])
        told = read(reader, images, kind)
        found[kind] = compared(asked, {"usual": told[:count], "rephrased": told[count:]})
    return found


def compared(asked: dict[str, list[Asked]], told: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """Shares of wholly right pictures, and their paired difference, rephrased less usual."""
    marks = {
        name: [right(one, each)["all"] for one, each in zip(asked[name], told[name], strict=True)]
        for name in WORDINGS
    }
    differences = [
        float(new) - float(usual) for usual, new in zip(marks["usual"], marks["rephrased"], strict=True)
    ]
    mean, low, high = mean_interval(differences)
    entry: dict[str, Any] = {name: shares(asked[name], told[name])["all"] for name in WORDINGS}
    return entry | {"difference": {"mean": mean, "low": low, "high": high}}


def rephrasing_table(results: dict[str, Any], claimed: Callable[[str], bool]) -> list[str]:
    """A line for each kind, in Markdown; nothing where it was not measured. claimed(kind): is "all" of it claimed?"""
    rows = []
    for kind, entry in results.get("rephrased", {}).items():
        if not claimed(kind):
            continue
        usual, new, gap = entry["usual"], entry["rephrased"], entry["difference"]
        rows.append(
            f"| {kind} | {usual['n']} | {100 * usual['share']:.0f} | {100 * new['share']:.0f} | "
            f"{100 * gap['mean']:+.0f} ({100 * gap['low']:+.0f} to {100 * gap['high']:+.0f}) |"
        )
    if not rows:
        return []
    return [
        "| kind | captions | usual words | other words | difference, in points |",
        "|---|---:|---:|---:|---|",
        *rows,
    ]
