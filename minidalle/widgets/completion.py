"""A corner to choose: everything right of it and below it is hidden and drawn anew, to go with the rest and a caption.

    >>> completion(model, photo, "a blue house")

Left out: completing (`pipeline_complete.py`); rectangles that do not reach the lower right corner, for which a model
that draws in raster order cannot look ahead.
"""

import html
import warnings
from typing import Any

import ipywidgets
import numpy as np

from minidalle.pipeline import Pipeline, UnknownWordsWarning
from minidalle.pipeline_complete import check_region
from minidalle.pipeline_pictures import grid, png, read_pictures, to_bytes, whole
from minidalle.show.prompts import outlined
from minidalle.widgets.live import Live

KEPT = 200  # strips remembered: going back costs nothing
WIDTH = 760  # pixels on the page


class Completion(Live):
    """Two sliders for a corner, a caption, a seed; the picture with its rectangle, and completions of it.

    `region` is the corner in pixels; `given` the picture, uint8 [1, size, size, 3]; `shown` what the page shows now, in
    words. See `completion`.
    """

    name = "Completion"

    def __init__(self, model: Pipeline, image: Any, caption: str, region: tuple[int, int], n: int) -> None:
        size = model.preset.image_size
        self.model, self.n = model, whole("n", n, 1)
        self.given = to_bytes(read_pictures(image, size))
        if len(self.given) != 1:
            raise ValueError(f"{len(self.given)} pictures were given; this takes one")
        region = check_region(region, size)  # a slider would move an edge that is outside without a word
        step = size // model.preset.dvae.grid
        self.left, self.upper = (
            ipywidgets.IntSlider(
                value=edge, min=0, max=size - step, step=step, description=name, continuous_update=False
            )
            for edge, name in zip(region, ("left edge", "upper edge"), strict=True)
        )
        self.text = ipywidgets.Text(
            value=caption, description="caption", continuous_update=False, layout={"width": "420px"}
        )
        self.seed = ipywidgets.BoundedIntText(max=2**31 - 1, description="seed", layout={"width": "160px"})
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        controls = (self.left, self.upper, self.text, self.seed)
        rows = [ipywidgets.HBox(controls[:2]), ipywidgets.HBox(controls[2:])]
        self.box = ipywidgets.VBox([*rows, self.image, self.label])
        self.shown, self._strips = "", {}
        self._show()
        for control in controls:
            control.observe(self._changed, "value")

    @property
    def region(self) -> tuple[int, int]:
        """Left and upper edge of what is drawn, in pixels."""
        return self.left.value, self.upper.value

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        return self.shown

    def png(self) -> bytes:
        """The picture with its rectangle, and the completions beside it, as they are on the page."""
        return self.image.value

    def _strip(self) -> bytes:
        """The strip of pictures of the settings as they are now; drawn once and then remembered."""
        key = (self.region, self.text.value, self.seed.value)
        if key not in self._strips:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnknownWordsWarning)
                drawn = self.model.complete(
                    self.text.value, self.given, self.region, n=self.n, seed=self.seed.value
                )
            pictures = np.concatenate([outlined(self.given, self.region), drawn.images])
            while len(self._strips) >= KEPT:
                self._strips.pop(next(iter(self._strips)))
            self._strips[key] = png(grid(pictures, len(pictures)))
        return self._strips[key]

    def _show(self) -> None:
        left, upper = self.region
        self.image.value = self._strip()
        self.shown = (
            f"a picture and {self.n} completions of it for {self.text.value!r}; drawn is what lies right of {left} "
            f"and below {upper} pixels"
        )
        self.label.value = html.escape(self.shown)

    def _changed(self, change: Any = None) -> None:
        """Draw anew; where that fails, the label says why, and the pictures stay."""
        self.label.value = "<i>drawing …</i>"
        try:
            self._show()
        except ValueError as error:
            self.label.value = html.escape(f"not drawn: {error}")


def completion(
    model: Pipeline, image: Any, caption: str, region: tuple[int, int] | None = None, n: int = 5
) -> Completion:
    """Choose the corner of a rectangle on a picture, and see `n` completions of it.

    image: one picture, as `model.encode_image` takes it. region: left and upper edge in pixels to begin with (None: the
    lower half). Raises ValueError for several pictures, and as `model.complete` does.
    """
    region = (0, model.preset.image_size // 2) if region is None else region
    return Completion(model, image, caption, region, n)
