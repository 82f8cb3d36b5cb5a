"""Galleries: the first pictures by seed for the first captions, right or wrong, with what the judge read."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from einops import rearrange

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.measure import Answers
from minidalle.world.fields import reads

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 8
SIDE, GAP, MARGIN = 1.55, 0.08, 0.3  # inches: of a picture, around it, and for the labels on the left
LINE = 1.3  # the height of a line of text, in font sizes


@dataclass(frozen=True, eq=False)
class Cell:
    """A picture, floats [height, width, 3] in [0, 1], with its caption; framed by whether it is right, unless None."""

    picture: np.ndarray
    caption: str
    right: bool | None = None


def draw_gallery(model: LoadedModel, drawn: dict[tuple[str, str], Answers], split: str, path: Path) -> None:
    """Write a sheet with a row for each kind: the first sample of its first eight captions.

    A grey frame: everything that the caption says is there. An orange frame and a cross: something is wrong.
    """
    kinds = [kind for kind, which in drawn if which == split]
    write_sheet(sheet([_cells(model, drawn[kind, split], COLUMNS) for kind in kinds], kinds), path)


def draw_banner(model: LoadedModel, drawn: dict[tuple[str, str], Answers], path: Path, rows: int = 3) -> None:
    """Write a small sheet: one column a kind, the first sample of its first `rows` held-out captions."""
    kinds = [kind for kind, which in drawn if which == "held-out" and kind != "sketch"]
    columns = [_cells(model, drawn[kind, "held-out"], rows) for kind in kinds]
    plain = [[Cell(cell.picture, cell.caption) for cell in row] for row in zip(*columns, strict=True)]
    write_sheet(sheet(plain, font=7.5), path)


def sheet(
    rows: list[list[Cell]], labels: list[str] | None = None, font: float = 6.5, below: bool = False
) -> Figure:
    """Pictures in rows, each under its caption, or above it. A row is as high as its longest caption needs it to be.

    labels: one a row, on its left. font: the size of captions, in points. below: captions stand below their pictures.
    """
    from matplotlib.figure import Figure

    wrapped = [[_wrap(cell, font) for cell in row] for row in rows]
    lines = [max(text.count("\n") + 1 for text in row) for row in wrapped]
    heights = [SIDE + 2 * GAP + count * font * LINE / 72 for count in lines]
    left = MARGIN if labels else 0.0
    width, height = left + max(map(len, rows)) * (SIDE + GAP) + GAP, sum(heights) + GAP
    figure, y = Figure(figsize=(width, height)), height
    for number, row in enumerate(rows):
        y -= heights[number]
        bottom = y + heights[number] - SIDE - GAP if below else y
        for column, cell in enumerate(row):
            x = left + GAP + column * (SIDE + GAP)
            axes = figure.add_axes((x / width, bottom / height, SIDE / width, SIDE / height))
            axes.imshow(cell.picture, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            place = {"y": 0, "va": "top", "pad": -3} if below else {"pad": 3}
            axes.set_title(wrapped[number][column], fontsize=font, **place)
            axes.spines[:].set_color("#d55e00" if cell.right is False else "0.8")
            axes.spines[:].set_linewidth(2 if cell.right is False else 1 if cell.right else 0)
            if labels and column == 0:
                axes.set_ylabel(labels[number], fontsize=9)
    return figure


def _wrap(cell: Cell, font: float) -> str:
    """A caption in lines that are no longer than its picture is wide, after a cross where the picture is wrong."""
    cross = "✗ " if cell.right is False else ""
    return "\n".join(textwrap.wrap(cross + cell.caption, int(SIDE * 72 / font / 0.7)))


def _cells(model: LoadedModel, answers: Answers, count: int) -> list[Cell]:
    """The first samples of the first `count` questions."""
    with torch.no_grad():
        images = model.dvae.decode(answers.tokens[:count, 0])
    pictures = rearrange(images, "b c h w -> b h w c").numpy()
    shown = zip(pictures, answers.questions, answers.readings, strict=False)
    return [Cell(picture, q.caption, reads(q.scene, read[0])["all"]) for picture, q, read in shown]


def write_sheet(figure: Figure, path: Path) -> None:
    """Write a sheet as PNG, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor="white", metadata={"Software": None})
