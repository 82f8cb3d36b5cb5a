"""Training pictures: the world's scenes, rendered once and kept on disk as plain numpy arrays.

`world_pictures` renders on all cores, with a progress bar, into a cache folder: one `.npy` file of bytes and one
`.json` file that describes it. The next run maps the file into memory instead. `as_dataset` shows the same
pictures as a `datasets.Dataset`; nothing else here needs that library.

Captions are not stored: they are drawn again from (scene, seed, index), so that one picture can be told in
many wordings. Left out: pictures that are not of the world, and tokens (`training/tokens.py`).
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm.auto import tqdm

from minidalle import world
from minidalle.world import Scene, caption, render, sample_scene
from minidalle.world.foils import foil

if TYPE_CHECKING:
    import datasets

BLOCK = 512  # pictures rendered between two writes


class PictureError(ValueError):
    """Pictures that cannot be had: a wrong request, or a cache that cannot be written."""


@dataclass(frozen=True, eq=False)
class WorldPictures:
    """`count` pictures of the world: images, scenes and captions that belong together by their index.

    images: uint8 [picture, size, size, 3], mapped from disk, read-only.
    fingerprint: SHA-256 of the images' bytes. Pictures equal (==) only themselves; compare their fingerprints instead.
    """

    images: np.ndarray
    seed: int
    split: str
    fingerprint: str
    mix: str = "blocks"

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def scenes(self) -> list[Scene]:
        """The scenes, sampled again from the seed: about 10,000 a second."""
        return [sample_scene(self.seed, index, self.split, mix=self.mix) for index in range(len(self))]

    @cached_property
    def captions(self) -> list[str]:
        """One caption a picture: wording 0 of `caption_of`."""
        return [self.caption_of(index) for index in range(len(self))]

    def caption_of(self, index: int, wording: int = 0, held_out: bool = False) -> str:
        """A true caption of picture `index`; another `wording` is another draw from the same grammar.

        `held_out` gives the wordings that training never uses.
        """
        return caption(self.scenes[index], self.seed + wording, index, held_out)

    def foil_of(self, index: int, wording: int = 0, turn: int = 0) -> str:
        """`caption_of` with one fact changed, so that it is false of picture `index`: see `world/foils.py`."""
        return foil(self.scenes[index], self.seed + wording, index, turn)


def default_cache() -> Path:
    """Where pictures are kept unless a folder is given: $MINIDALLE_CACHE, or .cache/minidalle at home."""
    chosen = os.environ.get("MINIDALLE_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "minidalle"


@cache
def world_version() -> str:
    """A hash of the world's program, comments and layout aside: pictures drawn by another version are not taken
    from the cache."""
    indifferent = {"captions.py", "fields.py", "foils.py", "facts.py", "judge.py", "judging.py", "reader.py"}
    indifferent |= {"gpu.py", "many.py", "matrix_reading.py", "sheet.py"}
    root = Path(world.__file__)
    every = sorted(path for path in root.parent.rglob("*.py") if path != root)
    return program_hash(path for path in every if path.name not in indifferent)[:16]


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


def world_pictures(
    count: int,
    seed: int = 0,
    size: int = 64,
    split: str = "train",
    cache_dir: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: bool = True,
    mix: str = "blocks",
    device: str = "cpu",
) -> WorldPictures:
    """The first `count` pictures of a seed and a mix of kinds, rendered if they are not in the cache.

    Picture i is the same whatever `count` is, so a larger cache serves a smaller request. A damaged cache is
    rendered again. device "cuda" draws on a graphics card, which rounds in its own way: such pictures have a cache of
    their own. Raises PictureError for a count below 1 or a folder that cannot be written, RuntimeError where there is
    no card.
    """
    if count < 1:
        raise PictureError(f"count is {count}; ask for at least 1 picture")
    folder = Path(default_cache() if cache_dir is None else cache_dir)
    on_card = device.startswith("cuda")
    drawn = ("" if mix == "blocks" else f"{mix}-") + ("card-" if on_card else "")
    stem = f"{drawn}{split}-size{size}-seed{seed}-{world_version()}"
    for path in _candidates(folder, stem, count):
        images = _open(path)
        if images is not None:
            part = images[:count]
            return WorldPictures(part, seed, split, _fingerprint_of(path, count), mix)
    source = _on_card if on_card else _on_cores
    blocks = source(count, seed, size, split, mix, workers)
    try:
        path = _render_to(
            folder, f"{stem}-{count}", (count, size, size, 3), seed, split, mix, blocks, progress
        )
    except OSError as error:
        raise PictureError(
            f"pictures cannot be written to {folder} ({error.strerror or error}); make room or choose another folder"
        ) from error
    images = _open(path)
    if images is None:
        raise PictureError(f"pictures written to {path} do not read back: is the disk full or faulty?")
    return WorldPictures(images, seed, split, _fingerprint_of(path, count), mix)


def _candidates(folder: Path, stem: str, count: int) -> Iterator[Path]:
    """Cached files with at least `count` pictures, the smallest first."""
    ends = {path: path.stem.rpartition("-")[2] for path in folder.glob(f"{stem}-*.npy")}
    sizes = {path: int(end) for path, end in ends.items() if end.isdigit()}
    yield from sorted((path for path, held in sizes.items() if held >= count), key=sizes.__getitem__)


def _open(path: Path) -> np.ndarray | None:
    """The images of a cached file, or None where it is not what its description says."""
    try:
        described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        images = np.load(path, mmap_mode="r", allow_pickle=False)
        whole = list(images.shape) == described["shape"] and images.dtype == np.uint8
        return images if whole and _fingerprint_of(path, len(images)) == described["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _fingerprint(images: np.ndarray) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(images), 4096):
        digest.update(np.ascontiguousarray(images[start : start + 4096]))
    return digest.hexdigest()


def _fingerprint_of(path: Path, count: int) -> str:
    """SHA-256 of the first `count` pictures of a file; read once as long as the file stays what it is."""
    state = path.stat()
    return _known_fingerprint(path, count, state.st_size, state.st_mtime_ns)


@cache
def _known_fingerprint(path: Path, count: int, size: int, changed: int) -> str:
    return _fingerprint(np.load(path, mmap_mode="r", allow_pickle=False)[:count])


def _on_cores(
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


def _on_card(
    count: int, seed: int, size: int, split: str, mix: str, workers: int | None
) -> Iterator[np.ndarray]:
    """Pictures uint8 [picture, size, size, 3] in order, drawn by a graphics card."""
    from minidalle.world.many import draw_many  # here: it needs numba's CUDA target

    return draw_many(count, seed, split, mix, size, workers)


def _render_to(
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
            tqdm(total=shape[0], desc="drawing", unit="picture", disable=not progress) as bar,
        ):
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for images in blocks:
                file.write(images.tobytes())
                bar.update(len(images))
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
        description["sha256"] = _fingerprint_of(path, shape[0])
        unfinished.write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        os.replace(unfinished, path.with_suffix(".json"))
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def as_dataset(
    pictures: WorldPictures, wordings: int = 1, cache_dir: str | os.PathLike[str] | None = None
) -> "datasets.Dataset":
    """The pictures as a `datasets.Dataset` with the columns image, caption and scene (JSON).

    `wordings` captions a picture give as many rows. The rows are written once into `cache_dir` (default: a folder
    beside the pictures) and mapped from there the next time. Needs the library `datasets`.
    """
    import datasets

    path = Path(pictures.images.filename)
    source = {
        "path": str(path),
        "count": len(pictures),
        "seed": pictures.seed,
        "split": pictures.split,
        "mix": pictures.mix,
    }
    source |= {"fingerprint": pictures.fingerprint, "wordings": wordings}  # all that decides the rows
    columns = {
        "image": datasets.Image(),
        "caption": datasets.Value("string"),
        "scene": datasets.Value("string"),
    }
    return datasets.Dataset.from_generator(
        _rows,
        features=datasets.Features(columns),
        cache_dir=str(cache_dir or path.parent / "datasets"),
        gen_kwargs=source,
    )


def _rows(
    path: str, count: int, seed: int, split: str, mix: str, fingerprint: str, wordings: int
) -> Iterator[dict[str, object]]:
    from PIL import Image

    images = np.load(path, mmap_mode="r", allow_pickle=False)[:count]
    pictures = WorldPictures(images, seed, split, fingerprint, mix)
    for index, image in enumerate(images):
        scene = json.dumps(pictures.scenes[index].to_dict())
        for wording in range(wordings):
            text = pictures.caption_of(index, wording)
            yield {"image": Image.fromarray(np.asarray(image)), "caption": text, "scene": scene}
