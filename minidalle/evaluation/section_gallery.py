"""Galleries of a section: the first pictures by seed, each with its caption; none is chosen.

Left out: what is measured (`sections.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.asking import HELD_OUT
from minidalle.evaluation.sections import Batch
from minidalle.pipeline_pictures import grid, to_bytes

EACH = 4
COLUMNS = 8


@torch.no_grad()
def draw_section(model: LoadedModel, some: Sequence[tuple[Batch, Tensor]], path: Path) -> None:
    """The first `EACH` pictures of every kind of a section, of held-out captions where there are any."""
    from matplotlib.figure import Figure

    last = {batch.kind: (batch, tokens) for batch, tokens in some}  # held out comes after seen
    shown = [
        (batch.asked[number].caption, tokens[number], batch.split)
        for batch, tokens in last.values()
        for number in range(min(EACH, len(batch.asked)))
    ]
    device = next(model.dvae.parameters()).device
    images = to_bytes(model.dvae.decode(torch.stack([tokens for _, tokens, _ in shown]).to(device)).cpu())
    rows = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * 1.7, rows * 2.25), dpi=100, layout="constrained")
    for place in range(rows * COLUMNS):
        axes = figure.add_subplot(rows, COLUMNS, place + 1)
        axes.axis("off")
        if place < len(shown):
            text, _, split = shown[place]
            axes.imshow(images[place])
            lines = textwrap.wrap(text, 26)
            lines = lines if len(lines) <= 4 else [*lines[:3], f"{lines[3][:23]}…"]
            color = "#111111" if split == HELD_OUT else "#666666"
            axes.set_title("\n".join(lines), fontsize=7, color=color, y=-0.06, va="top")
    figure.savefig(path, format="png", metadata={"Software": None})


def draw_prompts(pictures: np.ndarray, path: Path) -> None:
    """Pictures uint8 [picture, size, size, 3] that were begun and completed, side by side."""
    grid(pictures, COLUMNS, enlarge=1).save(path, format="PNG")
