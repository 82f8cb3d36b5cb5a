"""Training the dVAE: temperature and KL weight on their schedules, and figures that cannot be flattered.

Foreground figures count only what is not floor and sky: most of a picture is background, which is easily
right and would hide a collapse of the codes. Left out: the paper's random crops (our pictures are already
square).
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.data import WorldPictures
from minidalle.dvae import DiscreteVAE, DVAEConfig, codebook_perplexity, psnr, token_stability
from minidalle.presets import DVAETraining
from minidalle.schedules import cosine_anneal
from minidalle.training.grids import pairs_grid
from minidalle.training.own import OwnPictures
from minidalle.training.pictures import Album, batch_indices, to_images
from minidalle.training.several import ALONE
from minidalle.world import Scene, render

SHOWN = 16
CHUNK = 64
FOREGROUND = 0.03  # a pixel that differs this much from the empty scene shows an object or its shadow


class DVAETask:
    """The dVAE as a `Task`."""

    name = "dvae"
    ranks = ALONE  # the processes that share a batch

    def __init__(
        self,
        model: DVAEConfig,
        config: DVAETraining,
        train: WorldPictures | OwnPictures,
        validation: WorldPictures | OwnPictures,
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
        self.album = Album(train.images, device)
        apple = device.startswith("mps")  # has no float64, which the figures take
        self.measured_on = "cpu" if apple else device
        self.held_back = to_images(validation.images, self.measured_on)
        self.foreground = None  # only the world knows where the background of its pictures is
        if not isinstance(validation, OwnPictures):
            self.foreground = foreground(validation.scenes, validation.images).to(self.measured_on)

    def make_model(self) -> DiscreteVAE:
        """A new dVAE."""
        return DiscreteVAE(self.model_config)

    def loss(
        self, model: DiscreteVAE, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The negative ELBO of one batch; logged with its parts, the temperature and the KL weight."""
        config = self.config
        indices, _ = batch_indices(self.seed, step, config.batch_size, len(self.train))
        mine, flipped = (
            self.ranks.share(len(indices)),
            rng.random(len(indices)) < 0.5 if config.flip else None,
        )
        images = self.album.batch(indices[mine], flipped[mine] if config.flip else None)
        temperature = cosine_anneal(step, 1.0, config.temperature_end, share(config.temperature_share, total))
        kl_weight = cosine_anneal(step, 0.0, config.kl_weight, share(config.kl_share, total))
        output = model(images, temperature, kl_weight)
        numbers = {"reconstruction": output.reconstruction.detach(), "kl": output.kl.detach()}
        return output.loss, {**numbers, "temperature": temperature, "kl_weight": kl_weight}

    def evaluate(self, model: DiscreteVAE) -> dict[str, float]:
        """PSNR, codes in use and their stability, on held-back pictures with the argmax codes."""
        if self.measured_on != self.device:
            model = copy.deepcopy(model).to(self.measured_on)
        ids = torch.cat([model.encode(part) for part in self.held_back.split(CHUNK)])
        painted = torch.cat([model.decode(part).float() for part in ids.split(CHUNK)])
        figures, codes = {"psnr": psnr(painted, self.held_back)}, model.config.vocab_size
        if self.foreground is None:
            figures["perplexity"] = codebook_perplexity(ids, codes)
        else:
            cells = foreground_cells(self.foreground, model.config.grid)
            figures["foreground_psnr"] = psnr(painted, self.held_back, self.foreground)
            figures["foreground_perplexity"] = codebook_perplexity(ids, codes, cells)
        figures["codes_used"] = float(ids.unique().numel())
        return {**figures, "token_stability": token_stability(model, self.held_back[:CHUNK])}

    def picture(self, model: DiscreteVAE) -> np.ndarray:
        """Held-back originals over their reconstructions, two double rows."""
        shown = self.held_back[:SHOWN].to(self.device)
        return pairs_grid(shown, model.reconstruct(shown).float())


def share(part: float, total: int) -> int:
    """That part of a run, in updates; at least 1."""
    return max(1, round(part * total))


def foreground(scenes: Sequence[Scene], images: np.ndarray) -> Tensor:
    """Where pictures uint8 [picture, size, size, 3] of scenes show something, by comparing with the empty scene:
    bool [picture, size, size]. A matrix, which is drawn on white, has no empty scene: nowhere."""
    empty: dict[Scene, np.ndarray] = {}
    masks = []
    for scene, image in zip(scenes, images, strict=True):
        nothing = emptied(scene)
        if nothing not in empty:
            empty[nothing] = render(nothing, images.shape[1]).astype(np.int16)
        masks.append(np.abs(image.astype(np.int16) - empty[nothing]).max(-1) > FOREGROUND * 255)
    return torch.from_numpy(np.stack(masks))


def emptied(scene: Scene) -> Scene:
    """The same scene, its panels too, without anything in it."""
    panels = tuple(map(emptied, scene.panels))
    return replace(scene, things=(), relation=None, kind="single", cut=False, panels=panels)


def foreground_cells(masks: Tensor, grid: int) -> Tensor:
    """Which cells of the grid show something: masks bool [picture, size, size] to bool [picture, grid * grid]."""
    return F.adaptive_max_pool2d(masks[:, None].float(), grid).bool().flatten(1)
