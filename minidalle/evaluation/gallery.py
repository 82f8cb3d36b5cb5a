"""Galleries: the first pictures by seed for the first captions, right or wrong, with what the judge read."""

from __future__ import annotations

from pathlib import Path

import torch
from einops import rearrange

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.measure import Answers
from minidalle.world.fields import reads

COLUMNS = 8


def wrap(text: str, width: int = 24) -> str:
    """A caption in lines of at most `width` characters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def draw_gallery(model: LoadedModel, drawn: dict[tuple[str, str], Answers], split: str, path: Path) -> None:
    """Write a sheet with a row for each kind: the first sample of its first eight captions.

    A grey frame: everything that the caption says is there. An orange frame and a cross: something is wrong.
    """
    import matplotlib.pyplot as plt

    kinds = [kind for kind, which in drawn if which == split]
    figure, axes = plt.subplots(
        len(kinds), COLUMNS, figsize=(COLUMNS * 1.65, len(kinds) * 2.05), squeeze=False
    )
    for row, kind in zip(axes, kinds, strict=True):
        answers = drawn[kind, split]
        with torch.no_grad():
            images = model.dvae.decode(answers.tokens[:COLUMNS, 0])
        pictures = rearrange(images, "b c h w -> b h w c").numpy()
        for axis, picture, question, readings in zip(
            row, pictures, answers.questions, answers.readings, strict=False
        ):
            right = reads(question.scene, readings[0])["all"]
            axis.imshow(picture, interpolation="nearest")
            axis.set_title(("" if right else "✗ ") + wrap(question.caption), fontsize=6.5)
            axis.set_xticks([]), axis.set_yticks([])
            for side in axis.spines.values():
                side.set_color("0.8" if right else "#d55e00")
                side.set_linewidth(1 if right else 2)
        row[0].set_ylabel(kind, fontsize=9)
    figure.tight_layout(h_pad=0.6, w_pad=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor="white", metadata={"Software": None})
    plt.close(figure)


def draw_banner(model: LoadedModel, drawn: dict[tuple[str, str], Answers], path: Path, rows: int = 3) -> None:
    """Write a small sheet: one column a kind, the first sample of its first `rows` held-out captions."""
    import matplotlib.pyplot as plt

    kinds = [kind for kind, which in drawn if which == "held-out" and kind != "sketch"]
    figure, axes = plt.subplots(rows, len(kinds), figsize=(len(kinds) * 1.7, rows * 2.1), squeeze=False)
    for column, kind in zip(axes.T, kinds, strict=True):
        answers = drawn[kind, "held-out"]
        with torch.no_grad():
            images = rearrange(model.dvae.decode(answers.tokens[:rows, 0]), "b c h w -> b h w c").numpy()
        for axis, picture, question in zip(column, images, answers.questions, strict=False):
            axis.imshow(picture, interpolation="nearest")
            axis.set_title(wrap(question.caption, 22), fontsize=7.5)
            axis.axis("off")
    figure.tight_layout(h_pad=0.6, w_pad=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, facecolor="white", metadata={"Software": None})
    plt.close(figure)
