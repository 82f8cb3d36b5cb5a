"""The command `minidalle grade`: arguments in, marks out. Left out: everything else (`marks.py`)."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from minidalle.grading.marks import as_csv, mark, report
from minidalle.grading.runner import Runner, RunnerError

LONGEST = 3600.0


def grade(args: argparse.Namespace) -> int:
    """Mark the notebooks one after another and print what came of it; returns the exit code, 0 whatever the marks
    are, 1 if answers cannot be run here, 2 for what was asked wrongly."""
    paths = [Path(name) for name in args.notebooks]
    fault = ""
    if not 0 < args.timeout <= LONGEST:
        fault = f"--timeout is {args.timeout:g}: seconds, above 0 and at most {LONGEST:g}"
    for path in paths:
        if not path.is_file():
            fault = f"{path}: there is no such file"
    if args.csv and not fault:
        fault = cannot_write(Path(args.csv))
    if fault:
        sys.stderr.write(f"minidalle grade: {fault}\n")
        return 2
    marks, names = [], Counter(path.name for path in paths)
    try:
        with Runner(args.timeout) as runner:
            for path in paths:
                marks.append(mark(path, runner, args.seed, str(path) if names[path.name] > 1 else ""))
                if not args.json:
                    sys.stdout.write(in_words(marks[-1]))
                    sys.stdout.flush()
    except RunnerError as error:
        sys.stderr.write(f"minidalle grade: {error}\n")
        return 1
    if args.json:
        sys.stdout.write(json.dumps(report(marks, args.seed, args.timeout), indent=1) + "\n")
    if args.csv:
        Path(args.csv).write_text(as_csv(marks), encoding="utf-8", newline="\n")
    return 0


def cannot_write(path: Path) -> str:
    """Why a table cannot be written to a file, found out before a class is marked; "" if it can."""
    if not path.parent.is_dir():
        return f"--csv is {path}: there is no folder {path.parent}"
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        return f"--csv is {path}: it cannot be written ({error.strerror}). Is it open in another program?"
    return ""


def in_words(one: dict[str, Any]) -> str:
    """The marks of one submission, a line for each exercise."""
    if one["note"]:
        return f"{one['file']}: {one['note']}\n"
    lines = [f"{one['file']}: {one['points']} of {one['of']} points ({one['lesson']})"]
    lines += [
        f"  {row['exercise']:24} {row['points']} of {row['of']}  {row['status']}: {row['feedback']}"
        for row in one["exercises"]
    ]
    return "\n".join(lines) + "\n"
