"""The course's real pictures: emoji in seven styles, flags, and probes for picture prompts, read from parquet files.

Every picture is 64x64 on white, with true captions. `data/emoji/README.md` is the data card: where they come from,
their licences, what is held out and why. `tools/build_emoji.py` builds the files.
"""

from pathlib import Path

import numpy as np

from minidalle.pairs import Pairs, PairsError, pairs_from

PACKAGE = Path(__file__).parent
SHELVES = (PACKAGE.parent / "data" / "emoji", PACKAGE / "_emoji")
"""Where the files lie: in the repository, and in an installed wheel."""

STYLES = ("flat", "3d", "cartoon", "sticker", "line", "stencil", "pixel")
SPLITS = ("train", "heldout_pair_val", "heldout_pair_test", "heldout_attribute", "heldout_subject")
FILES = {"emoji": "emoji_64.parquet", "flags": "flags_64.parquet", "probes": "probes_64.parquet"}
SIZE = 64


def emoji_file(name: str = "emoji") -> Path:
    """The parquet file of "emoji", "flags" or "probes", for `datasets.load_dataset("parquet", data_files=...)`.

    Raises PairsError, with where to get them, where this installation has none.
    """
    if name not in FILES:
        raise PairsError(f"there is no file of {name!r}; choose one of {', '.join(FILES)}")
    for shelf in SHELVES:
        if (shelf / FILES[name]).is_file():
            return shelf / FILES[name]
    raise PairsError(
        f"{FILES[name]} did not come with this installation: install minidalle from its repository or wheel, or "
        f"copy the folder data/emoji of the repository to {SHELVES[1]}"
    )


def emoji(split: str | None = "train", style: str | None = None, size: int = SIZE) -> Pairs:
    """The emoji of one split and style, images uint8 [pair, size, size, 3]; None takes all of them.

    split: one of `SPLITS`. style: one of `STYLES`. Each pair has five to seven captions, and its facts tell subject,
    style, group, subgroup, country, country_as, emoji, hexcode, source, licence and split. Raises PairsError for
    unknown names.

        >>> drawings = emoji("train", "line")
        >>> drawings.captions[0], drawings.images.shape[1:]
        ('a line drawing of a grinning face', (64, 64, 3))
    """
    _known("split", split, SPLITS)
    _known("style", style, STYLES)
    wanted = {"split": split, "style": style}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    return pairs_from(
        emoji_file("emoji"),
        size,
        caption="captions",
        keep=lambda facts: all(facts[name] == value for name, value in wanted.items()),
    )


def flags(size: int = SIZE) -> Pairs:
    """The flags of 249 countries and territories; facts: country, capital, continent, code, source, licence."""
    return pairs_from(emoji_file("flags"), size, caption="captions")


def probes(seen: bool | None = None, size: int = SIZE) -> Pairs:
    """Stacked pictures for "the exact same cat on the top as a line drawing on the bottom".

    Each is `stacked` from the flat icon and its line drawing, which lie pixel on pixel; facts tell the subject
    and the split of the line drawing. seen: True for those whose line drawing training shows, False for the others,
    None for both. For evaluation alone: no training picture is stacked like this.
    """
    return pairs_from(
        emoji_file("probes"),
        size,
        keep=lambda facts: seen is None or (facts["split"] == "train") == seen,
    )


def stacked(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Two pictures above each other, each at half its size, in the middle of white: uint8 [size, size, 3].

    top, bottom: uint8 [size, size, 3], with an even size. Each pixel is the mean of four.
    """
    size = len(top)
    if top.shape != bottom.shape or top.shape != (size, size, 3) or size % 2:
        raise ValueError(
            f"expected two squares of one even size, not {list(top.shape)}, {list(bottom.shape)}"
        )
    picture = np.full((size, size, 3), 255, np.uint8)
    for place, image in ((0, top), (size // 2, bottom)):
        small = image.reshape(size // 2, 2, size // 2, 2, 3).astype(np.uint16).sum((1, 3))
        picture[place : place + size // 2, size // 4 : size // 4 + size // 2] = (small + 2) // 4
    return picture


def _known(what: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise PairsError(f"there is no {what} {value!r}; choose one of {', '.join(choices)}, or None for all")
