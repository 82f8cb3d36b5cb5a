"""How anything is timed: processor seconds of one thread, all sides taking turns, the median and the spread kept.

A shared machine is never still. Processor time leaves out what others do with it; taking turns lets a slow minute slow
all sides alike; so a ratio inside one run means something where seconds of two runs would not.
"""

import gc
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

PEAK_SIDE = 1024  # of the square matrices whose product shows what this core can do


@dataclass
class Side:
    """One of those that are compared.

    work: what is timed, given whatever `ready` (not timed) returns. amount: of `unit`s that it gets done, to tell a
    rate; 0: only seconds are told. flops: of its matrix products, 0 where that says nothing. rounds: at most so many.
    tried: a way of our own that the package does not take (yet), shown beside it. times: seconds, filled in here.
    """

    name: str
    work: Callable[[Any], object]
    precision: str = ""
    ours: bool = False
    ready: Callable[[], Any] = lambda: None
    amount: float = 0.0
    unit: str = ""
    flops: float = 0.0
    rounds: int = 99
    warm: bool = True
    tried: bool = False
    note: str = ""
    times: list[float] = field(default_factory=list)
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The side and its precision."""
        return f"{self.name}, {self.precision}" if self.precision else self.name

    def once(self) -> float:
        """Processor seconds of one go."""
        given = self.ready()
        gc.collect()
        start = time.process_time()
        self.work(given)
        return time.process_time() - start

    def plain(self, peaks: dict[str, float]) -> dict[str, Any]:
        """What is kept of it, ready for JSON."""
        median = statistics.median(self.times)
        said: dict[str, Any] = {
            "name": self.name, "ours": self.ours, "tried": self.tried, "precision": self.precision,
            "seconds": median, "low": min(self.times), "high": max(self.times), "rounds": len(self.times),
        }  # fmt: skip
        if self.amount:
            said |= {"rate": self.amount / median, "unit": self.unit}
        if self.flops and peaks.get(self.precision):
            said["share_of_peak"] = self.flops / median / peaks[self.precision]
        return said | ({"note": self.note} if self.note else {}) | self.extra


def take_turns(sides: Sequence[Side], rounds: int) -> dict[str, str]:
    """Time all sides `rounds` times, one after another in each round; each that wants it runs once before.

    Returns the peers that failed, and why; they have no times. Raises what a side of ours raises.
    """
    failed: dict[str, str] = {}

    def attempt(side: Side, go: Callable[[], Any]) -> Any:
        if side.label in failed:
            return None
        try:
            return go()
        except Exception as error:
            if (
                side.ours
            ):  # ours has to run; a peer may fail in any way of its own, and costs its own sides only
                raise
            failed[side.label] = said(error)
            side.times.clear()
            return None

    for side in sides:
        if side.warm:
            attempt(side, lambda side=side: side.work(side.ready()))
    for turn in range(rounds):
        for side in sides:
            if turn < side.rounds:
                spent = attempt(side, side.once)
                if spent is not None:
                    side.times.append(spent)
    return failed


def said(error: Exception) -> str:
    """An error in a line."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:160]


def peak_side(precision: str) -> Side:
    """The machine's own measure: a large product of matrices, as torch multiplies them."""
    import torch

    left, right = (torch.randn(PEAK_SIDE, PEAK_SIDE, dtype=dtype_of(precision)) for _ in range(2))
    return Side(f"peak {precision}", lambda _: [left @ right for _ in range(8)], precision, True)


def peaks_of(peaks: Sequence[Side]) -> dict[str, float]:
    """Operations a second, by precision, from sides of `peak_side` that were timed."""
    return {side.precision: 8 * 2 * PEAK_SIDE**3 / statistics.median(side.times) for side in peaks}


def dtype_of(precision: str) -> Any:
    """torch's type of "fp32" or "bf16"."""
    import torch

    return {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]


def apart(work: Callable[..., Any], *given: Any) -> tuple[float, float, Any]:
    """Run `work(*given)` in a process of its own: (processor seconds, MiB that its memory peak rose by, result).

    `work` first gets ready and then yields once, when the clock starts; what it yields last is the result.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_inside, work, given).result()


def _inside(work: Callable[..., Any], given: tuple) -> tuple[float, float, Any]:
    steps = work(*given)
    next(steps)
    gc.collect()
    before, start = _peak_memory(), time.process_time()
    result = next(steps)
    return time.process_time() - start, _peak_memory() - before, result


def _peak_memory() -> float:
    """The most memory that this process ever held, MiB."""
    import resource  # not on Windows; only the row that tells memory needs it

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
