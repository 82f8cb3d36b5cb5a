"""The discrete VAE: pictures to a grid of codes and back (paper section 2.1 and appendix A; block structure
as released).

An encoder turns a picture into one distribution over K codes for each cell of a small grid; a decoder paints
a picture from one code a cell. Trained together through the Gumbel-softmax relaxation, with no codebook,
commitment loss or moving averages: the decoder's first 1x1 convolution *is* the codebook, one column of
weights a code. The formulas are in `relaxation.py`, the schedules in `schedules.py`, the training loop in
`training/`. Left out: the paper's crops and its distributed training.
"""

import math
from typing import NamedTuple

import torch
from einops import rearrange, repeat
from torch import Tensor, nn

from minidalle.dvae_layers import Decoder, DVAEConfig, Encoder, Standardise
from minidalle.relaxation import (
    gumbel_softmax,
    in_full_precision,
    kl_to_uniform,
    logit_laplace_nll,
    map_pixels,
    unmap_pixels,
)

__all__ = [
    "DVAEConfig",
    "DVAEOutput",
    "DiscreteVAE",
    "check_images",
    "codebook_perplexity",
    "gumbel_softmax",
    "kl_to_uniform",
    "psnr",
    "token_stability",
]

LOG_SCALE_FLOOR = -7.0
"""ln b never goes below this. A flat background can be predicted exactly, and its density would grow without
bound; b = e^-7 is less than a tenth of the step in logits between two neighbouring grey levels of 255, so
nothing that a picture can show is lost. The paper is silent."""


class DVAEOutput(NamedTuple):
    """What one training pass gives.

    loss: scalar, the negative ELBO per sub-pixel.
    reconstruction: scalar, its first term (nats, or an error for l1 and l2).
    kl: scalar, the mean KL to the uniform prior in nats per position, between 0 and ln K.
    images: [batch, channel, height, width] in [0, 1], painted from the relaxed sample, detached.
    logits: [batch, code, h, w].
    """

    loss: Tensor
    reconstruction: Tensor
    kl: Tensor
    images: Tensor
    logits: Tensor


