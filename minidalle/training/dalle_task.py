"""Training DALL-E on captions and the frozen dVAE's codes.

Figures on the way: the losses of text and image on held-back pictures, and the likelihood test of
`attributes.py`. Left out: the paper's random crops (the codes are read once), its mixed-precision scheme and
its decay at plateaus (ours is one cosine, since our runs have a known end).
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.dalle import DALLE, DALLEConfig
from minidalle.dalle_flops import training_flops
from minidalle.data import WorldPictures
from minidalle.dvae import DiscreteVAE
from minidalle.presets import DALLETraining
from minidalle.sampling import sample
from minidalle.tokenizer import BPETokenizer
from minidalle.training.attributes import AttributeTest
from minidalle.training.captions import captions_for
from minidalle.training.grids import pairs_grid
from minidalle.training.own import OwnPictures
from minidalle.training.pictures import batch_indices, kept_renders, to_images
from minidalle.training.several import ALONE
from minidalle.world import KINDS, caption, sample_scene

CHUNK = 64


class DALLETask:
    """DALL-E as a `Task`. codes, held_back_codes: [picture, grid * grid], the pictures as the dVAE reads them. renders:
    a folder in which the few pictures that are drawn for looks at the training are kept."""

    name = "dalle"
    ranks = ALONE  # the processes that share a batch

    def __init__(
        self,
        model: DALLEConfig,
        config: DALLETraining,
        train: tuple[WorldPictures | OwnPictures, Tensor],
        held_back: tuple[WorldPictures | OwnPictures, Tensor],
        tokenizer: BPETokenizer,
        dvae: DiscreteVAE,
        seed: int,
        device: str = "cpu",
        renders: Path | None = None,
    ) -> None:
        self.model_config, self.config, self.dvae, self.seed, self.device = model, config, dvae, seed, device
        pictures, codes = train
        self.codes = codes.to(device) if device.startswith("cuda") else codes
        self.captions = captions_for(pictures, tokenizer, model.text_length, config, device)
        self.held_back_codes = held_back[1].long().to(device)
        self.held_back_text = tokenizer.encode_batch(held_back[0].captions, model.text_length).to(device)
        size = dvae.config.image_size
        self.test = None
        if isinstance(pictures, OwnPictures):
            shown = held_back[0]
            self._show(tokenizer, shown.captions[: config.samples], shown.images[: config.samples])
            return
        self.test = AttributeTest(
            config.likelihood_scenes, seed + 1, size, tokenizer, model.text_length, device, renders
        )
        with torch.no_grad():
            self.test_codes = dvae.encode(self.test.images)
        self._choose_samples(tokenizer, size, renders)

    def _choose_samples(self, tokenizer: BPETokenizer, size: int, renders: Path | None) -> None:
        """The world's captions drawn at every evaluation: all kinds in turn, none of them met in training."""
        scenes = [
            sample_scene(self.seed + 2, number, "train", KINDS[number % len(KINDS)])
            if self.config.mix == "blocks"
            else sample_scene(self.seed + 2, number, "train", mix=self.config.mix)
            for number in range(self.config.samples)
        ]
        captions = [caption(scene, self.seed + 2, number) for number, scene in enumerate(scenes)]
        self._show(tokenizer, captions, kept_renders(scenes, size, renders))

    def _show(self, tokenizer: BPETokenizer, captions: list[str], images: np.ndarray) -> None:
        """Draw these captions at every evaluation, under pictures that fit, uint8 [picture, size, size, 3]."""
        self.sample_captions, length = captions, self.model_config.text_length
        self.sample_text = tokenizer.encode_batch(captions, length).to(self.device)
        self.originals = to_images(images, self.device)

    @property
    def details(self) -> dict[str, Any]:
        """For the head of the log: what the sample grids show."""
        return {"sample_captions": self.sample_captions, "flops_per_picture": self.flops}

    @cached_property
    def flops(self) -> float:
        """Of an update, for each picture."""
        with torch.device("meta"):
            model = DALLE(self.model_config)
        return training_flops(model)

    def make_model(self) -> DALLE:
        """A new transformer."""
        return DALLE(self.model_config)

    def loss(
        self, model: DALLE, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The weighted loss of one batch; logged with its two halves."""
        indices, epochs = batch_indices(self.seed, step, self.config.batch_size, len(self.codes))
        mine = self.ranks.share(len(indices))
        text = self.captions.batch(indices, epochs, rng)[mine].to(self.device)
        codes = self.codes[torch.from_numpy(indices[mine]).to(self.codes.device)]
        output = model(text, codes.long().to(self.device))
        return output.loss, {"text_loss": output.text_loss.detach(), "image_loss": output.image_loss.detach()}

    def evaluate(self, model: DALLE) -> dict[str, float]:
        """Losses on held-back pictures, and the likelihood test."""
        sums, count = np.zeros(3), len(self.held_back_codes)
        for text, codes in zip(
            self.held_back_text.split(CHUNK), self.held_back_codes.split(CHUNK), strict=True
        ):
            sums += np.array([float(value) for value in model(text, codes)]) * len(text)
        names = ("validation_loss", "validation_text_loss", "validation_image_loss")
        losses = dict(zip(names, (sums / count).tolist(), strict=True))
        if self.test is None:
            return losses
        return losses | self.test.run(
            lambda numbers, text: model.log_likelihood(text, self.test_codes[numbers])
        )

    def picture(self, model: DALLE) -> np.ndarray:
        """For fixed captions, a picture that fits as the dVAE paints it, over one drawn by the model, unpicked."""
        drawn = self.dvae.decode(sample(model, self.sample_text, seed=self.seed))
        return pairs_grid(self.dvae.reconstruct(self.originals).float(), drawn.float())
