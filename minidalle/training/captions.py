"""Captions as token ids for training: a new wording every epoch, and BPE dropout that costs almost nothing.

Dropout makes one caption be met in many spellings (paper, section 2.2: 10 %, in training only). Merging is
done chunk by chunk, and a world of captions has few different chunks, so 64 spellings of each chunk are drawn
once and then picked from. Left out: reading captions at evaluation and when drawing, which has no dropout.
"""

import random
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.tokenizer import PAD, BPETokenizer

SPELLINGS = 64


class CaptionBatches:
    """Gives the captions of pictures by number, as ids [batch, length] padded with PAD."""

    def __init__(
        self, pictures: WorldPictures, tokenizer: BPETokenizer, length: int, wordings: int, dropout: float
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
        texts = [
            self.pictures.foil_of(index, (index + epoch) % self.wordings, epoch * each + turn)
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
