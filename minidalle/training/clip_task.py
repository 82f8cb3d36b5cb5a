"""Training CLIP: in a batch of pictures and captions, find what belongs together (arXiv 2103.00020).

CLIP will rank pictures that a dVAE painted, so a share of what it sees is painted by the dVAE, and everything is
a little blurred and noisy: it should judge what is shown, not how softly. Batches are small, so few of their
captions are nearly right; foils, wrong by one fact, take their place, and damaged pictures (`picture_foils.py`) that
of pictures that are nearly right. Left out: large batches over many machines.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from minidalle.clip import CLIP, CLIPConfig
from minidalle.data import WorldPictures
from minidalle.dvae import DiscreteVAE
from minidalle.presets import CLIPTraining
from minidalle.tokenizer import BPETokenizer
from minidalle.training.attributes import AttributeTest
from minidalle.training.captions import captions_for
from minidalle.training.own import OwnPictures
from minidalle.training.picture_foils import PictureFoils
from minidalle.training.pictures import Album, batch_indices, to_images

CROWD = 128  # captions that a held-back picture is to find its own among, where there are as many
TEST_SCENES = 128


class CLIPTask:
    """CLIP as a `Task`. dvae and codes may be None where `reconstructed` and `picture_foils` are 0; held-back pictures
    with codes are shown as the dVAE paints them. renders: as for `DALLETask`."""

    name = "clip"

    def __init__(
        self,
        model: CLIPConfig,
        config: CLIPTraining,
        train: tuple[WorldPictures | OwnPictures, Tensor | None],
        held_back: tuple[WorldPictures | OwnPictures, Tensor | None],
        tokenizer: BPETokenizer,
        dvae: DiscreteVAE | None,
        seed: int,
        device: str = "cpu",
        renders: Path | None = None,
    ) -> None:
        self.model_config, self.config, self.dvae, self.seed, self.device = model, config, dvae, seed, device
        self.pictures, self.codes = train
        self.album = Album(self.pictures.images, device) if config.reconstructed < 1 else None
        self.damage = None
        if config.picture_foils:
            self.damage = PictureFoils(self.pictures, self.codes.numpy(), dvae.config.grid)
        self.captions = captions_for(self.pictures, tokenizer, model.text_length, config, device)
        shown, codes = held_back
        self.held_back = to_images(shown.images, device) if codes is None else self.paint(codes)
        self.held_back_text = tokenizer.encode_batch(shown.captions, model.text_length).to(device)
        self.test = None  # which asks about the world
        if not isinstance(shown, OwnPictures):
            self.test = AttributeTest(
                TEST_SCENES, seed + 1, model.image_size, tokenizer, model.text_length, device, renders
            )

    def make_model(self) -> CLIP:
        """A new pair of towers."""
        return CLIP(self.model_config)

    def loss(
        self, model: CLIP, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The contrastive loss of one batch; logged with the share of pictures that find their caption."""
        indices, epochs = batch_indices(self.seed, step, self.config.batch_size, len(self.pictures))
        text = self.captions.batch(indices, epochs, rng).to(self.device)
        foils = None
        if self.config.foils:
            foils = self.captions.foils(indices, epochs, self.config.foils, rng).to(self.device)
        images, damaged = self.images(indices, rng).tensor_split([len(indices)])
        output = model(images, text, foils, damaged if len(damaged) else None)
        found = output.logits.detach().argmax(1) == torch.arange(len(indices), device=output.logits.device)
        return output.loss, {"accuracy": found.float().mean(), "scale": model.log_scale.detach().exp()}

    def images(self, indices: np.ndarray, rng: np.random.Generator) -> Tensor:
        """The pictures of a batch, [batch, 3, height, width], some painted by the dVAE; then the damaged ones, all
        painted. All are softened alike."""
        if self.album is None:
            images = self.paint(self.codes[torch.from_numpy(indices)])
            painted = np.empty(0, np.int64)
        else:
            images = self.album.batch(indices)
            painted = np.flatnonzero(rng.random(len(indices)) < self.config.reconstructed)
        if len(painted) and self.dvae is not None and self.codes is not None:
            codes = self.codes[torch.from_numpy(indices[painted])]
            images[torch.from_numpy(painted).to(images.device)] = self.paint(codes)
        if self.damage is not None:
            damaged = self.damage.batch(indices, self.config.picture_foils, rng)
            images = torch.cat([images, self.paint(torch.from_numpy(damaged))])
        images = blur(images, float(rng.uniform(0, self.config.blur)))
        return (images + self.config.noise * torch.randn_like(images)).clamp(0, 1)

    @torch.no_grad()
    def paint(self, codes: Tensor) -> Tensor:
        """Codes [picture, grid * grid] as the dVAE paints them, [picture, 3, height, width]."""
        return self.dvae.decode(codes.long().to(self.device)).float()

    def evaluate(self, model: CLIP) -> dict[str, float]:
        """Retrieval among held-back pairs, both ways, and whether colour and shape are told apart.

        All crowds are of one size, since a pair is found more easily in a small one: what is left over is left out.
        """
        right = {"image_to_text": [], "text_to_image": []}
        crowd = min(CROWD, len(self.held_back))
        for start in range(0, len(self.held_back) - crowd + 1, crowd):
            images, text = (held[start : start + crowd] for held in (self.held_back, self.held_back_text))
            scores, own = model.scores(images, text).cpu(), torch.arange(len(images))
            right["image_to_text"].append(scores.argmax(1) == own)
            right["text_to_image"].append(scores.argmax(0) == own)
        found = {name: torch.cat(parts).double().mean().item() for name, parts in right.items()}
        if self.test is None:
            return found
        vectors = torch.cat([model.encode_image(part) for part in self.test.images.split(CROWD)])
        return found | self.test.run(
            lambda numbers, text: (vectors[numbers] * model.encode_text(text)).sum(-1)
        )

    def picture(self, model: CLIP) -> None:
        """CLIP draws nothing."""


def blur(images: Tensor, sigma: float) -> Tensor:
    """Images [batch, channel, height, width] smoothed by a Gaussian of `sigma` pixels; below 0.1, unchanged."""
    if sigma < 0.1:
        return images
    reach = max(1, round(2.5 * sigma))
    offsets = torch.arange(-reach, reach + 1, device=images.device, dtype=images.dtype)
    weights = torch.exp(-0.5 * (offsets / sigma) ** 2)
    weights = weights / weights.sum()
    channels = images.shape[1]
    padded = F.pad(images, (reach, reach, reach, reach), mode="replicate")
    across = F.conv2d(padded, rearrange(weights, "k -> 1 1 1 k").expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(across, rearrange(weights, "k -> 1 1 k 1").expand(channels, 1, -1, 1), groups=channels)
