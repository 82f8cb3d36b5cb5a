"""Figures about the transformer: a lookup that mixes, what heads look at, and the plan of a block.

Left out: the attention patterns, which lesson 06 draws; curves (`lines.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minidalle.masks import StreamLayout
from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, ORANGE, SOFT

SOFT_BLUE, SOFT_ORANGE = SOFT[:2]


def soft_lookup(weights: Mapping[str, Any], keys: Sequence[str], colours: Any) -> Figure:
    """How strongly each key is looked up, and the mixture of values that comes out, one panel for each setting.

    weights: by the panel's title, [key], adding up to 1. colours: each key's value, [key, 3] in [0, 1]; the bars have
    them, and the square under each panel is their mean by the weights. Raises ValueError for weights that do not fit.
    """
    values = np.asarray(colours, dtype=float)
    shares = {title: np.asarray(weight, dtype=float) for title, weight in weights.items()}
    for title, share in shares.items():
        if share.shape != (len(keys),) or not np.isclose(share.sum(), 1, atol=1e-3):
            raise ValueError(f"the weights of {title!r} must be {len(keys)} numbers that add up to 1")

    def paint(canvas: Any) -> None:
        grid = canvas.subplots(2, len(shares), squeeze=False, height_ratios=[3, 1])
        for (above, below), (title, share) in zip(grid.T, shares.items()):
            above.bar(keys, share, color=values, edgecolor=DARK)
            above.set(ylim=(0, 1.02), title=title)
            below.imshow((share @ values).clip(0, 1)[None, None])
            below.set_xlabel("what comes out")
            below.set(xticks=[], yticks=[])
            below.grid(False)
        grid[0, 0].set_ylabel("weight")

    said = [
        f"{title}: " + ", ".join(f"{key} {part:.2f}" for key, part in zip(keys, share))
        for title, share in shares.items()
    ]
    return figure(paint, f"A lookup by weights, {len(shares)} times. {'; '.join(said)}", 11, 4.4)


def heads_on_picture(
    weights: Any, picture: Any, layout: StreamLayout, slot: int, words: Sequence[str]
) -> Figure:
    """Where the heads of one layer look from one slot: on the picture, and on the caption's words below it.

    weights: [head, slot=length], each row adding up to 1. picture: uint8 [height, width, 3]. slot: the slot that asks,
    an image slot; its cell is framed, first in the picture itself. Patches glow by their weights, on one scale for all
    heads. words: the caption's tokens; the other text slots are "the rest". Raises ValueError where the slot is no
    image slot or the weights do not fit.
    """
    table, pixels, grid = np.asarray(weights, dtype=float), np.asarray(picture), layout.grid
    if not layout.prefix <= slot < layout.length or table.ndim != 2 or table.shape[1] != layout.length:
        raise ValueError(
            f"slot {slot} and weights {list(table.shape)} do not fit a stream of {layout.length} slots "
            f"whose picture begins at {layout.prefix}"
        )
    row, column = divmod(slot - layout.prefix, grid)
    labels = [*words, "the rest"]
    text = np.concatenate(
        [table[:, : len(words)], table[:, len(words) : layout.prefix].sum(1, keepdims=True)], 1
    )
    image = np.concatenate([table[:, layout.prefix :], np.zeros((len(table), 1))], 1).reshape(-1, grid, grid)
    glow = image / max(image.max(), 1e-9)

    def paint(canvas: Any) -> None:
        import matplotlib.patches

        above, below = canvas.subplots(2, len(table) + 1, squeeze=False, height_ratios=[3, 2])
        extent = (0, grid, grid, 0)
        for number, axes in enumerate(above):
            if number == 0:
                axes.imshow(pixels, extent=extent)
            else:
                axes.imshow(pixels.mean(-1) / 255, extent=extent, cmap="gray", vmin=-1, vmax=1)
                orange = np.full((grid, grid, 4), (0.84, 0.37, 0.0, 0.0))
                orange[..., 3] = glow[number - 1]
                axes.imshow(orange, extent=extent)
            frame = {"fill": False, "edgecolor": "black" if number == 0 else BLUE, "linewidth": 3}
            axes.add_patch(matplotlib.patches.Rectangle((column, row), 1, 1, **frame))
            share = f"head {number}: picture {image[number - 1].sum():.0%}" if number else "who asks"
            axes.set(xticks=[], yticks=[], title=share)
            axes.grid(False)
        below[0].axis("off")
        for head, axes in enumerate(below[1:]):
            axes.barh(range(len(labels)), text[head], color=ORANGE)
            axes.set_yticks(range(len(labels)), labels if head == 0 else [])
            axes.set(xlim=(0, max(text.max() * 1.05, 0.05)), ylim=(len(labels) - 0.5, -0.5), xlabel="weight")

    said = "; ".join(
        f"head {head + 1} gives {image[head].sum():.0%} to the picture, and of the text most to "
        f"{labels[int(part.argmax())]!r} ({part.max():.2f})"
        for head, part in enumerate(text)
    )
    alt = f"What slot {slot}, row {row} and column {column} of the picture, looks at: {said}"
    return figure(paint, alt, 3.0 * (len(table) + 1), 3.6 + 0.2 * len(labels))


def block_plan() -> Figure:
    """A block of the transformer: the stream runs straight through, and two branches add to it."""
    branches = (("layer\nnorm", "attention", "between slots"), ("layer\nnorm", "MLP", "within a slot"))

    def paint(canvas: Any) -> None:
        from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

        axes = canvas.subplots()
        axes.axis("off")

        def arrow(start: tuple[float, float], end: tuple[float, float], colour: str = DARK) -> None:
            axes.add_patch(
                FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=16, color=colour, lw=2)
            )

        arrow((-0.6, 0), (13.0, 0), BLUE)
        axes.text(-0.5, 0.25, "x: 288 slots,\n192 numbers each", ha="left", fontsize=12, color=BLUE)
        for number, (norm, work, where) in enumerate(branches):
            left = 2.6 + 5.2 * number
            for place, text, colour in ((left, norm, "white"), (left + 2.0, work, SOFT_ORANGE)):
                style = {
                    "boxstyle": "round,pad=0.1",
                    "facecolor": colour,
                    "edgecolor": DARK,
                    "linewidth": 1.8,
                }
                axes.add_patch(FancyBboxPatch((place, -2.5), 1.5, 1.0, **style))
                axes.text(place + 0.75, -2.0, text, ha="center", va="center", fontsize=12)
            axes.text(left + 2.75, -3.05, where, ha="center", fontsize=12, style="italic")
            axes.plot([left - 0.5, left - 0.5], [0, -2.0], color=DARK, lw=2)
            arrow((left - 0.5, -2.0), (left - 0.1, -2.0))
            arrow((left + 1.6, -2.0), (left + 1.9, -2.0))
            axes.plot([left + 3.6, left + 4.0], [-2.0, -2.0], color=DARK, lw=2)
            arrow((left + 4.0, -2.0), (left + 4.0, -0.28))
            axes.plot(left + 4.0, 0, "o", ms=24, mfc=SOFT_BLUE, mec=BLUE, mew=2)
            axes.text(left + 4.0, -0.02, "+", ha="center", va="center", fontsize=17)
        axes.set(xlim=(-0.7, 13.2), ylim=(-3.3, 1.2))

    alt = (
        "The plan of a block. x runs straight through, from left to right. Twice a branch leaves it, goes through a "
        "layer norm and then attention (between slots) or an MLP (within a slot), and is added to it again"
    )
    return figure(paint, alt, 11, 3.8)
