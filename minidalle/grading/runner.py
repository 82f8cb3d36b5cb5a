"""Running answers in processes of their own, from the side that must come to no harm.

Left out: what happens inside (`child.py`), and what the results are worth (`marks.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from minidalle.checks.checker import Case, Outcome
from minidalle.checks.plain import decode, encode

MEMORY = 1 << 30
FILE_SIZE = 16 << 20
WALLS = ("limits", "filter", "hook")
GRACE = 30.0
"""Seconds beyond the limit after which a silent server is given up."""

START = 120.0
"""Seconds in which a server, or the first process where there is no fork, has to have imported PyTorch."""


class RunnerError(RuntimeError):
    """Answers cannot be run on this machine, which is no answer's fault."""


NO_START = (
    "answers cannot be run here, since the process for them does not start. To see why, type in another folder: "
    'python -c "import minidalle.grading.child"'
)


@dataclass(frozen=True)
class Ran:
    """What came back. outcomes: one for each case; empty if the code did not get that far, and `fault` says
    why. called: what of the package the answer has called."""

    outcomes: tuple[Outcome, ...] = ()
    called: frozenset[str] = frozenset()
    fault: str = ""
    stopped: bool = False
    walls: tuple[str, ...] = ()


class Runner:
    """Runs answers one after another. Use it as a context; it ends its server with it."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.server, self.tried = seconds, None, False
        self.folder = tempfile.TemporaryDirectory(prefix="minidalle-grade-")

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *error: Any) -> None:
        self._end()
        self.folder.cleanup()

    def run(self, exercise: str, cells: list[str], cases: list[Case]) -> Ran:
        """Run the cells, then the function that is named as the exercise on every case. Raises RunnerError if no
        process can be started to run them in."""
        job, result = (Path(self.folder.name) / name for name in ("job.json", "result.json"))
        result.unlink(missing_ok=True)
        asked = {"exercise": exercise, "cells": cells, "cases": [encode(list(case)) for case in cases]}
        asked |= {"seconds": self.seconds, "memory": MEMORY, "file_size": FILE_SIZE}
        job.write_text(json.dumps(asked), encoding="utf-8")
        status, code = self._ask(exercise, job, result) if hasattr(os, "fork") else self._start(job, result)
        if status == "time" or code in (-24, 152):  # the kernel's own end of processor time
            return Ran(
                fault=f"it ran longer than {self.seconds:g} seconds: is there a loop without an end?",
                stopped=True,
            )
        if status == "threads":
            return Ran(fault="it started more threads than any answer needs", stopped=True)
        return self._read(result, len(cases), code)

    def _read(self, result: Path, count: int, code: int) -> Ran:
        """The result of a process, which may have written anything."""
        try:
            if result.stat().st_size > FILE_SIZE:
                raise ValueError("too much")
            found = json.loads(result.read_text(encoding="utf-8"))
            walls = tuple(name for name in WALLS if name in found["walls"])
            if "fault" in found:
                return Ran(fault=clean(found["fault"]), walls=walls)
            outcomes = tuple(_outcome(told) for told in found["outcomes"])
            if len(outcomes) != count:
                raise ValueError("too few")
            return Ran(outcomes, frozenset(map(clean, found["called"])), walls=walls)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            return Ran(fault=f"its process ended {how} before there was an answer", stopped=True)

    def _serve(self) -> None:
        """Start a server, if none is running."""
        if self.server is None or self.server.poll() is not None:
            self._end()
            self.server = subprocess.Popen(
                [sys.executable, "-m", "minidalle.grading.child"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                cwd=self.folder.name, env=environment(), text=True, encoding="utf-8",
            )  # fmt: skip
            self.said: Queue[str] = Queue()
            threading.Thread(target=_listen, args=(self.server.stdout, self.said), daemon=True).start()
            try:
                ready = self.said.get(timeout=START)
            except Empty:
                ready = ""
            if not ready:
                raise RunnerError(NO_START)

    def _ask(self, exercise: str, job: Path, result: Path) -> tuple[str, int]:
        """Let a server fork; how that ended."""
        self._serve()
        line = {"exercise": exercise, "job": str(job), "result": str(result), "seconds": self.seconds}
        try:
            self.server.stdin.write(json.dumps(line) + "\n")
            self.server.stdin.flush()
            answer = json.loads(self.said.get(timeout=self.seconds + GRACE))
            return answer["status"], answer["code"]
        except (OSError, ValueError, KeyError, TypeError, Empty):
            self._end()
            return "done", 1

    def _start(self, job: Path, result: Path) -> tuple[str, int]:
        """Start a process of its own for a job, where there is no fork; how that ended."""
        if not self.tried:
            self.tried = self._python(START, "-c", "import minidalle.grading.child") == ("done", 0)
            if not self.tried:
                raise RunnerError(NO_START)
        return self._python(self.seconds + GRACE, "-m", "minidalle.grading.child", str(job), str(result))

    def _python(self, seconds: float, *words: str) -> tuple[str, int]:
        try:
            ended = subprocess.run(
                [sys.executable, *words], timeout=seconds, cwd=self.folder.name, env=environment(), check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "time", 1
        return "done", ended.returncode

    def _end(self) -> None:
        """End the server, which ends what it runs."""
        if self.server is not None:
            self.server.terminate()
            try:
                self.server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server.stdin.close()
            self.server = None


def _listen(stream: Any, said: Queue[str]) -> None:
    """Lines of a server into a queue; an empty one when it has ended."""
    for line in stream:
        said.put(line)
    said.put("")
    stream.close()


def environment() -> dict[str, str]:
    """What of this process's environment an answer may see: where programs and modules lie, and one thread."""
    kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "LANG", "LC_ALL")
    single = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return {name: os.environ[name] for name in kept if name in os.environ} | single


def _outcome(told: dict[str, Any]) -> Outcome:
    """An outcome as it was told. Raises ValueError, KeyError or TypeError for anything else."""
    return Outcome(decode(told["value"]), clean(told["error"]), clean(told["said"]), clean(told["changed"]))


def clean(text: Any, most: int = 300) -> str:
    """Text from a stranger: one line, printable, short."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text))[:most]
