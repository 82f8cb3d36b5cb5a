"""Training pictures: the world's scenes, rendered once and kept on disk as plain numpy arrays.

`world_pictures` renders on all cores, with a progress bar, into a cache folder: one `.npy` file of bytes and one
`.json` file that describes it. The next run maps the file into memory instead. `as_dataset` shows the same
pictures as a `datasets.Dataset`; nothing else here needs that library.

Captions are not stored: they are drawn again from (scene, seed, index), so that one picture can be told in
many wordings. Left out: the cache itself (`data_cache.py`), pictures that are not of the world, and tokens
(`training/tokens.py`).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minidalle.data_cache import (
    candidates,
    draw_on_card,
    draw_on_cores,
    fingerprint_of,
    open_pictures,
    program_hash,
    world_version,
    write_pictures,
)
from minidalle.world import Scene, caption, sample_scene

if TYPE_CHECKING:
    import datasets


__all__ = ["PictureError", "WorldPictures", "as_dataset", "default_cache", "program_hash", "world_pictures"]


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


def default_cache() -> Path:
    """Where pictures are kept unless a folder is given: $MINIDALLE_CACHE, or .cache/minidalle at home."""
    chosen = os.environ.get("MINIDALLE_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "minidalle"


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
    rendered again. device "cuda" draws on a graphics card, unless they are there already; it rounds in its own way,
    so pictures of a card have files of their own. Raises PictureError for a count below 1, another device, or a
    folder that cannot be written, RuntimeError where there is no card.
    """
    if count < 1:
        raise PictureError(f"count is {count}; ask for at least 1 picture")
    if device not in ("cpu", "cuda"):
        raise PictureError(f"device is {device!r}; choose cpu or cuda")
    folder = Path(default_cache() if cache_dir is None else cache_dir)
    on_card = device == "cuda"
    stem = f"{split}-size{size}-seed{seed}-{world_version()}"
    stem = stem if mix == "blocks" else f"{mix}-{stem}"
    own = f"card-{stem}" if on_card else stem
    for path in [*candidates(folder, stem, count), *(candidates(folder, own, count) if on_card else ())]:
        images = open_pictures(path)
        if images is not None:
            part = images[:count]
            return WorldPictures(part, seed, split, fingerprint_of(path, count), mix)
    source = draw_on_card if on_card else draw_on_cores
    blocks = source(count, seed, size, split, mix, workers)
    try:
        path = write_pictures(
            folder, f"{own}-{count}", (count, size, size, 3), seed, split, mix, blocks, progress
        )
    except OSError as error:
        raise PictureError(
            f"pictures cannot be written to {folder} ({error.strerror or error}); make room or choose another folder"
        ) from error
    images = open_pictures(path)
    if images is None:
        raise PictureError(f"pictures written to {path} do not read back: is the disk full or faulty?")
    return WorldPictures(images, seed, split, fingerprint_of(path, count), mix)


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
