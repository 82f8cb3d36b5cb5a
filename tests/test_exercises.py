"""The exercises: blanks and mistakes fail, each for its own reason; right answers pass; notebooks are as made."""

import ast
import importlib.util
import json
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure

from exercises.source.parts import every_exercise, lessons
from minidalle.checks import card, cards, check, hint, progress
from minidalle.checks.catalogue import checker_of

ROOT = Path(__file__).parents[1]
EVERY = every_exercise()
every_exercise_of_the_course = pytest.mark.parametrize("exercise", EVERY, ids=lambda one: one.name())

_spec = importlib.util.spec_from_file_location("make_exercises", ROOT / "tools" / "make_exercises.py")
make_exercises = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_exercises)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Progress is kept in a folder of the test's own."""
    monkeypatch.setenv("MINIDALLE_HOME", str(tmp_path))
    return tmp_path


@every_exercise_of_the_course
def test_a_blank_fails_in_words(exercise):
    verdict = check(exercise.name(), exercise.blank, draw=False)
    assert not verdict and "gives nothing back yet" in verdict.message


@every_exercise_of_the_course
def test_right_answers_pass_with_every_seed(exercise):
    for seed in (0, 1, 2):
        for answer in (exercise.reference, exercise.independent):
            verdict = check(exercise.name(), answer, seed, draw=False)
            assert verdict, f"{answer.__qualname__}: {verdict.message}"


@every_exercise_of_the_course
def test_every_mistake_is_told_by_what_is_believed(exercise):
    """Each mistake is written as a student would, not as the checker has it, and found with any seed."""
    seeded = exercise.seeded()
    assert len(seeded) >= 4
    assert set(seeded) == {belief.name for belief in checker_of(exercise.name()).beliefs}
    for seed in (0, 1):
        found = {belief: check(exercise.name(), wrong, seed, draw=False) for belief, wrong in seeded.items()}
        assert {belief: verdict.belief for belief, verdict in found.items()} == {
            belief: belief for belief in seeded
        }
        messages = [verdict.message for verdict in found.values()]
        assert len(set(messages)) == len(messages)
        assert all(
            len(message.split()) >= 12 and "{" not in message for message in messages if "{b'" not in message
        )


@every_exercise_of_the_course
def test_the_specification_is_right_where_it_is_code(exercise):
    if not isinstance(exercise.specification, str):
        one = checker_of(exercise.name())
        cases = one.cases(5)
        assert one.judge(cases, [one.run(exercise.specification, case) for case in cases]).passed


def in_tensors(value):
    """A value with every number as a tensor of no axes."""
    if isinstance(value, list | tuple):
        return [in_tensors(item) for item in value]
    if isinstance(value, dict):
        return {key: in_tensors(item) for key, item in value.items()}
    return torch.tensor(value) if type(value) in (int, float) else value


@every_exercise_of_the_course
def test_a_number_may_be_a_tensor_of_no_axes(exercise):
    one = checker_of(exercise.name())
    cases = one.cases(4)
    outcomes = [one.run(lambda *case: in_tensors(exercise.reference(*case)), case) for case in cases]
    finding = one.judge(cases, outcomes)
    assert finding.passed, finding.message


@every_exercise_of_the_course
def test_hints_rise_and_do_not_solve(exercise):
    assert len(exercise.hints) == 3 and all(len(text.split()) >= 6 for text in exercise.hints)
    for level in (1, 2, 3):
        said = repr(hint(exercise.name(), level))
        assert said == f"Hint {level} of 3: {exercise.hints[level - 1]}"
        for part in ("reference", "independent"):
            whole = "".join("".join(exercise.code(part).splitlines()[1:]).split()).removeprefix("return")
            assert whole not in "".join(said.replace("`", "").split()), f"hint {level} is the {part}"


# ---------------------------------------------------------------- what is committed


