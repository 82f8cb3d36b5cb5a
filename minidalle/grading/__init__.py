"""Marking a class: `minidalle grade NOTEBOOK...`, offline, each answer in a process of its own.

**It protects against** an endless loop, a crash, `exit()`, a printed flood, much memory, many threads, a fork bomb,
deleting or writing files, the network, and a tampered checker: the process that runs an answer knows no
right answers and judges nothing, so each costs that one exercise. On Linux (x86-64) the kernel enforces
this; only threads are counted from outside, every hundredth of a second, on Linux. Elsewhere limits and Python do,
which stops accidents and not attacks: mark untrusted work in a container or a virtual machine there.

**It does not protect against** reading: code can read what the account that runs it can read, though it can
send it nowhere. Nor against copying a solution from a neighbour or from `exercises/solutions`: another
`--seed` changes the cases, not the question. An answer is watched, and calling this package is told; who means to
can look away from the watch. Nor does it hide results that are computed by calling PyTorch's own version of a thing.

Left out: accounts, deadlines, deciding what half an answer is worth.
"""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Add the `grade` command to a command line."""
    said = "mark notebooks of exercises, each answer in a process of its own"
    parser = subparsers.add_parser(
        "grade", help=said, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "notebooks", nargs="+", metavar="NOTEBOOK", help="submitted notebooks, or folders of them"
    )
    parser.add_argument(
        "--json", action="store_true", help="the whole report as JSON (see grading/schema.json)"
    )
    parser.add_argument("--csv", metavar="FILE", help="also write one line for each submission to this file")
    parser.add_argument("--seed", type=int, default=1, help="another one gives other cases (default: 1)")
    parser.add_argument(
        "--timeout", type=float, default=20.0, metavar="S", help="seconds an exercise (default: 20)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Mark the notebooks; returns the exit code (`command.grade`)."""
    from minidalle.grading.command import grade

    return grade(args)
