"""Image-text pairs from anywhere, as arrays that training takes: a folder, a parquet file, the Hub.

    >>> pairs = pairs_from("my_pictures", size=64)  # a folder with metadata.csv, or NAME.txt beside NAME.jpg
    >>> pairs.images.shape, pairs.captions[0]
    ((1200, 64, 64, 3), 'my cat on the sofa')

A damaged row is never replaced by its neighbour, which would make that one count twice: it is an error that names
the file and the row, or, with `skip_bad=True`, it is left out, counted and reported. Left out: the course's own
real pictures (`emoji.py`), the picture world (`data.py`).
"""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from minidalle.pairs_image import FITS, PairsError, square
from minidalle.pairs_rows import Row, rows_from

__all__ = ["Pair", "Pairs", "PairsError", "Skipped", "pairs_from", "stream_pairs"]

SHOWN = 5  # reasons that a report quotes


@dataclass(frozen=True)
class Pair:
    """One picture, uint8 [size, size, 3], its captions (one or more), and the other columns of its row."""

    image: np.ndarray
    captions: tuple[str, ...]
    facts: Mapping[str, Any]


SKIPPING = "skip_bad=True, or skipped=Skipped() with stream_pairs"
"""How bad rows are left out in Python; commands say it in their own words."""


@dataclass
class Skipped:
    """Rows that were left out: how many, and why the first few were."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, reason: str) -> None:
        """Count a row."""
        self.count += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append(reason)

    def __str__(self) -> str:
        more = "; ..." if self.count > len(self.reasons) else ""
        rows = "1 row was" if self.count == 1 else f"{self.count} rows were"
        return f"{rows} left out: {'; '.join(self.reasons)}{more}" if self.count else "no row was left out"


@dataclass(frozen=True)
class Pairs:
    """Pictures with captions that belong together by their index.

    images: uint8 [pair, size, size, 3]. texts: for each pair its captions, one or more, the first the plainest.
    facts: for each pair the other columns of its row. skipped: what was left out on the way.
    """

    images: np.ndarray
    texts: Sequence[tuple[str, ...]]
    facts: Sequence[Mapping[str, Any]]
    skipped: Skipped = field(default_factory=Skipped)

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def captions(self) -> list[str]:
        """The first caption of each pair."""
        return [texts[0] for texts in self.texts]

    def caption_of(self, index: int, wording: int = 0) -> str:
        """A caption of pair `index`; the wordings go round, so any number will do."""
        return self.texts[index][wording % len(self.texts[index])]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the images' bytes."""
        return hashlib.sha256(np.ascontiguousarray(self.images)).hexdigest()

    def where(self, keep: Callable[[Mapping[str, Any]], bool]) -> "Pairs":
        """Those pairs whose facts `keep` accepts, in the same order."""
        kept = [index for index, facts in enumerate(self.facts) if keep(facts)]
        texts, facts = ([column[index] for index in kept] for column in (self.texts, self.facts))
        return Pairs(self.images[kept], texts, facts, self.skipped)


def pairs_from(
    source: Any,
    size: int = 64,
    *,
    fit: str = "crop",
    split: str = "train",
    image: str | None = None,
    caption: str | None = None,
    config: str | None = None,
    keep: Callable[[Mapping[str, Any]], bool] | None = None,
    limit: int | None = None,
    streaming: bool = False,
    skip_bad: bool = False,
) -> Pairs:
    """Read pictures with captions, in the source's order.

    source: a folder with metadata.csv, .tsv or .jsonl (columns file_name and text) or with NAME.txt beside each
        NAME.jpg, one caption a line; a .parquet file; a folder in the Hub's layout; a name on the Hugging Face
        Hub, "owner/name"; or a `datasets` data set, made, filtered and shuffled as you like.
    size, fit: see `pairs_image.square`: "crop" takes the largest square in the middle, "pad" the whole on white.
    split: of a data set on the Hub; in a folder, the folder of that name, or for "train" all of it where there is
        none. A single file has none.
    image, caption: the columns' names; None looks for the usual ones. A caption is a text or a list of texts.
    config: which configuration, for a data set that has several.
    keep: takes the row's columns, except picture and captions, and says whether the row is wanted.
    limit: at most so many pairs, the first ones. streaming: read from the Hub row by row and store nothing;
        then give a limit too, or use `stream_pairs`.
    skip_bad: leave out rows that cannot be used, with one warning, instead of stopping at the first. A parquet file
        that is itself damaged stays an error, since what it held cannot be counted.

    Raises PairsError where nothing can be read, naming file, row or columns. All pictures are held in memory:
    12 kB each at 64x64.
    """
    skipped = Skipped()
    options = {"fit": fit, "split": split, "image": image, "caption": caption, "config": config, "keep": keep}
    options |= {"limit": limit, "streaming": streaming, "skipped": skipped if skip_bad else None}
    pairs = list(stream_pairs(source, size, **options))
    if skipped.count:
        warnings.warn(str(skipped), stacklevel=2)
    if not pairs:
        because = f": {skipped}" if skipped.count else ", or `keep` wants none of them"
        raise PairsError(f"nothing in {source} could be used{because}")
    images = np.empty((len(pairs), size, size, 3), np.uint8)
    for place, pair in zip(images, pairs, strict=True):
        place[:] = pair.image
    return Pairs(images, [pair.captions for pair in pairs], [pair.facts for pair in pairs], skipped)


def stream_pairs(
    source: Any,
    size: int = 64,
    *,
    fit: str = "crop",
    split: str = "train",
    image: str | None = None,
    caption: str | None = None,
    config: str | None = None,
    keep: Callable[[Mapping[str, Any]], bool] | None = None,
    limit: int | None = None,
    streaming: bool = True,
    skipped: Skipped | None = None,
) -> Iterator[Pair]:
    """The pairs of `pairs_from`, one at a time, so that they need not fit into memory.

    skipped: give a `Skipped()` to have bad rows left out and counted there; None stops at the first.
    """
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise PairsError(f"size is {size!r}; it must be a whole number of pixels, at least 1")
    if limit is not None and limit < 1:
        raise PairsError(f"limit is {limit}; ask for at least 1 pair, or None for all")
    if fit not in FITS:
        raise PairsError(f"fit is {fit!r}; choose one of {', '.join(FITS)}")
    given = 0
    for row in rows_from(source, split, image, caption, config, streaming):
        if not row.fault and keep is not None and not keep(row.columns):
            continue
        try:
            yield _pair(row, size, fit)
        except PairsError as error:
            if skipped is None:
                raise PairsError(
                    f"{error}. To leave such rows out and have them counted: {SKIPPING}"
                ) from error
            skipped.add(str(error))
            continue
        given += 1
        if given == limit:
            return


def _pair(row: Row, size: int, fit: str) -> Pair:
    if row.fault:
        raise PairsError(f"{row.where}: {row.fault}")
    try:
        return Pair(square(row.image, size, fit), row.captions, row.columns)
    except PairsError as error:
        raise PairsError(f"{row.where}{_file_of(row)}: {error}") from error


def _file_of(row: Row) -> str:
    """The picture's own file, where the row is not named after it."""
    path = row.image.get("path") if isinstance(row.image, dict) else row.columns.get("file_name")
    return f" ({path})" if path else ""
