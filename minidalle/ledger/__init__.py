"""The ledger: every statement of the paper that can be right or wrong in code, what is done here, and its test.

    minidalle ledger               # the table, in Markdown
    minidalle ledger --write FILE  # into a file, between its marks, with the costs of the paper's size (`costs.py`)

Numbers of the column "here" are read off the `paper` preset, so that they cannot drift; the tests are named, and
`tools/break_ledger.py` breaks the code behind every one of them to see it fail. The statements are from "Zero-Shot
Text-to-Image Generation" (arXiv 2102.12092), the post that announced it, the released dVAE, and its author's answers to
readers. What is not implemented has a line too, with the reason. Left out: how each line is broken on purpose
(`tools/ledger_breaks.py`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from minidalle.ledger import costs, data, dvae, machines, text, transformer
from minidalle.ledger.line import OPEN, Line
from minidalle.presets import preset

__all__ = ["PARTS", "Line", "add_parser", "every_line", "table"]

PARTS: dict[str, tuple[Line, ...]] = {
    "Pairs": data.LINES,
    "Captions and the stream": text.LINES,
    "The discrete VAE": dvae.NETWORK,
    "Training the discrete VAE": dvae.TRAINING,
    "The transformer": transformer.NETWORK,
    "Training the transformer": transformer.TRAINING,
    "Many machines, sixteen bits": machines.LINES,
    "Drawing pictures": transformer.RESULTS,
    "Scores": data.SCORES,
}
"""All lines, by the part of the model that they are about."""


def every_line() -> Iterator[Line]:
    """All lines, part by part."""
    for lines in PARTS.values():
        yield from lines


def table() -> str:
    """The ledger in Markdown: a heading and a table for each part, and the count of what is and is not implemented."""
    paper = preset("paper")
    blocks = []
    for part, lines in PARTS.items():
        rows = [f"### {part}", "", "| | the paper | here | why | test |", "|---|---|---|---|---|"]
        for line in lines:
            tests = ", ".join(f"`{test.rpartition('/')[2]}`" for test in line.tests) or OPEN
            rows.append(f"| {line.name} | {line.paper} | {line.reads(paper)} | {line.why} | {tests} |")
        blocks.append("\n".join(rows))
    lines = list(every_line())
    missing = [line.name for line in lines if not line.tests]
    held = f"{len(lines) - len(missing)} of {len(lines)} lines are held by tests"
    return "\n\n".join([*blocks, f"{held}; not implemented: {', '.join(missing) or 'none'}."])


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the `ledger` command to a command line."""
    said = "what the paper says, what is done here, and the test that holds it"
    parser = subparsers.add_parser("ledger", help=said, description=said)
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write it between the marks of a file instead"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the ledger; returns the exit code."""
    if args.write is None:
        sys.stdout.write(table() + "\n")
        return 0
    from minidalle.evaluation.report import write_between

    write_between(args.write, "ledger", table())
    write_between(args.write, "costs", costs.table(preset("paper")))
    return 0
