"""From an icon to a small picture: rendered large, cropped to what is painted, shrunk, put on white.

The styles fill between 76 and 99 % of their canvas, so each picture is cropped to its own paint with the same
margin; the line drawing and the pixel art share the crop of the flat icon that they are made from, and so lie
pixel on pixel over it. All resizing is done with colours premultiplied by alpha, which leaves no dark fringes.
"""

import io
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image, ImageFilter

LARGE = 512  # vector icons are rendered at this size
KEPT = 256  # and kept at this size, from which every smaller size is averaged
MARGIN = 0.07  # white on each side, as a share of the longer side of the paint

Box = tuple[float, float, float, float]


def render(source: str | Path, size: int) -> Image.Image:
    """An icon as RGBA [size, size]: SVG text, an SVG file, or a file that Pillow reads."""
    if isinstance(source, str):
        data = bytes(resvg_py.svg_to_bytes(svg_string=source, width=size))
    elif source.suffix == ".svg":
        data = bytes(resvg_py.svg_to_bytes(svg_path=str(source), width=size))
    else:
        data = source.read_bytes()
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    if image.size == (size, size):
        return image
    side = max(image.size)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return resized(square, size, Image.Resampling.BICUBIC)


def resized(image: Image.Image, size: int, how: Image.Resampling) -> Image.Image:
    """An RGBA picture at [size, size], colours premultiplied on the way."""
    return image.convert("RGBa").resize((size, size), how).convert("RGBA")


def crop_box(image: Image.Image) -> Box:
    """The square around everything painted, with the margin; it may reach over the edges."""
    painted = image.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    left, top, right, bottom = painted
    x, y = (left + right) / 2, (top + bottom) / 2
    half = max(right - left, bottom - top) * (1 + 2 * MARGIN) / 2
    return x - half, y - half, x + half, y + half


def place(image: Image.Image, box: Box, size: int) -> Image.Image:
    """What lies in `box`, as RGBA [size, size]."""
    left, top, right, _ = (round(edge) for edge in box)
    side = right - left
    cropped = Image.new("RGBA", (side, side))
    cropped.paste(image, (-left, -top))
    how = Image.Resampling.BOX if side >= 2 * size else Image.Resampling.LANCZOS
    return resized(cropped, size, how)


def on_white(image: Image.Image) -> Image.Image:
    """RGBA over white, as RGB."""
    sheet = Image.new("RGBA", image.size, "white")
    sheet.alpha_composite(image)
    return sheet.convert("RGB")


def outline(image: Image.Image, width: float = 1.5 / 64, threshold: int = 40) -> Image.Image:
    """A line drawing of a flat icon: its silhouette, and where its colours change by more than `threshold`.

    width: of the stroke, as a share of the picture's side. The picture is padded first, so that a shape that
    touches the edge is closed there.
    """
    stroke, step, pad = max(3, round(image.width * width) | 1), 3, 4
    colours = np.asarray(on_white(image)).astype(np.int16)
    alpha = np.asarray(image.getchannel("A")).astype(np.int16)[..., None]
    frame = ((pad, pad), (pad, pad), (0, 0))
    planes = np.concatenate([np.pad(colours, frame, constant_values=255), np.pad(alpha, frame)], axis=-1)
    edges = np.zeros(planes.shape[:2], bool)
    edges[:, 2:-1] |= np.abs(planes[:, step:] - planes[:, :-step]).max(-1) > threshold
    edges[2:-1] |= np.abs(planes[step:] - planes[:-step]).max(-1) > threshold
    lines = Image.fromarray((edges[pad:-pad, pad:-pad] * 255).astype(np.uint8))
    for _ in range(max(1, (stroke - step) // 2)):
        lines = lines.filter(ImageFilter.MaxFilter(3))
    lines = lines.filter(ImageFilter.GaussianBlur(image.width / 256)).point(lambda v: 255 if v > 110 else 0)
    return Image.merge("RGBA", [Image.new("L", lines.size, 20)] * 3 + [lines])


def pixelate(image: Image.Image, box: Box, cells: int, size: int) -> Image.Image:
    """Pixel art of a flat icon: `cells` by `cells` squares with hard edges and eight levels a channel."""
    small = np.array(place(image, box, cells))
    painted = small[..., 3] > 110
    small[..., :3] = np.clip(np.round(small[..., :3] / 36.4) * 36.4, 0, 255)
    small[..., 3] = painted * 255
    return Image.fromarray(small).resize((size, size), Image.Resampling.NEAREST)


def in_styles(sources: dict[str, str | Path]) -> dict[str, Image.Image]:
    """One subject in all styles, RGBA [KEPT, KEPT]; `sources` holds flat, 3d, cartoon, sticker and stencil."""
    flat = render(sources["flat"], LARGE)
    box = crop_box(flat)
    pictures = {
        "flat": place(flat, box, KEPT),
        "line": place(outline(flat), box, KEPT),
        "pixel": pixelate(flat, box, 16, KEPT),
    }
    for style in ("3d", "cartoon", "sticker", "stencil"):
        image = render(sources[style], KEPT if style == "3d" else LARGE)
        pictures[style] = place(image, crop_box(image), KEPT)
    return pictures


def shrink(image: Image.Image, size: int) -> Image.Image:
    """An RGBA picture averaged down to [size, size]."""
    return image if image.width == size else resized(image, size, Image.Resampling.BOX)


def flag(source: Path, size: int) -> Image.Image:
    """A flag, 4 wide to 3 high, in the middle of white, RGB [size, size], with a thin grey edge.

    The edge keeps white stripes apart from the white around. What a flag leaves open (Nepal's is no rectangle)
    is white too.
    """
    width = size - size // 16
    height = width * 3 // 4
    large = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_path=str(source), width=8 * width))))
    cloth = on_white(large.convert("RGBA")).resize((width - 2, height - 2), Image.Resampling.BOX)
    sheet = Image.new("RGB", (size, size), "white")
    left, top = (size - width) // 2, (size - height) // 2
    sheet.paste("#999999", (left, top, left + width, top + height))
    sheet.paste(cloth, (left + 1, top + 1))
    return sheet


def lossless(image: Image.Image) -> bytes:
    """An RGB picture as lossless WebP, which takes about half of what PNG takes here."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, quality=60, method=4)
    return buffer.getvalue()
