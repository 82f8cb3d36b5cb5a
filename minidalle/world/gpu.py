"""The renderer on a graphics card: the same kernels, compiled by numba's CUDA target, for many scenes at once.

There is one source. The kernel modules are executed a second time with another `compiled`, which makes device functions
of the same Python functions (`_module`). Small kernels here share the work out: one thread for each sample, then one
for each pixel. Everything stays in float64, so cards that are slow at it (those for games) gain less.

A card fuses multiplications with additions, which rounds once where the processor rounds twice; numba-cuda (0.30) has
no switch for it. So pictures may differ from the processor's by a level, and at an edge by more. Whatever
has to be the same to the last bit (the golden hashes, the data sets of a release) is drawn on the processor.

The package numba-cuda is needed: the CUDA target that comes with numba 0.68 cannot compile `min` and `max`.

Left out: several cards. `render_many(..., device="cuda")` is what calls this.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

if not hasattr(np, "row_stack"):
    np.row_stack = np.vstack  # numba-cuda 0.30 asks for it when it is imported, and numpy 2.5 has it no more
from numba import config, cuda, float64, int64

from minidalle.world import geometry as g
from minidalle.world import styles
from minidalle.world.compiled import KERNELS
from minidalle.world.shading import SAMPLE_LENGTH

SCRATCH = 160
"""The most primitives that a scene may have on a card: each thread keeps a list of those that its ray may meet."""

THREADS = 128
AT_ONCE = 512  # scenes, whose arrays are packed before any is drawn
BATCH_SAMPLES = 1 << 22  # 64 bytes each: 256 MiB of samples at once


def available() -> bool:
    """Whether there is a card that numba can use (or its simulator is switched on)."""
    if find_spec("numba_cuda") is None and not config.ENABLE_CUDASIM:
        return False
    try:
        return bool(cuda.is_available())
    except Exception:  # whatever a broken driver raises, there is no card to use
        return False


def check_available() -> None:
    """Raise RuntimeError, with what to do, where there is no card."""
    if not available():
        raise RuntimeError(
            "there is no graphics card that numba can use, or no package numba-cuda "
            '(pip install "minidalle[gpu]"); draw with device="cpu"'
        )


@cache
def _module(name: str) -> types.ModuleType:
    """A kernel module executed again, with device functions where the processor has compiled ones."""

    def compiled(**options):
        return cuda.jit(device=True)

    def load(module, globals_=None, locals_=None, names=(), level=0):
        """`import`, as these modules see it: kernels come from here, everything else from where it always does."""
        short = module.removeprefix("minidalle.world.")
        if short == "compiled":
            return types.SimpleNamespace(compiled=compiled)
        if f"{short}.py" in KERNELS:
            return _module(short)
        if module == "minidalle.world":
            return types.SimpleNamespace(**{name: _module(name) for name in names})
        return builtins.__import__(module, globals_, locals_, names, level)

    path, module = Path(__file__).parent / f"{name}.py", types.ModuleType(f"{__package__}.{name}")
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": load}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


@cache
def _kernels() -> dict:
    """The kernels by name, compiled when they are first launched: one thread for each sample or pixel."""
    styles, paints, length = _module("styles"), _module("paints"), SAMPLE_LENGTH

    @cuda.jit
    def fill(rows, first, normals, words, views, style, buffers):
        m, k = buffers.shape[1], cuda.grid(1)
        if k < buffers.shape[0] * m * m:
            scene, i, j = k // (m * m), k // m % m, k % m
            active = cuda.local.array(SCRATCH, int64)
            solids = rows[first[scene] : first[scene + 1]]
            styles.fill_one(solids, normals, words, active, views[scene], style, i, j, buffers[scene])

    @cuda.jit
    def refine(rows, first, normals, words, views, style, coarse, buffers):
        m, k = buffers.shape[1], cuda.grid(1)
        if k < buffers.shape[0] * m * m:
            scene, i, j = k // (m * m), k // m % m, k % m
            active = cuda.local.array(SCRATCH, int64)
            solids, view = rows[first[scene] : first[scene + 1]], views[scene]
            styles.refine_one(
                solids, normals, words, active, view, style, i, j, coarse[scene], buffers[scene]
            )

    @cuda.jit
    def mark(buffers):
        m, k = buffers.shape[1], cuda.grid(1)
        if k < buffers.shape[0] * m * m:
            paints.mark(buffers[k // (m * m)], k // m % m, k % m)

    @cuda.jit
    def paint(rows, first, normals, words, views, style, buffers, images):
        n, k = images.shape[1], cuda.grid(1)
        if k < images.shape[0] * n * n:
            scene, i, j = k // (n * n), k // n % n, k % n
            active = cuda.local.array(SCRATCH, int64)
            extra = cuda.local.array(length, float64)
            solids, view, out = rows[first[scene] : first[scene + 1]], views[scene], images[scene, i, j]
            styles.pixel(solids, normals, words, active, view, style, buffers[scene], i, j, extra, out)

    return {"fill": fill, "refine": refine, "mark": mark, "paint": paint}


def _joined(packs: Sequence[tuple]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Packed scenes as (rows, where each scene's begin, word sheets, views); decals count through all sheets."""
    first = np.cumsum([0] + [len(primitives) for primitives, _, _ in packs])
    rows = np.concatenate([primitives for primitives, _, _ in packs])
    sheets, count = [], 0
    for k, (primitives, words, _) in enumerate(packs):
        if (primitives[:, g.DECAL] > 0).any():
            mine = rows[first[k] : first[k + 1]]
            mine[mine[:, g.DECAL] > 0, g.DECAL] += count
            sheets.append(words)
            count += len(words)
    words = np.concatenate(sheets) if sheets else np.zeros((1, 1, 1), np.uint8)
    return rows, first, words, np.stack([view for _, _, view in packs])


