"""A slot of the stream, a pattern, a number of layers: what the slot knows, layer after layer.

    >>> mask_explorer(StreamLayout(text_length=7, grid=8))

Left out: the patterns (`masks.py`), figures without controls (`show/masks.py`).
"""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets
import torch
from torch import Tensor

from minidalle.masks import PATTERNS, StreamLayout, receptive_field
from minidalle.pipeline_pictures import whole
from minidalle.show.masks import known_after
from minidalle.widgets.live import Live

PICTURE, TEXT = "a picture token", "a text slot"
WIDTH = 620  # pixels on the page
MOST = 6  # layers to follow, where a single pattern is repeated


def layers_until_known(
    patterns: Sequence[str], layout: StreamLayout, slot: int, conv_kernel: int = 3
) -> Tensor:
    """After how many of these layers `slot` first knows each slot: int64 [slot=length], 0 itself, -1 never."""
    counts = torch.full((layout.length,), -1)
    for number in range(len(patterns), 0, -1):
        counts[receptive_field(patterns[:number], layout, conv_kernel)[slot]] = number
    counts[slot] = 0
    return counts


class MaskExplorer(Live):
    """Who asks, by which pattern, through how many layers; and what it then knows. See `mask_explorer`.

    `slot` is the slot that asks, `patterns` its layers, first to last; `counts` after how many each slot is known.
    """

    name = "Mask explorer"

    def __init__(self, layout: StreamLayout, stack: Sequence[str], conv_kernel: int) -> None:
        self.layout, self.stack, self.conv_kernel = layout, tuple(stack), conv_kernel
        unknown = [name for name in self.stack if name not in PATTERNS]
        if unknown or not self.stack:
            raise ValueError(f"the stack {list(stack)} must name patterns among {', '.join(PATTERNS)}")
        last, middle = layout.grid - 1, layout.grid // 2
        self.who = ipywidgets.Dropdown(options=[PICTURE, TEXT], description="who asks")
        self.row = ipywidgets.IntSlider(value=middle, min=0, max=last, description="row")
        self.column = ipywidgets.IntSlider(value=middle, min=0, max=last, description="column")
        self.place = ipywidgets.IntSlider(
            value=layout.text_length // 2, max=layout.text_length, description="slot"
        )
        self.pattern = ipywidgets.Dropdown(
            options=[*PATTERNS, self.all_layers], value="row", description="layers"
        )
        self.depth = ipywidgets.IntSlider(value=1, min=1, max=MOST, description="how many")
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        controls = (self.who, self.row, self.column, self.place, self.pattern, self.depth)
        rows = [ipywidgets.HBox(controls[:1] + controls[4:]), ipywidgets.HBox(controls[1:4])]
        self.box = ipywidgets.VBox([*rows, self.image, self.label])
        for control in controls:
            control.observe(self._changed, "value")
        self._changed()

    @property
    def all_layers(self) -> str:
        """What the stack is called among the choices."""
        return "a stack: " + ", ".join(self.stack)

    @property
    def slot(self) -> int:
        """The slot that asks. The last picture token is never an input: its neighbour on the left answers for it."""
        if self.who.value == TEXT:
            return self.place.value
        slot = self.layout.prefix + self.row.value * self.layout.grid + self.column.value
        return min(slot, self.layout.length - 1)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The layers that are followed, first to last."""
        if self.pattern.value == self.all_layers:
            return self.stack[: self.depth.value]
        return (self.pattern.value,) * self.depth.value

    @property
    def counts(self) -> Tensor:
        """After how many layers each slot is known: int64 [slot=length], 0 itself, -1 never."""
        return layers_until_known(self.patterns, self.layout, self.slot, self.conv_kernel)

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        picture = self.counts[self.layout.prefix :]
        text = self.counts[: self.layout.prefix]
        place = self.slot - self.layout.prefix
        who = f"text slot {self.slot}"
        if place >= 0:
            who = f"the token in row {place // self.layout.grid}, column {place % self.layout.grid}"
        return (
            f"{who}, through {', then '.join(self.patterns)}: it knows {int((text >= 0).sum())} text slots and "
            f"{int((picture >= 0).sum())} picture tokens"
        )

    def png(self) -> bytes:
        """The text side and the picture, with the number of layers after which each slot is known."""
        title = f"after {len(self.patterns)} layer{'s' if len(self.patterns) > 1 else ''}"
        return known_after(self.counts, self.layout, self.slot, title).png

    def _changed(self, change: Any = None) -> None:
        self.depth.max = len(self.stack) if self.pattern.value == self.all_layers else MOST
        self.row.disabled = self.column.disabled = self.who.value == TEXT
        self.place.disabled = not self.row.disabled
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def mask_explorer(
    layout: StreamLayout,
    stack: Sequence[str] = ("row", "column", "row", "row", "row", "conv"),
    conv_kernel: int = 3,
) -> MaskExplorer:
    """Choose a slot of `layout`, a pattern and a number of layers, and see what the slot knows after them.

    stack: layers, first to last, that can be followed as they are; single patterns are repeated. Raises ValueError
    for an unknown pattern, and as `masks.conv` does for the kernel.
    """
    return MaskExplorer(layout, stack, whole("conv_kernel", conv_kernel, 1))