class DiscreteVAE(nn.Module):
    """The dVAE. `encode` and `decode` are what DALL-E uses; `forward` is what training uses."""

    def __init__(self, config: DVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        if config.standardise_logits:
            self.standardise = Standardise(config.vocab_size, config.logit_scale)

    def logits(self, images: Tensor) -> Tensor:
        """Unnormalised log-probabilities of the codes, [batch, code, h, w], of images [batch, channel,
        height, width] in [0, 1].

        Raises ValueError for images of another size, type or range (values are looked at on the CPU only: on
        a GPU the look would make the queue wait).
        """
        check_images(images, self.config.image_size, self.config.channels)
        logits = self.encoder(map_pixels(images))
        return self.standardise(logits) if self.config.standardise_logits else logits

    def encode(self, images: Tensor) -> Tensor:
        """The likeliest code of each cell, int64 [batch, h * w] in raster order, without Gumbel noise (paper
        section 2.2)."""
        return rearrange(self.logits(images).argmax(dim=1), "b h w -> b (h w)")

    def decode(self, ids: Tensor) -> Tensor:
        """Codes [batch, h * w] in raster order to images [batch, channel, height, width] in [0, 1].
        ValueError for bad ids."""
        grid, vocab = self.config.grid, self.config.vocab_size
        if ids.ndim != 2 or ids.shape[1] != grid**2 or ids.is_floating_point():
            raise ValueError(
                f"ids are {ids.dtype} of shape {tuple(ids.shape)}; expected whole numbers "
                f"[batch, {grid**2}], the {grid}x{grid} grid in raster order"
            )
        if ids.numel() and ids.device.type == "cpu" and (ids.min() < 0 or ids.max() >= vocab):
            raise ValueError(f"ids run from {ids.min()} to {ids.max()}; this codebook has 0 to {vocab - 1}")
        vectors = self.decoder.look_up(rearrange(ids, "b (h w) -> b h w", h=grid))
        return self.images_from(self.decoder.paint(vectors))

    def decode_soft(self, codes: Tensor) -> Tensor:
        """One-hot or relaxed codes [batch, code, h, w] to the decoder's maps [batch, output_maps, height,
        width]."""
        return self.decoder(codes)

    def images_from(self, maps: Tensor) -> Tensor:
        """The picture to show, [batch, channel, height, width] in [0, 1]: the inverse map of sigmoid(mu)
        under logit-Laplace."""
        maps = in_full_precision(maps)
        if self.config.likelihood == "logit_laplace":
            return unmap_pixels(torch.sigmoid(maps[:, : self.config.channels]))
        return (maps + 0.5).clamp(0, 1)

    def reconstruct(self, images: Tensor) -> Tensor:
        """decode(encode(images)): the best picture that these codes can give, a ceiling for anything drawn
        from them."""
        return self.decode(self.encode(images))

    def reconstruction_error(self, maps: Tensor, images: Tensor) -> Tensor:
        """The reconstruction term of each sub-pixel, [batch, channel, height, width], computed in full
        precision.

        Nats under logit-Laplace; squared or absolute error for l2 and l1 (a Gaussian of variance 1/2 or a
        Laplace of scale 1 without their constants).
        """
        maps, images = in_full_precision(maps), in_full_precision(images)
        if self.config.likelihood == "logit_laplace":
            mu, log_scale = maps.chunk(2, dim=1)
            return logit_laplace_nll(map_pixels(images), mu, log_scale.clamp_min(LOG_SCALE_FLOOR))
        difference = maps + 0.5 - images
        return difference.square() if self.config.likelihood == "l2" else difference.abs()

    def forward(
        self, images: Tensor, temperature: float, kl_weight: float, generator: torch.Generator | None = None
    ) -> DVAEOutput:
        """The negative ELBO of images [batch, channel, height, width] in [0, 1], per sub-pixel (paper section
        2.1, appendix A.3).

        loss = (sum over sub-pixels of the reconstruction term + kl_weight * sum over positions of the KL) /
        sub-pixels

        which for n sub-pixels and g codes is: mean reconstruction + kl_weight * g / n * mean KL. The paper
        divides its whole loss by 256 * 256 * 3, and 1024 / (256 * 256 * 3) = 1/192: its KL weight of 6.6
        weighs the *mean* KL of a position by 6.6/192. n / g is the number of sub-pixels that a code stands
        for: 192 at any picture size with 3 halvings, 48 with 2, 12 with 1. So `kl_weight` means the same here
        on every grid: the beta of the ELBO, on the paper's basis.

        Raises ValueError for bad images or a temperature that is not above 0.
        """
        logits = self.logits(images)
        sample = gumbel_softmax(logits, temperature, dim=1, generator=generator)
        maps = self.decode_soft(sample)
        reconstruction = self.reconstruction_error(maps, images).mean()
        kl = kl_to_uniform(logits).mean()
        loss = reconstruction + kl_weight / self.config.subpixels_per_code * kl
        return DVAEOutput(loss, reconstruction, kl, self.images_from(maps.detach()), logits)


def check_images(images: Tensor, size: int, channels: int = 3) -> None:
    """Raise ValueError, saying what to do, unless images are floats [batch, channels, size, size] in [0, 1]
    without NaN."""
    if not images.is_floating_point():
        raise ValueError(f"images are {images.dtype}; expected floats between 0 and 1: images.float() / 255")
    if images.ndim != 4 or images.shape[1] != channels:
        hint = "; move the colours: einops.rearrange(images, 'b h w c -> b c h w')"
        hint = hint if images.shape[-1:] == (channels,) else ""
        raise ValueError(
            f"images have shape {tuple(images.shape)}; expected [batch, {channels}, {size}, {size}]{hint}"
        )
    if images.shape[2:] != (size, size):
        raise ValueError(
            f"images are {images.shape[2]}x{images.shape[3]} pixels; "
            f"this model reads {size}x{size}: resize them"
        )
    if images.device.type == "cpu" and images.numel():
        low, high = (value.item() for value in images.detach().aminmax())
        if math.isnan(low) or math.isnan(high):
            raise ValueError("images contain NaN (not a number): was something divided by zero?")
        if low < -1e-4 or high > 1 + 1e-4:
            raise ValueError(
                f"images run from {low:.3g} to {high:.3g}; expected 0 to 1 (bytes? divide by 255)"
            )


def codebook_perplexity(ids: Tensor, vocab_size: int, mask: Tensor | None = None) -> float:
    """How many codes are in use, counted so that rare ones count little: exp of the entropy of the codes'
    frequencies.

    1 when one code does everything, `vocab_size` when all are equally frequent. A blank background can pass
    for variety or for collapse: give a mask of the cells that show something.

    Args:
        ids: whole numbers of any shape. mask: booleans of the same shape, True for the cells to count.

    Raises ValueError when no cell is left to count, or when an id is outside 0 ... vocab_size - 1.
    """
    ids = (ids if mask is None else ids[mask]).flatten()
    if ids.numel() == 0:
        raise ValueError("no cells to count: ids are empty, or the mask is False everywhere")
    if ids.min() < 0 or ids.max() >= vocab_size:
        raise ValueError(f"ids run from {ids.min()} to {ids.max()}; expected 0 to {vocab_size - 1}")
    frequency = torch.bincount(ids, minlength=vocab_size).double() / ids.numel()
    return math.exp(torch.special.entr(frequency).sum().item())


def psnr(a: Tensor, b: Tensor, mask: Tensor | None = None) -> float:
    """Peak signal-to-noise ratio in decibels of images [batch, channel, height, width] in [0, 1]: -10
    log10(mean squared error).

    One figure for all pixels together; infinite when the images are equal. `mask`, booleans [batch, height,
    width], chooses the pixels: a large blank background is easily right and flatters. Raises ValueError when
    shapes differ or nothing is chosen.
    """
    if a.shape != b.shape:
        raise ValueError(f"images of shapes {tuple(a.shape)} and {tuple(b.shape)} cannot be compared")
    error = (in_full_precision(a) - in_full_precision(b)).square()
    if mask is not None:
        error = error[repeat(mask, "b h w -> b c h w", c=a.shape[1])]
    if error.numel() == 0:
        raise ValueError("no pixels to compare: the images are empty, or the mask is False everywhere")
    mse = error.double().mean().item()
    return math.inf if mse == 0 else -10 * math.log10(mse)


@torch.no_grad()
def token_stability(dvae: DiscreteVAE, images: Tensor, noise: float = 0.01, seed: int = 0) -> float:
    """The share of codes, 0 to 1, that stay the same when Gaussian noise of standard deviation `noise` is
    added to the images.

    Unstable codes bound what a transformer can learn: it is asked to predict what noise decided. The model is
    looked at in evaluation mode and put back as it was. Images [batch, channel, height, width] in [0, 1]; the
    noisy ones are clamped to it.
    """
    was_training = dvae.training
    dvae.eval()
    shake = torch.randn(images.shape, generator=torch.Generator().manual_seed(seed)).to(images)
    same = dvae.encode(images) == dvae.encode((images + noise * shake).clamp(0, 1))
    dvae.train(was_training)
    return same.double().mean().item()
