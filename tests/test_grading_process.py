"""`minidalle grade` and its processes: what cannot be run or judged is told, and ends neither a class nor hangs on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minidalle.checks.catalogue import checker_of
from minidalle.checks.checker import Checker
from minidalle.checks.plain import DEEPEST, Unknown, decode, encode, plain
from minidalle.cli import main
from minidalle.grading import runner as runner_module
from minidalle.grading.runner import Runner
from minidalle.grading.submission import plain_python
from tests.test_grading import FIRST, SECOND, graded, notebook, right

FORKS = hasattr(os, "fork")


def nested(depth: int) -> str:
    """A student's function that gives back lists within lists."""
    return (
        f"import sys\nsys.setrecursionlimit(100_000)\ndef {FIRST}(words):\n    found = []\n"
        f"    for _ in range({depth}):\n        found = [found]\n    return found"
    )


def test_what_is_nested_deeply_costs_its_exercise_and_no_more(tmp_path: Path, capsys: pytest.CaptureFixture):
    """At 480 to 500 lists the judge's own stack ended once, and the marking of the class with it."""
    paths = [notebook(tmp_path, f"deep_{n}", {FIRST: nested(n), SECOND: right(SECOND)}) for n in (60, 496)]
    sums = right(SECOND).replace("n_merges:", f"n_merges + {' + '.join(['0'] * 400)}:", 1)
    assert sums != right(SECOND)
    paths.append(notebook(tmp_path, "deep_code", {SECOND: sums}))
    found = graded(capsys, *paths)
    for n in (60, 496):
        first, second = found[f"deep_{n}"][FIRST], found[f"deep_{n}"][SECOND]
        assert (first["status"], second["status"]) == ("wrong", "right") and "It should be" in first[
            "feedback"
        ]
    assert found["deep_code"][SECOND]["status"] == "right"


def test_plain_data_has_an_end():
    endless: list = []
    endless.append(endless)
    found, depth = plain(endless), 0
    while isinstance(found, list):
        found, depth = found[0], depth + 1
    assert isinstance(found, Unknown) and depth == DEEPEST + 1
    assert decode(encode(plain(endless))) == plain(endless)
    with pytest.raises(ValueError, match="nested"):
        decode(encode([plain(endless)]))


def test_a_thousand_magics_at_the_head_of_a_cell_are_passed_over():
    assert plain_python("%%time\n" * 5000 + "x = 1") == "x = 1"
    assert plain_python("%%time\n%%bash\nls") == "" and plain_python("%%") == ""


def test_what_cannot_be_judged_is_left_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    judge = Checker.judge

    def fails(self: Checker, *given):
        if self.name == FIRST:
            raise ZeroDivisionError
        return judge(self, *given)

    monkeypatch.setattr(Checker, "judge", fails)
    rows = graded(capsys, notebook(tmp_path, "one", {FIRST: right(FIRST), SECOND: right(SECOND)}))["one"]
    assert (
        rows[FIRST]["points"] == 0 and "ZeroDivisionError. Please mark it by hand" in rows[FIRST]["feedback"]
    )
    assert rows[SECOND]["status"] == "right"


def test_a_machine_that_runs_no_answers_is_told_and_no_student_blamed(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runner_module, "environment", lambda: {"PYTHONHOME": str(tmp_path)})
    assert main(["grade", str(notebook(tmp_path, "good", {FIRST: right(FIRST)}))]) == 1
    told = capsys.readouterr()
    assert "answers cannot be run here" in told.err and "points" not in told.out


def test_where_there_is_no_fork_each_answer_has_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch):
    if FORKS:
        monkeypatch.delattr(os, "fork")
    cases = checker_of(FIRST).cases(1)[:2]
    with Runner(20) as runner:
        assert not runner.run(FIRST, [right(FIRST)], cases).fault
        assert runner.server is None
    monkeypatch.setattr(runner_module, "environment", lambda: {"PYTHONHOME": runner.folder.name})
    with Runner(20) as runner, pytest.raises(runner_module.RunnerError, match="cannot be run here"):
        runner.run(FIRST, [right(FIRST)], cases)


def children(process: int) -> list[int]:
    """The processes that a process has started, and that have not ended."""
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in table.splitlines()]
    return [int(pid) for pid, parent, state in rows if int(parent) == process and not state.startswith("Z")]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_who_stops_the_marking_leaves_no_answer_running(tmp_path: Path):
    """Ctrl-C reaches the marker and its server, and not the answer, which has a session of its own."""
    if not FORKS:  # no server, and nobody who could be left behind
        return
    asleep = notebook(tmp_path, "asleep", {FIRST: "import time\ntime.sleep(600)"})
    command = [sys.executable, "-m", "minidalle", "grade", str(asleep), "--timeout", "600"]
    marker = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    end, answers = time.monotonic() + 60, []
    while not answers and time.monotonic() < end:
        time.sleep(0.1)
        answers = [answer for server in children(marker.pid) for answer in children(server)]
    os.killpg(marker.pid, signal.SIGINT)
    marker.wait(timeout=30)
    assert len(answers) == 1
    end = time.monotonic() + 10
    while alive(answers[0]) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(answers[0])


def test_who_uses_up_the_processor_is_told_so():
    """The first signal is the one that says why; a single one that cannot be caught would look like any other end."""
    if sys.platform == "win32":  # which sets no such limit
        return
    code = "from minidalle.grading.walls import raise_limits\nraise_limits(0.5, 1 << 30, 1 << 20)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == -24


def test_a_table_that_cannot_be_written_is_told_before_a_class_is_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    (tmp_path / "taken.csv").mkdir()
    good = notebook(tmp_path, "good", {FIRST: right(FIRST)})
    assert main(["grade", str(good), "--csv", str(tmp_path / "taken.csv")]) == 2
    told = capsys.readouterr()
    assert "it cannot be written" in told.err and not told.out
