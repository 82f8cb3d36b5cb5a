"""Tables of what `sections.py` and `prompts.py` measured: a row for each field of each kind.

Left out: measuring; a line for each section (`section_headline.py`); goals (`goals.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minidalle.evaluation.asking import HELD_OUT, SEEN, kinds_of
from minidalle.evaluation.chances import chance
from minidalle.evaluation.entries import READING, at, doubt, is_claimed, percent
from minidalle.evaluation.goals import goals
from minidalle.evaluation.memorisation import memorisation_lines
from minidalle.evaluation.quality import quality_lines
from minidalle.evaluation.rephrasing import rephrasing_table
from minidalle.evaluation.section_headline import choosing, headline
from minidalle.world import KINDS, WORLD
from minidalle.world.kinds.kind import SECTIONS


def section_rows(results: dict[str, Any], section: str) -> Iterator[str]:
    """The rows of a section's table: every field of every kind, and all fields together."""
    for kind in kinds_of(section):
        found = results["kinds"].get(kind, {})
        fields = dict.fromkeys(field for split in found.values() for field in split)
        for field in fields:
            guess = chance(kind, field)
            if guess == 1:
                continue  # a field of a single value cannot be wrong
            cells = ["" if guess is None else f"{100 * guess:.0f}" if guess > 0.005 else "< 1"]
            cells += [percent(at(found, (split, field)), True) for split in (SEEN, HELD_OUT)]
            last = HELD_OUT if HELD_OUT in found else SEEN
            cells += [
                percent(at(found, (last, field), name))
                for name in ("average", "best", "any", "dvae", "render")
            ]
            yield f"| {kind} | {field}{doubt(kind, field, results['size'])} | {' | '.join(cells)} |"


def picture(what: str) -> str:
    """The gallery of a section, or of pictures that were begun before."""
    return f"![{what}: the first pictures by seed, nothing chosen]({what.replace(' ', '-')}.png)"


def begun_tables(results: dict[str, Any]) -> list[str]:
    """Picture prompts and matrices."""
    lines = []
    for name, columns in results.get("prompts", {}).items():
        lines += ["", f"### {name[0].upper()}{name[1:]}, zero-shot: the upper half is given", ""]
        lines += [picture(name), ""]
        lines += ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
        for score in columns["drawn"]:
            cells = " | ".join(percent(column[score], True) for column in columns.values())
            lines.append(f"| {score} | {cells} |")
    if "matrices" in results:
        lines += ["", "### Matrices: the ninth cell is drawn, greedily", ""]
        lines += [picture(kind) for kind in results["matrices"]] + [""]
        lines += ["| | | drawn | copied | dvae | render |", "|---|---|---|---|---|---|"]
        for kind, splits in results["matrices"].items():
            for split, columns in splits.items():
                shown = "zero-shot" if WORLD[kind].never_shown else split
                for name in ("cell", "rule"):
                    cells = " | ".join(percent(columns[column][name], True) for column in columns)
                    lines.append(f"| {kind}, {shown} | {name} | {cells} |")
    return lines


def completion_tables(results: dict[str, Any]) -> list[str]:
    """Completed pictures: a row for each field."""
    lines = []
    for name, columns in results.get("completions", {}).items():
        lines += ["", f"### Completions: the {name} is drawn, the rest is given", ""]
        lines += [picture(name), "", "| | " + " | ".join(columns) + " |"]
        lines += ["|---" * (len(columns) + 1) + "|"]
        for field in columns["drawn"]:
            cells = " | ".join(percent(column[field], True) for column in columns.values())
            lines.append(f"| {field} | {cells} |")
    return lines


HEAD = """| kind | field | a guess | seen | held out | one of K | CLIP's choice | any of K | dVAE | render |
|---|---|---|---|---|---|---|---|---|---|"""

