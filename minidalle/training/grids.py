"""Pictures to look at while training: rows of small pictures in one PNG."""

from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image
from torch import Tensor

LEAST_WIDTH = 800  # smaller grids are enlarged by whole numbers, so that one sees something


def grid(images: Tensor, columns: int, gap: int = 1) -> np.ndarray:
    """Images [picture, 3, height, width] in [0, 1] side by side, row by row: uint8 [height, width, 3].

    Missing pictures in the last row, and the gaps, are white.
    """
    pixels = (images.detach().float().clamp(0, 1) * 255).round().byte().cpu().numpy()
    rows = -(-len(pixels) // columns)
    missing = np.full((rows * columns - len(pixels), *pixels.shape[1:]), 255, np.uint8)
    padded = np.pad(
        np.concatenate([pixels, missing]), ((0, 0), (0, 0), (0, gap), (0, gap)), constant_values=255
    )
    return rearrange(padded, "(row column) c h w -> (row h) (column w) c", column=columns)


def pairs_grid(above: Tensor, below: Tensor) -> np.ndarray:
    """Two sets of images [picture, 3, height, width], each of the first over its partner, in two double rows: a grid
    as above."""
    half = (len(above) + 1) // 2
    rows = [part[start : start + half] for start in range(0, len(above), half) for part in (above, below)]
    return grid(torch.cat(rows).float(), columns=half)


def save_picture(image: np.ndarray, path: Path) -> None:
    """Write uint8 [height, width, 3] as a PNG, whole or not at all; small ones are enlarged, pixel by pixel."""
    factor = max(1, LEAST_WIDTH // image.shape[1])
    enlarged = image.repeat(factor, axis=0).repeat(factor, axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    Image.fromarray(enlarged).save(unfinished, format="PNG")
    unfinished.replace(path)
