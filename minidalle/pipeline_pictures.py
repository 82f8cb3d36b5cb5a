"""Pictures at the edge of the models: bytes to show and save, tensors to read.

Left out: figures with axes and captions (`show/`).
"""

import io
import math
import operator
from typing import Any

import numpy as np
import torch
from einops import rearrange
from PIL import Image
from torch import Tensor

from minidalle.dvae import check_images

GAP = 4  # pixels of white between the pictures of a grid
SHOWN = 192  # a grid enlarges its pictures, by a whole number, to about this many pixels a side


def to_bytes(images: Tensor) -> np.ndarray:
    """Images [n, 3, height, width] in [0, 1] as uint8 [n, height, width, 3]."""
    return rearrange((images.float().clamp(0, 1) * 255).round().byte().cpu(), "n c h w -> n h w c").numpy()


def to_floats(pixels: np.ndarray) -> Tensor:
    """uint8 [n, height, width, 3] as images float32 [n, 3, height, width] in [0, 1]."""
    return rearrange(torch.tensor(pixels), "n h w c -> n c h w").float() / 255


def read_pictures(picture: Any, size: int) -> Tensor:
    """One picture or a batch, as images float32 [batch, 3, size, size] in [0, 1].

    picture: a PIL image in mode RGB; an array [height, width, 3] or [batch, height, width, 3], bytes or floats
    in [0, 1]; or a float tensor [3, height, width] or [batch, 3, height, width] in [0, 1].
    Raises ValueError for a wrong size, mode, shape or range, and TypeError for anything else, with what to do.
    """
    if isinstance(picture, Image.Image):
        if picture.mode != "RGB":
            raise ValueError(
                f"the picture has mode {picture.mode!r}; this model reads RGB: picture.convert('RGB')"
            )
        if picture.size != (size, size):
            width, height = picture.size
            raise ValueError(
                f"the picture is {width}x{height} pixels; this model reads {size}x{size}: "
                f"picture.resize(({size}, {size}))"
            )
        return to_floats(np.array(picture)[None])
    if isinstance(picture, Tensor):
        images = picture[None] if picture.ndim == 3 else picture
    elif isinstance(picture, np.ndarray):
        images = _read_array(picture)
    else:
        raise TypeError(f"expected a PIL image, an array or a tensor, not {type(picture).__name__}")
    check_images(images, size)
    return images.float()


def _read_array(array: np.ndarray) -> Tensor:
    if array.ndim not in (3, 4) or array.shape[-1] != 3:
        raise ValueError(
            f"the array has shape {list(array.shape)}; expected [height, width, 3], or [batch, height, width, 3]"
        )
    array = array[None] if array.ndim == 3 else array
    if array.dtype == np.uint8:
        return to_floats(array)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"the array holds {array.dtype}; expected uint8, or floats from 0 to 1")
    return rearrange(torch.tensor(array).float(), "n h w c -> n c h w")


def columns_for(count: int) -> int:
    """A pleasant number of columns for `count` pictures: rows of 4, or of 8 when there are many."""
    return min(count, 4 if count <= 16 else 8)


def grid(pixels: np.ndarray, columns: int | None = None, enlarge: int | None = None) -> Image.Image:
    """Pictures uint8 [n, height, width, 3] side by side, row by row, on white.

    columns: pictures a row (None: `columns_for`). enlarge: a whole factor (None: to about `SHOWN` pixels);
    pixels are repeated, not smoothed, so one sees what the model drew. Raises ValueError below 1.
    """
    count, height, width = pixels.shape[:3]
    columns = columns_for(count) if columns is None else whole("columns", columns, 1)
    enlarge = max(1, SHOWN // width) if enlarge is None else whole("enlarge", enlarge, 1)
    columns = min(columns, count)
    rows, height, width = math.ceil(count / columns), height * enlarge, width * enlarge
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for number, picture in enumerate(pixels):
        place = (number % columns * (width + GAP), number // columns * (height + GAP))
        sheet.paste(Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST), place)
    return sheet


def png(image: Image.Image) -> bytes:
    """A PIL image as the contents of a PNG file; the same image always gives the same bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def whole(name: str, value: Any, least: int | None = None) -> int:
    """`value` as an int. Raises ValueError unless it is a whole number (True is not), `least` or more."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise ValueError(f"{name} is {value!r}; it must be a whole number")
    if least is not None and number < least:
        raise ValueError(f"{name} is {number}; it must be at least {least}")
    return number


def real(name: str, value: Any) -> float:
    """`value` as a float. Raises ValueError for what is no number; ranges are checked where it is used."""
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise ValueError(f"{name} is {value!r}; it must be a number")
    return float(value)
