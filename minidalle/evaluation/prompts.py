"""Pictures that are begun before they are drawn: zero-shot picture prompts, and Raven's matrices.

A *picture prompt* gives a caption and the upper half of a picture; the lower half is drawn. Scored apart:
is it the same thing (identity), and is it changed as asked (change)? Two baselines stand beside it: the upper half
copied, and a lower half drawn from the caption alone. A *matrix* gives eight cells of nine; the ninth is drawn
greedily, as in the post, and scored by what it shows and by the rule that it completes. Its baseline is the eighth cell
copied.

Training never shows a picture prompt, nor the rules of "matrix new rule", nor a matrix in white on black.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from einops import rearrange
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.asking import HELD_OUT, Asked, ask
from minidalle.evaluation.sections import READ_AT_ONCE, read, share
from minidalle.pipeline_pictures import to_floats
from minidalle.sampling import picture_seeds, sample
from minidalle.world import COLORS, render_many
from minidalle.world.kinds.reasoning import single_pictures
from minidalle.world.layouts import line_width, size_of
from minidalle.world.matrix_reading import MATRICES, read_matrix
from minidalle.world.reader import Reader

AT_ONCE = {"cpu": 64, "cuda": 512}


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


@torch.no_grad()
def picture_prompts(
    model: LoadedModel, reader: Reader, count: int, seed: int, device: str
) -> tuple[dict[str, Any], Tensor]:
    """Shares by column ("drawn", "copied", "ignored", "dvae", "render") and score; and the pictures, [picture, 3, size,
    size]."""
    asked = ask("picture prompt", HELD_OUT, count)
    true = to_floats(render_many([one.scene for one in asked], model.preset.image_size, progress=False)).to(
        device
    )
    text = model.tokenizer.encode_batch([one.caption for one in asked], model.preset.text_length).to(device)
    codes = torch.cat([model.dvae.encode(part) for part in true.split(READ_AT_ONCE)])
    seeds, chunk = picture_seeds(seed, count), AT_ONCE[device.partition(":")[0]]
    prefix = codes[:, : codes.shape[1] // 2]
    drawn = sample(model.dalle, text, seeds=seeds, prefix=prefix, chunk=chunk)
    alone = sample(model.dalle, text, seeds=seeds, chunk=chunk)
    painted, images, ignored = (
        torch.cat([model.dvae.decode(part) for part in ids.split(READ_AT_ONCE)])
        for ids in (codes, drawn, alone)
    )
    panels = {
        "drawn": lower(images), "copied": upper(painted), "ignored": lower(ignored),
        "dvae": lower(painted), "render": lower(true),
    }  # fmt: skip
    return {name: scored(reader, asked, part) for name, part in panels.items()}, images


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


@torch.no_grad()
def matrices(
    model: LoadedModel, kind: str, split: str, count: int, device: str
) -> tuple[dict[str, Any], np.ndarray]:
    """Shares of ninth cells that show what they should ("cell") and that complete the rule ("rule"), by column
    ("drawn", "copied", "dvae", "render"); and the pictures uint8 with the drawn ninth cell."""
    asked, size = ask(kind, split, count), model.preset.image_size
    pictures = render_many([one.scene for one in asked], size, progress=False)
    true = to_floats(pictures).to(device)
    text = model.tokenizer.encode_batch([one.caption for one in asked], model.preset.text_length).to(device)
    codes = torch.cat([model.dvae.encode(part) for part in true.split(READ_AT_ONCE)])
    grid = model.dalle.layout.grid
    fixed, first = rearrange(codes.clone(), "b (h w) -> b h w", h=grid), corner(size) * grid // size
    fixed[:, first:, first:] = -1
    chunk = AT_ONCE[device.partition(":")[0]]
    drawn = sample(model.dalle, text, fixed=fixed.flatten(1), greedy=True, chunk=chunk)
    painted, images = (
        _bytes(torch.cat([model.dvae.decode(part) for part in ids.split(READ_AT_ONCE)]))
        for ids in (codes, drawn)
    )
    columns = {
        "drawn": with_ninth(pictures, images), "copied": copied_eighth(pictures),
        "dvae": with_ninth(pictures, painted), "render": pictures,
    }  # fmt: skip
    return {name: _counted(asked, made, MATRICES[kind]) for name, made in columns.items()}, columns["drawn"]


def _bytes(images: Tensor) -> np.ndarray:
    return rearrange((images.float() * 255).round().byte().cpu(), "b c h w -> b h w c").numpy()


def _counted(asked: Sequence[Asked], pictures: np.ndarray, invert: bool) -> dict[str, Any]:
    told = [read_matrix(picture, invert) for picture in pictures]
    cells = [
        all(answer[name] == one.facts[name] for name in one.facts if name != "rule")
        for one, answer in zip(asked, told, strict=True)
    ]
    rules = [answer["rule"] == one.facts["rule"] for one, answer in zip(asked, told, strict=True)]
    return {"cell": share(cells), "rule": share(rules)}
