"""Pictures that are begun before they are drawn: zero-shot picture prompts, and Raven's matrices.

A *picture prompt* gives a caption and the upper half of a picture; the lower half is drawn. Scored apart:
is it the same thing (identity), and is it changed as asked (change)? Two baselines stand beside it: the upper half
copied, and a lower half drawn from the caption alone, which shows how much a caption gives away. One that names the
thing and its colour gives away nearly all, so the same is asked once more without a name: "the exact same picture on
the top as a sketch on the bottom", where only a look at the upper half tells what to draw.

A *matrix* gives eight cells of nine; the ninth is drawn greedily, as in the post, and scored by what it shows and by
the rule that it completes. Its baseline is the eighth cell copied.

What is to be drawn is hidden before the picture becomes tokens: an encoder's token knows some pixels beyond its own
square, so that the last given row of a whole picture's tokens would tell of the row below it. It is hidden under what
is given (a second upper half, a second eighth cell), which looks like pictures of training and tells nothing new.

Training never shows a picture prompt, nor the rules of "matrix new rule", nor a matrix in white on black.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from minidalle.dvae import DiscreteVAE
from minidalle.evaluation.asking import HELD_OUT, Asked, TooLongError, ask
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.sections import READ_AT_ONCE, Say, draw_captions, fits, read
from minidalle.evaluation.statistics import share
from minidalle.pipeline_pictures import to_bytes, to_floats
from minidalle.sampling import picture_seeds
from minidalle.world import COLORS, render_many
from minidalle.world.kinds.reasoning import ASKED_WORDS, single_pictures
from minidalle.world.layouts import line_width, size_of
from minidalle.world.matrix_reading import MATRICES, read_matrix
from minidalle.world.reader import Reader

NAMED, UNNAMED = "picture prompts", "picture prompts without a name"
"""Two ways to ask for the same: whether the caption names the thing and its colour."""


def without_a_name(asked: Asked) -> Asked:
    """The same question under a caption that says only what is to change."""
    words = ASKED_WORDS[asked.facts["change"]][0]
    text = f"the exact same picture on the top {words} on the bottom"
    return replace(asked, caption=text, told=("change",))


def lower(images: Tensor) -> Tensor:
    """The lower panel of pictures of two, [picture, 3, size, size] to [picture, 3, size / 2, size / 2]."""
    half = images.shape[-1] // 2
    return images[:, :, half:, half // 2 : half // 2 + half]


def upper(images: Tensor) -> Tensor:
    """The upper panel."""
    half = images.shape[-1] // 2
    return images[:, :, :half, half // 2 : half // 2 + half]


def marks(asked: Asked, told: dict[str, str]) -> dict[str, bool]:
    """Whether the reading of a lower panel shows the same thing, changed as asked, and both."""
    kind, facts = single_pictures(asked.facts)[1]
    change = asked.facts["change"]
    changed = "change" if kind == "changed" else "color" if change in COLORS else "style"
    kept = [name for name in facts if name in ("object", "color") and name != changed]
    if facts.get("style") == "sketch":
        kept = ["object"]  # a pencil has one colour
    found = {
        "identity": all(told[name] == facts[name] for name in kept),
        "change": told[changed] == facts[changed],
    }
    return found | {"both": all(found.values())}


def encode(dvae: DiscreteVAE, images: Tensor) -> Tensor:
    """Tokens int64 [picture, token] of images [picture, 3, size, size]."""
    return torch.cat([dvae.encode(part) for part in images.split(READ_AT_ONCE)])


def decode(dvae: DiscreteVAE, tokens: Tensor) -> Tensor:
    """Images [picture, 3, size, size] of tokens [picture, token]."""
    return torch.cat([dvae.decode(part) for part in tokens.split(READ_AT_ONCE)])


def given_above(dvae: DiscreteVAE, images: Tensor) -> Tensor:
    """The tokens of the upper halves of images [picture, 3, size, size], int64 [picture, token / 2]; what stands below
    does not change them."""
    half = images[:, :, : images.shape[-1] // 2]
    tokens = encode(dvae, torch.cat([half, half], dim=2))
    return tokens[:, : tokens.shape[1] // 2]


def picture_prompts(
    drawer: Drawer, reader: Reader, name: str, count: int, seed: int, say: Say
) -> tuple[dict[str, Any], list[Asked], Tensor]:
    """Shares by column ("drawn", "copied", "ignored", "dvae", "render") and score; what was asked; and the pictures,
    [picture, 3, size, size]. name: `NAMED` or `UNNAMED`. Raises TooLongError where the model cannot read the
    captions."""
    model = drawer.model
    asked = ask("picture prompt", HELD_OUT, count, fits=fits(model))
    if name == UNNAMED:
        asked = [without_a_name(one) for one in asked]
        if not all(fits(model)(one.caption) for one in asked):
            raise TooLongError(f"no wording of a {name} fits, such as {asked[0].caption!r}")
    renders = render_many([one.scene for one in asked], model.preset.image_size, progress=False)
    panels, images = panels_of(drawer, to_floats(renders), [one.caption for one in asked], name, seed, say)
    return {column: scored(reader, asked, part) for column, part in panels.items()}, asked, images


@torch.no_grad()
def panels_of(
    drawer: Drawer, true: Tensor, captions: Sequence[str], name: str, seed: int, say: Say
) -> tuple[dict[str, Tensor], Tensor]:
    """Lower panels by column, [picture, 3, size / 2, size / 2], for true pictures [picture, 3, size, size] whose upper
    half is given with a caption each; and the drawn pictures whole. name: what is drawn, for the progress."""
    dvae = drawer.model.dvae
    device, seeds = next(dvae.parameters()).device, picture_seeds(seed, len(captions))
    true = true.to(device)
    drawn = draw_captions(drawer, captions, seeds, say, name, prefix=given_above(dvae, true))
    alone = draw_captions(drawer, captions, seeds, say, f"{name}, no upper half given")
    painted, images, ignored = (decode(dvae, ids.to(device)) for ids in (encode(dvae, true), drawn, alone))
    return {
        "drawn": lower(images), "copied": upper(painted), "ignored": lower(ignored),
        "dvae": lower(painted), "render": lower(true),
    }, images  # fmt: skip


def scored(reader: Reader, asked: Sequence[Asked], panels: Tensor) -> dict[str, dict[str, Any]]:
    """Shares of identity, change and both in lower panels, and of both by what was asked for."""
    kinds = [single_pictures(one.facts)[1][0] for one in asked]
    told: list[dict[str, str]] = [{} for _ in asked]
    for kind in dict.fromkeys(kinds):
        mine = [place for place, other in enumerate(kinds) if other == kind]
        for place, answer in zip(mine, read(reader, panels[mine], kind), strict=True):
            told[place] = answer
    rows = [marks(one, answer) for one, answer in zip(asked, told, strict=True)]
    found = {name: share([row[name] for row in rows]) for name in ("identity", "change", "both")}
    for change in sorted({one.facts["change"] for one in asked}):
        some = [row["both"] for row, one in zip(rows, asked, strict=True) if one.facts["change"] == change]
        found[f"both, {change}"] = share(some)
    return found


def corner(size: int) -> int:
    """Where the ninth cell of a matrix of `size` pixels begins."""
    return line_width(size) + 2 * (size_of("grid", size) + line_width(size))


def with_ninth(pictures: np.ndarray, ninth: np.ndarray) -> np.ndarray:
    """Pictures uint8 [picture, size, size, 3] with the ninth cells of others."""
    start, side = corner(pictures.shape[1]), size_of("grid", pictures.shape[1])
    joined = pictures.copy()
    joined[:, start : start + side, start : start + side] = ninth[
        :, start : start + side, start : start + side
    ]
    return joined


def copied_eighth(pictures: np.ndarray) -> np.ndarray:
    """Pictures of matrices whose ninth cell is the eighth once more."""
    size = pictures.shape[1]
    start, step = corner(size), size_of("grid", size) + line_width(size)
    moved = pictures.copy()
    moved[:, :, start:] = pictures[:, :, start - step : size - step]
    return with_ninth(pictures, moved)


def given_around(dvae: DiscreteVAE, pictures: np.ndarray, grid: int, device: torch.device) -> Tensor:
    """The tokens of matrices uint8 [picture, size, size, 3], int64 [picture, token], -1 where the ninth cell is to be
    drawn; what it shows does not change them."""
    tokens = encode(dvae, to_floats(copied_eighth(pictures)).to(device))
    fixed, first = rearrange(tokens.clone(), "b (h w) -> b h w", h=grid), corner(pictures.shape[1])
    first = first * grid // pictures.shape[1]
    fixed[:, first:, first:] = -1
    return fixed.flatten(1)


@torch.no_grad()
def matrices(
    drawer: Drawer, kind: str, split: str, count: int, say: Say
) -> tuple[dict[str, Any], list[Asked], np.ndarray]:
    """Shares of ninth cells that show what they should ("cell") and that complete the rule ("rule"), by column
    ("drawn", "copied", "dvae", "render"); what was asked; and the pictures uint8 with the drawn ninth cell. Raises
    TooLongError where the model cannot read the captions."""
    model, device = drawer.model, next(drawer.model.dvae.parameters()).device
    asked, size = ask(kind, split, count, fits=fits(model)), model.preset.image_size
    pictures = render_many([one.scene for one in asked], size, progress=False)
    fixed = given_around(model.dvae, pictures, model.dalle.layout.grid, device)
    captions, seeds = [one.caption for one in asked], picture_seeds(0, count)
    drawn = draw_captions(drawer, captions, seeds, say, f"{kind}, {split}", greedy=True, fixed=fixed)
    codes = encode(model.dvae, to_floats(pictures).to(device))
    painted, images = (to_bytes(decode(model.dvae, ids.to(device))) for ids in (codes, drawn))
    columns = {
        "drawn": with_ninth(pictures, images), "copied": copied_eighth(pictures),
        "dvae": with_ninth(pictures, painted), "render": pictures,
    }  # fmt: skip
    marks = {name: _counted(asked, made, MATRICES[kind]) for name, made in columns.items()}
    return marks, asked, columns["drawn"]


def _counted(asked: Sequence[Asked], pictures: np.ndarray, invert: bool) -> dict[str, Any]:
    told = [read_matrix(picture, invert) for picture in pictures]
    cells = [
        all(answer[name] == one.facts[name] for name in one.facts if name != "rule")
        for one, answer in zip(asked, told, strict=True)
    ]
    rules = [answer["rule"] == one.facts["rule"] for one, answer in zip(asked, told, strict=True)]
    return {"cell": share(cells), "rule": share(rules)}
