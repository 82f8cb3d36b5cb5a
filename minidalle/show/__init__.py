"""Figures for the lessons, in one style, each with a description in words.

A function here returns a `Figure`: in a notebook it shows itself; its text form is its description, so that a
reader without pictures, and a test, have something to read. `source` shows the real source of anything in the
package (`source_code.py`). Left out: the map of the course (`course.py`), and live widgets (`widgets/`).
"""

import base64
import io
import os
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.patches
import matplotlib.style
import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from minidalle.pipeline_pictures import columns_for, to_bytes, whole
from minidalle.show.colours import DARK, SOFT
from minidalle.show.course import course_map_on
from minidalle.show.data import bars_on, combinations_on
from minidalle.show.pixels import LABELS, rows_on, sheet
from minidalle.show.source_code import Source, source
from minidalle.tokenizer import PAD, BPETokenizer

__all__ = [
    "Figure",
    "Source",
    "bars",
    "caption_tokens",
    "combinations",
    "course_map",
    "figure",
    "pictures",
    "rows",
    "source",
    "style",
    "token_grid",
]

STYLE = Path(__file__).with_name("minidalle.mplstyle")


class Figure:
    """A finished picture: PNG bytes, and what they show in words."""

    def __init__(self, png: bytes, alt: str) -> None:
        self.png, self.alt = png, alt

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the PNG file."""
        path = Path(path)
        path.write_bytes(self.png)
        return path

    def __repr__(self) -> str:
        return f"<Figure: {self.alt}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data = {"text/plain": repr(self), "image/png": base64.b64encode(self.png).decode()}
        return data, {"image/png": {"alt": self.alt}}


@contextmanager
def style() -> Iterator[None]:
    """The house style, for figures of your own: `with show.style(): ...`"""
    with matplotlib.style.context(["default", str(STYLE)]):
        yield


def figure(paint: Callable[[Canvas], None], alt: str, width: float = 9.0, height: float = 4.5) -> Figure:
    """Let `paint` draw on an empty matplotlib figure in the house style, and finish it.

    alt: what it shows, in words. width, height: inches, at 100 dots an inch. Nothing of pyplot's is touched.
    """
    if not alt.strip():
        raise ValueError("alt is empty: say in words what the figure shows")
    buffer = io.BytesIO()
    with style():
        canvas = Canvas(figsize=(width, height))
        FigureCanvasAgg(canvas)
        paint(canvas)
        canvas.savefig(
            buffer, format="png", bbox_inches="tight", pad_inches=0.06, metadata={"Software": None}
        )
    return Figure(buffer.getvalue(), alt)


def _bytes(images: Any) -> np.ndarray:
    """Pictures of any kind that this package makes, as uint8 [n, height, width, 3]."""
    if isinstance(images, torch.Tensor):
        return to_bytes(images)
    pixels = np.asarray(getattr(images, "images", images))
    if pixels.ndim != 4 or pixels.shape[-1] != 3 or pixels.dtype != np.uint8:
        raise ValueError(
            f"pictures are {pixels.dtype} {list(pixels.shape)}; expected bytes [n, height, width, 3], "
            "a float tensor [n, 3, height, width], or a Drawing"
        )
    return pixels


def pictures(
    images: Any,
    captions: Sequence[str] | None = None,
    columns: int | None = None,
    title: str = "",
    alt: str = "",
) -> Figure:
    """Pictures side by side, each with its caption above.

    images: a Drawing, bytes [n, height, width, 3], or a float tensor [n, 3, height, width] in [0, 1].
    captions: one a picture; long ones are wrapped. alt: made from the captions if empty.
    Raises ValueError for a number of captions that does not fit, or for no pictures.
    """
    pixels = _bytes(images)
    if len(pixels) == 0:
        raise ValueError("there are no pictures to show")
    captions = [""] * len(pixels) if captions is None else list(captions)
    if len(captions) != len(pixels):
        raise ValueError(f"{len(captions)} captions for {len(pixels)} pictures; give one each")
    columns = min(len(pixels), columns_for(len(pixels)) if columns is None else whole("columns", columns, 1))
    rows = -(-len(pixels) // columns)
    wrapped = [textwrap.fill(text, max(12, 78 // columns)) for text in captions]
    lines = max(text.count("\n") + 1 if text else 0 for text in wrapped)
    side = 9.0 / max(columns, 3)

    def paint(canvas: Canvas) -> None:
        grid = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid:
            axes.axis("off")
        for axes, picture, text in zip(grid, pixels, wrapped):
            axes.imshow(picture)
            axes.set_title(text, fontsize=12)
        if title:
            canvas.suptitle(title)

    said = "; ".join(dict.fromkeys(text for text in captions if text))
    many = "1 picture" if len(pixels) == 1 else f"{len(pixels)} pictures"
    alt = alt or f"{many}{': ' + said if said else ''}{' (' + title + ')' if title else ''}"
    return figure(paint, alt, side * columns, rows * (side + 0.25 * lines) + (0.4 if title else 0))


def rows(
    drawings: Sequence[Any], labels: Sequence[str], captions: Sequence[str] = (), alt: str = ""
) -> Figure:
    """One row of pictures for each drawing, with its label on the left: for comparing settings.

    drawings: each as `pictures` takes them. captions: above the columns, one each, or none. alt: made from the labels
    and captions if empty. Raises ValueError for a number of labels or captions that does not fit, or for no drawings.
    """
    pixels, labels = [_bytes(drawing) for drawing in drawings], list(labels)
    if not pixels or len(labels) != len(pixels):
        raise ValueError(f"{len(labels)} labels for {len(pixels)} drawings; give one each, and at least one")
    columns = max(map(len, pixels))
    if captions and len(captions) != columns:
        raise ValueError(f"{len(captions)} captions for {columns} columns; give one each, or none")
    said = f" ({'; '.join(captions)})" if captions else ""
    alt = alt or f"{len(pixels)} rows of {columns} pictures{said}, from the top: {'; '.join(labels)}"
    page, step = sheet(pixels)
    width, height = (page.shape[1] + LABELS) / 100, page.shape[0] / 100
    return figure(lambda canvas: rows_on(canvas, page, step, labels, captions), alt, width, height)


def caption_tokens(tokenizer: BPETokenizer, caption: str, length: int) -> Figure:
    """A caption as the model reads it: one box a token, its text above its id; the padding that follows is counted.

    length: tokens that the model reads. Raises CaptionError as the tokenizer does.
    """
    ids = [token for token in tokenizer.encode_batch([caption], length)[0].tolist() if token != PAD]
    pieces = [tokenizer.piece(token) for token in ids]
    widths = [max(len(piece), len(str(token)), 2) * 0.9 + 1.2 for piece, token in zip(pieces, ids)]
    rest = length - len(ids)

    def paint(canvas: Canvas) -> None:
        axes = canvas.subplots()
        axes.axis("off")
        x = 0.0
        for number, (piece, token, width) in enumerate(zip(pieces, ids, widths)):
            box = matplotlib.patches.FancyBboxPatch(
                (x + 0.2, 0), width - 0.4, 2, boxstyle="round,pad=0.1", color=SOFT[number % len(SOFT)]
            )
            axes.add_patch(box)
            centre = x + width / 2
            axes.text(centre, 1.35, piece.replace(" ", "␣"), ha="center", va="center", family="monospace")
            axes.text(centre, 0.5, str(token), ha="center", va="center", fontsize=12, color=DARK)
            x += width
        axes.text(x + 0.4, 1, f"+ {rest} empty", va="center", style="italic")
        axes.set(xlim=(0, max(x + 9, 30)), ylim=(-0.4, 2.4))

    said = ", ".join(f"{piece.strip()} {token}" for piece, token in zip(pieces, ids))
    alt = f"{caption!r} in {len(ids)} tokens: {said}; {rest} of {length} places stay empty"
    return figure(paint, alt, min(14, max(7, 0.14 * (sum(widths) + 9))), 1.2)


def token_grid(tokens: Any, picture: Any, rows: int | None = None) -> Figure:
    """Picture tokens as a square of numbers, beside the picture that they were painted into.

    tokens: whole numbers [grid * grid]. picture: uint8 [height, width, 3]. rows: show only that many rows of
    the numbers, from the top. Raises ValueError if the tokens make no square.
    """
    codes = np.asarray(tokens).ravel()
    side = int(np.sqrt(len(codes)))
    if side * side != len(codes):
        raise ValueError(f"{len(codes)} tokens make no square grid; pass those of one picture")
    codes, pixels = codes.reshape(side, side), np.asarray(picture)

    def paint(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        for axes in (left, right):
            axes.imshow(pixels, extent=(0, side, side, 0))
            axes.set(xticks=range(side + 1), yticks=range(side + 1), xticklabels=[], yticklabels=[])
            axes.tick_params(length=0)
            axes.grid(True, color="white", linewidth=0.6)
            axes.set_axisbelow(False)
            axes.spines[:].set_visible(False)
        left.images[0].set_alpha(0.25)
        for (row, column), code in np.ndenumerate(codes[:rows]):
            left.text(
                column + 0.5, row + 0.52, str(code), ha="center", va="center", fontsize=150 / side, color=DARK
            )
        left.set_title(f"{side} x {side} token ids")
        right.set_title(f"the picture: {pixels.shape[1]} x {pixels.shape[0]} pixels")

    alt = f"left, {side} by {side} picture tokens as numbers; right, the picture that the decoder painted from them"
    return figure(paint, alt, 12, 6.4)


def course_map(here: str = "") -> Figure:
    """The path from a caption to a picture, and the lessons that build each part; `here` is drawn strongly.

    here: one of "caption", "tokens", "transformer", "image tokens", "decoder", "picture", "clip"; "" for none.
    Raises ValueError for another.
    """
    paint, alt = course_map_on(here)
    return figure(paint, alt, 10, 3.8)


def combinations(rows: Sequence[str], columns: Sequence[str], held_out: Callable[[str, str], bool]) -> Figure:
    """A table of two fields with a cross where `held_out(row, column)` says that training never shows it."""
    paint, alt = combinations_on(rows, columns, held_out)
    return figure(paint, alt, 1.5 + 0.62 * len(columns), 1.2 + 0.36 * len(rows))


def bars(values: Mapping[str, float], title: str, unit: str) -> Figure:
    """Horizontal bars, the longest on top: how often each thing occurs."""
    paint, alt = bars_on(values, title, unit)
    return figure(paint, alt, 9.0, 1.2 + 0.28 * min(len(values), 24))
