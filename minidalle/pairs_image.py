"""Any picture as uint8 [size, size, 3]: whatever its format, mode, orientation and shape.

Left out: where pictures come from (`pairs_rows.py`), and augmentation.
"""

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

FITS = ("crop", "pad")
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, TypeError, struct.error, zlib.error)
"""What Pillow raises for a damaged file, depending on where the damage is."""


class PairsError(ValueError):
    """Pictures with captions that cannot be had: says in which file and row, and what to do."""


def square(picture: Any, size: int, fit: str = "crop") -> np.ndarray:
    """A picture as RGB bytes, uint8 [size, size, 3].

    picture: a PIL image; the bytes or the path of a picture file; an array [height, width] or
    [height, width, 3 or 4] of bytes; or what `datasets` gives for an image that it did not decode,
    {"bytes": ..., "path": ...}.
    fit: "crop" takes the largest square in the middle, "pad" the whole picture, in the middle of white.
    The picture is turned as its EXIF orientation says; transparency is put on white; grey, palette, CMYK and
    16-bit pictures become RGB; of an animation the first frame is taken. Resized with a Lanczos filter, as the
    released model's own code prepares pictures; one that has the size already keeps its bytes.
    Raises PairsError, with the reason, for a picture that cannot be read, and for an unknown `fit`.
    """
    if fit not in FITS:
        raise PairsError(f"fit is {fit!r}; choose one of {', '.join(FITS)}")
    try:
        image = _opened(picture)
        if image.format == "JPEG":  # a photograph is decoded at an eighth, a quarter or half of its size
            image.draft(image.mode, (2 * size, 2 * size))
        image = on_white(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise PairsError(f"the picture is too large to decode safely ({error})") from error
    except UNREADABLE as error:
        raise PairsError(f"the picture cannot be decoded: {_reason(error)}") from error
    if image.size == (size, size):
        return np.array(image)
    if fit == "pad":
        return np.array(ImageOps.pad(image, (size, size), Image.Resampling.LANCZOS, "white"))
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return np.array(image.resize((size, size), Image.Resampling.LANCZOS, box))


def _opened(picture: Any) -> Image.Image:
    if isinstance(picture, dict):  # an undecoded image of the library datasets
        contents = picture.get("bytes")
        picture = picture.get("path") if contents is None else contents
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, bytes | bytearray | memoryview):
        if not len(picture):
            raise ValueError("it is empty, 0 bytes")
        return Image.open(io.BytesIO(picture))
    if isinstance(picture, str | os.PathLike):
        return Image.open(io.BytesIO(Path(picture).read_bytes()))  # which leaves no file open
    if isinstance(picture, np.ndarray) and picture.dtype == np.uint8:
        return Image.fromarray(picture)
    raise TypeError(f"expected a picture, its bytes or its path, not {type(picture).__name__}")


def on_white(image: Image.Image) -> Image.Image:
    """A PIL image in any mode as RGB, with what is transparent showing white."""
    if image.mode.startswith("I"):  # whole numbers, of 16 bits where any is above 255; Pillow would clip them
        values = np.asarray(image).astype(np.int64).clip(0, 65535)
        image = Image.fromarray((values // 257 if values.max() > 255 else values).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        return white.convert("RGB")
    return image.convert("RGB")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file {error.filename}"
    if isinstance(error, Image.UnidentifiedImageError):
        return "it is no picture, or in a format that Pillow does not know"
    return str(error) or type(error).__name__
