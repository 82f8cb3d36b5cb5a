"""Training the reader: the facts of renders of every kind and combination, held-out ones included.

Left out: what is done with its answers (`evaluation/`).
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.presets import TrainingConfig
from minidalle.training.pictures import batch_indices, to_images
from minidalle.world.facts import facts_of
from minidalle.world.judge import roughen
from minidalle.world.reader import Reader, ReaderConfig

CHUNK = 64


class ReaderTask:
    """The reader as a `Task`. Both sets of pictures come from the split "all" of the mix "judge"."""

    name = "reader"

    def __init__(
        self,
        model: ReaderConfig,
        config: TrainingConfig,
        train: WorldPictures,
        held_back: WorldPictures,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.model_config, self.config, self.seed, self.device = model, config, seed, device
        self.train, self.held_back = train, held_back
        self.facts = [facts_of(scene) for scene in train.scenes]
        self.held_back_facts = [facts_of(scene) for scene in held_back.scenes]

    def make_model(self) -> Reader:
        """A new reader."""
        return Reader(self.model_config)

    def loss(
        self, model: Reader, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The loss of one batch of roughened renders; logged with its parts."""
        indices, _ = batch_indices(self.seed, step, self.config.batch_size, len(self.train))
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        images = torch.cat(
            [roughen(part, generator) for part in to_images(self.train.images[indices]).split(16)]
        )
        images = images.to(self.device).contiguous(memory_format=torch.channels_last)
        kinds = [self.train.scenes[i].kind for i in indices]
        return model.loss(images, kinds, [self.facts[i] for i in indices])

    def evaluate(self, model: Reader) -> dict[str, float]:
        """The share of held-back renders of which each field is read rightly, by "kind/field", and of all facts."""
        right: dict[str, list[bool]] = {}
        for start in range(0, len(self.held_back), CHUNK):
            part = slice(start, start + CHUNK)
            kinds = [scene.kind for scene in self.held_back.scenes[part]]
            images = to_images(np.ascontiguousarray(self.held_back.images[part])).to(self.device)
            for kind, told, true in zip(
                kinds, model.read(images, kinds), self.held_back_facts[part], strict=True
            ):
                for name, value in true.items():
                    right.setdefault(f"{kind}/{name}", []).append(told[name] == value)
                right.setdefault("all", []).append(told == true)
        return {name: sum(values) / len(values) for name, values in sorted(right.items())}

    def picture(self, model: Reader) -> None:
        """The reader draws nothing."""