def test_the_committed_notebooks_are_what_the_source_makes():
    stale = [
        path.name
        for path, text in make_exercises.written().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run tools/make_exercises.py"
    made = {path for path in make_exercises.written() if path.suffix == ".ipynb"}
    assert made == {
        *(ROOT / "exercises").glob("*.ipynb"),
        *(ROOT / "exercises" / "solutions").glob("*.ipynb"),
    }


def test_the_published_score_is_counted_from_what_ran(monkeypatch: pytest.MonkeyPatch):
    """One mistake that is not caught takes one off the number; nobody writes it by hand."""
    exercise = next(one for one in EVERY if one.name() == "count_pairs")
    monkeypatch.setattr(make_exercises, "every_exercise", lambda: [exercise])
    whole, seeded = make_exercises.score.__wrapped__()
    monkeypatch.setattr(exercise, "seeded", classmethod(lambda cls: {"it is right": exercise.reference}))
    assert (whole, seeded) == (4, 4) and make_exercises.score.__wrapped__() == (0, 1)


def bodies(code: str) -> list[str]:
    """The functions of some code by what they do, without names and docstrings."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            lines = [
                line
                for line in node.body
                if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
            found.append("\n".join(map(ast.dump, lines)))
    return [body for body in found if body]


def unindented(text: str) -> str:
    """A text whose lines all begin at its left edge."""
    return "\n".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize("lesson", lessons())
def test_no_solution_stands_in_a_student_notebook(lesson):
    cells = json.loads((ROOT / "exercises" / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    words = unindented("\n".join("".join(cell["source"]) for cell in cells))
    for exercise in lessons()[lesson]:
        for part in ("reference", "independent"):
            for body in bodies(exercise.code(part)):
                assert body not in bodies(code), f"{exercise.name()}: its {part} is there"
            assert unindented(exercise.code(part)).partition("\n")[2] not in words


@pytest.mark.parametrize("lesson", lessons())
def test_solution_notebooks_run(lesson):
    cells = json.loads((ROOT / "exercises" / "solutions" / f"{lesson}.ipynb").read_text(encoding="utf-8"))[
        "cells"
    ]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names: dict = {"__name__": "solutions"}
    for text in code[1:]:  # the first only installs
        exec(compile(text, lesson, "exec"), names)
    assert len(progress().solved) == len(lessons()[lesson])


def test_a_course_of_exercises():
    assert list(cards()) == [one.name() for one in EVERY]
    assert len({one.name() for one in EVERY}) == len(EVERY)


# ---------------------------------------------------------------- check, hint, progress


def test_what_is_asked_wrongly_is_told():
    with pytest.raises(ValueError, match="did you mean 'learn_merges'"):
        check("learn_merge", len)
    with pytest.raises(ValueError, match="was it called already"):
        check("learn_merges", [])
    with pytest.raises(ValueError, match="hints 1 to 3"):
        hint("learn_merges", 4)


def test_no_function_hides_a_module_of_the_checks():
    """`from minidalle.checks import checker` is the module of that name, and so for all."""
    import types

    import minidalle.checks

    folder = Path(minidalle.checks.__file__).parent
    hidden = {path.stem: vars(minidalle.checks).get(path.stem) for path in folder.glob("*.py")}
    hidden = {
        name: found for name, found in hidden.items() if found and not isinstance(found, types.ModuleType)
    }
    assert set(hidden) <= {"progress"}, (
        "progress() is what a learner types; its module is reached by its full name"
    )


def test_the_packages_own_function_is_not_yours():
    from minidalle.bpe_training import learn_merges

    assert "write it yourself" in check("learn_merges", learn_merges, draw=False).message


def test_progress_is_kept_on_this_machine(home: Path):
    right = EVERY[0]
    assert not progress().solved
    check(right.name(), right.reference, draw=False)
    assert progress().solved == {right.name()} and f"1 of {len(EVERY)} exercises" in repr(progress())
    (home / "progress.json").write_text("{", encoding="utf-8")
    assert not progress().solved, "a damaged file counts as none"
    assert card(right.name())["lesson"] in repr(progress())


# ---------------------------------------------------------------- the answer beside the right one


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch):
    """What is drawn, as matplotlib has it: panels by their order."""
    import minidalle.show
    from minidalle.checks.picture import beside

    def figure(paint, alt: str, *sizes: float):
        canvas = Figure()
        paint(canvas)
        return canvas.axes, alt

    monkeypatch.setattr(minidalle.show, "figure", figure)
    return beside


def test_rows_are_bars_and_of_a_far_too_long_one_a_beginning(drawn):
    (panel,), alt = drawn([1.0, 2.0, 3.0], torch.tensor([1.0, 2.0]), ("batch",))
    assert len(panel.patches) == 5 and panel.get_xlabel() == "batch" and alt.endswith(", batch")
    (panel,), _ = drawn(torch.arange(2000), [1, 2])
    assert len(panel.patches) == 14, "12 of 2000, and the 2 right ones"
    assert "the first 12 of 2000" in panel.get_legend().get_texts()[0].get_text()
    (panel,), _ = drawn("no numbers", [1, 2])
    assert len(panel.patches) == 2


def test_tables_are_shades_and_what_is_no_number_is_grey(drawn):
    (mine, right), alt = drawn(torch.tensor([[1.0, torch.inf]]), torch.zeros(2, 3), ("row", "column"))
    assert "grey" in mine.get_title() and right.get_title() == "the right answer" and "row by column" in alt
    assert [len(panel.images) for panel in (mine, right)] == [1, 1] and right.get_ylabel() == "row"
    (mine, _), _ = drawn(torch.tensor([1.0]), torch.zeros(2, 3))
    assert not mine.images and mine.texts[0].get_text() == "no table"
    assert drawn(1.0, 2.0) is None and drawn("a", "b") is None
