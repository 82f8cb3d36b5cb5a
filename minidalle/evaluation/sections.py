"""Draw pictures of every kind of the world, read them back with the reader, and count: a number for every section.

The first picture of each caption at temperature 1 counts; nothing is chosen. Beside it stand two ceilings (true
renders, and those through the dVAE), the picture that CLIP likes best of K, and how often any of the K is right. All of
it can run on a graphics card, where a thousand pictures are drawn in the time of a few.

Left out: what is asked (`asking.py`), pictures that are begun before (`prompts.py`), tables (`section_tables.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.asking import Asked, Fits, TooLongError, ask, kinds_of, right, splits_of
from minidalle.evaluation.choosing import curve
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.reading import enlarged
from minidalle.evaluation.statistics import share
from minidalle.pipeline_pictures import to_floats
from minidalle.sampling import picture_seeds
from minidalle.world import render_many
from minidalle.world.reader import Reader

Say = Callable[[str, int, int], Any]
CHUNKS = {"cpu": 64, "cuda": 2048}
"""Pictures drawn, and kept, at a time: what is lost at most where an evaluation is stopped."""
READ_AT_ONCE = 256


@dataclass(frozen=True)
class Effort:
    """How much is drawn: a picture for each of `count` captions of a kind and split, and `of` for each of the first
    `ranked`."""

    count: int = 50
    of: int = 1
    ranked: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Batch:
    """The questions of one kind and split, and the tokens that were drawn: the first ones one a question, then `of` for
    each of the ranked ones."""

    kind: str
    split: str
    asked: list[Asked]
    effort: Effort

    @property
    def captions(self) -> list[str]:
        """One for each picture to be drawn."""
        ranked = [one.caption for one in self.asked[: self.effort.ranked] for _ in range(self.effort.of)]
        return [*(one.caption for one in self.asked), *ranked]

    @property
    def seeds(self) -> list[int]:
        """One for each picture to be drawn; they do not depend on what else is drawn."""
        own = self.effort.seed + zlib.crc32(f"{self.kind}/{self.split}".encode())
        return picture_seeds(own, len(self.captions))


def fits(model: LoadedModel) -> Fits:
    """Whether a model can read a caption whole."""
    return lambda text: len(model.tokenizer.encode(text)) <= model.preset.text_length


def batches(
    sections: Sequence[str],
    reader: Reader,
    effort: Effort,
    fits: Fits = lambda text: True,
    only: Collection[str] = (),
) -> tuple[list[Batch], list[str]]:
    """Everything that is asked in some sections, as far as the reader knows the kinds and captions fit; and the kinds
    that are left out because theirs do not. only: these kinds and no others, where there are any."""
    found, too_long = [], []
    for section in sections:
        for kind in kinds_of(section):
            if kind not in reader.kinds or (only and kind not in only):
                continue
            try:
                asked = {split: ask(kind, split, effort.count, fits=fits) for split in splits_of(kind)}
            except TooLongError:
                too_long.append(kind)
                continue
            found += [Batch(kind, split, some, effort) for split, some in asked.items()]
    return found, too_long


def draw_captions(
    drawer: Drawer,
    captions: Sequence[str],
    seeds: Sequence[int],
    say: Say,
    what: str = "drawing",
    greedy: bool = False,
    **begun: Tensor,
) -> Tensor:
    """The tokens of a picture of each caption, int64 [picture, token], drawn and kept in large chunks. begun: prefix or
    fixed of `sampling.sample`, a row for each picture."""
    model = drawer.model
    device = next(model.dalle.parameters()).device
    text = model.tokenizer.encode_batch(captions, model.preset.text_length).to(device)
    chunk, drawn = CHUNKS.get(device.type, CHUNKS["cpu"]), []
    settings: dict[str, Any] = {"greedy": True} if greedy else {}
    say(what, 0, len(text))
    for start in range(0, len(text), chunk):
        part = slice(start, start + chunk)
        given = {name: tokens[part] for name, tokens in begun.items()}
        drawn.append(drawer.draw(text[part], seeds[part], **settings, **given).cpu())
        say(what, min(start + chunk, len(text)), len(text))
    return torch.cat(drawn)


def draw_all(drawer: Drawer, some: Sequence[Batch], say: Say) -> list[Tensor]:
    """The tokens of all batches, int64 [picture, token] each, drawn together."""
    captions = [text for batch in some for text in batch.captions]
    seeds = [seed for batch in some for seed in batch.seeds]
    tokens = draw_captions(drawer, captions, seeds, say)
    return list(tokens.split([len(batch.captions) for batch in some]))


@torch.no_grad()
def read(reader: Reader, images: Tensor, kind: str) -> list[dict[str, str]]:
    """What the reader tells of images [picture, 3, side, side] of a kind."""
    size, told = reader.config.image_size, []
    for part in images.split(READ_AT_ONCE):
        told += reader.read(enlarged(part, size), [kind] * len(part))
    return told


def shares(asked: Sequence[Asked], told: Sequence[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """For every field that some caption tells, and for all at once, how often a reading has it right."""
    marks = [right(one, each) for one, each in zip(asked, told, strict=True)]
    names = dict.fromkeys(name for mark in marks for name in mark)
    return {name: share([mark[name] for mark in marks if name in mark]) for name in names}


@torch.no_grad()
def measure(
    model: LoadedModel, reader: Reader, batch: Batch, tokens: Tensor, device: str
) -> dict[str, dict[str, Any]]:
    """All figures of one batch by field: "sample", the ceilings "dvae" and "render", and where there is a choice
    "best", "any", "average" and "curve"."""
    count = len(batch.asked)
    images = torch.cat([model.dvae.decode(part.to(device)) for part in tokens.split(READ_AT_ONCE)])
    readings = read(reader, images, batch.kind)
    renders = render_many([one.scene for one in batch.asked], model.preset.image_size, progress=False)
    true = to_floats(renders).to(device)
    painted = torch.cat([model.dvae.reconstruct(part) for part in true.split(READ_AT_ONCE)])
    columns = {
        "sample": shares(batch.asked, readings[:count]),
        "dvae": shares(batch.asked, read(reader, painted, batch.kind)),
        "render": shares(batch.asked, read(reader, true, batch.kind)),
    }
    if batch.effort.ranked and batch.effort.of > 1 and model.clip is not None:
        columns |= chosen(model, batch, images[count:], readings[count:], device)
    return {
        field: {name: column[field] for name, column in columns.items() if field in column}
        for field in columns["sample"]
    }


def chosen(
    model: LoadedModel, batch: Batch, images: Tensor, readings: list[dict[str, str]], device: str
) -> dict[str, dict[str, Any]]:
    """Of the questions with several pictures: CLIP's choice, whether any of them is right, an average one, and how all
    of this grows with the number of pictures."""
    of = batch.effort.of
    asked = batch.asked[: batch.effort.ranked]
    text = model.tokenizer.encode_batch([one.caption for one in asked], model.preset.text_length).to(device)
    vectors = torch.cat([model.clip.encode_image(part) for part in images.split(READ_AT_ONCE)])
    scores = (vectors.view(len(asked), of, -1) * model.clip.encode_text(text)[:, None]).sum(-1)
    first = scores.argmax(1).tolist()
    best = [readings[number * of + pick] for number, pick in enumerate(first)]
    marks = [[right(one, told) for told in readings[n * of : (n + 1) * of]] for n, one in enumerate(asked)]
    names = dict.fromkeys(name for row in marks for name in row[0])
    mine = {name: [n for n, row in enumerate(marks) if name in row[0]] for name in names}
    rows = {name: [[mark[name] for mark in marks[n]] for n in some] for name, some in mine.items()}
    return {
        "best": shares(asked, best),
        "any": {name: share([any(row) for row in found]) for name, found in rows.items()},
        "average": {name: share([mark for row in found for mark in row]) for name, found in rows.items()},
        "curve": {name: curve(found, scores[mine[name]].tolist()) for name, found in rows.items()},
    }
