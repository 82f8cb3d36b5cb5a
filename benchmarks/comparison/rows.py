"""What a row of the comparison is, and how its ratios are made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from comparison.timing import Side, said


@dataclass(frozen=True)
class Goal:
    """ "Ours is at least `least` times as fast as `peer`": seconds of the peer divided by ours.

    A goal is asked in each precision that both have; `ours` names the side of ours that it is for. `what`: "seconds",
    or another figure that both sides carry, of which less is better ("memory").
    """

    ours: str
    peer: str
    least: float
    what: str = "seconds"


@dataclass
class Row:
    """One measured row. missing: peers that are not here, and why. notes: what a reader should know."""

    name: str
    title: str
    sides: list[dict[str, Any]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)

    def add(self, sides: list[Side]) -> None:
        """Keep what was timed."""
        self.sides += [side.plain(self.peaks) for side in sides if side.times]

    def plain(self) -> dict[str, Any]:
        """The row with its ratios, ready for JSON."""
        return {
            "name": self.name, "title": self.title, "sides": self.sides, "ratios": self.ratios(),
            "missing": self.missing, "notes": self.notes, "peak_gflops": {k: v / 1e9 for k, v in self.peaks.items()},
        }  # fmt: skip

    def ratios(self) -> list[dict[str, Any]]:
        """Every goal, in every pairing of precisions that was measured; equal ones decide whether it is met."""
        found = []
        for goal in self.goals:
            for mine in (side for side in self.sides if side["name"] == goal.ours):
                for theirs in (side for side in self.sides if side["name"] == goal.peer):
                    if (
                        not mine.get(goal.what) or goal.what not in theirs
                    ):  # at small sizes no memory is added
                        continue
                    equal = mine["precision"] == theirs["precision"]
                    if not equal and mine["precision"] != "bf16":
                        continue
                    ratio = theirs[goal.what] / mine[goal.what]
                    found.append({
                        "ours": goal.ours, "peer": goal.peer, "what": goal.what, "ratio": ratio, "goal": goal.least,
                        "precision": [mine["precision"], theirs["precision"]], "equal": equal,
                        "met": bool(ratio >= goal.least),
                    })  # fmt: skip
        return found


def importing(row: Row, peer: str, load: Callable[[], Any]) -> Any:
    """What `load` gives, or None, with the reason kept in the row, where the peer is not here."""
    try:
        return load()
    except Exception as error:  # a peer may fail in any way of its own; the row then says so
        row.missing[peer] = said(error)
        return None
