"""Marks: every exercise of a submission run, judged and told in words; as a report in JSON, and a class as CSV.

Left out: marks for half an answer. The feedback says how far it is; what that is worth, a teacher knows better.
"""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from minidalle import __version__
from minidalle.checks.catalogue import card, cards, checker_of, points
from minidalle.checks.checker import Case, Finding
from minidalle.checks.style import imports_package, style_fault
from minidalle.grading.runner import Ran, Runner, clean
from minidalle.grading.submission import Submission, SubmissionError, read

UNJUDGED = "It was not judged: "
"""How the feedback of an answer begins that nobody looked at: its points say nothing about it."""


def mark(path: Path, runner: Runner, seed: int, name: str = "") -> dict[str, Any]:
    """The marks of one submission: file, lesson, points, of, note, and a row for each exercise of its
    lesson. name: what the file is called, where its own name does not tell which it is."""
    file = clean(name or path.name)
    try:
        submission = read(path)
    except (SubmissionError, OSError) as error:
        note = str(error) if isinstance(error, SubmissionError) else f"it cannot be read ({error.strerror})"
        return {"file": file, "lesson": "", "points": 0, "of": 0, "note": clean(note), "exercises": []}
    rows = [mark_exercise(submission, exercise, runner, seed) for exercise in submission.exercises]
    total = {what: sum(row[what] for row in rows) for what in ("points", "of")}
    return {"file": file, "lesson": submission.lesson, **total, "note": "", "exercises": rows}


def mark_exercise(submission: Submission, exercise: str, runner: Runner, seed: int) -> dict[str, Any]:
    """The row of one exercise. status: right, wrong, missing, or stopped (from outside, or by itself)."""
    of = points(exercise)
    row = {"exercise": exercise, "kind": card(exercise)["kind"], "status": "missing", "points": 0, "of": of}
    if exercise not in submission.sections:
        said = f"There is no section {exercise}: keep its heading, and your code below it."
        return row | {"belief": "", "feedback": said, "walls": []}
    cases = checker_of(exercise).cases(seed)
    ran = runner.run(exercise, submission.cells(exercise), cases)
    finding = Finding(False, f"{UNJUDGED}{ran.fault}{'' if ran.fault.endswith('?') else '.'}")
    if not ran.fault:
        try:
            finding = judged(submission, exercise, cases, ran)
        except Exception as error:  # nobody's answer ends the marking of a class
            said = f"{UNJUDGED}that stopped with {type(error).__name__}. Please mark it by hand."
            finding = Finding(False, said)
    row |= {"status": _status(ran, finding), "points": of if finding.passed else 0, "walls": list(ran.walls)}
    return row | {"belief": finding.belief, "feedback": finding.message}


def judged(submission: Submission, exercise: str, cases: Sequence[Case], ran: Ran) -> Finding:
    """What is found of what an answer gave for the cases, and, if that is right, of how it is written."""
    finding = checker_of(exercise).judge(cases, ran.outcomes)
    if finding.passed and (fault := written(submission, exercise, ran.called)):
        return Finding(False, fault, "style")
    return finding


def written(submission: Submission, exercise: str, called: Set[str]) -> str:
    """What is wrong with how a right answer is written; "" if nothing. called: what it was seen to call of the
    package."""
    functions, section = submission.functions(exercise)
    used = {node.id for one in functions for node in ast.walk(one) if isinstance(node, ast.Name)}
    return style_fault(checker_of(exercise), functions, called | (imports_package(section) & used))


def _status(ran: Ran, finding: Finding) -> str:
    if ran.stopped:
        return "stopped"
    return "right" if finding.passed else "wrong"


def report(marks: Sequence[dict[str, Any]], seed: int, seconds: float) -> dict[str, Any]:
    """The whole report, as `schema.json` describes it."""
    about = {"format": 1, "minidalle": __version__, "seed": seed, "timeout": seconds}
    return {**about, "submissions": list(marks)}


def as_csv(marks: Sequence[dict[str, Any]]) -> str:
    """One line for each submission: its points, and those of every exercise that any of them has."""
    used = {row["exercise"] for one in marks for row in one["exercises"]}
    columns = [name for name in cards() if name in used]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["file", "lesson", "points", "of", *columns, "note"])
    for one in marks:
        got = {row["exercise"]: row["points"] for row in one["exercises"]}
        line = [
            one["file"],
            one["lesson"],
            one["points"],
            one["of"],
            *(got.get(name, "") for name in columns),
        ]
        table.writerow([_cell(cell) for cell in [*line, one["note"] or unjudged(one)]])
    return out.getvalue()


def unjudged(one: dict[str, Any]) -> str:
    """Which exercises of a submission have no points because they could not be judged, and why; "" if none."""
    return "; ".join(
        f"{row['exercise']}: {row['feedback'].removeprefix(UNJUDGED).splitlines()[0]}"
        for row in one["exercises"]
        if row["feedback"].startswith(UNJUDGED) or row["status"] == "missing"
    )


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
