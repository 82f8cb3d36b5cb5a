"""Pictures to look at while training: rows of small pictures in one PNG."""

from pathlib import Path

import numpy as np
import torch
from einops import rearrange
from PIL import Image
from torch import Tensor

from minidalle.pipeline_pictures import grid, to_bytes

LEAST_WIDTH = 800  # smaller grids are enlarged by whole numbers, so that one sees something


def pairs_grid(above: Tensor, below: Tensor) -> np.ndarray:
    """Two sets of images [picture, 3, height, width] in [0, 1], each of the first over its partner, in two double
    rows: uint8 [height, width, 3]. Where their number is odd, the last place stays white."""
    columns = (len(above) + 1) // 2
    blank = above.new_ones(2 * columns - len(above), *above.shape[1:])
    pairs = torch.stack([torch.cat([part.float(), blank.float()]) for part in (above, below)])
    ordered = rearrange(pairs, "part (row column) c h w -> (row part column) c h w", row=2)
    return np.asarray(grid(to_bytes(ordered), columns, enlarge=1))


def save_picture(image: np.ndarray, path: Path) -> None:
    """Write uint8 [height, width, 3] as a PNG, whole or not at all; small ones are enlarged, pixel by pixel."""
    factor = max(1, LEAST_WIDTH // image.shape[1])
    enlarged = image.repeat(factor, axis=0).repeat(factor, axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    Image.fromarray(enlarged).save(unfinished, format="PNG")
    unfinished.replace(path)
