"""Three likelihoods on sliders: where a decoder puts its probability, and how much of it no pixel can ever have.

    >>> likelihood_slider()

Left out: the densities and their figure (`show/learning.py`), and the loss (`relaxation.py`).
"""

import html
from typing import Any

import ipywidgets

from minidalle.relaxation import PIXEL_EPSILON
from minidalle.show.learning import likelihoods, outside
from minidalle.widgets.live import Live

EPSILONS = (0.2, PIXEL_EPSILON, 0.03, 0.01, 0.001)
WIDTH = 900  # pixels on the page


class LikelihoodSlider(Live):
    """A painted value, an average miss and an epsilon, and the densities that they make. See `likelihood_slider`."""

    name = "Likelihood slider"

    def __init__(self, painted: float = 0.95, miss: float = 0.07) -> None:
        look = {"style": {"description_width": "110px"}, "layout": {"width": "420px"}}
        self.painted = ipywidgets.FloatSlider(painted, min=0, max=1, step=0.01, description="painted", **look)
        self.miss = ipywidgets.FloatSlider(
            miss, min=0.01, max=0.3, step=0.01, description="average miss", **look
        )
        self.epsilon = ipywidgets.SelectionSlider(
            options=EPSILONS, value=PIXEL_EPSILON, description="epsilon", **look
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.painted, self.miss, self.epsilon, self.image, self.label])
        for control in (self.painted, self.miss, self.epsilon):
            control.observe(self._changed, "value")
        self._changed()

    @property
    def lost(self) -> dict[str, float]:
        """The share of each density that lies where no pixel can be, now."""
        return outside(self.painted.value, self.miss.value, self.epsilon.value)

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return self.drawn.alt

    def png(self) -> bytes:
        """The figure as it is now."""
        return self.image.value

    def _changed(self, change: Any = None) -> None:
        self.drawn = likelihoods(self.painted.value, self.miss.value, self.epsilon.value)
        self.image.value, self.label.value = self.drawn.png, html.escape(self.drawn.alt)


def likelihood_slider(painted: float = 0.95, miss: float = 0.07) -> LikelihoodSlider:
    """Sliders over normal, Laplace and logit-Laplace around one painted value of a sub-pixel.

    painted: where the sliders begin, 0 to 1. miss: 0.01 to 0.3.
    """
    return LikelihoodSlider(painted, miss)
