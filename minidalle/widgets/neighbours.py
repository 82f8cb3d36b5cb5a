"""A browser of neighbours: a picture, and beside it the training pictures that are nearest to it.

Left out: finding them among tens of thousands (`evaluation/memorisation.py`).
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image

from minidalle.pipeline_pictures import grid, png, whole
from minidalle.widgets.live import Live

ENLARGE = 2
GAP = 24  # white pixels between the picture and its neighbours
WIDTH = 760  # pixels on the page


class NeighbourBrowser(Live):
    """Choose a picture and a measure, and see its nearest training pictures. See `neighbour_browser`.

    `shown` is the number of the picture, `measure` the name of the measure, `found` its neighbours' numbers, nearest
    first.
    """

    name = "Neighbour browser"

    def __init__(
        self,
        images: np.ndarray,
        training: np.ndarray,
        near: Mapping[str, Any],
        captions: Sequence[str],
        beside: int,
    ) -> None:
        self.images, self.training = _checked("images", images), _checked("training", training)
        self.near = {name: np.asarray(table, dtype=np.float64) for name, table in near.items()}
        if not self.near:
            raise ValueError("near is empty; give at least one measure, such as {'pixels': distances}")
        for name, table in self.near.items():
            if table.shape != (len(images), len(training)):
                raise ValueError(
                    f"{name} is {list(table.shape)} for {len(images)} pictures and {len(training)} training pictures"
                )
        if len(captions) != len(images):
            raise ValueError(f"{len(captions)} captions for {len(images)} pictures; give one each")
        self.captions, self.beside = list(captions), min(whole("beside", beside, 1), len(training))
        choices = [(f"{number}: {text}", number) for number, text in enumerate(self.captions)]
        self.picture = ipywidgets.Dropdown(options=choices, description="picture", layout={"width": "560px"})
        self.by = ipywidgets.Dropdown(options=list(self.near), description="near by")
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.picture, self.by, self.image, self.label])
        for control in (self.picture, self.by):
            control.observe(self._changed, "value")
        self._changed()

    @property
    def shown(self) -> int:
        """The number of the picture."""
        return self.picture.value

    @property
    def measure(self) -> str:
        """The name of the measure of nearness."""
        return self.by.value

    @property
    def found(self) -> list[int]:
        """Numbers of the nearest training pictures, nearest first; of equally near ones the earlier first."""
        return np.argsort(self.near[self.measure][self.shown], kind="stable")[: self.beside].tolist()

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        distances = self.near[self.measure][self.shown][self.found]
        return (
            f"left, the drawing of {self.captions[self.shown]!r}; then its {len(self.found)} nearest training "
            f"pictures by {self.measure}, at distances {distances[0]:.2f} to {distances[-1]:.2f}"
        )

    def png(self) -> bytes:
        """The picture, a gap, and its neighbours in a row, nearest first."""
        one = grid(self.images[self.shown][None], 1, ENLARGE)
        others = grid(self.training[self.found], self.beside, ENLARGE)
        sheet = Image.new("RGB", (one.width + GAP + others.width, max(one.height, others.height)), "white")
        sheet.paste(one, (0, 0))
        sheet.paste(others, (one.width + GAP, 0))
        return png(sheet)

    def _changed(self, change: Any = None) -> None:
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def _checked(what: str, pictures: Any) -> np.ndarray:
    pictures = np.asarray(pictures)
    if pictures.ndim != 4 or len(pictures) == 0 or pictures.dtype != np.uint8 or pictures.shape[-1] != 3:
        raise ValueError(
            f"{what} are {pictures.dtype} {list(pictures.shape)}; expected bytes [n, height, width, 3]"
        )
    return pictures


def neighbour_browser(
    images: np.ndarray,
    training: np.ndarray,
    near: Mapping[str, Any],
    captions: Sequence[str],
    beside: int = 5,
) -> NeighbourBrowser:
    """Lists of pictures and of measures; beside the chosen picture, the training pictures nearest to it.

    images: uint8 [n, height, width, 3]; training: uint8 [m, height, width, 3]. near: measure -> distances [n, m], small
    for near. captions: one for each of the n. beside: how many neighbours to show. Raises ValueError for pictures of
    another kind, and for distances or captions that do not fit.
    """
    return NeighbourBrowser(images, training, near, captions, beside)
