"""Captions as token ids for training: a new wording every epoch, and BPE dropout that costs almost nothing.

Dropout makes one caption be met in many spellings (paper, section 2.2: 10 %, in training only). Merging is
done chunk by chunk, and a world of captions has few different chunks, so 64 spellings of each chunk are drawn
once and then picked from. Beside a fast card even that is too slow, so there every wording of every caption is spelled
once before training, by all cores, and the table lies on the card.

Left out: reading captions at evaluation and when drawing, which has no dropout.
"""

import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.presets import CLIPTraining, DALLETraining, Preset
from minidalle.tokenizer import PAD, BPETokenizer
from minidalle.training.own import OwnPictures
from minidalle.world import Scene, caption, sample_scene
from minidalle.world.foils import foil

SPELLINGS = 64
CHUNK = 4096  # pictures whose captions a process spells at a time


class CaptionBatches:
    """Gives the captions of pictures by number, as ids [batch, length] padded with PAD."""

    def __init__(
        self,
        pictures: WorldPictures | OwnPictures | None,
        tokenizer: BPETokenizer,
        length: int,
        wordings: int,
        dropout: float,
    ) -> None:
        self.pictures, self.tokenizer, self.length = pictures, tokenizer, length
        self.wordings, self.dropout = wordings, dropout
        self._spellings: dict[str, list[list[int]]] = {}

    def batch(self, indices: np.ndarray, epochs: np.ndarray, rng: np.random.Generator) -> Tensor:
        """int64 [batch, length]: picture `indices[i]` in the wording whose turn it is in `epochs[i]`.

        Raises CaptionError for a caption longer than `length` even without dropout.
        """
        turns = zip(indices.tolist(), epochs.tolist(), strict=True)
        return self.encode(
            [self.pictures.caption_of(i, (i + epoch) % self.wordings) for i, epoch in turns], rng
        )

    def foils(self, indices: np.ndarray, epochs: np.ndarray, each: int, rng: np.random.Generator) -> Tensor:
        """int64 [batch * each, length]: for each picture `each` captions that are false of it by one fact."""
        first, scenes = self.pictures.seed, self.pictures.scenes
        texts = [
            false_caption(scenes[index], first + (index + epoch) % self.wordings, index, epoch * each + turn)
            for index, epoch in zip(indices.tolist(), epochs.tolist(), strict=True)
            for turn in range(each)
        ]
        return self.encode(texts, rng)

    def encode(self, texts: Sequence[str], rng: np.random.Generator) -> Tensor:
        """int64 [text, length]: captions with dropout where they fit. CaptionError for one that is too long."""
        rows = []
        for text in texts:
            ids = self.spell(text, rng) if self.dropout else []
            if self.dropout and len(ids) <= self.length:
                rows.append(torch.tensor(ids + [PAD] * (self.length - len(ids))))
            else:  # no dropout, or it made the caption too long
                rows.append(self.tokenizer.encode_batch([text], self.length)[0])
        return torch.stack(rows) if rows else torch.empty(0, self.length, dtype=torch.int64)

    def spell(self, text: str, rng: np.random.Generator) -> list[int]:
        """The ids of one caption, each chunk in one of its spellings."""
        chunks = self.tokenizer.split(text)
        picks = rng.integers(SPELLINGS, size=len(chunks)).tolist()
        return [
            token for chunk, pick in zip(chunks, picks, strict=True) for token in self._spell(chunk)[pick]
        ]

    def _spell(self, chunk: str) -> list[list[int]]:
        if chunk not in self._spellings:
            source = random.Random(f"spellings/{chunk}")
            self._spellings[chunk] = [
                self.tokenizer.encode(chunk, self.dropout, source) for _ in range(SPELLINGS)
            ]
        return self._spellings[chunk]


