"""Figures about attention masks: who sees whom as a table, on a picture, layer after layer, and in blocks.

Left out: the patterns themselves (`masks.py`), the live explorer (`widgets/mask_explorer.py`), and what a trained
model looks at within its mask (`show/transformer.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from minidalle.masks import StreamLayout
from minidalle.show import Figure, figure
from minidalle.show.choosing import with_palette
from minidalle.show.colours import BLUE, DARK, ORANGE, PURPLE, WHITE

GREY, EDGE = "#E3E3E3", "#9A9A9A"
SHADES = (ORANGE, "#08519C", "#4292C6", "#9ECAE1", "#DCE9F5")
"""By how many layers it takes to know a slot: 0 is the slot itself, the last stands for all that take longer."""
LAYERS = {
    "row": (BLUE, "R"),
    "column": (ORANGE, "C"),
    "full": (WHITE, "F"),
    "conv": (PURPLE, "K"),
}
"""How a layer of each pattern is drawn: its colour, and a letter for those who see no colours."""


def _table(values: Any) -> np.ndarray:
    return np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values)


def mask_tables(masks: Mapping[str, Any], layout: StreamLayout) -> Figure:
    """Tables of who sees whom, side by side: a query a line, a key a column, blue where it is seen.

    masks: by title, bool [query=length, key=length]. Orange lines part the text side from the picture. Raises
    ValueError for a table of another size.
    """
    tables = {title: _table(mask).astype(bool) for title, mask in masks.items()}
    length, prefix = layout.length, layout.prefix
    for title, table in tables.items():
        if table.shape != (length, length):
            raise ValueError(f"{title!r} is {list(table.shape)}; this stream has {length} slots")

    def paint(canvas: Any) -> None:
        for axes, (title, table) in zip(canvas.subplots(1, len(tables), squeeze=False)[0], tables.items()):
            shown = np.where(table[..., None], (0.0, 0.447, 0.698), 1.0)
            shown[np.triu(np.ones_like(table), 1) & ~table] = 0.9
            axes.imshow(shown, extent=(0, length, length, 0))
            if length <= 40:
                axes.set_xticks(range(length), minor=True)
                axes.set_yticks(range(length), minor=True)
                axes.grid(which="minor", color=EDGE, linewidth=0.4)
            axes.grid(which="major", visible=False)
            axes.axhline(prefix, color=ORANGE, linewidth=2.5)
            axes.axvline(prefix, color=ORANGE, linewidth=2.5)
            middles = (prefix / 2, (prefix + length) / 2)
            axes.set_xticks(middles, ("text", "picture"))
            axes.set_yticks(middles, ("text", "picture"), rotation=90, va="center")
            axes.tick_params(which="both", length=0)
            axes.set(title=title, xlabel="is looked at")
        canvas.axes[0].set_ylabel("looks")

    said = "; ".join(f"{title} {int(table.sum())} of {table.size}" for title, table in tables.items())
    alt = f"Who sees whom among {length} slots, {prefix} of them on the text side. Pairs that see: {said}"
    return figure(paint, alt, max(5.0, 3.6 * len(tables)), 4.2)


def on_picture(seen: Mapping[str, Any], row: int, column: int, picture: Any = None) -> Figure:
    """What one picture token looks at, a panel for each pattern: seen blue, itself orange, what is still to come grey.

    seen: by title, bool [row=grid, column=grid]. picture: uint8 [height, width, 3]; with it the seen parts are shown
    in colour and the others pale. Raises ValueError for a table that is no square, or a place outside it.
    """
    tables = {title: _table(table).astype(bool) for title, table in seen.items()}
    for title, table in tables.items():
        if table.ndim != 2 or table.shape[0] != table.shape[1] or not max(row, column) < len(table):
            raise ValueError(
                f"{title!r} is {list(table.shape)}; expected a square with ({row}, {column}) in it"
            )

    def paint(canvas: Any) -> None:
        import matplotlib.patches

        for axes, (title, table) in zip(canvas.subplots(1, len(tables), squeeze=False)[0], tables.items()):
            grid = len(table)
            place = np.arange(grid * grid).reshape(grid, grid)
            shown = np.where(table[..., None], (0.0, 0.447, 0.698), 1.0)
            shown[(place > row * grid + column) & ~table] = 0.87
            if picture is not None:
                pixels = _table(picture) / 255.0
                size = len(pixels) // grid
                bright = table.repeat(size, 0).repeat(size, 1)[..., None]
                shown = np.where(bright, pixels, 0.82 + 0.18 * pixels.mean(-1, keepdims=True))
            axes.imshow(shown, extent=(0, grid, grid, 0))
            axes.set_xticks(range(grid + 1), [""] * (grid + 1))
            axes.set_yticks(range(grid + 1), [""] * (grid + 1))
            axes.grid(True, color=EDGE, linewidth=0.5)
            axes.set_axisbelow(False)
            axes.tick_params(length=0)
            fill = picture is None
            look = {
                "facecolor": ORANGE,
                "edgecolor": ORANGE if picture is not None else DARK,
                "linewidth": 2.5,
            }
            axes.add_patch(matplotlib.patches.Rectangle((column, row), 1, 1, fill=fill, zorder=3, **look))
            axes.set_title(title)

    said = "; ".join(f"{title}: {int(table.sum())} tokens" for title, table in tables.items())
    alt = f"What the token in row {row}, column {column} of the picture looks at. {said}, itself included"
    drawn = figure(paint, alt, 3.3 * len(tables), 3.6)
    return drawn if picture is None else with_palette(drawn)


def layer_strip(stacks: Mapping[str, Sequence[str]]) -> Figure:
    """The pattern of every layer, first to last from left to right, a strip for each stack.

    Raises ValueError for a pattern without a colour.
    """
    unknown = [name for patterns in stacks.values() for name in patterns if name not in LAYERS]
    if unknown:
        raise ValueError(f"unknown attention pattern {unknown[0]!r}; choose from {', '.join(LAYERS)}")
    longest = max(map(len, stacks.values()))

    def paint(canvas: Any) -> None:
        import matplotlib.patches

        for axes, (title, patterns) in zip(
            canvas.subplots(len(stacks), 1, squeeze=False)[:, 0], stacks.items()
        ):
            for number, name in enumerate(patterns):
                colour, letter = LAYERS[name]
                box = {"facecolor": colour, "edgecolor": DARK, "linewidth": 0.8}
                axes.add_patch(matplotlib.patches.Rectangle((number + 0.5, 0), 1, 1, **box))
                ink = "white" if name == "row" else DARK
                axes.text(number + 1, 0.48, letter, ha="center", va="center", fontsize=11, color=ink)
            axes.set(xlim=(0.4, longest + 0.6), ylim=(0, 1), yticks=[])
            axes.set_title(title, loc="left")
            axes.set_xticks([1, *range(4, len(patterns) + 1, 4)])
            axes.grid(False)
            axes.spines[:].set_visible(False)
        canvas.axes[-1].set_xlabel("layer: R row, C column, F full, K convolution")

    said = "; ".join(f"{title}: {', '.join(patterns)}" for title, patterns in stacks.items())
    return figure(paint, f"The attention pattern of every layer. {said}", 13, 0.5 + 1.1 * len(stacks))


def known_after(layers: Any, layout: StreamLayout, slot: int, title: str = "") -> Figure:
    """After how many layers one slot knows each other slot: the text side as a strip, the picture as a square.

    layers: whole numbers [slot=length], 0 for the slot itself and -1 for what it never knows. Raises ValueError for
    another length, or a slot outside.
    """
    counts = _table(layers)
    if counts.shape != (layout.length,) or not 0 <= slot < layout.length:
        raise ValueError(f"layers {list(counts.shape)} and slot {slot} do not fit {layout.length} slots")

    def cell(axes: Any, x: float, y: float, count: int) -> None:
        import matplotlib.patches

        colour = GREY if count < 0 else SHADES[min(count, len(SHADES) - 1)]
        axes.add_patch(matplotlib.patches.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor=EDGE, lw=0.6))
        if count >= 0:
            ink = "white" if count == 1 else DARK
            axes.text(x + 0.5, y + 0.53, str(count), ha="center", va="center", fontsize=11, color=ink)

    def paint(canvas: Any) -> None:
        left, right = canvas.subplots(1, 2, width_ratios=[1, 2.6])
        high = -(-layout.prefix // 4)
        for place, count in enumerate(counts[: layout.prefix]):
            cell(left, place % 4, place // 4, int(count))
        for place, count in enumerate(counts[layout.prefix :]):
            cell(right, place % layout.grid, place // layout.grid, int(count))
        left.set(xlim=(0, 4), ylim=(max(high, 4), 0), title="text side")
        right.set(xlim=(0, layout.grid), ylim=(layout.grid, 0), title=title or "picture")
        for axes in (left, right):
            axes.set(xticks=[], yticks=[], aspect="equal")
            axes.spines[:].set_visible(False)
            axes.grid(False)

    known, most = int((counts >= 0).sum()), int(counts.max())
    alt = (
        f"{title or 'What is known'}: slot {slot} knows {known} of {layout.length} slots after {most} layers"
    )
    return figure(paint, alt, 7.6, 5.0)


def block_tables(masks: Mapping[str, Any], block: int) -> Figure:
    """Tables of who sees whom, cut into squares of `block` by `block` pairs; squares that hold a seen pair are orange.

    masks: by title, bool [query, key]. Raises ValueError unless whole squares fill every table.
    """
    tables = {title: _table(mask).astype(bool) for title, mask in masks.items()}
    for title, table in tables.items():
        if table.shape[0] % block or table.shape[1] % block:
            raise ValueError(f"{title!r} is {list(table.shape)}, which is not in whole blocks of {block}")

    def touched(table: np.ndarray) -> np.ndarray:
        high, wide = (size // block for size in table.shape)
        return table.reshape(high, block, wide, block).any((1, 3))

    def paint(canvas: Any) -> None:
        for axes, (title, table) in zip(canvas.subplots(1, len(tables), squeeze=False)[0], tables.items()):
            needed = touched(table)
            whole = needed.repeat(block, 0).repeat(block, 1)
            shown = np.where(whole[..., None], (0.99, 0.86, 0.62), 1.0)
            shown[table] = (0.0, 0.447, 0.698)
            axes.imshow(shown, extent=(0, needed.shape[1], needed.shape[0], 0))
            axes.set_xticks(range(needed.shape[1] + 1), [""] * (needed.shape[1] + 1))
            axes.set_yticks(range(needed.shape[0] + 1), [""] * (needed.shape[0] + 1))
            axes.tick_params(length=0)
            axes.grid(True, color=EDGE, linewidth=0.6)
            axes.set_axisbelow(False)
            axes.set(title=title, xlabel=f"{int(needed.sum())} of {needed.size} blocks")

    said = "; ".join(f"{title}: {int(touched(table).sum())} blocks" for title, table in tables.items())
    return figure(
        paint, f"Blocks of {block} by {block} that must be computed. {said}", 4.2 * len(tables), 4.6
    )
