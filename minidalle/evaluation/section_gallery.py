"""Galleries of a section: the first pictures by seed, each above its caption; none is chosen.

Left out: what is measured (`sections.py`), how a sheet is laid out (`gallery.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.gallery import Cell, sheet, write_sheet
from minidalle.evaluation.sections import Batch
from minidalle.pipeline_pictures import to_bytes

EACH = 4
COLUMNS = 8
FONT = 8


@torch.no_grad()
def draw_section(model: LoadedModel, some: Sequence[tuple[Batch, Tensor]], path: Path) -> None:
    """The first `EACH` pictures of every kind of a section, of held-out captions where there are any."""
    last = {batch.kind: (batch, tokens) for batch, tokens in some}  # held out comes after seen
    captions = [one.caption for batch, _ in last.values() for one in batch.asked[:EACH]]
    tokens = torch.cat([tokens[: min(EACH, len(batch.asked))] for batch, tokens in last.values()])
    device = next(model.dvae.parameters()).device
    draw_captioned(captions, to_bytes(model.dvae.decode(tokens.to(device))), path)


def draw_captioned(captions: Sequence[str], pictures: np.ndarray, path: Path) -> None:
    """Pictures uint8 [picture, size, size, 3], each above its caption."""
    cells = [Cell(picture, text) for picture, text in zip(pictures, captions, strict=True)]
    rows = [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]
    write_sheet(sheet(rows, font=FONT, below=True), path)


def draw_neighbours(shown: Sequence[dict[str, tuple[np.ndarray, str]]], path: Path) -> None:
    """A column for each drawn picture: itself, and its nearest training pictures, each above its caption."""
    names = list(shown[0])
    rows = [[Cell(*column[name]) for column in shown] for name in names]
    write_sheet(sheet(rows, names, font=FONT, below=True), path)
