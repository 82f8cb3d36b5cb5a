"""Picture prompts of real pictures: an emoji in colour is given, its line drawing is to be drawn below.

No network has to read these: both drawings of each subject are there, pixel on pixel. What was drawn is compared with
both drawings of its own subject and of `AMONG` - 1 others; the nearest one tells the subject (identity). It is a line
drawing (change) if its darkness and its colourfulness are nearer to those of its subject's line drawing than to those
of the one in colour. A guess has the identity right in 1 of `AMONG`.

Left out: the same of the picture world (`prompts.py`), which has a reader. A model that was trained on the picture
world alone has never seen an emoji; then even its dVAE is asked for something new, as the column "dvae" shows.
"""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from torch import Tensor

from minidalle.emoji import probes
from minidalle.evaluation.asking import TooLongError
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.prompts import lower, panels_of, upper
from minidalle.evaluation.sections import Say, fits
from minidalle.evaluation.statistics import share
from minidalle.pipeline_pictures import to_floats

EMOJI = "picture prompts of emoji"
AMONG = 16
"""Subjects that a drawing is compared with, its own one among them."""


def emoji_prompts(
    drawer: Drawer, count: int, seed: int, say: Say
) -> tuple[dict[str, dict[str, Any]], list[str], Tensor]:
    """Shares of identity, change and both by column ("drawn", "copied", "ignored", "dvae", "render"), the captions, and
    the drawn pictures [picture, 3, size, size]. Raises TooLongError where the model can read fewer than `AMONG` of the
    captions."""
    model = drawer.model
    pairs, readable = probes(size=model.preset.image_size), fits(model)
    places = [place for place, text in enumerate(pairs.captions) if readable(text)][: max(count, AMONG)]
    if len(places) < AMONG:
        raise TooLongError(f"{len(places)} captions of emoji fit; {AMONG} are needed")
    true, captions = to_floats(pairs.images[places]), [pairs.captions[place] for place in places]
    panels, images = panels_of(drawer, true, captions, EMOJI, seed, say)
    columns = {name: scored(part.cpu(), true) for name, part in panels.items()}
    return columns, captions, images


def scored(panels: Tensor, true: Tensor) -> dict[str, dict[str, Any]]:
    """Shares of panels [picture, 3, side, side] that show the right subject, are a line drawing, and both; true: the
    whole pictures [picture, 3, size, size], each an emoji in colour above its line drawing."""
    same, lines = nearest(panels, true) == 0, is_line(panels, true)
    marks = {"identity": same, "change": lines, "both": same & lines}
    return {name: share(mark.tolist()) for name, mark in marks.items()}


def nearest(panels: Tensor, true: Tensor) -> Tensor:
    """For each panel how many pictures on its nearest candidate stands, int64 [picture]; 0 is the right subject.
    Candidates are both panels of the picture itself and of the `AMONG` - 1 after it, in a circle."""
    found, count = [], len(true)
    for place, panel in enumerate(panels):
        some = true[[(place + step) % count for step in range(AMONG)]]
        candidates = rearrange([upper(some), lower(some)], "style n c h w -> (style n) (c h w)")
        found.append(int((candidates - panel.flatten()).square().sum(1).argmin()) % AMONG)
    return torch.tensor(found)


def is_line(panels: Tensor, true: Tensor) -> Tensor:
    """Which panels look more like a line drawing than like an emoji in colour, bool [picture]."""
    drawn, colour, line = (looks(part) for part in (panels, upper(true), lower(true)))
    return (drawn - line).norm(dim=1) < (drawn - colour).norm(dim=1)


def looks(panels: Tensor) -> Tensor:
    """How dark and how colourful panels [picture, 3, side, side] are on average, [picture, 2]."""
    darkness = 1 - panels.mean(dim=(1, 2, 3))
    colour = (panels.amax(1) - panels.amin(1)).mean(dim=(1, 2))
    return torch.stack([darkness, colour], dim=1)
