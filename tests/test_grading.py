"""`minidalle grade`: honest work gets what it deserves, and hostile work harms nothing but itself."""

import csv
import inspect
import json
import os
import platform
import sys
import textwrap
from pathlib import Path

import jsonschema
import pytest

from exercises.source.parts import lessons
from minidalle.checks import cards
from minidalle.checks.catalogue import checker_of
from minidalle.checks.plain import Unknown, decode, encode
from minidalle.cli import main
from minidalle.grading.runner import Runner
from minidalle.grading.submission import SubmissionError, plain_python, read
from minidalle.grading.walls import instructions

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "minidalle" / "grading" / "schema.json").read_text(encoding="utf-8"))
LESSON = "02_byte_pair_encoding"
FIRST, SECOND = "count_pairs", "learn_merges"
FILTERED = sys.platform == "linux" and platform.machine() == "x86_64"


def notebook(folder: Path, name: str, answers: dict[str, str]) -> Path:
    """A student's notebook with some exercises answered by code."""
    book = json.loads((ROOT / "exercises" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        for exercise, code in answers.items():
            if cell["cell_type"] == "code" and "".join(cell["source"]).startswith(f"def {exercise}("):
                cell["source"] = code
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def right(exercise: str) -> str:
    return next(one.code("reference") for one in lessons()[LESSON] if one.name() == exercise)


def graded(
    capsys: pytest.CaptureFixture, *paths: Path, timeout: str = "20", extra: tuple[str, ...] = ()
) -> dict:
    """The report on some notebooks, which fits the schema: file -> exercise -> row."""
    assert main(["grade", *map(str, paths), "--json", "--timeout", timeout, *extra]) == 0
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, SCHEMA)
    return {
        one["file"].removesuffix(".ipynb"): {row["exercise"]: row for row in one["exercises"]}
        for one in report["submissions"]
    }


ONE = "\ndef count_pairs(*a): return 1"
# What each file does to the machine, and the status that it should get. TARGET is a file of others.
HOSTILE = {
    "endless": ("while True: pass", "stopped"),
    "endless_when_called": ("def count_pairs(*a):\n    while True: pass", "stopped"),
    "asleep": ("import time\ntime.sleep(1000)", "stopped"),
    "exit": ("import sys\nsys.exit(0)", "wrong"),
    "hard_exit": ("import os\nos._exit(0)", "stopped"),
    "exit_when_called": ("def count_pairs(*a):\n    raise SystemExit", "wrong"),
    "crash": ("import ctypes\nctypes.string_at(0)", "stopped"),
    "memory": ("x = bytearray(40 << 30)", "wrong"),
    "tensor": ("import torch\nx = torch.zeros(10**11)", "wrong"),
    "deep": ("def count_pairs(*a):\n    return count_pairs(*a)", "wrong"),
    "flood": ("for _ in range(200_000): print('x' * 100)\ndef count_pairs(*a): return 1", "wrong"),
    "huge": ("def count_pairs(*a):\n    return list(range(10**7))", "stopped"),
    "delete": ("import os\nos.remove('TARGET')", "wrong"),
    "delete_by_c": ("import ctypes\nctypes.CDLL(None).unlink(b'TARGET')" + ONE, "wrong"),
    "overwrite": ("open('TARGET', 'w').write('mine')", "wrong"),
    "append_by_c": ("import ctypes\nctypes.CDLL(None).open(b'TARGET', 0o2001)" + ONE, "wrong"),
    "fork_bomb": ("import os\nwhile True: os.fork()", "wrong"),
    "fork_by_c": ("import ctypes, os\nctypes.CDLL(None).fork()\nopen(f'FORKED{os.getpid()}', 'w')", "wrong"),
    "threads": (
        "import threading, time\nthreading.stack_size(1 << 15)\n"
        "while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        "stopped",
    ),
    "shell": ("import os\nos.system('touch FORKED')", "wrong"),
    "program": ("import subprocess\nsubprocess.run(['touch', 'FORKED'])", "wrong"),
    "kill_parent": ("import os\nos.kill(os.getppid(), 9)", "wrong"),
    "kill_by_c": ("import ctypes, os\nctypes.CDLL(None).kill(os.getppid(), 9)" + ONE, "wrong"),
    "network": ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')", "wrong"),
    "tampered": (
        "import sys\nc, p = (sys.modules[f'minidalle.checks.{name}'] for name in ('checker', 'plain'))\n"
        "c.same = p.same = lambda *a: True\nc.Checker.judge = lambda *a: c.Finding(True, 'all right')\n"
        "def count_pairs(*a): return 1",
        "wrong",
    ),
    "tampered_run": (
        "import sys\nc = sys.modules['minidalle.checks.checker']\n"
        "c.Checker.run = lambda self, answer, case: c.Outcome(self.target(*case))\n"
        "def count_pairs(*a): return 1",
        "wrong",
    ),
    "forged": (
        "import os, json\nfor fd in range(3, 64):\n    try: os.write(fd, json.dumps({'walls': [], "
        "'outcomes': []}).encode())\n"
        "    except OSError: pass\nos._exit(0)",
        "stopped",
    ),
    "syntax": ("def count_pairs(:", "wrong"),
    "unplain": ("def count_pairs(*a):\n    return {object(): lambda: 1}", "wrong"),
    "lying_object": (
        "class Yes(dict):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def count_pairs(*a): return Yes()",
        "wrong",
    ),
}  # fmt: skip


def test_a_class_of_thirty_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture):
    """Each hostile answer costs its exercise and nothing else: the honest one beside it counts, and all others."""
    target = tmp_path / "target.txt"
    target.write_text("not yours", encoding="utf-8")
    paths = [notebook(tmp_path, "honest", {FIRST: right(FIRST), SECOND: right(SECOND)})]
    hostile = {name: way for name, way in HOSTILE.items() if FILTERED or "by_c" not in name}
    for name, (code, _) in hostile.items():
        code = code.replace("TARGET", target.as_posix()).replace("FORKED", (tmp_path / "forked").as_posix())
        paths.append(notebook(tmp_path, name, {FIRST: code, SECOND: right(SECOND)}))
    table = tmp_path / "class.csv"
    found = graded(capsys, *paths, timeout="1.5", extra=("--csv", str(table)))
    assert {row["status"] for row in (found["honest"][FIRST], found["honest"][SECOND])} == {"right"}
    for name, (_, status) in hostile.items():
        bad, good = found[name][FIRST], found[name][SECOND]
        assert (bad["status"], bad["points"]) == (status, 0), f"{name}: {bad}"
        assert good["status"] == "right", f"{name}: {good}"
    assert target.read_text(encoding="utf-8") == "not yours"
    assert not list(tmp_path.glob("forked*"))
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(paths) and rows[0][SECOND] == "3" and rows[1][FIRST] == "0"
    notes = {row["file"]: row["note"] for row in rows}
    assert notes["honest.ipynb"] == "" and notes["syntax.ipynb"].startswith(f"{FIRST}: "), (
        "no wrong answer, no answer"
    )
    if FILTERED:
        assert len(paths) >= 30
        assert found["honest"][SECOND]["walls"] == ["limits", "filter", "hook"]
        assert "more threads" in found["threads"][FIRST]["feedback"]


