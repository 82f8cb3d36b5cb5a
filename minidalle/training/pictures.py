"""Batches: which pictures an update sees, as a pure function of (seed, step), and as tensors."""

from functools import lru_cache

import numpy as np
import torch
from einops import rearrange
from torch import Tensor


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    seed %= 2**64  # numpy takes no negative seed
    return np.random.default_rng([seed, epoch, count]).permutation(count)


def batch_indices(seed: int, step: int, batch_size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of `count` pictures the update `step` sees, and in which epoch each is: two int64 [batch].

    The pictures are dealt out like cards: each once an epoch, in an order that depends on (seed, epoch) alone. A
    batch may reach over the end of an epoch.
    """
    places = np.arange(step * batch_size, (step + 1) * batch_size)
    epochs = places // count
    indices = [
        int(_order(seed, int(epoch), count)[place % count])
        for place, epoch in zip(places, epochs, strict=True)
    ]
    return np.array(indices), epochs


def to_images(pixels: np.ndarray, device: str | torch.device = "cpu") -> Tensor:
    """Bytes [picture, height, width, 3] to floats [picture, 3, height, width] in [0, 1], channels last in memory."""
    pixels = torch.from_numpy(np.array(pixels)).to(device)
    return (
        rearrange(pixels, "b h w c -> b c h w")
        .float()
        .div_(255)
        .contiguous(memory_format=torch.channels_last)
    )
