"""What the 12-billion transformer costs on cards of your choice: memory, traffic and days, by `ledger/costs.py`.

    >>> cost_explorer()

Left out: the formulas and what they assume (`ledger/costs.py`), and money, whose price changes by the month.
"""

import html
from functools import lru_cache
from typing import Any

import ipywidgets
import torch

from minidalle import show
from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.ledger.costs import (
    CARDS,
    USABLE,
    activation_bytes,
    exchanged_bytes,
    hours,
    kept_bytes,
    sending_seconds,
)
from minidalle.presets import preset
from minidalle.show.colours import BLUE, ORANGE, RED
from minidalle.training.powersgd import compression_rate
from minidalle.widgets.live import Live

SHARING = ("shards", "replicas", "replicas, thin factors")
COUNTS = tuple(2**power for power in range(11))
PAPER_RANK = 896  # of PowerSGD at width 3968 (section 2.5 of arXiv 2102.12092)


@lru_cache(maxsize=1)
def paper_model() -> tuple[DALLE, float]:
    """The paper's transformer on the meta device, and its operations for a picture, which take a second to count."""
    with torch.device("meta"):
        model = DALLE(preset("paper").dalle)
    return model, training_flops(model)


class CostExplorer(Live):
    """Lists for the card, their number and how they share the model; bars for memory and time. See `cost_explorer`.

    memory: GB of each card for what is kept and for activations. seconds: an update's, for computing and sending.
    days: of the whole training. fits: whether a card can hold its part of the batch at once.
    """

    name = "Cost explorer"

    def __init__(self, card: str, count: int, sharing: str, share: float) -> None:
        named = {one.name: one for one in CARDS}
        for value, choices in ((card, tuple(named)), (count, COUNTS), (sharing, SHARING)):
            if value not in choices:
                raise ValueError(f"{value!r} is not there; choose from {', '.join(map(str, choices))}")
        if not 0.05 <= share <= 1:
            raise ValueError(f"share is {share}; the used part of a card's peak is from 0.05 to 1")
        self.plan, self.cards = preset("paper").training["dalle"], named
        self.model, self.flops = paper_model()
        self.card = ipywidgets.Dropdown(options=list(named), value=card, description="card")
        self.count = ipywidgets.SelectionSlider(options=COUNTS, value=count, description="how many")
        self.sharing = ipywidgets.Dropdown(options=SHARING, value=sharing, description="as")
        self.share = ipywidgets.FloatSlider(value=share, min=0.05, max=1, step=0.05, description="peak used")
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": "760px"})
        self.label = ipywidgets.HTML()
        controls = (self.card, self.count, self.sharing, self.share)
        self.box = ipywidgets.VBox([*controls, self.image, self.label])
        for control in controls:
            control.observe(self._changed, "value")
        self._changed()

    @property
    def memory(self) -> tuple[float, float]:
        """GB of each card: weights, gradients, moments and average; and the activations of its pictures."""
        count, config = self.count.value, self.model.config
        kept = kept_bytes(self.model.num_parameters(), count, sharded=self.sharing.value == "shards")
        pictures = max(1, self.plan.batch_size // count)
        held = activation_bytes(config.width, config.depth, self.model.layout.length, pictures)
        return kept / 1e9, held / 1e9

    @property
    def seconds(self) -> tuple[float, float]:
        """Of an update: computing, and sending."""
        card, count = self.cards[self.card.value], self.count.value
        computing = hours(self.flops, self.plan.batch_size, count, card.flops, self.share.value) * 3600
        thin = self.sharing.value == SHARING[2]
        saved = compression_rate(PAPER_RANK, self.model.config.width) if thin else 0.0
        sent = exchanged_bytes(self.model.num_parameters(), count, self.sharing.value == "shards", saved)
        return computing, sending_seconds(sent, count, card)

    @property
    def days(self) -> float:
        """Of the whole training; what is sent hides behind computing as far as it is the shorter of the two."""
        return max(self.seconds) * self.plan.steps / 86400

    @property
    def fits(self) -> str:
        """Whether a card can hold it: "yes", "in parts" (several passes for a batch) or "no"."""
        kept, held = self.memory
        room = USABLE * self.cards[self.card.value].memory / 1e9
        return "yes" if kept + held < room else "in parts" if kept < room else "no"

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        kept, held = self.memory
        computing, sending = self.seconds
        said = f"{self.count.value} x {self.card.value} as {self.sharing.value}: {kept:,.1f} GB kept and "
        said += f"{held:,.1f} GB of activations a card, fits: {self.fits}; computing {computing:,.1f} s and "
        said += f"sending {sending:,.1f} s an update"
        return said if self.fits == "no" else f"{said}; {self.days:,.0f} days"

    def png(self) -> bytes:
        """Two panels: memory of a card, and time of an update."""
        (kept, held), (computing, sending) = self.memory, self.seconds
        room = self.cards[self.card.value].memory / 1e9

        def paint(canvas: Any) -> None:
            left, right = canvas.subplots(1, 2)
            left.bar(["kept"], [kept], color=BLUE)
            left.bar(["activations"], [held], color=ORANGE)
            left.axhline(room, color=RED, lw=2, ls="--", label="the card has")
            left.set(ylabel="GB on each card", title=f"fits: {self.fits}")
            left.legend()
            right.bar(["computing"], [computing], color=BLUE)
            right.bar(["sending"], [sending], color=ORANGE)
            done = "cannot be trained so" if self.fits == "no" else f"{self.days:,.0f} days in all"
            right.set(ylabel="seconds an update", title=done)

        return show.figure(paint, self.alt, 9, 3.8).png

    def _changed(self, change: Any = None) -> None:
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def cost_explorer(
    card: str = "H100 80 GB", count: int = 64, sharing: str = "shards", share: float = 0.4
) -> CostExplorer:
    """The costs of the paper's transformer, to be explored.

    card: one of `ledger.costs.CARDS`. count: a power of two up to 1,024. sharing: "shards" (FSDP), "replicas" (DDP), or
    "replicas, thin factors" (DDP with PowerSGD). share: the used part of the card's peak. Raises ValueError otherwise.
    """
    return CostExplorer(card, count, sharing, share)
