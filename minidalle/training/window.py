"""What a log line says: means over the updates since the last one, and how fast they were.

Left out: when a line is due (`loop.py`) and where it goes (`logs.py`).
"""

import time
from typing import Any

from minidalle.devices import peak_flops
from minidalle.training.state import State


class Window:
    """Sums up the updates since the last log line, and keeps the time."""

    def __init__(self, state: State) -> None:
        self.state, self.before, self.begin = state, state.seconds, time.perf_counter()
        self.numbers: dict[str, list[float]] = {}
        self.restart()

    def restart(self) -> None:
        """Leave the time since the last update (an evaluation) out of pictures/s."""
        self.since, self.updates = time.perf_counter(), 0

    def seconds(self) -> float:
        """Time spent in this run, earlier sessions included."""
        return self.before + time.perf_counter() - self.begin

    def add(self, numbers: dict[str, float] | None) -> None:
        """Take in one update's numbers; None for a skipped one."""
        self.updates += 1
        for name, value in (numbers or {}).items():
            self.numbers.setdefault(name, []).append(value)

    def line(self, batch_size: int, flops: float = 0.0, device: str = "cpu") -> dict[str, Any]:
        """The log line: means of what was added, the last learning rate and the speed; starts a new window.

        flops: of one picture, for "mfu": the share of what the device could multiply at most, where that is known.
        """
        means = {name: sum(values) / len(values) for name, values in self.numbers.items()}
        if "lr" in means:
            means["lr"] = self.numbers["lr"][-1]
        rate = self.updates * batch_size / max(time.perf_counter() - self.since, 1e-9)
        line = {"step": self.state.step, **means, "skipped": self.state.skipped}
        line |= {"elapsed": round(self.seconds(), 1), "pictures_per_second": round(rate, 1)}
        peak = peak_flops(device)
        if flops and peak:
            line["mfu"] = round(rate * flops / peak, 4)
        self.numbers = {}
        self.restart()
        return line
