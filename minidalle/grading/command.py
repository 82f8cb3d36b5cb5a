"""The command `minidalle grade`: arguments in, marks out. Left out: everything else (`marks.py`)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from minidalle.grading.marks import as_csv, mark, report
from minidalle.grading.runner import Runner, RunnerError

LONGEST = 3600.0


def grade(args: argparse.Namespace) -> int:
    """Mark the notebooks one after another and print what came of it; returns the exit code, 0 whatever the marks
    are, 1 if answers cannot be run here, 2 for what was asked wrongly."""
    faults, paths = [], []
    if not 0 < args.timeout <= LONGEST:
        faults.append(f"--timeout is {args.timeout:g}: seconds, above 0 and at most {LONGEST:g}")
    for name in args.notebooks:
        found, fault = notebooks_of(Path(name))
        paths += found
        faults += [fault] if fault else []
    if args.csv and not faults and (fault := cannot_write(Path(args.csv))):
        faults.append(fault)
    if faults:
        sys.stderr.writelines(f"minidalle grade: {fault}\n" for fault in faults)
        return 2
    marks, clash = [], len({path.name for path in paths}) < len(paths)
    try:
        with Runner(args.timeout) as runner:
            for path in paths:
                marks.append(mark(path, runner, args.seed, str(path) if clash else ""))
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


def notebooks_of(path: Path) -> tuple[list[Path], str]:
    """The notebooks that a name on the command line stands for, and why there are none, or "". A folder, as learning
    platforms export one for each student, stands for all notebooks below it, without Jupyter's own copies."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in one.parts)
        return found, "" if found else f"{path}: there is no notebook in this folder"
    return ([path], "") if path.is_file() else ([], f"{path}: there is no such file")


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