def _draw_alike(joined: tuple, style: int, size: int) -> np.ndarray:
    """Joined scenes (`_joined`) of one style as uint8 [scene, size, size, 3]."""
    most = int(np.diff(joined[1]).max())
    if most > SCRATCH:
        raise ValueError(
            f'a scene has {most} primitives; a card draws at most {SCRATCH}: draw it with device="cpu"'
        )
    kernels, many = _kernels(), len(joined[3])
    rows, first, words, views = (cuda.to_device(array) for array in joined)
    scenes = (rows, first, cuda.to_device(g.NORMALS), words, views, style)

    def launch(name: str, threads: int, *arguments) -> None:
        kernels[name][-(-threads // THREADS), THREADS](*arguments)

    def samples(side: int):
        return cuda.device_array((many, side, side, SAMPLE_LENGTH), np.float64)

    m = size * styles.DENSITY[style]
    buffers, images = samples(m), cuda.device_array((many, size, size, 3), np.uint8)
    if styles.COARSE[style]:
        coarse = samples(size)
        launch("fill", many * size * size, *scenes, coarse)
        launch("refine", many * m * m, *scenes, coarse, buffers)
    else:
        launch("fill", many * m * m, *scenes, buffers)
    if style == styles.NEON:
        launch("mark", many * m * m, buffers)
    launch("paint", many * size * size, *scenes, buffers, images)
    return images.copy_to_host()


Batch = tuple[tuple, int, int, list[int]]
"""Joined scenes, their style and size, and their numbers among the jobs they were made of."""


def batches(jobs: Sequence[tuple]) -> list[Batch]:
    """(packed scene, style, size) jobs as batches of one style and size, ready for a card; needs no card."""
    alike: dict[tuple[int, int], list[int]] = {}
    for number, (_, style, size) in enumerate(jobs):
        alike.setdefault((style, size), []).append(number)
    made = []
    for (style, size), numbers in alike.items():
        many = max(BATCH_SAMPLES // (size * styles.DENSITY[style]) ** 2, 1)
        for start in range(0, len(numbers), many):
            part = numbers[start : start + many]
            made.append((_joined([jobs[k][0] for k in part]), style, size, part))
    return made


def draw(some: Sequence[Batch]) -> list[np.ndarray]:
    """Pictures uint8 [size, size, 3] of batches, in the order of the jobs that they were made of.

    Raises ValueError for a scene of more than SCRATCH primitives.
    """
    pictures: list = [None] * sum(len(numbers) for *_, numbers in some)
    for joined, style, size, numbers in some:
        for number, picture in zip(numbers, _draw_alike(joined, style, size), strict=True):
            pictures[number] = picture
    return pictures
