"""A picture prompt beside its baselines: what is asked for, the top copied, the top ignored, and what a model draws.

    >>> prompt_bench(model)

A thing, its colour and a change are chosen; the world renders the two panels, and the model gets the upper one and the
caption. Left out: scores over many prompts (`evaluation/prompts.py`).
"""

import html
import warnings
from typing import Any

import ipywidgets
import numpy as np

from minidalle.pipeline import Pipeline, UnknownWordsWarning
from minidalle.pipeline_pictures import whole
from minidalle.show import pictures
from minidalle.widgets.live import Live
from minidalle.world import WORLD, Scene, Stream, caption, render

KIND = WORLD["picture prompt"]
WIDTH = 760  # pixels on the page
WORDINGS = 24


class PromptBench(Live):
    """Three lists, and a row of pictures with the same upper panel. See `prompt_bench`.

    `scene` is what is asked for, `caption` the sentence, `drawn` the row, uint8 [3 + n, size, size, 3]: asked for,
    copied, ignored, and n by the model.
    """

    name = "Picture prompt bench"

    def __init__(self, model: Pipeline, thing: str, color: str, change: str, n: int) -> None:
        self.model, self.n = model, whole("n", n, 1)
        for name, value in (("object", thing), ("color", color), ("change", change)):
            if value not in KIND.fields[name]:
                raise ValueError(f"{name} is {value!r}; choose from {', '.join(KIND.fields[name])}")
        self.lists = {
            name: ipywidgets.Dropdown(options=list(KIND.fields[name]), value=value, description=name)
            for name, value in (("object", thing), ("color", color), ("change", change))
        }
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([ipywidgets.HBox([*self.lists.values()]), self.image, self.label])
        self._draw()
        for one in self.lists.values():
            one.observe(self._changed, "value")

    @property
    def facts(self) -> dict[str, str]:
        """What the lists say now."""
        return {name: one.value for name, one in self.lists.items()}

    @property
    def alt(self) -> str:
        """What the pictures show, in words."""
        return (
            f"{self.caption!r}: two panels as asked for, with the upper one copied, with the lower one drawn from the "
            f"caption alone, and {self.n} completed by the model"
        )

    def png(self) -> bytes:
        """The row of pictures as it is on the page."""
        return self.image.value

    def _draw(self) -> None:
        if not KIND.allowed(self.facts):
            raise ValueError("this change makes no sense here, or training never showed one of the panels")
        size = self.model.preset.image_size
        scene = KIND.scene(Stream("prompt bench", 0), self.facts)
        told = shortest(self.model, scene)
        true = render(scene, size)
        half = size // 2
        copied, ignored = true.copy(), true.copy()
        copied[half:] = true[:half]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownWordsWarning)
            settings: dict[str, Any] = {"truncate": True}
            ignored[half:] = self.model.draw(told, n=1, **settings).images[0, half:]
            drawn = self.model.complete(told, true, (0, half), n=self.n, **settings).images
        self.scene, self.caption = scene, told
        self.drawn = np.concatenate([np.stack([true, copied, ignored]), drawn])
        names = ["asked for", "top copied", "top ignored", *["the model"] * self.n]
        self.image.value = pictures(self.drawn, names, columns=len(names)).png
        self.label.value = html.escape(self.alt)

    def _changed(self, change: Any = None) -> None:
        """Draw anew; where the choice makes no sense, the label says so and the pictures stay."""
        self.label.value = "<i>drawing …</i>"
        try:
            self._draw()
        except ValueError as error:
            self.label.value = html.escape(f"not drawn: {error}")


def shortest(model: Pipeline, scene: Scene) -> str:
    """Of some wordings of a scene, the one of the fewest tokens; of equals, the first."""
    told = [caption(scene, 0, index) for index in range(WORDINGS)]
    return min(told, key=lambda text: len(model.tokenizer.encode(text)))


def prompt_bench(
    model: Pipeline, thing: str = "cat", color: str = "orange", change: str = "sketch", n: int = 3
) -> PromptBench:
    """Choose a thing, a colour and a change; see what is asked for, two baselines, and `n` answers of a model.

    A caption that the model cannot read whole is cut. Raises ValueError for a value that the world does not have, or a
    change that makes no sense.
    """
    return PromptBench(model, thing, color, change, n)
