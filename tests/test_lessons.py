"""What the lessons say together: about the package, about the paper, and about how long they take."""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

import minidalle

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXERCISES = sorted((ROOT / "exercises").glob("*.ipynb"))
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
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # a name that is imported from a module, and no module itself
        return {}
    if found is None or found.origin is None:
        return {}
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name: ast.dump(node) for node in kept if not node.name.startswith("_")}


def trees(path: Path) -> list[ast.AST]:
    plain = [re.sub(r"^\s*[%!].*$", "pass", source, flags=re.MULTILINE) for source in sources(path, "code")]
    return [node for source in plain for node in ast.walk(ast.parse(source))]


def of_the_package(module: str | None) -> bool:
    return (module or "").split(".")[0] == "minidalle"


@every_lesson
def test_nothing_is_pasted_from_the_package(path: Path):
    """A lesson may define what it likes, but under a name of a module that it uses only what stands there."""
    nodes = trees(path)
    imports = [n for n in nodes if isinstance(n, ast.ImportFrom) and of_the_package(n.module)]
    used = {n.module for n in imports} | {f"{n.module}.{name.name}" for n in imports for name in n.names}
    used |= {name.name for n in nodes if isinstance(n, ast.Import) for name in n.names}
    for node in (node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)):
        for module in filter(of_the_package, used):
            own = public_of(module).get(node.name)
            assert own in (None, ast.dump(node)), f"{node.name} is defined, and differs from that in {module}"


def taken(path: Path) -> set[str]:
    """Names that a notebook imports from the package, or writes behind `minidalle` and a dot; no others' names."""
    found = set()
    for node in trees(path):
        if isinstance(node, ast.ImportFrom) and of_the_package(node.module):
            found |= {name.name for name in node.names}
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "minidalle"
        ):
            found.add(node.attr)
    return found


def test_every_name_at_the_top_of_the_package_is_used_in_some_lesson():
    """In a lesson, or for `progress`, which is about exercises, in a sheet of them."""
    used = set().union(*map(taken, LESSONS + EXERCISES))
    unused = [name for name in minidalle.__all__ if name not in used | {"__version__"}]
    assert not unused, f"in no lesson: {', '.join(unused)}"


# ---------------------------------------------------------------- the paper

OF_THE_PAPER = re.compile(r"\bthe paper\b|\bpaper's\b|DALL·E (?:itself|of 2021)", flags=re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])")
SECTION = re.compile(
    r"(?:sections?|appendix|lessons?|step)\s+[\dA-E][\d.]*(?:(?:,| and| to)\s+[\dA-E][\d.]*)*", re.IGNORECASE
)


SENTENCES = re.compile(r"(?:(?<=[.?!])|(?<=[.?!]\)))\s+|\n\s*\n")


def numbers_said_of_the_paper(text: str) -> list[tuple[str, str]]:
    """(number, sentence) of every sentence that speaks of the paper; numbers of sections and lessons are none."""
    found = []
    plain = re.sub(r"```.*?```|\$\$.*?\$\$|`[^`]*`", " ", text, flags=re.DOTALL)
    for sentence in SENTENCES.split(plain):
        if OF_THE_PAPER.search(sentence):
            bare = SECTION.sub(" ", sentence)
            found += [(number.rstrip(","), sentence) for number in NUMBER.findall(bare)]
    return found


IN_THE_LEDGER = {
    number.replace(",", "") for number in NUMBER.findall(re.sub(r"(?<=\d)[x×](?=\d)", " ", LEDGER))
}

OWN = {"2021", "196608"}
"""Numbers in such sentences that are no facts of the paper: the year of the post; 256 x 256 x 3."""


def known(number: str) -> bool:
    """Whether a number is in the ledger, our own, or too small to be a fact by itself."""
    value = number.replace(",", "")
    return value in IN_THE_LEDGER | OWN or float(value) <= 4


@every_lesson
def test_numbers_said_of_the_paper_stand_in_the_ledger(path: Path):
    for text in sources(path, "markdown"):
        for number, sentence in numbers_said_of_the_paper(text):
            assert known(number), f"{number} is not in the ledger: {sentence!r}"


def test_a_wrong_number_would_be_noticed():
    assert {"1280", "8192", "16384", "3968", "11"} <= IN_THE_LEDGER
    assert not {"1281", "8193", "511"} & IN_THE_LEDGER
    said = "Ours has 77. The paper (section 2.2) has a stream\nof text: 1,281 slots, `99`, and 16,384 words. Then 55."
    assert [number for number, _ in numbers_said_of_the_paper(said)] == ["1,281", "16,384"]
    assert [known("1,281"), known("16,384")] == [False, True]
    every = [text for path in LESSONS for text in sources(path, "markdown")]
    assert sum(map(len, map(numbers_said_of_the_paper, every))) >= 60, (
        "the lessons speak of the paper in numbers"
    )


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


def part(guide: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return guide.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_lecturers_guide_knows_every_lesson():
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (\d\d) \| (.+?) \| \"(.+)\" \| (.+\?) \|$", part(guide, "What a lesson is about"), re.M
    )
    assert [number for number, *_ in rows] == [path.stem[:2] for path in LESSONS]
    for (_, name, *_), path in zip(rows, LESSONS, strict=True):
        assert tool("lesson_times").about(path)[0].startswith(name)
    for plan in ("Five weeks", "Twelve weeks"):
        assert {number for number, *_ in rows} <= set(re.findall(r"\b\d\d\b", part(guide, plan))), plan
    day = re.findall(r"^\| (\d):(\d\d) \|", part(guide, "One day"), re.M)
    assert day == sorted(day) and len(day) >= 7
    assert all(
        word in guide for word in ("**Students need**", "**On their own laptops.**", "**On one shared GPU.**")
    )


def test_every_lesson_has_a_mistake_that_it_has_to_notice():
    """`python -m tools.break_lessons` makes them; here only that each is still a change of what stands there."""
    mistakes = tool("break_lessons").MISTAKES
    assert set(mistakes) == {path.stem[:2] for path in LESSONS}
    for file, right, wrong in mistakes.values():
        assert (ROOT / file).read_text(encoding="utf-8").count(right) == 1 and right != wrong, (file, right)
