"""Training the judge: read scenes back from renders of every combination, held-out ones included.

It sees renders only, blurred and noisy ones among them (`world.judge.roughen`), never a picture that a model drew.
Left out: what is done with its readings (`evaluation/`).
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.presets import TrainingConfig
from minidalle.training.pictures import batch_indices, to_images
from minidalle.world.fields import reads
from minidalle.world.judge import Judge, JudgeConfig, roughen, targets_of

CHUNK = 128


class JudgeTask:
    """The judge as a `Task`. Both sets of pictures come from the split "all"."""

    name = "judge"

    def __init__(
        self,
        model: JudgeConfig,
        config: TrainingConfig,
        train: WorldPictures,
        held_back: WorldPictures,
        seed: int,
        device: str = "cpu",
    ) -> None:
        self.model_config, self.config, self.train, self.seed, self.device = (
            model,
            config,
            train,
            seed,
            device,
        )
        self.held_back, self.scenes = to_images(held_back.images, device), held_back.scenes

    def make_model(self) -> Judge:
        """A new judge."""
        return Judge(self.model_config)

    def loss(
        self, model: Judge, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The loss of one batch of roughened renders; logged with its parts."""
        indices, _ = batch_indices(self.seed, step, self.config.batch_size, len(self.train))
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        images = roughen(to_images(self.train.images[indices]), generator).to(self.device)
        images = images.contiguous(memory_format=torch.channels_last)
        return model.loss(
            images, targets_of([self.train.scenes[i] for i in indices], self.model_config).to(self.device)
        )

    def evaluate(self, model: Judge) -> dict[str, float]:
        """The share of held-back renders of which each field is read rightly."""
        readings = [reading for part in self.held_back.split(CHUNK) for reading in model.read(part)]
        right: dict[str, list[bool]] = {}
        for scene, reading in zip(self.scenes, readings, strict=True):
            for name, value in reads(scene, reading).items():
                right.setdefault(name, []).append(value)
        return {name: sum(values) / len(values) for name, values in right.items()}

    def picture(self, model: Judge) -> None:
        """The judge draws nothing."""
