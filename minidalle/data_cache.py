"""The cache of rendered pictures: who draws them, how a file is written whole or not at all, and when it is right.

Left out: which pictures (`data.world_pictures`).
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from minidalle import world
from minidalle.world import render, sample_scene

BLOCK = 512  # pictures rendered between two writes


@cache
def world_version() -> str:
    """A hash of the world's program, comments and layout aside: pictures drawn by another version are not taken
    from the cache."""
    indifferent = {"captions.py", "fields.py", "foils.py", "facts.py", "judge.py", "judging.py", "reader.py"}
    indifferent |= {"gpu.py", "many.py", "matrix_reading.py", "reader_layers.py", "sheet.py"}
    root = Path(world.__file__)
    every = sorted(path for path in root.parent.rglob("*.py") if path != root)
    return program_hash(path for path in every if path.name not in indifferent)[:16]


@cache
def world_source() -> str:
    """A hash of the world's files as they are, the same for every version of Python."""
    root = Path(world.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def program_hash(paths: Iterable[Path]) -> str:
    """SHA-256 (hex) of what Python files do: comments, docstrings and layout aside."""
    digest = hashlib.sha256()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):  # without docstrings and other bare strings
                node.body = [
                    part
                    for part in body
                    if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
                ]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()


def candidates(folder: Path, stem: str, count: int) -> Iterator[Path]:
    """Cached files with at least `count` pictures, the smallest first."""
    ends = {path: path.stem.rpartition("-")[2] for path in folder.glob(f"{stem}-*.npy")}
    sizes = {path: int(end) for path, end in ends.items() if end.isdigit()}
    yield from sorted((path for path, held in sizes.items() if held >= count), key=sizes.__getitem__)


def open_pictures(path: Path) -> np.ndarray | None:
    """The images of a cached file, or None where it is not what its description says."""
    try:
        described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        images = np.load(path, mmap_mode="r", allow_pickle=False)
        whole = list(images.shape) == described["shape"] and images.dtype == np.uint8
        return images if whole and fingerprint_of(path, len(images)) == described["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _fingerprint(images: np.ndarray) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(images), 4096):
        digest.update(np.ascontiguousarray(images[start : start + 4096]))
    return digest.hexdigest()


def fingerprint_of(path: Path, count: int) -> str:
    """SHA-256 of the first `count` pictures of a file; read once as long as the file stays what it is."""
    state = path.stat()
    return _known_fingerprint(path, count, state.st_size, state.st_mtime_ns)


@cache
def _known_fingerprint(path: Path, count: int, size: int, changed: int) -> str:
    return _fingerprint(np.load(path, mmap_mode="r", allow_pickle=False)[:count])


def draw_on_cores(
    count: int, seed: int, size: int, split: str, mix: str, workers: int | None
) -> Iterator[np.ndarray]:
    """Pictures uint8 [1, size, size, 3] in order, drawn by `workers` threads (None: all cores)."""
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for start in range(0, count, BLOCK):
            numbers = range(start, min(start + BLOCK, count))
            for image in pool.map(
                lambda index: render(sample_scene(seed, index, split, mix=mix), size), numbers
            ):
                yield image[None]


def draw_on_card(
    count: int, seed: int, size: int, split: str, mix: str, workers: int | None
) -> Iterator[np.ndarray]:
    """Pictures uint8 [picture, size, size, 3] in order, drawn by a graphics card."""
    from minidalle.world.many import draw_many  # here: it needs numba's CUDA target

    return draw_many(count, seed, split, mix, size, workers)


def write_pictures(
    folder: Path,
    name: str,
    shape: tuple[int, ...],
    seed: int,
    split: str,
    mix: str,
    blocks: Iterable[np.ndarray],
    progress: bool,
) -> Path:
    """Write pictures into `name`.npy; the file gets its name only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path, unfinished = folder / f"{name}.npy", folder / f"{name}.{os.getpid()}.tmp"
    try:
        with (
            open(unfinished, "wb") as file,
            ThreadPoolExecutor(1) as writer,
            tqdm(total=shape[0], desc="drawing", unit="picture", disable=not progress) as bar,
        ):
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            writing = None
            for images in blocks:  # each is written while the next is drawn
                if writing is not None:
                    writing.result()
                writing = writer.submit(file.write, np.ascontiguousarray(images).data)
                bar.update(len(images))
            if writing is not None:
                writing.result()
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        description = {
            "shape": list(shape),
            "seed": seed,
            "split": split,
            "mix": mix,
            "world": world_version(),
        }
        description["sha256"] = fingerprint_of(path, shape[0])
        unfinished.write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        os.replace(unfinished, path.with_suffix(".json"))
    finally:
        unfinished.unlink(missing_ok=True)
    return path