ABOUT = (
    "The first picture of each caption at temperature 1, nothing chosen, read by the reader (`minidalle evaluate "
    "--model reader` measures how well it reads); in percent, with 95 % intervals (Wilson). *all*: every fact that the "
    "caption tells. *A guess*: 1 / the number of values. What stands right of *held out* is of held-out captions where "
    "there are any: of K pictures a caption, an average one, the one that CLIP likes best, and whether any is right; "
    "then two ceilings, true renders through the dVAE, and as they are."
)
BLOCKS_ALONE = (
    f"This model was trained on the blocks world alone: {', '.join(KINDS)}. All other kinds it never met, nor their "
    "words; there *seen* and *held out* only name the two splits of the captions."
)
BEGUN = (
    "Part of a true picture is given. *Drawn*: the model draws the rest. *Copied*: the given half, or of a matrix the "
    "eighth cell, once more. *Ignored*: the rest drawn from the caption alone; what *drawn* has above it comes from "
    "looking. *Nothing drawn*: the hidden half painted over by what is beside it. *dvae*, *render*: the true picture "
    "through the dVAE, and as it is. *Identity*: it is the same thing; *change*: it is changed as asked; *both, red*: "
    "both, where red was asked for. *Cell*: the ninth cell looks as it should; *rule*: it completes the rule."
)
DAGGER = (
    "†: the reader reads this field of true renders, or notices a change of it, in less than 95 % at the "
    "size that this model draws, so nothing is claimed by it, and it is left out of the averages over a section."
)
UNKNOWN = (
    "How well the reader reads is not known here, so no field is marked as one that nothing is claimed by."
)
LUCK = (
    "All facts of a caption at once, in CLIP's favourite of k pictures, in any of them, and in any of k independent "
    "tries that are right as often as an average picture (p), which needs no skill."
)


WORDS = (
    "The same scenes, held out where the kind has such a split, in the wordings of training and in one that training "
    "never had; all told facts right, in percent, and the difference with its 95 % interval, paired by scene. Both are "
    "drawn anew, so the usual words differ by chance from the tables below. Missing are kinds marked †, kinds whose "
    "other wording this model cannot read, and kinds whose two wordings tell different facts."
)


def few_captions(results: dict[str, Any]) -> str:
    """How many captions CLIP chose for, and from how many pictures; nothing where it did not choose."""
    chosen = [
        (found["all"]["best"]["n"], max(point["k"] for point in found["all"]["curve"]))
        for splits in results["kinds"].values()
        for found in splits.values()
        if "curve" in found.get("all", {})
    ]
    if not chosen:
        return ""
    captions, pictures = max(chosen)
    return f" K is {pictures}, and CLIP chose for the first {captions} captions of each kind and split."


def document(results: dict[str, Any]) -> str:
    """What was found in the whole world, in Markdown, below a title that `results_file.py` writes."""
    doubts = DAGGER if READING.is_file() else UNKNOWN
    lines = [f"Written by `{results['command']}`. {ABOUT}{few_captions(results)} {doubts}", ""]
    if results.get("mix") == "blocks":
        lines += [BLOCKS_ALONE, ""]
    if left := results.get("left out"):
        lines += [
            f"Left out, because this model cannot read captions as long as theirs: {', '.join(left)}.",
            "",
        ]
    if table := headline(results):
        lines += ["## At a glance", "", *table, ""]
    if table := goals(results):
        lines += ["## Goals", "", *table, ""]
    if table := choosing(results):
        lines += ["## Choosing from k pictures", "", LUCK, "", *table, ""]
    if table := rephrasing_table(results, lambda kind: is_claimed(kind, "all", results["size"])):
        lines += ["## In other words", "", WORDS, "", *table, ""]
    for name, alt in results.get("figures", {}).items():
        lines += [f"![{alt}]({name})", ""]
    if told := quality_lines(results):
        lines += ["## The model as a whole", "", *told, ""]
    if told := memorisation_lines(results):
        lines += ["## Copies", "", *told, ""]
    for section in SECTIONS:
        rows = list(section_rows(results, section))
        begun = []
        if section == "zero-shot visual reasoning":
            begun = [*begun_tables(results), *completion_tables(results)]
        if rows or begun:
            lines += [f"## {section[0].upper()}{section[1:]}", ""]
        if begun:
            begun = ["", BEGUN, *begun]
        if rows:
            lines += [*([picture(section), ""] if not results.get("only") else ()), HEAD, *rows]
        lines += [*begun, ""] if rows or begun else []
    return "\n".join(lines).rstrip() + "\n"
