"""Your own pictures in place of the world's: `minidalle train ... --pairs FOLDER`.

They come from anywhere that `pairs.pairs_from` reads. Which of them are held back is decided by what is in a picture,
so that the same picture, met twice, is never on both sides, whatever the order of the files. Left out: all that needs
to know what is in a picture (the likelihood test, foils, what counts as foreground); those figures are not in the logs
then, and `minidalle evaluate` asks about the world only.
"""

import hashlib
import warnings
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from minidalle.pairs import SKIPPING, Pairs, PairsError, pairs_from
from minidalle.presets import CLIPTraining, Preset, SettingError
from minidalle.training.loop import TrainingError

OWN = "pictures of your own with captions: a folder, a .parquet file, or owner/name on the Hub"
"""What --pairs takes, for the help of the commands."""

HELD_BACK = 0.1
"""The share of pictures that is held back, at most."""


class OwnPictures:
    """Pairs as training takes them: by number, as `data.WorldPictures` gives its own.

    images: uint8 [picture, size, size, 3]. fingerprint: SHA-256 of the pictures and captions.
    """

    mix, seed = "own", 0

    def __init__(self, pairs: Pairs, split: str) -> None:
        self.pairs, self.images, self.split = pairs, pairs.images, split

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def captions(self) -> list[str]:
        """The first caption of each picture."""
        return self.pairs.captions

    def caption_of(self, index: int, wording: int = 0) -> str:
        """A caption of picture `index`; the wordings go round."""
        return self.pairs.caption_of(index, wording)

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that a training sees: another picture, caption or order gives another one."""
        said = hashlib.sha256(self.pairs.fingerprint.encode())
        for texts in self.pairs.texts:
            said.update("\0".join([*texts, "\0"]).encode())
        return said.hexdigest()


@dataclass(frozen=True)
class Source:
    """Pictures of one's own as a command names them: what `pairs_from` reads, and whether bad rows are left out."""

    name: Any
    skip_bad: bool = False

    def __str__(self) -> str:
        return str(self.name)


def add_source(parser: ArgumentParser) -> None:
    """The words of a command that say where pictures of one's own are."""
    parser.add_argument("--pairs", metavar="SOURCE", help=OWN)
    parser.add_argument(
        "--skip-bad", action="store_true", help="of --pairs, leave out what cannot be read, and tell how much"
    )


def source_of(args: Namespace) -> Source | None:
    """What those words said; None for the world's pictures. Raises SettingError for --skip-bad without --pairs."""
    if args.skip_bad and not args.pairs:
        raise SettingError("--skip-bad is about --pairs, which is not given")
    return Source(args.pairs, args.skip_bad) if args.pairs else None


def own_pictures(source: Any, size: int, most: int, held_back: int) -> tuple[OwnPictures, OwnPictures]:
    """Training and held-back pictures of `size` pixels: about one in ten, and about `held_back` at most, are held back.

    source: a `Source`, or what `pairs_from` reads. most: training pictures, at most, the first ones. What was left out
    is in their `pairs.skipped`, for the command to tell. Raises TrainingError for fewer than two different pictures,
    PairsError for what cannot be read.
    """
    source = source if isinstance(source, Source) else Source(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=UserWarning)  # told in the command's own words
            pairs = pairs_from(source.name, size, limit=most + held_back, skip_bad=source.skip_bad)
    except PairsError as error:
        raise PairsError(str(error).replace(SKIPPING, "--skip-bad")) from error
    marks = [place_of(image) for image in pairs.images]
    if len(set(marks)) < 2:
        raise TrainingError(
            f"{source} has {len(set(marks))} different pictures; at least 2 are needed, one of them to be held back"
        )
    border = max(min(marks), min(HELD_BACK, held_back / len(marks)))
    train = [number for number, mark in enumerate(marks) if mark > border][:most]
    held = [number for number, mark in enumerate(marks) if mark <= border]
    return OwnPictures(part_of(pairs, train), "train"), OwnPictures(part_of(pairs, held), "held back")


def place_of(image: np.ndarray) -> float:
    """A number from 0 to 1 that follows from a picture's bytes, uint8 [size, size, 3], and looks like chance."""
    return int.from_bytes(hashlib.sha256(np.ascontiguousarray(image)).digest()[:8]) / 2**64


def part_of(pairs: Pairs, numbers: list[int]) -> Pairs:
    """Some pairs, by number."""
    texts, facts = ([column[number] for number in numbers] for column in (pairs.texts, pairs.facts))
    return Pairs(pairs.images[numbers], texts, facts, pairs.skipped)


def fitted(preset: Preset, task: str, count: int) -> Preset:
    """The preset with batches no larger than the `count` pictures that there are, and without what needs the world."""
    config = preset.training[task]
    changed: dict[str, Any] = {"batch_size": min(config.batch_size, count)}
    if isinstance(config, CLIPTraining):
        changed |= {"foils": 0, "picture_foils": 0}
    return replace(preset, training={**preset.training, task: replace(config, **changed)})
