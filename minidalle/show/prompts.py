"""Figures about pictures that are begun: what is given and what is drawn, what a token knows, pictures of two panels.

    >>> given_map({"lower half": (0, 32), "a corner": (32, 32)}, size=64, grid=16)

Left out: completing (`pipeline_complete.py`), scoring (`evaluation/completion.py`, `evaluation/prompts.py`), and the
live versions (`widgets/completion.py`, `widgets/prompt_bench.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from minidalle.pipeline_complete import Region, check_region, given_cells
from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, GREEN, ORANGE, PURPLE, RED, SKY, WHITE, YELLOW, at_most

GIVEN, DRAWN = "#9CC9E3", "#F6D58A"
COLOURS = (WHITE, RED, BLUE, GREEN, YELLOW, PURPLE, DARK)
"""Colours of the codes of toy pictures: code 0 is paper."""


def _lattice(axes: Any, rows: int, columns: int, colour: str = "white") -> None:
    """Thin lines between the cells, and no ticks."""
    for row in range(rows + 1):
        axes.axhline(row - 0.5, color=colour, linewidth=0.8)
    for column in range(columns + 1):
        axes.axvline(column - 0.5, color=colour, linewidth=0.8)
    axes.set(xticks=[], yticks=[], xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    axes.grid(False)


def given_map(regions: Mapping[str, Region], size: int, grid: int) -> Figure:
    """A panel for each region: cells whose tokens are given (blue) and those that are drawn (yellow), an arrow along
    the first row with something to draw, and the region's own edge.

    regions: name to left and upper edge in pixels of pictures of `size`. grid: cells a side. Raises ValueError for
    no regions, and as `check_region`.
    """
    if not regions:
        raise ValueError("there are no regions to draw; give at least one")
    cells = {name: given_cells(check_region(region, size), size, grid) for name, region in regions.items()}

    def paint(canvas: Any) -> None:
        from matplotlib.colors import ListedColormap

        panels = canvas.subplots(1, len(regions), squeeze=False)[0]
        for axes, (name, (left, upper)) in zip(panels, regions.items(), strict=True):
            table = cells[name].view(grid, grid).numpy()
            axes.imshow(table, cmap=ListedColormap([DRAWN, GIVEN]), vmin=0, vmax=1)
            _lattice(axes, grid, grid)
            x, y, end = left * grid / size - 0.5, upper * grid / size - 0.5, grid - 0.5
            axes.plot([x, end, end, x, x], [y, y, end, end, y], color=RED, linewidth=3)
            row = int((~table).any(axis=1).argmax())
            start = int((~table[row]).argmax())
            axes.annotate(
                "", (end - 0.2, row), (start, row), arrowprops={"arrowstyle": "-|>", "color": DARK, "lw": 2}
            )
            axes.set_title(f"{name}\n{int(table.sum())} given, {int((~table).sum())} drawn", fontsize=12)

    said = "; ".join(f"{name}: {int(given.sum())} of {grid * grid} given" for name, given in cells.items())
    return figure(paint, f"Which tokens are given before a completion. {said}", 2.7 * len(regions), 3.4)


def changed_map(changes: Mapping[str, tuple[Any, Any]], first: int) -> Figure:
    """A panel for each pair of token grids [row, column]: cells that differ are red, and a line stands above row
    `first`, where the hidden part begins.

    Raises ValueError for no pairs, or grids of different shapes.
    """
    tables = {name: (np.asarray(a), np.asarray(b)) for name, (a, b) in changes.items()}
    if not tables or any(a.shape != b.shape or a.ndim != 2 for a, b in tables.values()):
        raise ValueError("give pairs of token grids [row, column] of one shape each")

    def paint(canvas: Any) -> None:
        from matplotlib.colors import ListedColormap

        panels = canvas.subplots(1, len(tables), squeeze=False)[0]
        for axes, (name, (a, b)) in zip(panels, tables.items(), strict=True):
            axes.imshow(a != b, cmap=ListedColormap(["#E8E8E8", RED]), vmin=0, vmax=1)
            _lattice(axes, *a.shape)
            axes.axhline(first - 0.5, color=DARK, linewidth=3)
            axes.set_title(f"{name}\n{int((a != b)[:first].sum())} differ above the line", fontsize=12)

    said = "; ".join(f"{name}: {int((a != b)[:first].sum())} above" for name, (a, b) in tables.items())
    return figure(
        paint, f"Tokens that differ; the hidden part begins at row {first}. {said}", 4.2 * len(tables), 4.0
    )


def toy_panels(groups: Mapping[str, tuple[Any, Sequence[str]]], given: int = 0) -> Figure:
    """Toy pictures of codes as coloured cells, a line of them for each group, every picture under its caption.

    groups: name to (codes [picture, row, column], captions). given: rows above the dashed line, which were not drawn.
    Raises ValueError for no groups, or a number of captions that does not fit.
    """
    tables = {name: (np.asarray(codes), list(captions)) for name, (codes, captions) in groups.items()}
    if not tables or any(len(codes) != len(captions) for codes, captions in tables.values()):
        raise ValueError("give groups of pictures, and a caption for each picture")
    most = max(len(codes) for codes, _ in tables.values())

    def paint(canvas: Any) -> None:
        from matplotlib.colors import ListedColormap

        lines = canvas.subplots(len(tables), most + 1, squeeze=False, width_ratios=[0.8] + [1] * most)
        for line, (name, (codes, captions)) in zip(lines, tables.items(), strict=True):
            for axes in line:
                axes.axis("off")
            line[0].text(1, 0.5, name, ha="right", va="center", transform=line[0].transAxes, fontsize=12)
            for axes, table, caption in zip(line[1:], codes, captions):
                axes.axis("on")
                axes.imshow(table, cmap=ListedColormap(COLOURS), vmin=0, vmax=len(COLOURS) - 1)
                _lattice(axes, *table.shape, colour="#CCCCCC")
                axes.axhline((given or table.shape[0] // 2) - 0.5, color=DARK, linewidth=2, linestyle="--")
                axes.set_title(caption, fontsize=11)

    said = "; ".join(f"{name}: {', '.join(captions)}" for name, (_, captions) in tables.items())
    return figure(paint, f"Toy pictures of two panels. {said}", 1.75 * (most + 0.8), 2.1 * len(tables) + 0.2)


def score_bars(scores: Mapping[str, Mapping[str, float]], unit: str, title: str = "") -> Figure:
    """A group of bars for each row of scores, a bar for each of its columns, all with their numbers.

    scores: group to column to a share in [0, 1], the same columns for all. Raises ValueError where columns differ,
    or for more than six.
    """
    columns = list(next(iter(scores.values()))) if scores else []
    if not columns or any(list(row) != columns for row in scores.values()):
        raise ValueError(f"every row of scores needs the same columns; the first has {columns}")
    colours, height = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY), 0.8 / len(columns)
    at_most(columns, len(colours), "columns")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for number, column in enumerate(columns):
            values = [row[column] for row in scores.values()]
            places = np.arange(len(scores)) + (number - (len(columns) - 1) / 2) * height
            axes.barh(places, values, height * 0.92, color=colours[number], label=column)
            for place, value in zip(places, values):
                axes.text(value + 0.01, place, f"{value:.0%}", va="center", fontsize=11)
        axes.set_yticks(range(len(scores)), list(scores))
        axes.set(xlim=(0, 1.12), xlabel=unit, ylim=(len(scores) - 0.5, -0.5), title=title)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
        axes.grid(False, axis="y")
        canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(columns))

    said = "; ".join(
        f"{name}: " + ", ".join(f"{column} {value:.0%}" for column, value in row.items())
        for name, row in scores.items()
    )
    return figure(paint, f"{title or unit}. {said}", 9.5, 1.5 + 0.34 * len(scores) * max(2, len(columns)))


def outlined(images: Any, region: Region, colour: tuple[int, int, int] = (213, 94, 0)) -> np.ndarray:
    """Pictures uint8 [n, size, size, 3] with the edge of a region drawn on them, one pixel wide."""
    pixels = np.array(images.images if hasattr(images, "images") else images)
    if isinstance(images, Tensor) or pixels.dtype != np.uint8 or pixels.ndim != 4:
        raise ValueError("expected pictures as bytes [n, size, size, 3]")
    left, upper = check_region(region, pixels.shape[1])
    pixels[:, upper:, left], pixels[:, upper, left:] = colour, colour
    pixels[:, upper:, -1], pixels[:, -1, left:] = colour, colour
    return pixels
