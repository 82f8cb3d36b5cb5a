"""Checkers of lesson 05, one stream: ids, places, and the row that the transformer reads.

Left out: the loss (`lesson05_loss.py`), the vectors of slots (`lesson05_slots.py`).
"""

from __future__ import annotations

import random
from functools import cache

import torch
from torch import Tensor

from minidalle.checks import lesson05_loss, lesson05_slots
from minidalle.checks.checker import Belief, Checker
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.masks import StreamLayout
from minidalle.tokenizer import PAD


@cache
def model(text_vocab: int, text_length: int, image_vocab: int, grid: int) -> DALLE:
    """A model of these sizes without numbers: what it does to ids needs none."""
    with torch.device("meta"):
        return DALLE(DALLEConfig(text_vocab, image_vocab, text_length, grid, width=1, depth=1, heads=1))


def padded(text: Tensor, text_vocab: int) -> Tensor:
    """The package's own caption ids."""
    return model(text_vocab, text.shape[1], 1, 2).text_ids(text)


def place(text: Tensor) -> Tensor:
    """The position of each id, int64 [text_length]."""
    return torch.arange(text.shape[1])


def some_captions(rng: random.Random) -> tuple[Tensor, int]:
    """Captions of different lengths, filled with PAD at the end, and the size of their vocabulary."""
    text_vocab, length, batch = rng.randint(5, 40), rng.randint(3, 8), rng.randint(1, 3)
    rows = [[rng.randrange(text_vocab) for _ in range(rng.randint(0, length))] for _ in range(batch)]
    return torch.tensor([row + [PAD] * (length - len(row)) for row in rows]), text_vocab


def instead_of_pad(text: Tensor, ids: Tensor | int) -> Tensor:
    """`ids` where the caption is empty."""
    return torch.where(text == PAD, ids, text)


PAD_BY_POSITION = Checker(
    "pad_by_position(text, text_vocab)",
    target=padded,
    make=some_captions,
    edges=(
        (torch.tensor([[7, 9, PAD, PAD, PAD], [0, PAD, PAD, PAD, PAD]]), 50),
        (torch.tensor([[3, 1, 2]]), 4),
        (torch.tensor([[300, 16000, PAD, PAD]]), 16384),
        (torch.tensor([[PAD, PAD, PAD]]), 10),
    ),
    axes=("caption", "position"),
    beliefs=(
        Belief(
            "one id for all padding",
            "Every empty position gets the same id. In DALL·E each position has a padding of its own, "
            "text_vocab + position, so that the model can learn a vector for each.",
            lambda text, text_vocab: instead_of_pad(text, text_vocab),
        ),
        Belief(
            "positions count from the caption's end",
            "You number the paddings from the end of each caption: the first empty place gets text_vocab. "
            "What counts is the position in the row, so position 4 has the same padding in every caption.",
            lambda text, text_vocab: instead_of_pad(
                text, text_vocab + place(text) - (text != PAD).sum(1, keepdim=True)
            ),
        ),
        Belief(
            "positions count from one",
            "Your paddings are too large by 1. Positions count from 0, and at the last one your id is that "
            "of start of image: the two would share a vector.",
            lambda text, text_vocab: instead_of_pad(text, text_vocab + place(text) + 1),
        ),
        Belief(
            "the padding's id is its position",
            "Your padding at position 3 has id 3, and so has a word of the vocabulary. Ids 0 to text_vocab - 1 "
            "are taken: paddings begin after them.",
            lambda text, text_vocab: instead_of_pad(text, place(text)),
        ),
        Belief(
            "padding is token 0",
            "You write 0 where the caption is empty. But 0 is the id of a real token, and the model could not "
            "tell an empty place from it.",
            lambda text, text_vocab: text.clamp(min=0),
        ),
    ),
)


