"""Batches: which pictures an update sees, as a pure function of (seed, step), and as tensors.

Left out: where pictures come from (`data.py`).
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from minidalle.data_cache import world_source
from minidalle.world import Scene, render


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
    return as_images(torch.from_numpy(np.array(pixels)).to(device))


def as_images(pixels: Tensor) -> Tensor:
    """The same of bytes that are a tensor already."""
    floats = rearrange(pixels, "b h w c -> b c h w").float().div_(255)
    return floats.contiguous(memory_format=torch.channels_last)


def kept_renders(scenes: Sequence[Scene], size: int, folder: Path | None) -> np.ndarray:
    """Renders uint8 [scene, size, size, 3], taken from `folder` where they were drawn before; None: drawn anew."""
    if folder is None:
        return np.stack([render(scene, size) for scene in scenes])
    described = json.dumps([world_source(), size, [scene.to_dict() for scene in scenes]])
    path = folder / f"{hashlib.sha256(described.encode()).hexdigest()[:24]}.npy"
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):  # not there, or cut off
        images = np.stack([render(scene, size) for scene in scenes])
    with contextlib.suppress(OSError):  # a full disk: they are drawn again the next time
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.tmp")
        with open(unfinished, "wb") as file:
            np.save(file, images)
        os.replace(unfinished, path)
    return images


class Album:
    """Pictures uint8 [picture, height, width, 3] as batches on a device; a graphics card that has room keeps them all.

    Cutting batches out of a file, and sending them over, would take a fast card longer than training on them.
    """

    def __init__(self, images: np.ndarray, device: str = "cpu") -> None:
        self.images, self.device = images, device
        self.kept = kept_on_card(images, device)

    def batch(self, indices: np.ndarray, mirrored: np.ndarray | None = None) -> Tensor:
        """The pictures of some numbers as `to_images` gives them; mirrored: which of them are, bool [batch]."""
        if self.kept is None:
            pixels = self.images[indices]
            if mirrored is not None:
                pixels[mirrored] = pixels[mirrored, :, ::-1]
            return to_images(pixels, self.device)
        pixels = self.kept[torch.from_numpy(indices).to(self.device)]
        if mirrored is not None:
            flags = torch.from_numpy(mirrored).to(self.device)[:, None, None, None]
            pixels = torch.where(flags, pixels.flip(2), pixels)
        return as_images(pixels)


def kept_on_card(images: np.ndarray, device: str) -> Tensor | None:
    """All pictures on a card whose free memory is at least three times as large; None elsewhere."""
    if not device.startswith("cuda"):
        return None
    free, _ = torch.cuda.mem_get_info(torch.device(device))
    if 3 * images.nbytes > free:
        return None
    kept = torch.empty(images.shape, dtype=torch.uint8, device=device)
    for start in range(0, len(images), 8192):
        kept[start : start + 8192] = torch.from_numpy(np.array(images[start : start + 8192])).to(device)
    return kept
