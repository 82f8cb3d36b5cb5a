"""Training pictures by the hundred thousand: processes sample and pack scenes, and a graphics card draws them.

Packing a scene is Python and takes a millisecond, longer than a card needs to draw it; so all cores pack, and one
process feeds the card, which waits for it: whatever that process need not do itself is done elsewhere. Pictures are
those of `render_many(..., device="cuda")`.

Left out: where they are kept (`data.py`); drawing on processors, which is `render` in threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from minidalle.world import gpu
from minidalle.world.packing import pack
from minidalle.world.renderer import assembled, leaves_of
from minidalle.world.sample import sample_scene
from minidalle.world.scene import STYLES, Scene

CHUNK = 1024
"""Scenes that one process packs at a time."""


@dataclass(frozen=True)
class Packed:
    """Scenes ready for a card. count: how many; put_together: those, by their number, whose picture is not simply the
    one that was drawn; ready: pictures that no card is needed for."""

    count: int
    put_together: dict[int, Scene]
    ready: dict[int, np.ndarray]
    batches: list[gpu.Batch]


def pack_some(seed: int, split: str, mix: str, size: int, start: int, stop: int) -> Packed:
    """Scenes `start` to `stop` of a seed, packed. Needs no card: this is what the processes do."""
    put_together, ready, jobs = {}, {}, []
    for number, index in enumerate(range(start, stop)):
        scene = sample_scene(seed, index, split, mix=mix)
        leaves = list(leaves_of(scene, size))
        jobs += [(pack(leaf), STYLES.index(leaf.style), side) for leaf, side in leaves]
        if not leaves:
            ready[number] = assembled(scene, size, iter(()))
        elif scene.layout or scene.invert or scene.flip:
            put_together[number] = scene
    return Packed(stop - start, put_together, ready, gpu.batches(jobs))


def drawn(packed: Packed, size: int) -> np.ndarray:
    """Packed scenes as uint8 [scene, size, size, 3], by the card."""
    leaves = iter(gpu.draw(packed.batches))
    images = np.empty((packed.count, size, size, 3), np.uint8)
    for number in range(packed.count):
        if number in packed.ready:
            images[number] = packed.ready[number]
        elif number in packed.put_together:
            images[number] = assembled(packed.put_together[number], size, leaves)
        else:
            images[number] = next(leaves)
    return images


def draw_many(
    count: int, seed: int, split: str, mix: str, size: int, workers: int | None = None
) -> Iterator[np.ndarray]:
    """The first `count` pictures of a seed and mix, uint8 [picture, size, size, 3] some hundred at a time, in order.

    workers: processes that pack; None: all cores but one. Raises RuntimeError where there is no card.
    """
    gpu.check_available()
    starts = range(0, count, CHUNK)
    jobs = [(seed, split, mix, size, start, min(start + CHUNK, count)) for start in starts]
    with processes(workers) as pool:
        for packed in in_order(pool, pack_some, jobs):
            yield drawn(packed, size)


def processes(workers: int | None = None) -> ProcessPoolExecutor:
    """Processes, one less than there are cores. They share nothing with this one: a process that holds a card, or has
    used several threads, cannot be forked."""
    return ProcessPoolExecutor(workers or max(1, (os.cpu_count() or 2) - 1), get_context("spawn"))


def in_order(pool: Executor, work: Callable, jobs: list[tuple], ahead: int = 64) -> Iterator[Any]:
    """Results of work(*job), in the order of the jobs, while the pool works at most `ahead` jobs ahead."""
    waiting: deque[Future] = deque()
    for job in jobs:
        waiting.append(pool.submit(work, *job))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
