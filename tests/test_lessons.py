"""What the lessons say together: about the package, about the paper, and about how long they take."""

import ast
import importlib.util
import inspect
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

import minidalle

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LEDGER = (ROOT / "minidalle" / "ledger" / "README.md").read_text(encoding="utf-8")
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def sources(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


def tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---------------------------------------------------------------- the package


@cache
def public_of(module: str) -> dict[str, str]:
    """The syntax tree of each public function and class of a module, by name."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        return {}
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: ast.dump(node) for node in kept if not node.name.startswith("_")}


def trees(path: Path) -> list[ast.AST]:
    plain = [re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE) for source in sources(path, "code")]
    return [node for source in plain for node in ast.walk(ast.parse(source))]


@every_lesson
def test_nothing_is_pasted_from_the_package(path: Path):
    """A lesson may define what it likes, but under a name of a module that it uses only what stands there."""
    nodes = trees(path)
    used = {
        n.module for n in nodes if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("minidalle.")
    }
    for node in (node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)):
        for module in used:
            own = public_of(module).get(node.name)
            assert own in (None, ast.dump(node)), f"{node.name} is defined, and differs from that in {module}"


def test_every_name_at_the_top_of_the_package_is_used_in_some_lesson():
    code = "\n".join(source for path in LESSONS for source in sources(path, "code"))
    public = [
        name
        for name in minidalle.__all__
        if not inspect.ismodule(getattr(minidalle, name)) and "__" not in name
    ]
    unused = [name for name in public if not re.search(rf"\b{name}\b", code)]
    assert not unused, f"in no lesson: {', '.join(unused)}"


# ---------------------------------------------------------------- the paper

OF_THE_PAPER = re.compile(r"\bthe paper\b|\bpaper's\b|DALL·E (?:itself|of 2021)", flags=re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")
SECTION = re.compile(
    r"(?:sections?|appendix|lessons?|step)\s+[\dA-E][\d.]*(?:(?:,| and| to)\s+[\dA-E][\d.]*)*", re.IGNORECASE
)


def numbers_said_of_the_paper(path: Path) -> list[tuple[str, str]]:
    """(number, sentence) of every sentence that speaks of the paper; numbers of sections and lessons are none."""
    found = []
    for text in sources(path, "markdown"):
        plain = re.sub(r"```.*?```|\$\$.*?\$\$|`[^`]*`", " ", text, flags=re.DOTALL)
        for sentence in re.split(r"(?<=[.?!:])\s+", plain):
            if OF_THE_PAPER.search(sentence):
                bare = SECTION.sub(" ", sentence)
                found += [(number.rstrip(","), sentence) for number in NUMBER.findall(bare)]
    return found


IN_THE_LEDGER = {
    number.replace(",", "") for number in NUMBER.findall(re.sub(r"(?<=\d)[x×](?=\d)", " ", LEDGER))
}

OWN = {"2021", "196608"}
"""Numbers in such sentences that are no facts of the paper: the year of the post; 256 x 256 x 3."""


@every_lesson
def test_numbers_said_of_the_paper_stand_in_the_ledger(path: Path):
    known = IN_THE_LEDGER | OWN
    for number, sentence in numbers_said_of_the_paper(path):
        value = number.replace(",", "")
        assert value in known or float(value) <= 4, f"{number} is not in the ledger: {sentence!r}"


def test_a_wrong_number_would_be_noticed():
    assert {"1280", "8192", "16384", "3968", "11"} <= IN_THE_LEDGER
    assert not {"1281", "8193", "511"} & IN_THE_LEDGER


# ---------------------------------------------------------------- the table of lessons


def test_the_table_of_lessons_lists_them_all_with_times_under_two_minutes():
    times = tool("lesson_times")
    text = times.README.read_text(encoding="utf-8")
    found = times.measured(times.README)
    assert set(found) == {path.name for path in LESSONS}, "run tools/lesson_times.py"
    assert all(int(seconds) <= times.LIMIT for seconds in found.values())
    assert times.table(found) in text, "a title or a time of reading changed: run tools/lesson_times.py"


@every_lesson
def test_a_lesson_says_how_long_it_takes(path: Path):
    title, minutes = tool("lesson_times").about(path)
    assert title and 10 <= int(minutes) <= 120


def test_every_lesson_has_a_mistake_that_it_has_to_notice():
    """`python -m tools.break_lessons` makes them; here only that each is still a change of what stands there."""
    mistakes = tool("break_lessons").MISTAKES
    assert set(mistakes) == {path.stem[:2] for path in LESSONS}
    for file, right, wrong in mistakes.values():
        assert (ROOT / file).read_text(encoding="utf-8").count(right) == 1 and right != wrong, (file, right)
