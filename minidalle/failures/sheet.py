"""The failures as one figure: a row each, with its line of code, its curve beside the cure's, and its pictures.

Left out: the runs (`cases.py`).
"""

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from minidalle.failures.cases import FAILURES, STEPS
from minidalle.failures.found import Failure, Found
from minidalle.pipeline_pictures import to_bytes
from minidalle.show import Figure, figure

COLORS = ("#D55E00", "#E8A072", "#0072B2", "#7FB4D6")
"""Of curves: two shades for the mistake, two for the cure."""


def sheet(found: Sequence[tuple[Failure, Found]]) -> Figure:
    """One row for each failure."""

    def paint(canvas: Any) -> None:
        grid = canvas.subfigures(len(found), 1, squeeze=False, hspace=0.02).ravel()
        for row, (failure, shown) in zip(grid, found, strict=True):
            words, curve, pictures = row.subplots(1, 3, width_ratios=(1.15, 1.25, 1.9))
            _words(words, failure, shown)
            _curve(curve, shown)
            _pictures(pictures, shown)

    names = "; ".join(f"{failure.name}: {shown.verdict}" for failure, shown in found)
    return figure(paint, f"Mistakes, each beside the same run without it. {names}", 15.0, 3.1 * len(found))


def _words(axes: Any, failure: Failure, shown: Found) -> None:
    axes.axis("off")
    axes.text(0, 1, failure.name, fontsize=15, fontweight="bold", va="top")
    code = [textwrap.fill(text, 30, subsequent_indent="  ") for text in (failure.mistake, failure.cure)]
    axes.text(0, 0.83, code[0], fontsize=10, family="monospace", color=COLORS[0], va="top")
    axes.text(0, 0.62, code[1], fontsize=10, family="monospace", color=COLORS[2], va="top")
    axes.text(0, 0.44, textwrap.fill(shown.verdict, 40), fontsize=11, va="top", linespacing=1.25)


def _curve(axes: Any, shown: Found) -> None:
    many = len(shown.curves) > 2
    for place, (label, (x, y)) in enumerate(shown.curves.items()):
        axes.plot(x, y, color=COLORS[place if many else 2 * place], label=label)
    if shown.log_x:
        axes.set_xscale("log", base=2)
    if min(min(y) for _, y in shown.curves.values()) < 0:
        axes.axhline(0, color="#999999", linewidth=0.8)
    axes.set_xlabel(shown.x, fontsize=10)
    axes.set_ylabel(shown.y, fontsize=10)
    axes.tick_params(labelsize=9)
    axes.legend(fontsize=9)


def _pictures(axes: Any, shown: Found) -> None:
    axes.axis("off")
    rows = len(shown.pictures)
    for place, (label, images) in enumerate(shown.pictures.items()):
        for number, image in enumerate(to_bytes(images)):
            left, height = 0.24 + number * 0.127, 1 / rows
            inner = axes.inset_axes([left, 1 - (place + 1) * height, 0.12, 0.94 * height])
            inner.imshow(image, interpolation="nearest")
            inner.axis("off")
        middle = 1 - (place + 0.5) * (1 / rows)
        axes.text(0.22, middle, textwrap.fill(label, 16), fontsize=10, ha="right", va="center")


def run_all(names: Sequence[str] = (), steps: int | None = None) -> list[tuple[Failure, Found]]:
    """Run failures by name (none: all), each with its own number of updates unless `steps` says otherwise. Raises
    ValueError for an unknown name."""
    known = {failure.name: failure for failure in FAILURES}
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"there is no failure {unknown[0]!r}; choose from {', '.join(known)}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small models; and the same figures on any number of cores
    try:
        return [(known[name], known[name].run(steps or STEPS[name])) for name in names or known]
    finally:
        torch.set_num_threads(threads)


def show(names: Sequence[str] = (), steps: int | None = None) -> Figure:
    """Failures by name (none: all), run anew, as a figure. Raises ValueError for an unknown name."""
    return sheet(run_all(names, steps))


def add_parser(subparsers: Any) -> None:
    """Add `failures` to a command line's subparsers."""
    said = "make six well-known mistakes on small models, each beside the cure, and draw what becomes of them"
    parser = subparsers.add_parser("failures", help=said, description=said)
    parser.add_argument("names", nargs="*", help="which (default: all)")
    parser.add_argument("--out", type=Path, required=True, help="folder for failures.png and failures.json")
    parser.add_argument("--steps", type=int, help="updates of each run (default: each its own, some 300)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    try:
        found = run_all(args.names, args.steps)
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "failures.png").write_bytes(sheet(found).png)
        curves = {
            failure.name: {"verdict": shown.verdict, "curves": shown.curves} for failure, shown in found
        }
        (args.out / "failures.json").write_text(json.dumps(curves, indent=1) + "\n", encoding="utf-8")
    except (ValueError, OSError) as error:
        sys.stderr.write(f"minidalle failures: {error}\n")
        return 1
    for failure, shown in found:
        sys.stdout.write(f"{failure.name}: {shown.verdict}\n")
    return 0
