"""Make the exercises from their one source: student notebooks, solution notebooks, cards and the list of all.

    python tools/make_exercises.py           write them
    python tools/make_exercises.py --check   change nothing; exit status 1 if one would change

Source: exercises/source/lessonNN.py. Written: exercises/NN_name.ipynb, exercises/solutions/NN_name.ipynb,
minidalle/checks/cards.json, and the list between the marks of exercises/README.md, whose score of caught mistakes
is counted by judging each of them.
"""

import argparse
import ast
import hashlib
import json
import sys
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from exercises.source.parts import FIELDS, Exercise, every_exercise, lessons  # noqa: E402
from minidalle.checks.catalogue import checker_of  # noqa: E402
from minidalle.checks.style import digest  # noqa: E402

STARS = {"warm-up": "★", "build": "★★", "investigation": "★★", "stretch": "★★★"}
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}
SET_UP = """\
import math
import random
from collections import Counter

import torch
import torch.nn.functional as F

from minidalle.checks import check, hint, progress"""
START = """\
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("minidalle") is None:  # only where the course is not installed, as on Colab
    address = input("The web address of the course's repository: ")
    package = f"minidalle[notebooks,world] @ git+{address}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", package], check=True)"""
BEGIN, END = "<!-- list -->", "<!-- end of list -->"


def opening(lesson: str, exercises: list[type[Exercise]], solutions: bool) -> str:
    """The text of a notebook's first cell, in Markdown."""
    number, name = lesson.split("_", 1)
    title = name.replace("_", " ").capitalize()
    minutes = sum(exercise.minutes for exercise in exercises)
    words = (
        "These are the solutions, one way of many. Look only after you have tried, and asked for all three hints."
        if solutions
        else "Write your lines where the dots are, run the cell, then the `check` below it: it draws your answer "
        'beside the right one and says what is wrong. Stuck? `hint("name", 1)` to `3`. What an exercise needs belongs '
        "between its heading and its check. `progress()` shows what you have solved; it stays on this machine."
    )
    kind = "Solutions" if solutions else "Exercises"
    return (
        f"# {kind}: {title}\n\n**You need** lesson {number}. **Time:** about {minutes} minutes for all "
        f"{len(exercises)}.\n\n{words}"
    )


def heading(number: int, exercise: type[Exercise]) -> str:
    """An exercise's heading, card and text, in Markdown; `minidalle grade` finds its section by the heading."""
    return (
        f"## {number}. {exercise.title}: `{exercise.name()}`\n\n| | |\n|---|---|\n"
        f"| **teaches** | {exercise.teaches} |\n| **kind** | {exercise.kind} {STARS[exercise.kind]} |\n"
        f"| **minutes** | about {exercise.minutes} |\n| **size** | about {exercise.lines} lines |\n\n{exercise.text}"
    )


def cells_of(number: int, exercise: type[Exercise], solution: bool) -> list[nbformat.NotebookNode]:
    """An exercise's cells: heading, specification, the blank (or the reference), and its check."""
    name = exercise.name()
    head = nbformat.v4.new_markdown_cell(heading(number, exercise), metadata={"tags": [f"exercise:{name}"]})
    spec = exercise.specification
    if isinstance(spec, str):
        shown = [nbformat.v4.new_markdown_cell(f"**What is right**\n\n{spec}")]
    else:
        said = "**What is right**, slowly and plainly. Yours should give the same, in another way:"
        shown = [
            nbformat.v4.new_markdown_cell(said),
            nbformat.v4.new_code_cell(exercise.code("specification")),
        ]
    answer = exercise.code("reference" if solution else "blank")
    judged = f'assert check("{name}", {name})' if solution else f'check("{name}", {name})'
    return [head, *shown, nbformat.v4.new_code_cell(answer), nbformat.v4.new_code_cell(judged)]


def notebook(lesson: str, exercises: list[type[Exercise]], solutions: bool) -> str:
    """A lesson's exercises, or their solutions, as the text of a notebook: always the same."""
    book = nbformat.v4.new_notebook(metadata={**KERNEL, "minidalle": {"exercises": lesson}})
    book.nbformat_minor = 5
    book.cells = [
        nbformat.v4.new_markdown_cell(opening(lesson, exercises, solutions)),
        nbformat.v4.new_code_cell(START),
        nbformat.v4.new_code_cell(SET_UP),
    ]
    for number, exercise in enumerate(exercises, 1):
        book.cells += cells_of(number, exercise, solutions)
    if not solutions:
        book.cells.append(nbformat.v4.new_code_cell("progress()"))
    for place, cell in enumerate(book.cells):
        cell.id = hashlib.sha256(f"{lesson} {place} {cell.source}".encode()).hexdigest()[:10]
    nbformat.validate(book)
    return nbformat.writes(book).rstrip("\n") + "\n"


def cards() -> str:
    """The cards and hints of all exercises, as JSON."""
    every = {}
    for lesson, exercises in lessons().items():
        for exercise in exercises:
            card = {"lesson": lesson} | {name: getattr(exercise, name) for name in FIELDS}
            card["hints"] = list(exercise.hints)
            if not isinstance(exercise.specification, str):
                card["specification"] = digest(ast.parse(exercise.code("specification")))
            every[exercise.name()] = card
    return json.dumps(every, indent=1, ensure_ascii=False) + "\n"


@cache
def score() -> tuple[int, int]:
    """How many seeded mistakes are told by the belief behind them, and how many there are: each is run and judged."""
    told = []
    for exercise in every_exercise():
        one = checker_of(exercise.name())
        cases = one.cases(0)
        for belief, wrong in exercise.seeded().items():
            finding = one.judge(cases, [one.run(wrong, case) for case in cases])
            told.append(not finding.passed and finding.belief == belief)
    return sum(told), len(told)


def table() -> str:
    """All exercises in Markdown, and how many mistakes are seeded."""
    rows = ["| lesson | exercise | kind | minutes | what it teaches |", "|---|---|---|---:|---|"]
    for lesson, exercises in lessons().items():
        for one in exercises:
            link = f"[{lesson[:2]}]({lesson}.ipynb)"
            rows.append(
                f"| {link} | `{one.name()}` {one.title} | {one.kind} | {one.minutes} | {one.teaches} |"
            )
    every, (caught, seeded) = every_exercise(), score()
    said = (
        f"{len(every)} exercises, {sum(one.minutes for one in every) / 60:.0f} hours. {seeded} mistakes are seeded in "
        f"them; the checkers catch {caught} of {seeded} and tell each by the misconception behind it. "
        "`tools/make_exercises.py` judges them all and writes this line."
    )
    return "\n".join([said, "", *rows])


def written() -> dict[Path, str]:
    """Every file that the source makes, with its text."""
    files = {ROOT / "minidalle" / "checks" / "cards.json": cards()}
    for lesson, exercises in lessons().items():
        files[ROOT / "exercises" / f"{lesson}.ipynb"] = notebook(lesson, exercises, False)
        files[ROOT / "exercises" / "solutions" / f"{lesson}.ipynb"] = notebook(lesson, exercises, True)
    readme = ROOT / "exercises" / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    files[readme] = f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"
    return files


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="only say what would change")
    options = parser.parse_args(argv)
    stale = 0
    for path, text in written().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.relative_to(ROOT)}: {'would change' if options.check else 'written'}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
