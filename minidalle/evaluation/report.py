"""Results as people read them: a Markdown table, galleries that are never chosen, and a place in the README.

`write_between` replaces what stands between two marks in a Markdown file, so that every figure in a document comes from
a run and none is typed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from minidalle.evaluation.quality import reconstruction_line
from minidalle.evaluation.rows import ROWS, SPLITS, Row


def percent(entry: dict[str, Any]) -> str:
    """A share with its interval, such as "97 (95–99)", in percent."""
    return f"{100 * entry['share']:.0f} ({100 * entry['low']:.0f}–{100 * entry['high']:.0f})"


def facts(results: dict[str, Any], row: Row, split: str) -> dict[str, Any]:
    """What was found for one row in one split."""
    return results["kinds"][row.kind][split]["facts"][row.fact]


def table(results: dict[str, Any]) -> str:
    """The main table in Markdown: one sample a caption, with 95 % intervals, beside goals and ceilings, in percent."""
    lines = [
        "| what the judge reads in the picture | goal | seen | held out | through the dVAE | true renders |",
        "|---|---|---|---|---|---|",
    ]
    for row in ROWS:
        seen, unseen = facts(results, row, "seen"), facts(results, row, "held-out")
        goal = "" if row.goal is None else f"≥ {100 * row.goal:.0f}"
        tops = [f"{100 * unseen[name]['share']:.0f}" for name in ("dvae", "render")]
        lines.append(
            f"| {row.label} | {goal} | {percent(seen['sample'])} | {percent(unseen['sample'])} | {' | '.join(tops)} |"
        )
    return "\n".join(lines)


def rerank_table(results: dict[str, Any]) -> str:
    """What choosing by CLIP adds, two lines a row, seen and held-out captions; empty without a CLIP."""
    heads = (
        "what the judge reads",
        "captions",
        f"a random one of {results['of']}",
        "CLIP's first",
        "gain, in points",
    )
    lines = [f"| {' | '.join(heads)} | any right |", "|---|---|---|---|---|---|"]
    for row in ROWS:
        for split in SPLITS:
            entry = facts(results, row, split).get("rerank")
            if entry is None:
                return ""
            random, best, oracle = (f"{100 * entry[name]:.0f}" for name in ("random", "best", "oracle"))
            low, high = 100 * entry["gain_low"], 100 * entry["gain_high"]
            gain = f"{100 * entry['gain']:+.1f} ({low:+.1f} to {high:+.1f})"
            lines.append(f"| {row.label} | {split} | {random} | {best} | {gain} | {oracle} |")
    return "\n".join(lines)


def relation_line(results: dict[str, Any]) -> str:
    """Each relation by itself, held-out colour assignments, in a sentence."""
    entries = results["kinds"]["relation"]["held-out"]["relations"]
    return (
        "Each relation by itself, held out: "
        + ", ".join(f"{name} {percent(e)}" for name, e in entries.items())
        + "."
    )


def document(results: dict[str, Any]) -> str:
    """What was found in the blocks world, in Markdown, below a title that `results_file.py` writes."""
    parts = [
        f"Written by `{results['command']}`. {results['count']} captions of each kind and split, none of them "
        "met in training; the first picture of each at temperature 1, nothing chosen; in percent, with 95 % intervals "
        "(Wilson). "
        "*Held out* are combinations that training never showed. *Through the dVAE* and *true renders* are what the "
        "judge reads in real held-out pictures after and before the dVAE: ceilings for the model, and for the judge.",
        table(results),
        relation_line(results),
        reconstruction_line(results["reconstruction"]),
        "![The first pictures of captions that hold a combination out, by seed](gallery-held-out.png)",
        "✗ and a frame: the judge read some fact otherwise than the caption tells it, also where a person might let it "
        "pass. [The same for combinations that training showed](gallery-seen.png).",
    ]
    ranked = rerank_table(results)
    if ranked:
        parts += [
            f"## Choosing by CLIP, one of {results['of']}",
            f"The first {results['ranked']} captions of each kind and split, {results['of']} pictures each. *Gain*: "
            "CLIP's first less the average picture, paired by caption, with its 95 % interval. *Any right*: an "
            "oracle's choice.",
            ranked,
        ]
    return "\n\n".join(parts) + "\n"


def write_between(path: Path, mark: str, text: str | None) -> None:
    """Replace what stands between `<!-- mark -->` and `<!-- /mark -->` in a file; with None, only look for the marks.

    Raises ValueError where one is missing.
    """
    before, start, rest = path.read_text(encoding="utf-8").partition(f"<!-- {mark} -->")
    _, end, after = rest.partition(f"<!-- /{mark} -->")
    if not start or not end:
        raise ValueError(f"{path} has no <!-- {mark} --> ... <!-- /{mark} --> to write between")
    if text is None:
        return
    path.write_text(f"{before}{start}\n{text.strip()}\n{end}{after}", encoding="utf-8", newline="\n")
