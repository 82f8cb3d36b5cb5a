"""The training log: one JSON object a line, the first of them the whole configuration.

A line is written at once and read back by anyone with `json.loads`. A run that was killed may leave half a line
at the end; reading passes over it, and resuming cuts off whatever lies after the checkpoint.
"""

import json
import math
import os
from pathlib import Path
from typing import Any


class Log:
    """Appends lines to a `.jsonl` file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def start(self, first: dict[str, Any]) -> None:
        """Begin anew with the line `first`."""
        self._write([first])

    def cut_after(self, step: int) -> None:
        """Drop lines about updates after `step`, which a resumed run makes again, and half a line at the end."""
        lines = read_log(self.path) if self.path.is_file() else []
        self._write([line for line in lines if line.get("step", 0) <= step])

    def add(self, line: dict[str, Any]) -> None:
        """One more line, after half a one if need be. Numbers are rounded to six digits; JSON has no infinity, so
        that is a word."""
        with open(self.path, "a+b") as file:
            if file.tell():  # a killed run, or a full disk, may have left half a line
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")
            file.write(_text(line).encode())

    def _write(self, lines: list[dict[str, Any]]) -> None:
        unfinished = self.path.with_name(f"{self.path.name}.tmp")
        unfinished.write_text("".join(map(_text, lines)), encoding="utf-8", newline="\n")
        os.replace(unfinished, self.path)


def _text(line: dict[str, Any]) -> str:
    rounded = {
        key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in line.items()
    }
    finite = {
        key: str(value) if value in (math.inf, -math.inf) or value != value else value
        for key, value in rounded.items()
    }
    return json.dumps(finite, ensure_ascii=False, allow_nan=False) + "\n"


def read_log(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, without half a line that a killed run left. FileNotFoundError where there is none."""
    lines = []
    for text in path.read_bytes().split(b"\n"):  # as bytes: half a line may end within a character
        try:
            lines.append(json.loads(text))
        except ValueError:
            continue
    return [line for line in lines if isinstance(line, dict)]
