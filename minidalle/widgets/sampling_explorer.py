"""Temperature, top-k and top-p on sliders: one prediction of the model, and pictures drawn with these settings.

    >>> sampling_explorer(model, "a green car")

Left out: the filters (`sampling.py`), and figures without controls (`show/sampling.py`).
"""

import html
from typing import Any

import ipywidgets
import numpy as np
import torch

from minidalle.pipeline import Pipeline
from minidalle.pipeline_pictures import whole
from minidalle.show import Figure, figure
from minidalle.show.choosing import with_palette
from minidalle.show.colours import ORANGE
from minidalle.show.sampling import bars_on
from minidalle.widgets.live import Live

TEMPERATURES = (0.1, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 3.0)
TOP_K = (1, 2, 4, 8, 16, 64)
TOP_P = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
MOST = 16  # bars on the page
KEPT = 100  # grids remembered
WIDTH = 900  # pixels on the page


class SamplingExplorer(Live):
    """Sliders for a place in the picture and the settings of sampling. See `sampling_explorer`.

    `settings` are those of `draw`; `left` is the number of codes that may still be drawn at the place.
    """

    name = "Sampling explorer"

    def __init__(self, model: Pipeline, caption: str, n: int, seed: int) -> None:
        self.model, self.caption, self.n, self.seed = model, caption, whole("n", n, 1), whole("seed", seed)
        first = model.draw(caption, n=1, seed=seed)
        text = model.tokenizer.encode_batch([caption], model.preset.text_length).to(model.device)
        with torch.no_grad():
            image = torch.as_tensor(first.tokens, device=model.device)
            self.logits = (
                model.dalle.logits(text, image)[1][0].double().cpu()
            )  # [token, code], from here on fixed
        self.given = first.images[0]
        self._grids: dict[tuple, np.ndarray] = {}
        middle = len(self.logits) // 2 + model.dalle.config.grid // 2
        self.place = ipywidgets.IntSlider(
            value=middle, min=0, max=len(self.logits) - 1, description="token", continuous_update=False
        )
        self.temperature = ipywidgets.SelectionSlider(
            options=TEMPERATURES, value=1.0, description="temperature"
        )
        self.top_k = ipywidgets.Dropdown(
            options=[("all", None), *((str(k), k) for k in TOP_K)], description="top-k"
        )
        self.top_p = ipywidgets.Dropdown(
            options=[("all", None), *((str(p), p) for p in TOP_P)], description="top-p"
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        rows = [(self.place, self.temperature), (self.top_k, self.top_p)]
        self.box = ipywidgets.VBox([*map(ipywidgets.HBox, rows), self.image, self.label])
        for control in (self.place, self.temperature, self.top_k, self.top_p):
            control.observe(self._changed, "value")
        self._changed()

    @property
    def settings(self) -> dict[str, Any]:
        """What the controls say, as `draw` takes it."""
        return {"temperature": self.temperature.value, "top_k": self.top_k.value, "top_p": self.top_p.value}

    def pictures(self) -> np.ndarray:
        """Pictures drawn with these settings, uint8 [n, height, width, 3]; remembered."""
        key = tuple(self.settings.values())
        if key not in self._grids:
            if len(self._grids) >= KEPT:
                self._grids.clear()
            self._grids[key] = self.model.draw(self.caption, n=self.n, seed=self.seed, **self.settings).images
        return self._grids[key]

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        return self._figure.alt

    def png(self) -> bytes:
        """The picture as it is now."""
        return self._figure.png

    def _draw(self) -> tuple[Figure, int]:
        place, grid, pixels = self.place.value, self.model.dalle.config.grid, self.pictures()
        left = 0

        def paint(canvas: Any) -> None:
            nonlocal left
            bars, where, drawn = canvas.subplots(1, 3, width_ratios=[1.7, 1, 1.6])
            left = bars_on(bars, self.logits[place], MOST, **self.settings)
            bars.set_ylabel("probability")
            bars.set_title(f"{left} codes left")
            where.imshow(self.given, extent=(0, grid, grid, 0))
            y, x = divmod(place, grid)
            where.plot([x, x + 1, x + 1, x, x], [y, y, y + 1, y + 1, y], color=ORANGE, linewidth=3)
            where.set_title(f"token {place}")
            blank = np.full((-len(pixels) % 2, *pixels.shape[1:]), 255, np.uint8)
            rows = np.concatenate([pixels, blank]).reshape(-1, 2, *pixels.shape[1:])
            drawn.imshow(np.concatenate([np.concatenate(list(row), axis=1) for row in rows]))
            drawn.set_title("drawn so")
            for axes in (where, drawn):
                axes.axis("off")

        result = figure(paint, "pending", 11, 3.9)
        said = ", ".join(
            f"{name} {'all' if value is None else value}" for name, value in self.settings.items()
        )
        alt = f"{self.caption!r}: token {place} with {said}: {left} of {self.logits.shape[1]} codes left"
        result.alt = f"{alt}; beside it {len(pixels)} pictures drawn with these settings"
        return with_palette(result), left

    def _changed(self, change: Any = None) -> None:
        self._figure, self.left = self._draw()
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def sampling_explorer(model: Pipeline, caption: str, n: int = 4, seed: int = 0) -> SamplingExplorer:
    """One prediction of the model under temperature, top-k and top-p, and `n` pictures drawn with these settings.

    The prediction is that for one token of a finished picture, given all tokens before it. Raises as
    `Pipeline.draw` does.
    """
    return SamplingExplorer(model, caption, n, seed)
