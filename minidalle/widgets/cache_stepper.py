"""The key-value cache step by step: a slider over the tokens of a picture, and what each layer computes and reads.

    >>> cache_stepper(model.dalle.config, token=100)

Left out: the cache (`transformer.py`), the loop (`sampling.py`), and the figure (`show/sampling.py`).
"""

import html
from typing import Any

import ipywidgets

from minidalle.dalle import DALLEConfig
from minidalle.pipeline_pictures import whole
from minidalle.show import Figure
from minidalle.show.sampling import seen_by, stream_step
from minidalle.widgets.live import Live

WIDTH = 800  # pixels on the page


class CacheStepper(Live):
    """A slider for the token, and a list of the model's layers. See `cache_stepper`.

    `computed` are the slots that go through the layer at this step, with the cache and without; `read` the number of
    keys that the newest slot looks at.
    """

    name = "Cache stepper"

    def __init__(self, config: DALLEConfig, token: int, layer: int) -> None:
        self.layout, self.kernel = config.layout, config.conv_kernel
        layers = config.transformer.layers
        last = self.layout.image_tokens - 1
        if not 0 <= whole("token", token) <= last or not 1 <= whole("layer", layer) <= len(layers):
            raise ValueError(
                f"token {token}, layer {layer}: there are tokens 0 to {last} and layers 1 to {len(layers)}"
            )
        names = [(f"layer {number}: {pattern}", number - 1) for number, pattern in enumerate(layers, start=1)]
        self.patterns = layers
        self.slider = ipywidgets.IntSlider(
            value=token,
            min=0,
            max=last,
            description="token",
            continuous_update=False,
            layout={"width": "520px"},
        )
        self.layers = ipywidgets.Dropdown(options=names, value=layer - 1, layout={"width": "160px"})
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.slider, self.layers]), self.image, self.label])
        self.slider.observe(self._changed, "value")
        self.layers.observe(self._changed, "value")
        self._changed()

    @property
    def pattern(self) -> str:
        """The attention pattern of the layer shown."""
        return self.patterns[self.layers.value]

    @property
    def computed(self) -> tuple[int, int]:
        """Slots that go through the layer for this token: with the cache, and in the naive loop."""
        naive = self.layout.prefix + self.slider.value
        return (naive if self.slider.value == 0 else 1), naive

    @property
    def read(self) -> int:
        """Keys that the newest slot looks at in this layer."""
        return len(seen_by(self.layout, self.pattern, self.slider.value, self.kernel))

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        return self._figure.alt

    def png(self) -> bytes:
        """The picture as it is now."""
        return self._figure.png

    def _changed(self, change: Any = None) -> None:
        self._figure: Figure = stream_step(self.layout, self.pattern, self.slider.value, self.kernel)
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def cache_stepper(config: DALLEConfig, token: int = 0, layer: int = 1) -> CacheStepper:
    """A slider over the tokens of a picture, with the slots that one layer computes, reads and keeps at each.

    token: where the slider stands at first. layer: counted from 1. Raises ValueError for one that is not there.
    """
    return CacheStepper(config, token, layer)
