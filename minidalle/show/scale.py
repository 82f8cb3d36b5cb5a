"""Figures about training at scale: what formats of numbers can hold, how large gradients are, a log as four panels.

Left out: single curves and tables (`lines.py`); the curves of a training folder (`training/curves.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, ORANGE, at_most
from minidalle.show.lines import COLOURS, DASHES

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}  # behind words that cross a line


def number_formats(formats: Mapping[str, tuple[float, float, int]]) -> Figure:
    """The ranges of number formats on one logarithmic axis, each with the share by which neighbours differ.

    formats: by name the smallest number above 0, the largest one, and the bits after the point. Raises ValueError for a
    range that is empty.
    """
    for name, (low, high, _) in formats.items():
        if not 0 < low < high:
            raise ValueError(
                f"{name!r} runs from {low} to {high}; the smallest must be above 0 and the least"
            )

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for place, (low, high, bits) in enumerate(formats.values()):
            left, right = np.log10([low, high])
            axes.barh(place, right - left, left=left, height=0.45, color=BLUE, alpha=0.75)
            said = f"steps of 1/{2**bits:,}"
            axes.text(
                (left + right) / 2, place - 0.33, said, ha="center", va="bottom", fontsize=12, bbox=PAPER
            )
        axes.set_yticks(range(len(formats)), list(formats))
        axes.set_ylim(len(formats) - 0.6, -0.8)
        axes.axvline(0, color=DARK, lw=1.2, ls=":")
        powers = range(-40, 41, 10)
        axes.set_xticks(powers, [f"$10^{{{power}}}$" for power in powers])
        axes.set(xlabel="numbers that it can hold", xlim=(-47, 41))

    said = "; ".join(
        f"{name} from {low:.1e} to {high:.1e} in steps of 1/{2**bits}"
        for name, (low, high, bits) in formats.items()
    )
    return figure(paint, f"What number formats can hold: {said}", 10, 0.8 + 0.75 * len(formats))


def gradient_ranges(sizes: Sequence[Sequence[float]], smallest: float, title: str = "") -> Figure:
    """How large the gradients of each residual block are, and from where on a format rounds them to 0.

    sizes: for each block the 5th, 50th and 95th percentile of what is not 0. smallest: the smallest number of the
    format; below half of it, the shaded part, all becomes 0. Raises ValueError for percentiles that do not rise.
    """
    table = np.asarray(sizes, dtype=float)
    if table.ndim != 2 or table.shape[1] != 3 or (np.diff(table, axis=1) < 0).any() or (table <= 0).any():
        raise ValueError("sizes must hold three rising numbers above 0 for each block")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        places = np.arange(1, len(table) + 1)
        for place, (low, _, high) in zip(places, table):
            axes.plot([place, place], [low, high], color=BLUE, lw=7, solid_capstyle="butt", alpha=0.7)
        axes.plot(places, table[:, 1], "o", color=ORANGE, mec=DARK, label="the middle one")
        bottom = min(table.min(), smallest) / 5
        axes.axhspan(bottom, smallest / 2, color=DARK, alpha=0.15, label="becomes 0")
        axes.set_yscale("log")
        axes.set(xticks=places, ylim=(bottom, table.max() * 4), title=title)
        axes.set(xlabel="residual block, first to last", ylabel="size of a gradient")
        axes.legend(ncols=2, loc="upper right")

    lost = int((table[:, 1] < smallest / 2).sum())
    middle = f"{table[:, 1].min():.1e} to {table[:, 1].max():.1e}"
    alt = (
        f"Gradients of {len(table)} residual blocks, 5th to 95th percentile; the middle ones from {middle}. Below "
        f"{smallest / 2:.1e} they become 0, which is so for the middle one of {lost} blocks"
    )
    return figure(paint, f"{title}. {alt}" if title else alt, 10, 4.2)


def panels(
    curves: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]], x: str = "updates"
) -> Figure:
    """Several small figures, two a row, each with its own curves over the same x: a training log at a glance.

    curves: by the panel's title, then by name, x and y values. Raises ValueError for a panel without
    curves, or with more than six.
    """
    for title, named in curves.items():
        if not named:
            raise ValueError(f"the panel {title!r} has no curve")
        at_most(named, len(COLOURS), f"curves in {title!r}")
    rows = -(-len(curves) // 2)

    def paint(canvas: Any) -> None:
        grid = canvas.subplots(rows, 2, squeeze=False).ravel()
        for axes, (title, named) in zip(grid, curves.items()):
            for (name, (places, values)), colour, dash in zip(named.items(), COLOURS, DASHES):
                few = len(places) <= 20
                axes.plot(places, values, dash, color=colour, label=name, marker="o" if few else None, lw=1.8)
            axes.set(title=title, xlabel=x)
            axes.locator_params(axis="x", nbins=5)
            if len(named) > 1:
                axes.legend()
        for axes in grid[len(curves) :]:
            axes.axis("off")

    said = [
        f"{title}: "
        + ", ".join(f"{name} from {ys[0]:.3g} to {ys[-1]:.3g}" for name, (_, ys) in named.items())
        for title, named in curves.items()
    ]
    return figure(paint, f"{len(curves)} panels over {x}. {'; '.join(said)}", 11, 3.1 * rows)