def test_the_filter_lets_computing_through(tmp_path: Path):
    """What honest answers do: gradients, random numbers, convolutions, threads, reading the clock and a file."""
    code = """
import random, threading, time
from pathlib import Path
import torch
def count_pairs(words):
    weight = torch.randn(3, 3, 3, 3, requires_grad=True)
    torch.nn.functional.conv2d(torch.randn(1, 3, 8, 8), weight).sum().backward()
    thread = threading.Thread(target=time.sleep, args=(0.01,)); thread.start(); thread.join()
    found = torch.linalg.svd(torch.randn(40, 40)).S.sort().values
    return [weight.grad.shape[0], len(Path(threading.__file__).read_text()) > 9, random.random() < 1, len(found)]
"""
    with Runner(20) as runner:
        ran = runner.run(FIRST, [code], checker_of(FIRST).cases(1)[:1])
    assert not ran.fault and ran.outcomes[0].value == [3, True, True, 40], ran


def test_the_filter_has_its_jumps_right():
    """Every jump lands inside of the program, and it ends by refusing."""
    lines = instructions()
    for place, (code, yes, no, _) in enumerate(lines):
        assert code == 0x06 or place + 1 + max(yes, no) < len(lines)
    assert lines[-1] == (0x06, 0, 0, 0x50001) and len(lines) < 4096


