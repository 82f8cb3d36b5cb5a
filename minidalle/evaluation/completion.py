"""Completions: part of a true picture is given as pixels, the model draws the rest, and the reader looks at the whole.

Three questions. *The right half of two things*: the left half is given, with one thing in it; the caption names both.
Our captions name the left thing first, so a model can answer without a look at the picture. *The right half that is
named first*: the same pictures, under a caption that begins with the thing that is missing; now the model has to notice
which one is there. *The lower half of one thing*: what is drawn has to go on with what is given. The whole counts: a
drawn half that spoils the given one is wrong.

Beside it stand the same pictures with what is given *ignored* (the other half is drawn from the caption alone, and
pasted in), with *nothing drawn* (the hidden half painted over by its neighbours), with the hidden half as the dVAE
paints the true one, and the true pictures. Left out: how it is drawn (`pipeline_complete.py`), and pictures of other
kinds, whose facts do not lie in halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.evaluation.asking import HELD_OUT, Asked, ask
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.prompts import decode, encode
from minidalle.evaluation.sections import Say, draw_captions, fits, read, shares
from minidalle.pipeline_complete import Begun, Region, fixed_tokens, hidden
from minidalle.pipeline_pictures import to_bytes, to_floats
from minidalle.sampling import picture_seeds
from minidalle.world import render_many
from minidalle.world.grammar import listed, with_article
from minidalle.world.reader import Reader

TURNED = "right half that is named first"
HALVES = {
    "right half of two things": ("pair", (1, 0)),
    TURNED: ("pair", (1, 0)),
    "lower half of one thing": ("single", (0, 1)),
}
"""What is completed: a kind of picture, and the left and upper edge of what is drawn, in halves of its side."""


def turned(asked: Asked) -> str:
    """A plain caption of a pair that names the thing on the right first."""
    return listed([with_article(f"{asked.facts[f'color{n}']} {asked.facts[f'object{n}']}") for n in (2, 1)])


def region_of(name: str, size: int) -> Region:
    """The rectangle of a completion in pictures of `size` pixels a side."""
    left, upper = HALVES[name][1]
    return left * size // 2, upper * size // 2


@torch.no_grad()
def completions(
    drawer: Drawer, reader: Reader, name: str, count: int, say: Say
) -> tuple[dict[str, Any], list[Asked], np.ndarray]:
    """Shares of right fields by column ("drawn", "ignored", "nothing drawn", "dvae", "render"); what was asked; and the
    completed pictures, uint8 [picture, size, size, 3]. Held-out combinations, the first sample at temperature 1. Raises
    TooLongError where the model cannot read the captions."""
    model, device = drawer.model, next(drawer.model.dvae.parameters()).device
    kind, size, grid = HALVES[name][0], model.preset.image_size, model.preset.dvae.grid
    asked, region = ask(kind, HELD_OUT, count, fits=fits(model)), region_of(name, size)
    true = to_floats(render_many([one.scene for one in asked], size, progress=False)).to(device)
    covered = hidden(true, region)
    fixed = fixed_tokens(encode(model.dvae, covered), region, size, grid)
    if name == TURNED:
        asked = [replace(one, caption=turned(one)) for one in asked]
    captions, seeds = [one.caption for one in asked], picture_seeds(0, count)
    tokens = draw_captions(drawer, captions, seeds, say, name, fixed=fixed)
    alone = draw_captions(drawer, captions, seeds, say, f"{name}, ignored")
    made = {
        "drawn": decode(model.dvae, tokens.to(device)),
        "ignored": decode(model.dvae, alone.to(device)),
        "nothing drawn": covered,
        "dvae": decode(model.dvae, encode(model.dvae, true)),
        "render": true,
    }
    pictures = {column: completed(true, fixed, region, images) for column, images in made.items()}
    found = {column: read_shares(reader, asked, images, kind) for column, images in pictures.items()}
    return found, asked, pictures["drawn"]


def completed(given: Tensor, fixed: Tensor, region: Region, drawn: Tensor) -> np.ndarray:
    """Drawn images with the given pixels put back, picture by picture: uint8 [picture, size, size, 3]."""
    rows = zip(given, fixed, to_bytes(drawn), strict=True)
    return np.concatenate(
        [Begun(one[None], region, ids[None]).put_back(image[None]) for one, ids, image in rows]
    )


def read_shares(reader: Reader, asked: Sequence[Asked], pictures: np.ndarray, kind: str) -> dict[str, Any]:
    """How often each told field is read rightly from whole pictures."""
    device = next(reader.parameters()).device
    return shares(asked, read(reader, to_floats(pictures).to(device), kind))
