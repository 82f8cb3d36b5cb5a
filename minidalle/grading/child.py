"""The process in which one answer runs: it reads a job, raises the walls, runs the code and writes what came of it.

    python -m minidalle.grading.child                a server: jobs come as lines, each runs in a fork of it
    python -m minidalle.grading.child JOB RESULT     one job, where there is no fork

The server imports PyTorch once and never computes, so a fork of it is made in a moment and holds nobody's
work. Left out: judging. What is right is not known here; only what the code gives for the cases goes back.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from minidalle import checks
from minidalle.checks.catalogue import checker_of
from minidalle.checks.checker import Outcome
from minidalle.checks.plain import decode, encode
from minidalle.checks.style import Watched
from minidalle.grading.walls import raise_walls

NAP = 0.01
"""Seconds between looks at a running process."""

STOPS = (signal.SIGINT, signal.SIGTERM)
"""What ends a server: Ctrl-C, and its marker."""

MOST_THREADS = 64
"""Threads of one process, beyond which it is ended: the filter lets threads through and cannot count them."""


def run_job(job: str, result: str) -> None:
    """Run the job in a file behind walls, and write its result; ends this process."""
    with open(job, encoding="utf-8") as file:
        asked = json.load(file)
    one = replace(checker_of(asked["exercise"]), target=len, beliefs=())  # what is right is not for here
    cases = [tuple(decode(case)) for case in asked["cases"]]
    written = os.open(result, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    _silence(written)
    torch.set_num_threads(1)
    for name in ("check", "hint", "progress"):  # cells that call them must not stop
        setattr(checks, name, lambda *words, **settings: True)
    asked["walls"] = raise_walls(asked["seconds"], asked["memory"], asked["file_size"])
    found = _outcomes(one, asked["exercise"], asked["cells"], cases)
    text = json.dumps({"walls": asked["walls"], **found}).encode()
    while text:
        text = text[os.write(written, text) :]
    os._exit(0)


def _silence(kept: int) -> None:
    """Send what is printed nowhere, and close every other file but one."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if hasattr(os, "fork"):
        os.closerange(3, kept)
        os.closerange(kept + 1, 1024)


def _outcomes(one: Any, exercise: str, cells: list[str], cases: list[tuple]) -> dict[str, Any]:
    """What the code does: an error that stopped it, or an outcome for each case."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, text in enumerate(cells, 1):
        try:
            exec(compile(text, f"<cell {number}>", "exec"), names)
        except BaseException as error:  # a cell that stops does not undo the ones before it
            stopped = f"cell {number} stopped with {type(error).__name__}: {str(error)[:200]}"
            names.setdefault("__stopped__", stopped)
    answer = names.get(exercise)
    if not callable(answer):
        return {"fault": names.get("__stopped__", f"there is no function {exercise}")}
    watched = Watched(answer)
    outcomes = [_told(_safely(one, watched, case)) for case in cases]
    return {"outcomes": outcomes, "called": sorted(watched.called)}


def _safely(one: Any, answer: Any, case: tuple) -> Outcome:
    try:
        return one.run(answer, case)
    except BaseException as error:
        return Outcome(error=type(error).__name__)


def _told(outcome: Outcome) -> dict[str, Any]:
    return {**vars(outcome), "value": encode(outcome.value)}


def serve() -> None:
    """Say {"status": "ready"}, then run jobs one after another: a line {"exercise", "job", "result", "seconds"} in, a
    line {"status", "code"} out. Whoever ends the server ends the job that is running, too."""
    child = 0

    def stop(*_: Any) -> None:
        if child:
            _kill(os.killpg, child)
            _kill(os.kill, child)  # in case it was not yet the head of a group
        os._exit(1)

    for number in STOPS:
        signal.signal(number, stop)
    _say({"status": "ready"})
    for line in sys.stdin:
        asked = json.loads(line)
        checker_of(asked["exercise"])  # imports its lesson once, and in no fork's own seconds
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until it is known whom to end
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                for number in STOPS:
                    signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
                os.setsid()
                run_job(asked["job"], asked["result"])
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        status, code = _wait(child, asked["seconds"])
        child = 0
        _say({"status": status, "code": code})


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _kill(how: Callable[[int, int], None], child: int) -> None:
    """End a process (how: os.kill), or it and all that it started (os.killpg), if there still is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(child, signal.SIGKILL)


def _wait(child: int, seconds: float) -> tuple[str, int]:
    """Wait for a process, at most so long and while its threads are few; then end it and whatever it has started.
    Returns "done", "time" or "threads", and its exit code."""
    end, status = time.monotonic() + seconds, "done"
    while True:
        ended, code = os.waitpid(child, os.WNOHANG)
        if ended:
            _kill(os.killpg, child)
            return status, os.waitstatus_to_exitcode(code)
        if status == "done" and time.monotonic() > end:
            status = "time"
        elif status == "done" and _threads(child) > MOST_THREADS:
            status = "threads"
        if status != "done":
            _kill(os.kill, child)
        time.sleep(NAP)


def _threads(process: int) -> int:
    """How many threads a process has; 0 where the system does not say (it does on Linux)."""
    try:
        return len(os.listdir(f"/proc/{process}/task"))
    except OSError:
        return 0


if __name__ == "__main__":
    run_job(*sys.argv[1:]) if len(sys.argv) == 3 else serve()
