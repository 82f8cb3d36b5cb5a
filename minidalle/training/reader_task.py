"""Training the reader: the facts of renders of every kind and combination, held-out ones included.

Left out: what is done with its answers (`evaluation/`).
"""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.presets import ReaderTraining
from minidalle.training.pictures import Album, batch_indices
from minidalle.world.facts import facts_of
from minidalle.world.judge import roughen
from minidalle.world.reader import Reader, ReaderConfig, Sheet

CHUNK = 64
OFTEN = {"sign": 3, "two panels": 2, "angle": 2, "matrix": 2, "matrix inverted": 2, "matrix new rule": 2}
"""How many times an epoch pictures of some kinds are met: letters are learnt last, and which of two panels is drawn in
which style. (Kinds also say how many pictures of them there are: `Kind.judged`.)"""

GROWTH = ((0.35, 0.5), (0.55, 0.75), (1.0, 1.0))
"""Up to which share of the updates pictures are shrunk to which share of their size: small ones teach what things are
four times as fast, large ones then teach letters and angles."""


def side_at(progress: float, size: int, grow: bool = True) -> int:
    """Pixels a side of the pictures at a share of the training, in [0, 1): a multiple of 16, at least 32 or `size`;
    `size` from the beginning unless they are to grow."""
    if not grow:
        return size
    share = next(share for end, share in GROWTH if progress < end)
    return min(size, max(32, int(share * size) // 16 * 16))


class ReaderTask:
    """The reader as a `Task`. Both sets of pictures come from the split "all" of the mix "judge"."""

    name = "reader"
    mean_cost = sum((end - begin) * share**2 for (begin, _), (end, share) in pairwise(((0.0, 0.0), *GROWTH)))
    """Of an update, where one of the last costs 1."""

    def __init__(
        self,
        model: ReaderConfig,
        config: ReaderTraining,
        train: WorldPictures,
        held_back: WorldPictures,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.model_config, self.config, self.seed, self.device = model, config, seed, device
        self.train, self.held_back, self.side = train, held_back, model.image_size
        if not config.grow:
            self.mean_cost = 1.0
        times = [OFTEN.get(scene.kind, 1) for scene in train.scenes]
        self.deck = np.repeat(np.arange(len(train)), times)
        self.album, self.held_back_album = Album(train.images, device), Album(held_back.images, device)
        asker = Reader(model)
        kinds = [scene.kind for scene in train.scenes]
        sheet = asker.sheet(kinds, [facts_of(scene) for scene in train.scenes])
        self.sheet = Sheet(*(part.to(device) for part in sheet))
        self.held_back_facts = [facts_of(scene) for scene in held_back.scenes]

    def make_model(self) -> Reader:
        """A new reader."""
        return Reader(self.model_config)

    def loss(
        self, model: Reader, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The loss of one batch of roughened renders, small ones at first; logged with its parts."""
        cards, _ = batch_indices(self.seed, step, self.config.batch_size, len(self.deck))
        indices = self.deck[cards]
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        images = torch.cat([roughen(part, generator) for part in self.album.batch(indices).split(16)])
        self.side = side_at(step / total, self.model_config.image_size, self.config.grow)
        places = torch.from_numpy(indices).to(images.device)
        return model.loss_of(self.shrunk(images), Sheet(*(part[places] for part in self.sheet)))

    def shrunk(self, images: Tensor) -> Tensor:
        """Images as large as they are at this time of the training, channels last in memory."""
        if self.side < images.shape[-1]:
            images = F.interpolate(images, (self.side, self.side), mode="bilinear", antialias=True)
        return images.contiguous(memory_format=torch.channels_last)

    def evaluate(self, model: Reader) -> dict[str, float]:
        """The share of held-back renders of which each field is read rightly, by "kind/field", and of all facts; of
        renders as small as those that it is trained on by then, whose side in pixels is told too."""
        right: dict[str, list[bool]] = {}
        for start in range(0, len(self.held_back), CHUNK):
            part = slice(start, start + CHUNK)
            kinds = [scene.kind for scene in self.held_back.scenes[part]]
            images = self.shrunk(self.held_back_album.batch(np.arange(len(self.held_back))[part]))
            for kind, told, true in zip(
                kinds, model.answers(images, kinds), self.held_back_facts[part], strict=True
            ):
                for name, value in true.items():
                    right.setdefault(f"{kind}/{name}", []).append(told[name] == value)
                right.setdefault("all", []).append(told == true)
        shares = {name: sum(values) / len(values) for name, values in sorted(right.items())}
        return {"side": self.side, **shares}

    def picture(self, model: Reader) -> None:
        """The reader draws nothing."""
