"""A submitted notebook as its exercises: for each, the code that belongs to it.

An exercise's own code stands between its heading and the next one's; what stands before the first heading
belongs to all. So what one exercise does, or leaves undone, is no other's concern. Left out: running any of
it.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from minidalle.checks import cards

LARGEST = 20 << 20
MOST_CODE = 1 << 20
"""Characters of code in one notebook: reading more of it would take the marker's own memory."""

HEADING = re.compile(r"^#+ .*`(\w+)`", re.MULTILINE)
CHECK = re.compile(r"\bcheck\(\s*[\"'](\w+)[\"']")


class SubmissionError(ValueError):
    """A file that is no notebook of exercises."""


@dataclass
class Submission:
    """lesson: whose exercises it has. shared: code for all of them. sections: exercise -> its code, cell by cell."""

    lesson: str
    shared: list[str] = field(default_factory=list)
    sections: dict[str, list[str]] = field(default_factory=dict)

    @property
    def exercises(self) -> list[str]:
        """All exercises of the lesson, done or not."""
        return [name for name, card in cards().items() if card["lesson"] == self.lesson]

    def cells(self, exercise: str) -> list[str]:
        """The code to run for one exercise."""
        return [*self.shared, *self.sections.get(exercise, [])]

    def functions(self, exercise: str) -> tuple[list[ast.AST], ast.Module]:
        """The last definition of the exercise's function, and of those that it names, and so on; and all code of its
        section."""
        bodies = []
        for text in self.cells(exercise):
            try:
                bodies += ast.parse(text).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue  # the run will say so
        module = ast.Module(bodies, [])
        defined = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        found, waiting = {}, [exercise]
        while waiting:
            name = waiting.pop()
            if name in defined and name not in found:
                found[name] = defined[name]
                waiting += [node.id for node in ast.walk(defined[name]) if isinstance(node, ast.Name)]
        return list(found.values()), module


def read(path: Path) -> Submission:
    """Read a notebook. Raises SubmissionError for what is none, or has no exercise of this course."""
    cells, lesson = _cells(path)
    if sum(len(text) for kind, text, _ in cells if kind == "code") > MOST_CODE:
        raise SubmissionError(f"it has more than {MOST_CODE >> 20} MB of code")
    found, here = Submission(lesson), ""
    named: Counter[str] = Counter()
    for kind, text, tags in cells:
        begun = _begins(kind, text, tags)
        if begun:
            here = begun
            found.sections.setdefault(here, [])
        elif kind == "code":
            named.update(cards()[name]["lesson"] for name in CHECK.findall(text) if name in cards())
            code = plain_python(text)
            (found.sections[here] if here else found.shared).append(code)
    named.update(cards()[name]["lesson"] for name in found.sections)
    if lesson not in {card["lesson"] for card in cards().values()}:
        if not named:
            raise SubmissionError("it holds no exercise of this course: keep the headings and the checks")
        found.lesson = named.most_common(1)[0][0]
    return found


def _begins(kind: str, text: str, tags: list[str]) -> str:
    """The exercise whose heading a cell is, "" for none."""
    for tag in tags:
        if tag.startswith("exercise:") and tag[9:] in cards():
            return tag[9:]
    heading = HEADING.search(text) if kind == "markdown" else None
    return heading[1] if heading and heading[1] in cards() else ""


def _cells(path: Path) -> tuple[list[tuple[str, str, list[str]]], str]:
    """(kind, text, tags) of all cells, and the lesson that the notebook says it is about."""
    if path.stat().st_size > LARGEST:
        raise SubmissionError(f"it is larger than {LARGEST >> 20} MB: clear its outputs")
    try:
        book = json.loads(path.read_text(encoding="utf-8-sig"))
        lesson = book.get("metadata", {}).get("minidalle", {}).get("exercises", "")
        return [_cell(cell) for cell in book["cells"]], str(lesson)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SubmissionError(f"it is no notebook ({type(error).__name__}: {str(error)[:80]})") from None


def _cell(cell: dict[str, Any]) -> tuple[str, str, list[str]]:
    text = cell["source"]
    tags = cell.get("metadata", {}).get("tags", [])
    return (
        str(cell["cell_type"]),
        text if isinstance(text, str) else "".join(text),
        [str(tag) for tag in tags],
    )


def plain_python(text: str) -> str:
    """A cell without what only notebooks understand: lines that begin with % or !, or end with ?, and a %% at its
    head. Where that leaves the rest of the cell as it is, as %%time does, the rest counts."""
    lines = text.lstrip().split("\n")
    heads = [line.split()[0] for line in takewhile(lambda line: line.startswith("%%"), lines)]
    if not set(heads) <= {"%%time", "%%capture", "%%prun"}:
        return ""
    text = "\n".join(lines[len(heads) :]) if heads else text
    if _is_python(text):
        return text
    lines = [re.sub(r"^(\s*\w+\s*=\s*)[%!].*", r"\1None", line) for line in text.split("\n")]
    return "\n".join(re.sub(r"^(\s*)([%!?].*|[\w.]+\?+\s*)$", r"\1pass", line) for line in lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
