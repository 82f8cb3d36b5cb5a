"""`minidalle grade` under attack: nothing is signalled, nothing ends the marking of a class, nothing is borrowed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exercises.source.parts import every_exercise, lessons, source
from minidalle.checks import check
from minidalle.checks.catalogue import checker_of
from minidalle.checks.plain import decode
from minidalle.cli import main
from minidalle.grading.marks import mark
from minidalle.grading.runner import Runner
from minidalle.grading.submission import MOST_CODE, SubmissionError, read
from tests.test_grading import FILTERED, FIRST, LESSON, ROOT, SECOND, graded, notebook, right

EXERCISES = {one.name(): one for one in every_exercise()}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIDALLE_HOME", str(tmp_path))


SIGNALS = {
    "to_a_thread": "import ctypes\nctypes.CDLL(None).syscall(234, VICTIM, VICTIM, 9)",
    "by_an_open_file": """
import fcntl, os
there, here = os.pipe()
fcntl.fcntl(there, fcntl.F_SETOWN, VICTIM)
fcntl.fcntl(there, 10, 9)  # a signal of one's own choice when something arrives
fcntl.fcntl(there, fcntl.F_SETFL, fcntl.fcntl(there, fcntl.F_GETFL) | os.O_ASYNC)
os.write(here, b"x")""",
    "to_one_core": "import os\nos.sched_setaffinity(VICTIM, [0])\nos.kill(VICTIM, 9)",
}


@pytest.mark.parametrize("way", SIGNALS if FILTERED else ())
def test_no_other_process_is_signalled(way: str):
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        with Runner(10) as runner:
            code = SIGNALS[way].replace("VICTIM", str(victim.pid))
            runner.run(FIRST, [code, f"def {FIRST}(*a): return 1"], checker_of(FIRST).cases(1)[:1])
        time.sleep(0.2)
        assert victim.poll() is None, f"{way}: the process was ended"
    finally:
        victim.kill()
        victim.wait()


@pytest.mark.parametrize("lesson", lessons())
def test_every_solution_earns_all_points(lesson: str):
    """What is right in a notebook is right here: cases arrive as they were, tuples among them."""
    with Runner(60) as runner:
        marks = mark(ROOT / "exercises" / "solutions" / f"{lesson}.ipynb", runner, 1)
    assert marks["points"] == marks["of"] > 0, [row for row in marks["exercises"] if not row["points"]]


STRANGE = {
    "unsigned": "torch.ones(3, dtype=torch.uint16)",
    "complex": "torch.ones(3, dtype=torch.complex64)",
    "sparse": "torch.eye(3).to_sparse()",
    "tiny": "torch.ones(3).to(torch.float8_e4m3fn)",
    "huge": "10**400",
    "hugest": "[10**5000]",
    "numpy": "__import__('numpy').array(['a', 'b'])",
    "named": "__import__('collections').namedtuple('Pair', 'x y')(1, 2)",
    "spoof": "type('T\\n07.ipynb: 20 of 20 points', (), {})()",
    "surrogate": "'\\ud800'",
}


@pytest.mark.parametrize(
    "name", ["count_pairs", "nearest_code", "straight_through", "kept_bytes", "moving_codebook"]
)
def test_strange_values_are_wrong_and_no_more(name: str):
    import torch

    for way, value in STRANGE.items():
        verdict = check(name, eval(f"lambda *case: {value}", {"torch": torch}))
        assert not verdict and verdict.message, way


def test_right_values_of_another_kind_are_right():
    import numpy as np
    import torch

    def as_numpy(value):
        return {np.str_(word): np.int64(count) for word, count in value.items()}

    kinds = {
        "given_cells": (list, torch.Tensor.numpy, torch.Tensor.tolist, lambda value: tuple(value)),
        "is_copy": (list, torch.Tensor.numpy),
        "count_words": (as_numpy, __import__("collections").Counter),
        "kl_slope": (torch.Tensor.double, torch.Tensor.numpy, lambda value: value.T.contiguous().T),
    }
    for name, ways in kinds.items():
        for way in ways:
            verdict = check(
                name, lambda *case, name=name, way=way: way(EXERCISES[name].reference(*case)), draw=False
            )
            assert verdict, (name, way, verdict.message)


def test_no_gradients_in_a_notebook_change_no_verdict():
    import torch

    exercise = EXERCISES["straight_through"]
    with torch.no_grad():
        assert check("straight_through", exercise.reference, draw=False)
        detached = exercise.seeded()["everything is detached"]
        assert not check("straight_through", detached, draw=False)


def test_strange_values_leave_the_others_their_marks(tmp_path: Path, capsys: pytest.CaptureFixture):
    paths = []
    for way, value in STRANGE.items():
        code = f"import torch\ndef {FIRST}(words):\n    return {value}"
        paths.append(notebook(tmp_path, way, {FIRST: code, SECOND: right(SECOND)}))
    for way, rows in graded(capsys, *paths).items():
        assert rows[FIRST]["points"] == 0 and rows[SECOND]["status"] == "right", way
        assert "\n" not in rows[FIRST]["feedback"], way


def test_a_forged_result_costs_no_memory():
    for forged in ({"bytes": 10**12}, {"tensor": [1], "dtype": "quint8", "shape": [1]}):
        with pytest.raises(ValueError, match="no plain data"):
            decode(forged)
    with pytest.raises(ValueError, match="no plain data"):
        decode({"tensor": [1], "dtype": "complex64", "shape": [1]})
    assert decode({"unknown": "a\nb\x1b[2J"}).type == "ab[2J"


# ---------------------------------------------------------------- what is not one's own

BORROWED = {
    "named anew": "from minidalle.bpe_training import learn_merges as theirs\nlearn_merges = theirs",
    "in a lambda": "from minidalle import bpe_training as b\nlearn_merges = lambda *a: b.learn_merges(*a)",
    "behind a name": "from minidalle.bpe_training import learn_merges as theirs\nmine = theirs\n"
    "def learn_merges(*a):\n    return mine(*a)",
    "in a helper": "def help_me(*a):\n    from minidalle.bpe_training import learn_merges\n"
    "    return learn_merges(*a)\ndef learn_merges(*a):\n    return help_me(*a)",
    "in a list": "from minidalle import bpe_training as b\nways = [b.learn_merges]\n"
    "def learn_merges(*a):\n    return [way(*a) for way in ways][0]",
    "by its name": "def learn_merges(*a):\n"
    "    return __import__('minidalle.bpe_training').bpe_training.learn_merges(*a)",
    "from the checks": "from minidalle.checks.catalogue import checker_of\n"
    "def learn_merges(*a):\n    return checker_of('learn_merges').target(*a)",
    "partly": "from functools import partial\nfrom minidalle.bpe_training import learn_merges as theirs\n"
    "learn_merges = partial(theirs)",
}
STACK = """
import sys
def learn_merges(*a):
    frame = sys._getframe()
    while frame:
        found = frame.f_locals.get("self")
        if hasattr(found, "target"):
            return found.target(*a)
        frame = frame.f_back
