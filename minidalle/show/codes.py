"""Figures about codes: how likely each is, what a relaxed sample mixes, what each cell of a picture costs.

    >>> weights({"posterior": [0.5, 0.3, 0.2]}, ["a", "b", "c"])

Left out: the formulas (`relaxation.py`), curves (`lines.py`), and the live forms (`widgets/gumbel_slider.py`,
`widgets/codebook_browser.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.pipeline_pictures import to_bytes
from minidalle.show import Figure, figure
from minidalle.show.choosing import with_palette
from minidalle.show.colours import BLUE, RED

GREY = "#BBBBBB"


def weights(
    panels: Mapping[str, Any], names: Sequence[str], title: str = "", against: Mapping[str, Any] | None = None
) -> Figure:
    """Bars between 0 and 1 over the same codes, a panel for each name in `panels`: values [code] each.

    names: of the codes. against: by panel, values [code] that are drawn as black marks, to compare with.
    Raises ValueError for no panels, or values that are not one a name.
    """
    arrays = {name: _row(values, names, name) for name, values in panels.items()}
    marks = {name: _row(values, names, name) for name, values in (against or {}).items()}
    if not arrays:
        raise ValueError("there are no panels to draw")

    def paint(canvas: Any) -> None:
        grid = canvas.subplots(1, len(arrays), sharey=True, squeeze=False)[0]
        for axes, (name, values) in zip(grid, arrays.items()):
            axes.bar(names, values, color=BLUE, width=0.7)
            if name in marks:
                axes.plot(names, marks[name], "_", color="black", ms=26, mew=2.5)
            axes.set(title=name, ylim=(0, 1.02))
            axes.grid(axis="x", visible=False)
            if len(names) > 8:
                axes.tick_params(axis="x", rotation=90)
        if title:
            canvas.suptitle(title)

    said = "; ".join(
        f"{name}: " + ", ".join(f"{code} {value:.2f}" for code, value in zip(names, values) if value >= 0.005)
        for name, values in arrays.items()
    )
    return figure(paint, f"{title or 'Bars'}. {said}", max(6.0, min(12.0, 3.1 * len(arrays))), 3.4)


def cells(
    image: Tensor, values: Any, unit: str, title: str = "", names: tuple[str, str] = ("picture", "")
) -> Figure:
    """A picture [3, height, width] in [0, 1] beside a map of one number a cell, [h, w], dark small and bright large.

    unit: what the numbers are. Raises ValueError unless values are a table.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"values have shape {list(table.shape)}; expected one a cell, [h, w]")

    def paint(canvas: Any) -> None:
        left, right = canvas.subplots(1, 2)
        side = (0, table.shape[1], table.shape[0], 0)
        left.imshow(to_bytes(image[None])[0], extent=side)
        drawn = right.imshow(table, extent=side, vmin=min(0.0, table.min()))
        for axes, name in zip((left, right), names):
            axes.set(xticks=[], yticks=[], title=name)
            axes.grid(False)
        canvas.colorbar(drawn, ax=right, label=unit, shrink=0.9)
        if title:
            canvas.suptitle(title)

    said = f"{title or unit}: a picture, and a map of {table.shape[0]} by {table.shape[1]} cells, "
    alt = f"{said}{unit} from {table.min():.2g} to {table.max():.2g}"
    return with_palette(figure(paint, alt, 9.6, 4.3))


def funnel(steps: Sequence[tuple[str, int, int]], title: str = "") -> Figure:
    """How a network folds a picture up: a square for each step (name, channels, side), as high as its side.

    Raises ValueError for no steps.
    """
    if not steps:
        raise ValueError("there are no steps to draw")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        tallest = max(side for _, _, side in steps)
        for place, (name, channels, side) in enumerate(steps):
            height = side / tallest
            axes.add_patch(_box(place - 0.3, -height / 2, 0.6, height, BLUE if place else GREY))
            axes.text(place, height / 2 + 0.03, f"{channels} x {side} x {side}", ha="center", fontsize=12)
            axes.text(place, -0.58, name, ha="center", va="top", fontsize=12)
            if place:
                axes.annotate("", (place - 0.32, 0), (place - 0.68, 0), arrowprops={"arrowstyle": "->"})
        axes.set(xlim=(-0.6, len(steps) - 0.4), ylim=(-0.72, 0.68), title=title)
        axes.axis("off")
        if title:
            axes.set_title(title)

    said = ", ".join(f"{name} {channels} x {side} x {side}" for name, channels, side in steps)
    return figure(paint, f"{title or 'Sizes'}: {said}", 1.75 * len(steps) + 0.6, 3.4)