def test_another_seed_gives_other_cases():
    one = checker_of(SECOND)
    assert one.cases(1) == one.cases(1) and one.cases(1) != one.cases(2)


def test_who_writes_the_cases_answers_down_fails_with_another_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    one = checker_of(SECOND)
    known = {repr(case): one.target(*case) for case in one.cases(1)}
    learnt = notebook(tmp_path, "learnt", {SECOND: f"def {SECOND}(*case):\n    return {known!r}[repr(case)]"})
    assert graded(capsys, learnt)["learnt"][SECOND]["status"] == "right"
    assert graded(capsys, learnt, extra=("--seed", "7"))["learnt"][SECOND]["status"] == "wrong"


def test_the_feedback_names_the_belief(tmp_path: Path, capsys: pytest.CaptureFixture):
    exercise = next(one for one in lessons()[LESSON] if one.name() == FIRST)
    belief, wrong = next(iter(exercise.seeded().items()))
    code = textwrap.dedent(inspect.getsource(wrong)).replace(f"def {wrong.__name__}(", f"def {FIRST}(", 1)
    row = graded(capsys, notebook(tmp_path, "mistaken", {FIRST: code}))["mistaken"][FIRST]
    assert row["belief"] == belief and len(row["feedback"].split()) > 10


def test_the_packages_own_function_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture):
    borrowed = {
        "renamed": "from minidalle.bpe_training import learn_merges",
        "called": "from minidalle.bpe_training import learn_merges as theirs\ndef learn_merges(*a): return "
        "theirs(*a)",
        "inside": "def learn_merges(*a):\n    from minidalle import bpe_training\n    return "
        "bpe_training.learn_merges(*a)",
    }
    paths = [notebook(tmp_path, name, {SECOND: code}) for name, code in borrowed.items()]
    for name, rows in graded(capsys, *paths).items():
        assert rows[SECOND]["belief"] == "style", name


# ---------------------------------------------------------------- what is handed in