def row_and_column(slot: int, text_length: int, grid: int) -> list[int] | None:
    """Where on the picture the token of a slot lies; None on the text side."""
    code = slot - StreamLayout(text_length, grid).prefix
    return None if code < 0 else [code // grid, code % grid]


def some_slot(rng: random.Random) -> tuple[int, int, int]:
    """A slot of a stream, in the picture most of the time."""
    text_length, grid = rng.randint(2, 9), rng.randint(3, 6)
    return rng.randrange(text_length - 1, text_length + grid**2), text_length, grid


def from_slot_t(slot: int, text_length: int, grid: int) -> list[int] | None:
    """As if code 0 lay in slot text_length."""
    return row_and_column(slot + 1, text_length, grid)


ROW_AND_COLUMN = Checker(
    "row_and_column(slot, text_length, grid)",
    target=row_and_column,
    make=some_slot,
    edges=((9, 4, 4), (0, 4, 4), (4, 4, 4), (5, 4, 4), (19, 4, 4), (1279, 256, 32)),
    beliefs=(
        Belief(
            "the picture starts right after the caption",
            "You let the picture begin in slot text_length, but there lies start of image. It has a slot to "
            "itself and no place in the picture, so code 0 lies one slot later. (It *predicts* code 0. Asked "
            "is where the token lies that the slot holds.)",
            from_slot_t,
        ),
        Belief(
            "columns come first",
            "You give the column first, or read the picture column by column. Its codes lie in the stream row "
            "by row: the row is how many whole rows have gone by, and the column is what is left.",
            lambda slot, text_length, grid: (
                found[::-1] if (found := row_and_column(slot, text_length, grid)) else found
            ),
        ),
        Belief(
            "rows and columns count from one",
            "You count from 1: the first code should lie in row 0, column 0, since these numbers look up "
            "rows of a table of vectors.",
            lambda slot, text_length, grid: (
                [n + 1 for n in found] if (found := row_and_column(slot, text_length, grid)) else found
            ),
        ),
        Belief(
            "text has a row and a column too",
            "You give a place to slot {slot}, which is on the text side. Python's // and % answer for "
            "negative numbers too, so nothing crashes: ask first whether the slot holds a code.",
            lambda slot, text_length, grid: [
                (slot - text_length - 1) // grid,
                (slot - text_length - 1) % grid,
            ],
        ),
        Belief(
            "rows are counted over the whole stream",
            "You divide the slot's number itself. The picture begins after text_length + 1 slots: take those "
            "away before you count rows, or every picture starts somewhere in a row.",
            lambda slot, text_length, grid: None if slot <= text_length else [slot // grid, slot % grid],
        ),
    ),
)


def streamed(text: Tensor, image: Tensor, text_vocab: int) -> Tensor:
    """The package's own stream."""
    grid = round(image.shape[1] ** 0.5)
    captions = text.masked_fill(text >= text_vocab, PAD)  # the package fills in the paddings itself
    return model(text_vocab, text.shape[1], 1000, grid).stream(captions, image)


def joined(
    text: Tensor, image: Tensor, text_vocab: int, start: int = 0, first: int = 1, keep: slice = slice(-1)
) -> Tensor:
    """A stream with one of its rules changed, for beliefs.

    start: the id of start of image, beyond the text's ids. first: that of code 0, likewise. keep: which codes
    are read.
    """
    used = text_vocab + text.shape[1]
    middle = text.new_full((len(text), 1), used + start)
    return torch.cat([text, middle, image[:, keep] + used + first], 1)


def some_pairs(rng: random.Random) -> tuple[Tensor, Tensor, int]:
    """Captions with their paddings in place, pictures as codes, and the size of the text's vocabulary."""
    captions, text_vocab = some_captions(rng)
    grid = rng.randint(2, 4)
    codes = [[rng.randrange(30) for _ in range(grid**2)] for _ in captions]
    return padded(captions, text_vocab), torch.tensor(codes), text_vocab


JOIN_STREAM = Checker(
    "join_stream(text, image, text_vocab)",
    target=streamed,
    make=some_pairs,
    edges=(
        (torch.tensor([[7, 9, 52, 53]]), torch.tensor([[3, 0, 15, 1]]), 50),
        (torch.tensor([[300, 16000, 16386, 16387]]), torch.tensor([[29, 0, 15, 1]]), 16384),
    ),
    axes=("pair", "slot"),
    beliefs=(
        Belief(
            "codes keep their numbers",
            "You put the picture's codes into the stream as they are, so code 3 and token 3 are the same id. "
            "They share one table of vectors: codes need ids that nothing else has.",
            lambda text, image, text_vocab: joined(
                text, image, text_vocab, first=-text_vocab - text.shape[1]
            ),
        ),
        Belief(
            "paddings take no ids",
            "You number start of image and the codes from text_vocab on. Those ids are taken by the paddings, "
            "one for each position: start of image is text_vocab + text_length.",
            lambda text, image, text_vocab: joined(
                text, image, text_vocab, start=-text.shape[1], first=1 - text.shape[1]
            ),
        ),
        Belief(
            "start of image takes no id",
            "Your code 0 has the id of start of image. That one takes an id as well: code 0 is "
            "text_vocab + text_length + 1.",
            lambda text, image, text_vocab: joined(text, image, text_vocab, first=0),
        ),
        Belief(
            "every code is read",
            "Your stream is one slot too long. A slot holds a token in order to predict the next, and nothing "
            "comes after the last code: it is predicted, never read.",
            lambda text, image, text_vocab: joined(text, image, text_vocab, keep=slice(None)),
        ),
        Belief(
            "the first code is left out",
            "You leave out the first code in place of the last. Code 1 is predicted from code 0, so that one "
            "must be read; the last predicts nothing.",
            lambda text, image, text_vocab: joined(text, image, text_vocab, keep=slice(1, None)),
        ),
        Belief(
            "the picture needs no start",
            "There is no start of image between caption and picture. The slot that holds it is the one "
            "that predicts code 0.",
            lambda text, image, text_vocab: torch.cat(
                [text, joined(text, image, text_vocab)[:, text.shape[1] + 1 :]], 1
            ),
        ),
    ),
)

CHECKERS = (PAD_BY_POSITION, ROW_AND_COLUMN, JOIN_STREAM, *lesson05_loss.CHECKERS, *lesson05_slots.CHECKERS)
