"""Completing a picture: part of it is given as pixels, the rest is drawn to go with it and with a caption.

    >>> model.complete("a red cube", photo, (0, 32))      # of 64 x 64: the upper half stays, the lower one is drawn

What is drawn is a rectangle that reaches the lower right corner, the kind that the post completes: in raster order all
that is above and to the left of its first token is known before it. What is known stays as it was, pixel for pixel.
Tokens to the left of the rectangle, in its lower rows, are given as well; a token above and to the right of them was
drawn before they were read, and could not know them.

The hidden part is painted over before the picture becomes tokens, since an encoder's token knows some pixels beyond its
own square, and would tell of them. Left out: rectangles elsewhere, for which a model that draws in raster order has no
way to look ahead.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from minidalle.pipeline_pictures import to_bytes

Region = tuple[int, int]
"""Left and upper edge, in pixels of the model's pictures, of a rectangle that reaches the lower right corner."""


def check_region(region: Region, size: int) -> Region:
    """A region that fits pictures of `size` pixels a side. ValueError for one that does not, or leaves nothing."""
    good = isinstance(region, tuple | list) and len(region) == 2
    if not good or not all(
        isinstance(edge, int | np.integer) and not isinstance(edge, bool) for edge in region
    ):
        raise ValueError(f"region is {region!r}; give its left and upper edge, two whole numbers of pixels")
    left, upper = map(int, region)
    if not (0 <= left < size and 0 <= upper < size):
        raise ValueError(
            f"region begins at {left}, {upper}; this model's pictures are {size} x {size}: 0 to {size - 1}"
        )
    if left == upper == 0:
        raise ValueError("region is the whole picture, so nothing is given: use draw")
    return left, upper


def hidden(images: Tensor, region: Region) -> Tensor:
    """Images [batch, 3, height, width] with the region painted over by the pixels beside it: those on its left, or,
    where it reaches the left edge, those above it. Nothing of what was there is left."""
    left, upper = region
    covered = images.clone()
    if left:
        covered[:, :, upper:, left:] = images[:, :, upper:, left - 1 : left]
    else:
        covered[:, :, upper:] = images[:, :, upper - 1 : upper]
    return covered


def given_cells(region: Region, size: int, grid: int) -> Tensor:
    """Which cells of the grid lie wholly outside of the region: bool [grid * grid] in raster order."""
    left, upper = region
    ends = (torch.arange(grid) + 1) * (size // grid)
    return ((ends[:, None] <= upper) | (ends[None, :] <= left)).flatten()


def fixed_tokens(tokens: Tensor, region: Region, size: int, grid: int) -> Tensor:
    """Tokens int64 [batch, grid * grid] with -1 in the cells that the region touches, which are to be drawn."""
    return torch.where(given_cells(region, size, grid).to(tokens.device), tokens, -1)


@dataclass(frozen=True)
class Begun:
    """A picture of which a part is given. given: the whole of it, float [1, 3, size, size]. tokens: int64
    [1, grid * grid], -1 in the cells that are to be drawn."""

    given: Tensor
    region: Region
    tokens: Tensor

    def put_back(self, drawn: np.ndarray) -> np.ndarray:
        """Drawn pictures uint8 [n, size, size, 3] with everything outside of the region as it was given."""
        left, upper = self.region
        whole = np.broadcast_to(to_bytes(self.given), drawn.shape).copy()
        whole[:, upper:, left:] = drawn[:, upper:, left:]
        return whole
