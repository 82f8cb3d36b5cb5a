"""Three figures worth a slide, from what was measured: binding, best of k, and rephrasing.

Each is drawn from sections.json alone, so that it can be drawn again without a model.

Left out: numbers (RESULTS.md), curves over training (`minidalle curves`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from minidalle.evaluation.asking import HELD_OUT, SEEN, kinds_of
from minidalle.evaluation.entries import is_claimed
from minidalle.evaluation.section_headline import pooled
from minidalle.world.kinds.kind import SECTIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OBJECTS = {1: "single", 2: "pair", 3: "triple"}
SIZE = (8.0, 4.5)
"""Inches: a figure for half a slide."""


def draw_curves(results: dict[str, Any], out: Path) -> dict[str, str]:
    """Write binding.png, best-of.png and rephrasing.png into a folder, as far as the results go.

    Returns file name -> what it shows, in words.
    """
    from minidalle.show import figure

    written = {}
    for name, paint in (("binding", binding_on), ("best-of", best_of_on), ("rephrasing", rephrasing_on)):
        if alt := DESCRIBE[name](results):
            figure(lambda canvas, paint=paint: paint(results, canvas), alt, *SIZE).save(out / f"{name}.png")
            written[f"{name}.png"] = alt
    return written


# ---------------------------------------------------------------- binding


def by_objects(results: dict[str, Any]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Every told fact right, by column ("seen", "held out", "through the dVAE"): (number of things, entry), ..."""
    lines: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for count, kind in OBJECTS.items():
        found = results["kinds"].get(kind, {})
        for split in (SEEN, HELD_OUT):
            if "all" in found.get(split, {}):
                lines.setdefault(split, []).append((count, found[split]["all"]["sample"]))
        if "all" in found.get(HELD_OUT, {}):
            lines.setdefault("through the dVAE", []).append((count, found[HELD_OUT]["all"]["dvae"]))
    return lines if all(len(line) > 1 for line in lines.values()) else {}


def binding_on(results: dict[str, Any], canvas: Figure) -> None:
    """Accuracy against the number of things."""
    axes = canvas.subplots()
    marks = {SEEN: "o-", HELD_OUT: "s--", "through the dVAE": "^:"}
    for shift, (name, line) in enumerate(by_objects(results).items()):
        where = [count + 0.04 * (shift - 1) for count, _ in line]
        share = [100 * entry["share"] for _, entry in line]
        below = [100 * max(0.0, entry["share"] - entry["low"]) for _, entry in line]
        above = [100 * max(0.0, entry["high"] - entry["share"]) for _, entry in line]
        axes.errorbar(where, share, (below, above), fmt=marks[name], capsize=4, label=name)
    axes.set(ylim=(0, 104), xticks=list(OBJECTS), xlabel="things in the caption")
    axes.set(ylabel="all facts right, %", title=f"{results['model']}: more things are harder to bind")
    axes.legend(loc="lower left")


def _describe_binding(results: dict[str, Any]) -> str:
    told = [
        f"{name}: " + ", ".join(f"{100 * entry['share']:.0f} % with {count}" for count, entry in line)
        for name, line in by_objects(results).items()
    ]
    return f"How often all facts are right against the number of things. {'; '.join(told)}." if told else ""


# ---------------------------------------------------------------- best of k


def best_of(results: dict[str, Any]) -> dict[str, list[tuple[int, float]]]:
    """Means over kinds of held-out captions, by line ("any", "clip", "luck"): (k, share), ..."""
    curves = [
        found[HELD_OUT]["all"]["curve"]
        for kind, found in results["kinds"].items()
        if "curve" in found.get(HELD_OUT, {}).get("all", {}) and is_claimed(kind, "all", results["size"])
    ]
    if not curves:
        return {}
    every = sorted(set.intersection(*({point["k"] for point in curve} for curve in curves)))
    points = [[{p["k"]: p for p in curve}[k] for curve in curves] for k in every]
    return {
        name: [(k, sum(p[name] for p in some) / len(some)) for k, some in zip(every, points, strict=True)]
        for name in ("any", "clip", "luck")
    }


def best_of_on(results: dict[str, Any], canvas: Figure) -> None:
    """Accuracy against the number of pictures that CLIP chooses from."""
    axes, lines = canvas.subplots(), best_of(results)
    labels = {
        "any": ("any of k is right", "^:"),
        "clip": ("CLIP's favourite of k", "o-"),
        "luck": ("1 − (1 − p)$^k$", "--"),
    }
    for name, line in lines.items():
        label, mark = labels[name]
        axes.plot([k for k, _ in line], [100 * share for _, share in line], mark, label=label)
    axes.set_xscale("log", base=2)
    ticks = [k for k, _ in lines["clip"]]
    axes.set(ylim=(0, 104), xticks=ticks, xticklabels=ticks, xlabel="k, pictures to choose from")
    axes.set(ylabel="all facts right, %", title=f"{results['model']}: what choosing by CLIP adds, held out")
    axes.minorticks_off()
    axes.legend()  # where the lines leave room


def _describe_best_of(results: dict[str, Any]) -> str:
    if not (lines := best_of(results)):
        return ""
    (_, one), (most, best), (_, luckiest) = lines["clip"][0], lines["clip"][-1], lines["any"][-1]
    return (
        "How often all facts are right against the number of pictures to choose from: "
        f"{100 * one:.0f} % with one, {100 * best:.0f} % for CLIP's favourite of {most}, "
        f"{100 * luckiest:.0f} % where any of them would do."
    )


# ---------------------------------------------------------------- rephrasing


def by_wording(results: dict[str, Any]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(section, usual words, other words) of all kinds of a section taken together; only kinds that are claimed."""
    rows = []
    for section in SECTIONS:
        some = [
            results["rephrased"][kind]
            for kind in kinds_of(section)
            if kind in results.get("rephrased", {}) and is_claimed(kind, "all", results["size"])
        ]
        if some:
            rows.append(
                (section, *(pooled([entry[name] for entry in some]) for name in ("usual", "rephrased")))
            )
    return rows


def rephrasing_on(results: dict[str, Any], canvas: Figure) -> None:
    """A line from the usual words to the others, a section each."""
    axes, rows = canvas.subplots(), by_wording(results)[::-1]
    for place, (_, usual, other) in enumerate(rows):
        axes.plot([100 * usual["share"], 100 * other["share"]], [place, place], color="0.6", zorder=1)
    for name, index, mark in (("words of training", 1, "o"), ("words never shown", 2, "D")):
        axes.scatter(
            [100 * row[index]["share"] for row in rows], range(len(rows)), marker=mark, s=70, label=name
        )
    axes.set(yticks=range(len(rows)), yticklabels=[row[0] for row in rows], xlim=(-2, 102))
    axes.set(xlabel="all facts right, %", title=f"{results['model']}: the same scenes in other words")
    canvas.legend(loc="outside lower center", ncols=2)


def _describe_rephrasing(results: dict[str, Any]) -> str:
    told = [
        f"{section} {100 * usual['share']:.0f} and {100 * other['share']:.0f} %"
        for section, usual, other in by_wording(results)
    ]
    return f"All facts right, in the words of training and in others: {'; '.join(told)}." if told else ""


DESCRIBE = {"binding": _describe_binding, "best-of": _describe_best_of, "rephrasing": _describe_rephrasing}