def relaxation(
    image: Tensor, cell: tuple[int, int], grid: int, names: Sequence[str], posterior: Any, sample: Any,
    painted: Tensor, temperature: str,
) -> Figure:  # fmt: skip
    """What a relaxed sample of one cell mixes: the picture with the cell framed, bars, and what the decoder paints.

    image, painted: [3, height, width] in [0, 1]. cell: row and column on a grid of `grid` cells a side. posterior,
    sample: [code], named by `names`. temperature: as it is to be written. Raises ValueError where sizes differ.
    """
    likely, mixed = _row(posterior, names, "posterior"), _row(sample, names, "sample")

    def paint(canvas: Any) -> None:
        left, middle, right = canvas.subplots(1, 3, width_ratios=(1, 1.9, 1))
        for axes, shown, name in ((left, image, "picture"), (right, painted, "painted from the sample")):
            _framed(axes, shown, [cell], grid, name)
        places = np.arange(len(names))
        middle.bar(places - 0.2, likely, 0.4, color=GREY, label="posterior")
        look = {"color": BLUE, "hatch": "//", "edgecolor": "white"}
        middle.bar(places + 0.2, mixed, 0.4, label="relaxed sample", **look)
        middle.set_xticks(places, names)
        middle.set(ylim=(0, 1.02), xlabel="code", title=f"temperature {temperature}")
        middle.legend(loc="upper right")
        middle.grid(axis="x", visible=False)

    top = int(mixed.argmax())
    alt = (
        f"temperature {temperature}, cell in row {cell[0]}, column {cell[1]}: the sample's largest share is "
        f"{mixed[top]:.2f}, of code {names[top]}, which the posterior gives {likely[top]:.2f}"
    )
    return with_palette(figure(paint, alt, 12.0, 3.9))


def code_page(
    alone: Tensor, image: Tensor, at: Sequence[tuple[int, int]], grid: int, patches: Tensor, said: str
) -> Figure:
    """One code: what it paints alone, a picture whose cells `at` it stands for, and patches where it was used.

    alone, image: [3, height, width]; patches: [patch, 3, size, size], the cell in the middle; said: in words.
    """

    def paint(canvas: Any) -> None:
        left, middle, right = canvas.subplots(1, 3, width_ratios=(1, 1, 1.5))
        _framed(left, alone, [], grid, "alone, in every cell")
        _framed(middle, image, at, grid, "where it stands")
        columns = 6
        blank = torch.ones(-len(patches) % columns, *patches.shape[1:])
        rows = torch.cat([patches, blank])
        rows = torch.nn.functional.pad(rows, (1, 1, 1, 1), value=1.0)
        sheet = torch.cat([torch.cat(list(row), dim=-1) for row in rows.split(columns)], dim=-2)
        right.imshow(to_bytes(sheet[None])[0])
        side = rows.shape[-1]
        for place in range(len(patches)):
            x, y = (side * part + 1 + (side - 2) / 3 - 0.5 for part in (place % columns, place // columns))
            right.add_patch(_box(x, y, (side - 2) / 3, (side - 2) / 3, RED, fill=False, line=1.2))
        right.set(xticks=[], yticks=[], title="its cell, with its neighbours")
        right.spines[:].set_visible(False)
        right.grid(False)

    return with_palette(figure(paint, said, 12.0, 3.7))


def _row(values: Any, names: Sequence[str], what: str) -> np.ndarray:
    """Numbers [code] as float64, one a name."""
    row = np.asarray(values.detach() if isinstance(values, Tensor) else values, dtype=float)
    if row.shape != (len(names),):
        raise ValueError(f"{what!r} has shape {list(row.shape)} for {len(names)} codes; give one number each")
    return row


def _box(
    x: float, y: float, width: float, height: float, colour: str, fill: bool = True, line: float = 2
) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=colour if fill else "none", edgecolor=colour, lw=line)


def _framed(axes: Any, image: Tensor, at: Sequence[tuple[int, int]], grid: int, name: str) -> None:
    """A picture with some cells framed."""
    axes.imshow(to_bytes(image[None])[0], extent=(0, grid, grid, 0))
    for row, column in at:
        axes.add_patch(_box(column, row, 1, 1, RED, fill=False))
    axes.set(xticks=[], yticks=[], title=name)
    axes.grid(False)
