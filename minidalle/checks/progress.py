"""What you have solved, kept in one file on this machine and sent nowhere.

Where: `progress.json` in the folder that the environment's MINIDALLE_HOME names, else `.minidalle` in your
home. Delete it to begin anew. Left out: when and how often something was tried.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from minidalle.checks.catalogue import cards, points

BAR = 20
"""Signs in the bar of a lesson."""


def progress_file() -> Path:
    """The file in which progress is kept."""
    home = os.environ.get("MINIDALLE_HOME")
    return (Path(home) if home else Path.home() / ".minidalle") / "progress.json"


def solved() -> set[str]:
    """The exercises that have been solved here; none if the file is missing or damaged."""
    try:
        known = json.loads(progress_file().read_text(encoding="utf-8"))["solved"]
        return {name for name in known if name in cards()}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def record(exercise: str) -> None:
    """Remember that an exercise is solved; a file that cannot be written is no reason to stop."""
    path, known = progress_file(), solved()
    if exercise in known:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"solved": sorted(known | {exercise})}, indent=1), encoding="utf-8")
        os.replace(new, path)
    except OSError:
        return


@dataclass(frozen=True)
class Progress:
    """Solved exercises, as a table that shows itself."""

    solved: frozenset[str]

    @property
    def points(self) -> int:
        """What they count together."""
        return sum(points(name) for name in self.solved)

    def __repr__(self) -> str:
        lessons: dict[str, list[str]] = {}
        for name, card in cards().items():
            lessons.setdefault(card["lesson"], []).append(name)
        lines = []
        for lesson, names in lessons.items():
            done = sum(name in self.solved for name in names)
            bar = "█" * (BAR * done // len(names))
            left = next((name for name in names if name not in self.solved), "")
            lines.append(
                f"{lesson:24} {bar:·<{BAR}} {done} of {len(names)}{'  next: ' + left if left else ''}"
            )
        whole = sum(map(points, cards()))
        return "\n".join(
            [*lines, f"{len(self.solved)} of {len(cards())} exercises, {self.points} of {whole} points"]
        )


def progress() -> Progress:
    """What has been solved on this machine, lesson by lesson."""
    return Progress(frozenset(solved()))
