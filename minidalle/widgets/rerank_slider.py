"""CLIP's choice from the first 1, 2, 4, ... of some pictures, on a slider: what more drawings bring.

    >>> drawing = model.draw("three yellow cones", n=512)
    >>> rerank_slider(drawing.images, model.score(drawing.images, drawing.caption), drawing.caption)

Nothing is drawn when the slider moves: pictures and scores are there beforehand. Left out: drawing and scoring
(`pipeline.py`), curves over many captions (`show/choosing.py`).
"""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np

from minidalle.evaluation.choosing import steps
from minidalle.pipeline_pictures import grid, png, whole
from minidalle.widgets.live import Live

RIGHT, WRONG = (0, 114, 178), (213, 94, 0)  # the bytes of the house's blue and red
EDGE = 3  # pixels of frame, on pictures that are enlarged by ENLARGE
ENLARGE = 2
COLUMNS = 8
WIDTH = 760  # pixels on the page


class RerankSlider(Live):
    """A slider for k, and the best of the first k pictures, best first. See `rerank_slider`.

    `k` is how many pictures are chosen from; `chosen` are the positions of the pictures shown, best first.
    """

    name = "Rerank slider"

    def __init__(
        self, images: np.ndarray, scores: Any, caption: str, best: int, right: Sequence[bool] | None
    ) -> None:
        self.images, self.scores = np.asarray(images), np.asarray(scores, dtype=np.float64)
        self.caption, self.best = caption, whole("best", best, 1)
        if self.images.ndim != 4 or len(self.images) == 0 or self.images.dtype != np.uint8:
            raise ValueError(
                f"pictures are {self.images.dtype} {list(self.images.shape)}; expected bytes [n, h, w, 3]"
            )
        if self.scores.shape != (len(self.images),):
            raise ValueError(
                f"scores are {list(self.scores.shape)} for {len(self.images)} pictures; give one each"
            )
        if right is not None and len(right) != len(self.images):
            raise ValueError(f"right has {len(right)} marks for {len(self.images)} pictures; give one each")
        self.right = None if right is None else [bool(mark) for mark in right]
        options = steps(len(self.images))
        self.slider = ipywidgets.SelectionSlider(
            options=options, value=options[-1], description="best of", layout={"width": "420px"}
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.slider, self.image, self.label])
        self.slider.observe(self._changed, "value")
        self._changed()

    @property
    def k(self) -> int:
        """How many pictures are chosen from: the first k."""
        return self.slider.value

    @property
    def chosen(self) -> list[int]:
        """Positions of the pictures shown, best first; of equal scores the earlier one first."""
        order = np.argsort(-self.scores[: self.k], kind="stable")
        return order[: self.best].tolist()

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        shown = self.chosen
        first, last = self.scores[shown[0]], self.scores[shown[-1]]
        said = f"the best {len(shown)} of {self.k} for {self.caption!r}, scores {first:.2f} to {last:.2f}"
        if self.right is None:
            return said
        before = sum(self.right[: self.k])
        return f"{said}; {sum(self.right[i] for i in shown)} of them right, and {before} of all {self.k}"

    def png(self) -> bytes:
        """The chosen pictures in a row, framed in blue where they are right and in vermilion where they are wrong."""
        pixels = self.images[self.chosen].repeat(ENLARGE, axis=1).repeat(ENLARGE, axis=2)
        if self.right is not None:
            for picture, place in zip(pixels, self.chosen, strict=True):
                colour = RIGHT if self.right[place] else WRONG
                for edge in (picture[:EDGE], picture[-EDGE:], picture[:, :EDGE], picture[:, -EDGE:]):
                    edge[:] = colour
        missing = (-len(pixels)) % min(COLUMNS, self.best)  # white, so that the picture keeps its size
        blank = np.full((missing, *pixels.shape[1:]), 255, np.uint8)
        return png(grid(np.concatenate([pixels, blank]), COLUMNS, 1))

    def _changed(self, change: Any = None) -> None:
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def rerank_slider(
    images: np.ndarray, scores: Any, caption: str = "", best: int = 8, right: Sequence[bool] | None = None
) -> RerankSlider:
    """A slider from 1 to n that shows the `best` of the first k pictures by score.

    images: uint8 [n, height, width, 3], in the order in which they were drawn. scores: [n], such as `model.score`
    gives. right: for each picture whether somebody else, such as the judge, finds it right; it frames them.
    Raises ValueError for pictures of another kind, or numbers of scores or marks that do not fit.
    """
    return RerankSlider(images, scores, caption, best, right)
