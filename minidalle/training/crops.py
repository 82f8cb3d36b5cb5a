"""The paper's random crops, for photographs: square ones of the model's size out of pictures of any size.

The dVAE sees more of the margin and mirrored pictures; DALL-E crops closer to the middle, since a caption speaks of the
whole picture, and never mirrors, since pictures may carry writing (appendices A.2 and B.2). Resizing is by area: every
pixel of the result is the mean of those it covers.

Left out: pictures of the course's own world, which are drawn square and at the right size.
"""

from __future__ import annotations

import numpy as np

DVAE_ZOOM = (9 / 8, 12 / 8)
DALLE_ZOOM = (1.0, 9 / 8)
"""How many times as large as the model's pictures a square is made before the last crop."""

MIDDLE = (3 / 8, 5 / 8)
"""Which part of the longer side's surplus DALL-E may cut off before its square."""


def dvae_crop(pixels: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A crop as the dVAE is trained on: any full square, resized to 9/8 ... 12/8 of `size`, cropped, half of them
    mirrored.

    pixels: uint8 [height, width, 3], neither side below `size`. Returns uint8 [size, size, 3]. Raises ValueError for
    smaller pictures.
    """
    side = _check(pixels, size)
    top, left = (int(rng.integers(0, length - side + 1)) for length in pixels.shape[:2])
    crop = _zoomed(pixels[top : top + side, left : left + side], size, DVAE_ZOOM, rng)
    return crop[:, ::-1].copy() if rng.random() < 0.5 else crop


def dalle_crop(pixels: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A crop as DALL-E is trained on: a full square near the middle, resized to 1 ... 9/8 of `size`, cropped.

    pixels: uint8 [height, width, 3], neither side below `size`. Returns uint8 [size, size, 3]. Raises ValueError for
    smaller pictures.
    """
    side = _check(pixels, size)
    low, high = MIDDLE
    offsets = []
    for length in pixels.shape[:2]:
        first = int(low * (length - side))
        offsets.append(int(rng.integers(first, max(first + 1, int(high * (length - side))))))
    top, left = offsets
    return _zoomed(pixels[top : top + side, left : left + side], size, DALLE_ZOOM, rng)


def _zoomed(square: np.ndarray, size: int, zoom: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """A square, resized to a random side between two zooms (never enlarged) and cropped at random to `size`."""
    least, most = (min(len(square), round(part * size)) for part in zoom)
    side = int(rng.integers(least, most + 1))
    resized = _by_area(square, side)
    top, left = (int(rng.integers(0, side - size + 1)) for _ in range(2))
    return resized[top : top + size, left : left + size].copy()


def _by_area(square: np.ndarray, side: int) -> np.ndarray:
    """A square, uint8 [length, length, 3], made smaller: each new pixel is the mean of those it covers, of one that it
    covers in part by that part. (Pillow's BOX counts such pixels wholly or not at all.)"""
    length, step = len(square), len(square) / side
    if length == side:
        return square
    new, old = step * np.arange(side)[:, None], np.arange(length)
    covered = np.minimum(new + step, old + 1) - np.maximum(new, old)
    means = np.clip(covered, 0, None).astype(np.float32) / np.float32(step)  # [side, length]
    rows = means @ square.reshape(length, -1).astype(np.float32)
    both = means @ rows.reshape(side, length, 3)  # for each row, its columns
    return np.rint(both).clip(0, 255).astype(np.uint8)


def _check(pixels: np.ndarray, size: int) -> int:
    """The shorter side. Raises ValueError where the picture cannot be cropped."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are {pixels.dtype} {list(pixels.shape)}; expected uint8 [height, width, 3]")
    if min(pixels.shape[:2]) < size:
        height, width = pixels.shape[:2]
        raise ValueError(f"a picture of {width}x{height} pixels has no crop of {size}x{size}: leave it out")
    return min(pixels.shape[:2])