class CaptionTable(CaptionBatches):
    """The same from a table on a device: each wording of each picture has one spelling, drawn before training."""

    def __init__(
        self,
        pictures: WorldPictures,
        tokenizer: BPETokenizer,
        length: int,
        wordings: int,
        dropout: float,
        device: str,
        foils: bool = False,
        workers: int | None = None,
    ) -> None:
        super().__init__(pictures, tokenizer, length, wordings, dropout)
        self.false = None
        if isinstance(pictures, OwnPictures):
            self.table = self.own_table(pictures).to(device)
            return
        source = pictures.seed, pictures.split, pictures.mix, len(pictures)
        given = *source, tokenizer, length, wordings, dropout
        self.table = caption_table(*given, False, workers).to(device)
        self.false = caption_table(*given, True, workers).to(device) if foils else None

    def own_table(self, pictures: OwnPictures) -> Tensor:
        """int16 [picture, wording, length] of one's own pictures, whose captions no other process can draw."""
        texts = [pictures.caption_of(i, turn) for i in range(len(pictures)) for turn in range(self.wordings)]
        rows = self.encode(texts, np.random.default_rng(0)).to(torch.int16)
        return rows.view(len(pictures), self.wordings, self.length)

    def foils(self, indices: np.ndarray, epochs: np.ndarray, each: int, rng: np.random.Generator) -> Tensor:
        """int64 [batch * each, length]: the next `each` foils of each picture, of as many as there are wordings."""
        if self.false is None:
            return torch.empty(0, self.length, dtype=torch.int64)
        turns = (epochs[:, None] * each + np.arange(each)) % self.wordings
        return self.false[torch.from_numpy(indices)[:, None], torch.from_numpy(turns)].flatten(0, 1).long()

    def batch(self, indices: np.ndarray, epochs: np.ndarray, rng: np.random.Generator) -> Tensor:
        """int64 [batch, length], on the table's device; `rng` is not asked."""
        turns = torch.from_numpy((indices + epochs) % self.wordings)
        return self.table[torch.from_numpy(indices), turns].long()


def captions_for(
    pictures: WorldPictures | OwnPictures,
    tokenizer: BPETokenizer,
    length: int,
    config: DALLETraining | CLIPTraining,
    device: str,
) -> CaptionBatches:
    """Captions as a training on `device` wants them: tables beside a card, spelled batch by batch elsewhere."""
    given = pictures, tokenizer, length, config.caption_variants, config.bpe_dropout
    if not device.startswith("cuda"):
        return CaptionBatches(*given)
    return CaptionTable(*given, device, foils=getattr(config, "foils", 0) > 0)


def prepare_tables(preset: Preset, tokenizer: BPETokenizer, seed: int) -> None:
    """Make the tables that DALL-E and CLIP will ask for: the cores can do it while a card trains the dVAE."""
    for task in ("dalle", "clip"):
        config = preset.training[task]
        given = seed, "train", config.mix, config.pictures, tokenizer, preset.text_length
        for foils in (False, True) if getattr(config, "foils", 0) else (False,):
            caption_table(*given, config.caption_variants, config.bpe_dropout, foils, None)


@lru_cache(maxsize=2)
def caption_table(
    seed: int,
    split: str,
    mix: str,
    count: int,
    tokenizer: BPETokenizer,
    length: int,
    wordings: int,
    dropout: float,
    foils: bool,
    workers: int | None,
) -> Tensor:
    """int16 [picture, wording, length]: captions of the first `count` pictures of a seed, by `workers` processes.

    foils: captions that are false by one fact instead.
    """
    from minidalle.world.many import in_order, processes  # here: they need numba's CUDA target

    given = seed, split, mix, tokenizer, length, wordings, dropout, foils
    jobs = [(*given, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    with processes(workers) as pool:
        return torch.from_numpy(np.concatenate(list(in_order(pool, rows_of, jobs))))


def rows_of(
    seed: int,
    split: str,
    mix: str,
    tokenizer: BPETokenizer,
    length: int,
    wordings: int,
    dropout: float,
    foils: bool,
    start: int,
    stop: int,
) -> np.ndarray:
    """A part of `caption_table`: the rows `start` to `stop`."""
    spelling = CaptionBatches(None, tokenizer, length, wordings, dropout)
    texts: list[str] = []
    for index in range(start, stop):
        scene = sample_scene(seed, index, split, mix=mix)
        texts += [told(scene, seed, index, wording, foils) for wording in range(wordings)]
    rows = spelling.encode(texts, np.random.default_rng([seed, start, foils])).to(torch.int16)
    return rows.numpy().reshape(stop - start, wordings, length)


def told(scene: Scene, seed: int, index: int, wording: int, false: bool) -> str:
    """A caption of a scene in one of its wordings, or a false one."""
    if false:
        return false_caption(scene, seed + wording, index, wording)
    return caption(scene, seed + wording, index)


def false_caption(scene: Scene, seed: int, index: int, turn: int) -> str:
    """A foil of a scene, and `NEITHER` where there is none."""
    try:
        return foil(scene, seed, index, turn)
    except ValueError:
        return NEITHER


NEITHER = "a picture of a cube"
"""In the place of a foil where there is none (matrices)."""