def test_files_that_are_no_notebooks_are_told_and_the_others_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    texts = {
        "empty": "",
        "list": "[]",
        "text": "hello",
        "cells": '{"cells": [{"cell_type": "code"}]}',
        "other": '{"cells": []}',
    }
    paths = []
    for name, text in texts.items():
        (path := tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
        paths.append(path)
    paths.append(notebook(tmp_path, "good", {FIRST: right(FIRST)}))
    assert main(["grade", *map(str, paths)]) == 0
    said = capsys.readouterr().out
    assert said.count("it is no notebook") == 4 and "it holds no exercise of this course" in said
    assert f"good.ipynb: 1 of {sum_of(LESSON)} points" in said


def sum_of(lesson: str) -> int:
    from minidalle.checks import points

    return sum(points(name) for name, card in cards().items() if card["lesson"] == lesson)


def test_a_folder_stands_for_the_notebooks_below_it(tmp_path: Path, capsys: pytest.CaptureFixture):
    """As learning platforms hand a class over: a folder for each student, and the same name in each."""
    for student in ("ann", "bob"):
        (tmp_path / student / ".ipynb_checkpoints").mkdir(parents=True)
        notebook(tmp_path / student, "sheet", {})
        notebook(tmp_path / student / ".ipynb_checkpoints", "sheet-checkpoint", {})
    table = tmp_path / "t.csv"
    assert main(["grade", str(tmp_path), "--csv", str(table)]) == 0
    capsys.readouterr()
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [Path(row["file"]).parts[-2:] for row in rows] == [("ann", "sheet.ipynb"), ("bob", "sheet.ipynb")]
    (tmp_path / "empty").mkdir()
    assert main(["grade", str(tmp_path / "empty"), str(tmp_path / "gone")]) == 2
    said = capsys.readouterr().err
    assert "empty: there is no notebook in this folder" in said and "gone: there is no such file" in said


def test_what_is_asked_wrongly(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["grade", str(tmp_path / "none.ipynb")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    good = notebook(tmp_path, "good", {})
    assert main(["grade", str(good), "--timeout", "0"]) == 2
    assert main(["grade", str(good), "--csv", str(tmp_path / "no" / "x.csv")]) == 2


def test_a_removed_section_counts_nothing_and_tags_may_be_lost(tmp_path: Path):
    path = notebook(tmp_path, "cut", {})
    book = json.loads(path.read_text(encoding="utf-8"))
    book["metadata"] = {}
    for cell in book["cells"]:
        cell["metadata"] = {}
    path.write_text(json.dumps(book), encoding="utf-8")
    whole = read(path)
    assert whole.lesson == LESSON and list(whole.sections) == whole.exercises
    book["cells"] = [cell for cell in book["cells"] if f"`{SECOND}`" not in "".join(cell["source"])]
    path.write_text(json.dumps(book), encoding="utf-8")
    cut = read(path)
    assert SECOND not in cut.sections and SECOND in cut.exercises
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(SubmissionError, match="no notebook"):
        read(path)


def test_magics_are_passed_over():
    assert plain_python("%matplotlib inline\nx = 1\n!ls") == "pass\nx = 1\npass"
    assert plain_python("%%time\nx = 1\nx?") == "x = 1\npass" and plain_python("%%bash\nls") == ""
    assert plain_python("if 1:\n    %time f()\nls = !ls\n?f") == "if 1:\n    pass\nls = None\npass"
    same = 'x = (3\n% 2)\ntext = """\n%d!\n"""'
    assert plain_python(same) == same, "what is Python as it stands is let alone"


def test_a_formula_in_a_file_name_stays_text(tmp_path: Path):
    path = notebook(tmp_path, "=1+1", {})
    table = tmp_path / "t.csv"
    assert main(["grade", str(path), "--csv", str(table)]) == 0
    assert table.read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1.ipynb")


def test_plain_data_survives_the_way():
    import torch

    for value in (None, True, 3, -1.5, float("inf"), "é", b"\xff", [1, [2.0]], {(1, 2): [3]}, Unknown("set")):
        assert decode(json.loads(json.dumps(encode(value)))) == value
    for tensor in (
        torch.tensor([[1.5, float("-inf")]]),
        torch.tensor([True]),
        torch.arange(3),
        torch.zeros(0, 2),
    ):
        back = decode(json.loads(json.dumps(encode(tensor))))
        assert back.dtype == tensor.dtype and torch.equal(back, tensor)
    for bad in (
        {"tensor": [1], "dtype": "load", "shape": [1]},
        {"tensor": [1], "dtype": "int64", "shape": [9]},
        {"x": 1},
    ):
        with pytest.raises(ValueError, match="no plain data"):
            decode(bad)


def test_no_process_is_left_behind():
    with Runner(5) as runner:
        runner.run(FIRST, ["x = 1"], checker_of(FIRST).cases(1)[:1])
        server = runner.server
    assert server is None or server.poll() is not None
    assert not hasattr(os, "fork") or server is not None
