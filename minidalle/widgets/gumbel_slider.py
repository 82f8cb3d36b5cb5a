"""The Gumbel-softmax on a slider: one cell of a real picture, from a mush of all codes to a single one.

    >>> gumbel_slider(model.dvae, images[0])

The noise stays the same while the temperature moves, so that only the temperature is seen at work. Left out: the
formula (`relaxation.py`), the figure (`show/codes.py`).
"""

import html
from fractions import Fraction
from typing import Any

import ipywidgets
import torch
from torch import Tensor

from minidalle.dvae import DiscreteVAE
from minidalle.relaxation import gumbel_softmax, kl_to_uniform
from minidalle.show.codes import relaxation
from minidalle.widgets.live import Live

TEMPERATURES = tuple(Fraction(text) for text in ("4", "2", "1", "1/2", "1/4", "1/8", "1/16", "1/64"))
CELLS = 5  # from the surest cell to the least sure
SHOWN = 8  # codes with a bar of their own
WIDTH = 900  # pixels on the page


class GumbelSlider(Live):
    """A temperature, a cell and a noise, and the relaxed sample that they make. See `gumbel_slider`.

    `temperature` and `place` (row, column) are what is chosen; `posterior` and `sample` are [code], at that place.
    """

    name = "Gumbel slider"

    @torch.no_grad()
    def __init__(self, dvae: DiscreteVAE, image: Tensor) -> None:
        if image.ndim != 3:
            raise ValueError(f"the picture has shape {list(image.shape)}; expected one, [3, height, width]")
        self.dvae, self.original, self.grid = dvae.eval(), image, dvae.config.grid
        self.logits = dvae.logits(image[None])
        cost = kl_to_uniform(self.logits)[0].flatten()
        order = cost.argsort(descending=True)
        picked = order[torch.linspace(0, len(order) - 1, min(CELLS, len(order))).long()].tolist()
        self.heat = ipywidgets.SelectionSlider(
            options=[(str(value), value) for value in TEMPERATURES], value=Fraction(1), description="temperature",
            style={"description_width": "90px"}, layout={"width": "420px"},
        )  # fmt: skip
        self.cell = ipywidgets.Dropdown(
            options=[(self._told(place, cost[place].item()), place) for place in picked],
            value=picked[len(picked) // 2], description="cell", style={"description_width": "90px"},
        )  # fmt: skip
        self.noise = ipywidgets.IntSlider(
            0, min=0, max=20, description="noise", style={"description_width": "90px"}
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.heat, self.cell, self.noise, self.image, self.label])
        for control in (self.heat, self.cell, self.noise):
            control.observe(self._changed, "value")
        self._changed()

    def _told(self, place: int, cost: float) -> str:
        row, column = divmod(place, self.grid)
        return f"row {row}, column {column}: {cost:.1f} nats from uniform"

    @property
    def temperature(self) -> float:
        """The temperature now."""
        return float(self.heat.value)

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the cell now."""
        return divmod(self.cell.value, self.grid)

    @property
    def posterior(self) -> Tensor:
        """The encoder's probabilities in this cell, [code]."""
        row, column = self.place
        return self.logits[0, :, row, column].softmax(0)

    @property
    def sample(self) -> Tensor:
        """The relaxed sample in this cell, [code]."""
        row, column = self.place
        return self._samples()[0, :, row, column]

    def _samples(self) -> Tensor:
        """Relaxed samples of all cells, [1, code, h, w]; the same noise at every temperature."""
        noise = torch.Generator().manual_seed(self.noise.value)
        return gumbel_softmax(self.logits, self.temperature, dim=1, generator=noise)

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return self.drawn.alt

    def png(self) -> bytes:
        """The figure as it is now."""
        return self.image.value

    @torch.no_grad()
    def _changed(self, change: Any = None) -> None:
        row, column = self.place
        samples, posterior = self._samples(), self.posterior
        sample = samples[0, :, row, column]
        winner = int(sample.argmax())
        likely = [code for code in posterior.argsort(descending=True).tolist() if code != winner]
        own = [winner, *likely[: SHOWN - 1]]
        own.sort(key=lambda code: -posterior[code].item())
        rest = [1 - values[own].sum().item() for values in (posterior, sample)]
        self.drawn = relaxation(
            self.original, self.place, self.grid, [*map(str, own), "rest"],
            [*posterior[own].tolist(), rest[0]], [*sample[own].tolist(), rest[1]],
            self.dvae.images_from(self.dvae.decode_soft(samples))[0], str(self.heat.value),
        )  # fmt: skip
        self.image.value, self.label.value = self.drawn.png, html.escape(self.drawn.alt)


def gumbel_slider(dvae: DiscreteVAE, image: Tensor) -> GumbelSlider:
    """A slider for the temperature of a relaxed sample, over the posterior of one cell of a picture.

    image: [3, height, width] in [0, 1], of the size that the dVAE reads. Raises ValueError otherwise.
    """
    return GumbelSlider(dvae, image)
