"""The reader: the judge of all kinds of picture, which reads their facts one by one.

A convolutional trunk turns a picture into a map of features; then each question ("the colour of the hat, in a picture
of an outfit") looks at the map by attention and is answered with one of the field's values. A word is read letter by
letter, so that it need not be one that was met in training. It learns from renders only, of all combinations, those
included that no model is trained on: a judge has to know what it judges. Matrices are compared with
drawings instead (`matrix_reading.py`).

Left out: the older judge, which finds the things of the blocks world one by one (`judge.py`); training
(`training/reader_task.py`); what is done with the answers (`evaluation/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from minidalle.world.facts import fields_of
from minidalle.world.kinds import WORLD
from minidalle.world.matrix_reading import MATRICES, read_matrix
from minidalle.world.reader_layers import Bottleneck, Look, convolved
from minidalle.world.scene import KINDS
from minidalle.world.words import LETTERS, LONGEST

SIGNS = f" {LETTERS}"
"""What a place of a word may hold: nothing, or a letter or digit."""

WORD = "word"


@dataclass(frozen=True)
class ReaderConfig:
    """Sizes of a `Reader`, and what it can be asked.

    Attributes:
        image_size: pixels a side, a multiple of 16. width: channels at half resolution.
        kinds: (kind, its fields) of every kind of picture. values: (field, its values) over all kinds.
    """

    image_size: int = 128
    width: int = 32
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of_world(cls, image_size: int = 128, width: int = 32) -> ReaderConfig:
        """A reader of everything that the world draws today: all kinds with fields."""
        kinds, values = {}, {}
        for kind in (*KINDS, *WORLD):
            fields = fields_of(kind)
            if fields:
                kinds[kind] = tuple(fields)
            for name, known in fields.items():
                values[name] = tuple(dict.fromkeys((*values.get(name, ()), *known)))
        values.pop(WORD, None)
        return cls(image_size, width, tuple(kinds.items()), tuple(values.items()))

    @classmethod
    def from_dict(cls, data: Mapping) -> ReaderConfig:
        """The inverse of `dataclasses.asdict`, also after a trip through JSON."""

        def pairs(rows: Sequence) -> tuple:
            return tuple((name, tuple(values)) for name, values in rows)

        return cls(data["image_size"], data["width"], pairs(data["kinds"]), pairs(data["values"]))


NO_ANSWER = -100
"""In the place of an answer where nothing is asked."""


class Sheet(NamedTuple):
    """Questions about pictures and their answers, for `Reader.loss_of`.

    fields: [batch, question] numbers, padded with 0. real: which are asked. kinds: [batch] numbers. answers: [batch,
    question] positions in the last axis of `Reader.forward`, `NO_ANSWER` where nothing is asked.
    """

    fields: Tensor
    real: Tensor
    kinds: Tensor
    answers: Tensor


class Reader(nn.Module):
    """Pictures and kinds to answers. `read` is what the evaluation uses; `loss` is what training uses."""

    def __init__(self, config: ReaderConfig) -> None:
        super().__init__()
        self.config = config
        w, deep = config.width, 4 * config.width
        self.values = dict(config.values)
        self.fields = [*self.values, *(f"letter{n}" for n in range(LONGEST))]
        self.kinds = dict(config.kinds)
        sizes = [*(len(values) for values in self.values.values()), *[len(SIGNS)] * LONGEST]
        starts = torch.tensor([0, *sizes]).cumsum(0)
        allowed = torch.zeros(len(sizes), int(starts[-1]), dtype=torch.bool)
        for row, (start, end) in enumerate(pairwise(starts.tolist())):
            allowed[row, start:end] = True
        self.starts = dict(zip(self.fields, starts[:-1].tolist(), strict=True))
        self.register_buffer("allowed", allowed, persistent=False)
        self.fine = nn.Sequential(
            convolved(3, w, 5, 2), convolved(w, 2 * w, 3, 2), *(Bottleneck(2 * w) for _ in range(2)),
            convolved(2 * w, deep, 3, 2), *(Bottleneck(deep) for _ in range(3)),
        )  # fmt: skip
        self.coarse = nn.Sequential(convolved(deep, deep, 3, 2), *(Bottleneck(deep) for _ in range(2)))
        cells = (config.image_size // 8) ** 2 + (config.image_size // 16) ** 2
        self.places = nn.Parameter(torch.randn(cells, deep) * 0.02)
        self.of_field = nn.Embedding(len(self.fields), deep)
        self.of_kind = nn.Embedding(len(self.kinds), deep)
        self.looks = nn.ModuleList(Look(deep) for _ in range(2))
        self.answer = nn.Sequential(nn.LayerNorm(deep), nn.Linear(deep, int(starts[-1])))
        self.kind = nn.Linear(deep, len(self.kinds))

    def questions_of(self, kind: str) -> list[str]:
        """The questions that are asked of a picture of a kind; a word is eight questions, one a letter."""
        fields = []
        for name in self.kinds[kind]:
            fields += [f"letter{n}" for n in range(LONGEST)] if name == WORD else [name]
        return fields

    def asked(self, kinds: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """For pictures of these kinds: fields [batch, question] padded with 0, which are real, kinds [batch]."""
        rows = [[self.fields.index(name) for name in self.questions_of(kind)] for kind in kinds]
        longest = max(map(len, rows))
        fields = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        real = torch.tensor([[True] * len(row) + [False] * (longest - len(row)) for row in rows])
        names = list(self.kinds)
        return fields, real, torch.tensor([names.index(kind) for kind in kinds])

    def forward(self, images: Tensor, fields: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """Images and questions to answers [batch, question, value of any field], those of other fields at -inf, and
        logits of the picture's own kind [batch, kind].

        images: [batch, 3, side, side] in [0, 1]; training begins with smaller ones than `config.image_size`, of a
        multiple of 16 pixels a side. fields, kinds: as `asked` gives them.
        """
        fine = self.fine(images * 2 - 1)
        coarse = self.coarse(fine)
        both = torch.cat([rearrange(part, "b d h w -> b (h w) d") for part in (fine, coarse)], dim=1)
        both = both + self._places_of(fine.shape[-1], coarse.shape[-1])
        x = self.of_field(fields) + self.of_kind(kinds)[:, None]
        for look in self.looks:
            x = look(x, both)
        answers = self.answer(x).float().masked_fill(~self.allowed[fields], float("-inf"))
        return answers, self.kind(coarse.mean(dim=(2, 3))).float()

    def features(self, images: Tensor) -> Tensor:
        """What it sees in images [batch, 3, side, side] in [0, 1], [batch, feature]; by this a kind is told."""
        return self.coarse(self.fine(images * 2 - 1)).mean(dim=(2, 3))

    def _places_of(self, *sides: int) -> Tensor:
        """The learnt places of the maps [place, width], in between for smaller pictures than the reader is made for."""
        own = (self.config.image_size // 8, self.config.image_size // 16)
        if sides == own:
            return self.places
        maps = []
        for part, side, wanted in zip(self.places.split([n * n for n in own]), own, sides, strict=True):
            grid = rearrange(part, "(h w) d -> 1 d h w", h=side)
            grid = F.interpolate(grid, (wanted, wanted), mode="bilinear", align_corners=False)
            maps.append(rearrange(grid, "1 d h w -> (h w) d"))
        return torch.cat(maps)

    def targets(self, kind: str, facts: Mapping[str, str]) -> list[int]:
        """The right answers to `questions_of(kind)`, as positions in the last axis of `forward`.

        Raises ValueError for a word that is longer than eight letters or has other signs, and for an unknown value.
        """
        found = []
        for name in self.kinds[kind]:
            if name == WORD:
                letters = facts[WORD].ljust(LONGEST)
                if len(letters) > LONGEST or not set(letters) <= set(SIGNS):
                    raise ValueError(
                        f"{facts[WORD]!r} cannot be asked for: words have up to {LONGEST} letters a-z and digits"
                    )
                found += [self.starts[f"letter{n}"] + SIGNS.index(c) for n, c in enumerate(letters)]
            else:
                found.append(self.starts[name] + self.values[name].index(facts[name]))
        return found

    def loss(
        self, images: Tensor, kinds: Sequence[str], facts: Sequence[Mapping[str, str]]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean cross-entropy in nats of all answers, plus a fifth of that of the kind; also both apart.

        images: [batch, 3, side, side] in [0, 1]. kinds, facts: of each picture.
        """
        return self.loss_of(images, self.sheet(kinds, facts))

    def sheet(self, kinds: Sequence[str], facts: Sequence[Mapping[str, str]]) -> Sheet:
        """What is asked of pictures of these kinds, with the right answers."""
        fields, real, numbers = self.asked(kinds)
        wanted = torch.full(fields.shape, NO_ANSWER)
        for place, (kind, told) in enumerate(zip(kinds, facts, strict=True)):
            row = self.targets(kind, told)
            wanted[place, : len(row)] = torch.tensor(row)
        return Sheet(fields, real, numbers, wanted)

    def loss_of(self, images: Tensor, sheet: Sheet) -> tuple[Tensor, dict[str, Tensor]]:
        """`loss` of a sheet that was made before; nothing waits for a graphics card."""
        fields, _, numbers, wanted = (part.to(images.device) for part in sheet)
        answers, looks_like = self(images, fields, numbers)
        parts = {
            "facts": F.cross_entropy(answers.flatten(0, 1), wanted.flatten(), ignore_index=NO_ANSWER),
            "kind": F.cross_entropy(looks_like, numbers),
        }
        return parts["facts"] + 0.2 * parts["kind"], {name: value.detach() for name, value in parts.items()}

    def read(self, images: Tensor, kinds: Sequence[str]) -> list[dict[str, str]]:
        """The facts of images [batch, 3, height, width] in [0, 1], each read as a picture of its kind; matrices without
        the network.

        Reads with the running statistics of training, also in training mode. Raises ValueError for a kind that this
        reader does not know, for pictures of another size than `config.image_size`, and where there are not as many
        kinds as pictures.
        """
        self._check(images, kinds)
        told = self.answers(images, kinds) if kinds else []
        for place, kind in enumerate(kinds):
            if kind in MATRICES:
                pixels = images[place].detach().float().permute(1, 2, 0).cpu().numpy()
                told[place] = read_matrix(pixels, MATRICES[kind])
        return told

    @torch.no_grad()
    def answers(self, images: Tensor, kinds: Sequence[str]) -> list[dict[str, str]]:
        """What the network tells of all kinds, also of smaller pictures; `read` has its checks."""
        training = self.training
        self.eval()
        fields, _, numbers = (part.to(images.device) for part in self.asked(kinds))
        best = self(images, fields, numbers)[0].argmax(dim=-1).tolist()
        self.train(training)
        return [self._told(kind, row) for kind, row in zip(kinds, best, strict=True)]

    def _check(self, images: Tensor, kinds: Sequence[str]) -> None:
        """Raise ValueError, in a sentence, for what cannot be read."""
        unknown = set(kinds) - set(self.kinds)
        if unknown:
            raise ValueError(f"this reader does not know {', '.join(sorted(unknown))}: train it again")
        size = self.config.image_size
        if images.dim() != 4 or tuple(images.shape[1:]) != (3, size, size):
            raise ValueError(
                f"this reader reads pictures [batch, 3, {size}, {size}], and these are {list(images.shape)}: "
                "resize them"
            )
        if len(images) != len(kinds):
            raise ValueError(f"{len(images)} pictures and {len(kinds)} kinds: give the kind of each picture")

    def _told(self, kind: str, row: Sequence[int]) -> dict[str, str]:
        """Answers as facts."""
        facts, letters = {}, ""
        for name, index in zip(self.questions_of(kind), row, strict=False):
            if name.startswith("letter"):
                letters += SIGNS[index - self.starts[name]]
                facts[WORD] = letters.strip()
            else:
                facts[name] = self.values[name][index - self.starts[name]]
        return facts
