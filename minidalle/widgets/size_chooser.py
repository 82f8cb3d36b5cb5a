"""How large must my pictures be? Pixels and halvings to choose, what is left of the pictures, and what an update costs.

    >>> size_chooser(pairs.images[:3], text_length=32)

Costs are those of the transformer of the preset `nano` on another grid. Left out: the dVAE, whose own blur comes on top
(`training/dvae_task.py`), and memory (`widgets/costs.py`).
"""

import html
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import ipywidgets
import numpy as np
import torch

from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.pairs_image import square
from minidalle.presets import preset
from minidalle.show import figure
from minidalle.show.colours import BLUE, ORANGE
from minidalle.widgets.live import Live

PIXELS = (16, 32, 64, 128)
HALVINGS = (2, 3)
BEGIN = (32, 2)
WIDTH = 900  # pixels on the page
MOST = 4  # pictures side by side


@cache
def work(grid: int, text_length: int) -> float:
    """Operations of an update for one picture of grid x grid codes: of a transformer like nano's."""
    with torch.device("meta"):
        model = DALLE(replace(preset("nano").dalle, grid=grid, text_length=text_length))
    return training_flops(model)


class SizeChooser(Live):
    """Two choices, the pictures as they are then, and the cost. See `size_chooser`.

    `pixels`, `halvings` and `grid` are what is chosen; `cost` is an update's work, nano's being 1.
    """

    name = "Size chooser"

    def __init__(self, images: Sequence[np.ndarray], text_length: int) -> None:
        if not 1 <= len(images) <= MOST:
            raise ValueError(f"{len(images)} pictures were given; give 1 to {MOST}")
        self.images, self.text_length = list(images), text_length
        pixels, halvings = BEGIN
        self.size = ipywidgets.Dropdown(options=PIXELS, value=pixels, description="pixels")
        self.times = ipywidgets.Dropdown(options=HALVINGS, value=halvings, description="halvings")
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.size, self.times]), self.image, self.label])
        for control in (self.size, self.times):
            control.observe(self._changed, "value")
        self._changed()

    @property
    def pixels(self) -> int:
        """A side of a picture."""
        return self.size.value

    @property
    def halvings(self) -> int:
        """How often the dVAE halves a side."""
        return self.times.value

    @property
    def grid(self) -> int:
        """A side of the grid of codes."""
        return self.pixels >> self.halvings

    @property
    def cost(self) -> float:
        """An update's work, in those of nano (64 pixels, halved twice)."""
        return work(self.grid, self.text_length) / work(preset("nano").dvae.grid, self.text_length)

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        slots, cell = self.text_length + self.grid**2, 2**self.halvings
        return (
            f"{len(self.images)} pictures at {self.pixels} pixels under a grid of {self.grid} by {self.grid} codes, "
            f"each for {cell} by {cell} pixels: {slots} slots, an update {self.cost:.2f} times as much work as nano's"
        )

    def png(self) -> bytes:
        """The pictures as they are left, under the grid; on the right what an update costs at each size of grid."""
        small = [square(image, self.pixels) for image in self.images]
        grids = sorted({size >> halvings for size in PIXELS for halvings in HALVINGS})
        costs = [
            work(grid, self.text_length) / work(preset("nano").dvae.grid, self.text_length) for grid in grids
        ]

        def paint(canvas: Any) -> None:
            panels = canvas.subplots(1, len(small) + 1, width_ratios=[1] * len(small) + [1.25])
            lines = np.arange(self.grid + 1) * 2**self.halvings - 0.5
            for axes, picture in zip(panels, small):
                axes.imshow(picture, interpolation="nearest")
                axes.vlines(lines, -0.5, self.pixels - 0.5, color=BLUE, lw=0.5, alpha=0.5)
                axes.hlines(lines, -0.5, self.pixels - 0.5, color=BLUE, lw=0.5, alpha=0.5)
                axes.axis("off")
            panels[0].set_title(f"{self.pixels} pixels, {self.grid} x {self.grid} codes", loc="left")
            bars = panels[-1]
            colours = [ORANGE if grid == self.grid else BLUE for grid in grids]
            bars.barh(range(len(grids)), costs, color=colours)
            bars.set_yticks(range(len(grids)), [f"{grid} x {grid}" for grid in grids])
            bars.set_xscale("log")
            bars.set_xticks((0.1, 0.3, 1, 3), ("0.1", "0.3", "1", "3"))
            bars.minorticks_off()
            bars.set(xlabel="work of an update (nano = 1)")

        return figure(paint, self.alt, 3.0 * len(small) + 3.6, 3.2).png

    def _changed(self, change: Any = None) -> None:
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def size_chooser(images: Sequence[np.ndarray], text_length: int = 32) -> SizeChooser:
    """Choose pixels and halvings, see what is left of one to four pictures, and what an update would cost.

    images: uint8 [side, side, 3] each, of any sizes. Raises ValueError for none or too many.
    """
    return SizeChooser(images, text_length)