"""


def test_no_way_round_makes_the_packages_function_yours(tmp_path: Path, capsys: pytest.CaptureFixture):
    paths = [notebook(tmp_path, way, {SECOND: code}) for way, code in BORROWED.items()]
    paths.append(notebook(tmp_path, "stack", {SECOND: STACK}))
    for way, rows in graded(capsys, *paths).items():
        assert rows[SECOND]["points"] == 0, way
        assert way == "stack" or rows[SECOND]["belief"] == "style", way
    for way, code in {**BORROWED, "stack": STACK}.items():
        names: dict = {"__name__": "__main__"}
        exec(code, names)
        assert check(SECOND, names[SECOND], draw=False).belief == "style", way


def test_comparing_with_the_package_is_no_borrowing(tmp_path: Path, capsys: pytest.CaptureFixture):
    code = f"{right(SECOND)}\n\nfrom minidalle.bpe_training import learn_merges as theirs\n"
    code += "assert theirs({b'ab': 2}, 1) == learn_merges({b'ab': 2}, 1)"
    assert graded(capsys, notebook(tmp_path, "fair", {SECOND: code}))["fair"][SECOND]["status"] == "right"


def test_a_loop_in_a_helper_is_a_loop(tmp_path: Path):
    helped = """
def nearest(vector, codebook):
    gaps = [float(((vector - code) ** 2).sum()) for code in codebook]
    return gaps.index(min(gaps))
def nearest_code(vectors, codebook):
    import torch
    return torch.tensor(list(map(lambda vector: nearest(vector, codebook), vectors)))
"""
    (tmp_path / "helped.py").write_text(helped, encoding="utf-8")
    names: dict = {"__name__": "__main__"}
    exec(compile(helped, tmp_path / "helped.py", "exec"), names)
    assert "Python loop" in check("nearest_code", names["nearest_code"], draw=False).message


@pytest.mark.parametrize("name", ["who_knows", "nearest_training", "masked_attention"])
def test_the_specification_under_your_name_is_not_yours(name: str, tmp_path: Path):
    exercise = EXERCISES[name]
    text = source(exercise.specification, name)
    path = tmp_path / "copied.py"
    path.write_text(f"import math\nimport torch\n\n{text}\n", encoding="utf-8")
    names: dict = {"__name__": "copied"}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), names)
    assert "specification" in check(name, names[name], draw=False).message


# ---------------------------------------------------------------- files


def test_files_of_one_name_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = notebook(tmp_path, "same", {})
    paths = []
    for who in ("ada", "bob"):
        (tmp_path / who).mkdir()
        paths.append(str(shutil.copy(path, tmp_path / who)))
    assert main(["grade", *paths, "--json"]) == 0
    assert [one["file"] for one in json.loads(capsys.readouterr().out)["submissions"]] == paths


def test_a_files_name_can_spoof_and_break_nothing(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = notebook(tmp_path, "plain", {})
    names = [tmp_path / "=a.ipynb"]  # other systems have no stranger names
    if os.name == "posix":
        names += [tmp_path / "a\nb.ipynb: 20 of 20 points.ipynb", tmp_path / os.fsdecode(b"\xff.ipynb")]
    for name in names:
        shutil.copy(path, name)
    table = tmp_path / "t.csv"
    assert main(["grade", *map(str, names), "--csv", str(table)]) == 0
    heads = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("  ")]
    assert len(heads) == len(names) == len(table.read_text(encoding="utf-8").splitlines()) - 1


def test_a_notebook_of_endless_code_is_not_read(tmp_path: Path):
    path = notebook(tmp_path, "long", {FIRST: "0;" * (MOST_CODE // 2 + 1)})
    with pytest.raises(SubmissionError, match="more than 1 MB of code"):
        read(path)
    with Runner(5) as runner:
        assert "more than 1 MB" in mark(path, runner, 1)["note"]


def test_marks_at_the_head_of_a_file_and_magics_cost_nothing(tmp_path: Path, capsys: pytest.CaptureFixture):
    path = notebook(tmp_path, "windows", {SECOND: f"%%time\n{right(SECOND)}\nlearn_merges?"})
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert graded(capsys, path)["windows"][SECOND]["status"] == "right"
    assert read(path).lesson == LESSON
