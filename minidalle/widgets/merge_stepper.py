"""Byte-pair encoding step by step: a slider over the merges, the text in pieces, and the pairs that compete.

    >>> merge_stepper(["low lower lowest"], pattern="words")

Left out: the algorithm (`bpe_training.py`), and the figures of lesson 02 (`show/spelling.py`).
"""

import html
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import ipywidgets

from minidalle.bpe_training import Pair
from minidalle.pipeline_pictures import whole
from minidalle.show import figure
from minidalle.show.colours import BLUE, ORANGE
from minidalle.show.spelling import INCH, draw_pieces, visible
from minidalle.tokenizer import BPETokenizer
from minidalle.widgets.live import Live

WORDS = 9  # chunks on the page, the most frequent ones
PAIRS = 6  # pairs on the page
WIDTH = 900  # pixels on the page


class MergeStepper(Live):
    """A slider for the number of merges done. See `merge_stepper`.

    `step` is that number; `words` are (pieces, times) of the chunks shown; `rivals` the pairs that come next, each
    (left id, right id, count), the winner first.
    """

    name = "Merge stepper"

    def __init__(self, texts: Sequence[str], steps: int, pattern: str) -> None:
        self.trained = BPETokenizer.train(texts, 256 + whole("steps", steps, 1), pattern)
        counts = Counter(chunk for text in texts for chunk in self.trained.split(text))
        if not self.trained.merges:
            raise ValueError("no pair of these texts occurs twice; give more text")
        self.counts = dict(sorted(counts.items(), key=lambda item: -item[1]))
        self.slider = ipywidgets.IntSlider(
            value=0,
            min=0,
            max=len(self.trained.merges),
            description="merges",
            continuous_update=False,
            layout={"width": "520px"},
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.slider, self.image, self.label])
        self.slider.observe(self._changed, "value")
        self._changed()

    @property
    def step(self) -> int:
        """How many merges are done."""
        return self.slider.value

    @property
    def tokenizer(self) -> BPETokenizer:
        """The tokenizer after the merges done so far."""
        return BPETokenizer(self.trained.merges[: self.step], self.trained.pattern, self.trained.lower)

    @property
    def words(self) -> list[tuple[list[str], int]]:
        """The most frequent chunks of two letters or more, in pieces, and how often each occurs."""
        now = self.tokenizer
        return [(now.tokens(chunk), times) for chunk, times in self.counts.items() if len(chunk) > 1][:WORDS]

    @property
    def rivals(self) -> list[tuple[int, int, int]]:
        """The most frequent pairs, (left id, right id, count): the one that is merged next comes first."""
        now, pairs = self.tokenizer, Counter[Pair]()
        for chunk, times in self.counts.items():
            for pair in pairwise(now.encode(chunk)):
                pairs[pair] += times
        ordered = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
        return [(*pair, pairs[pair]) for pair in ordered[:PAIRS]]

    def _named(self, rival: tuple[int, int, int]) -> str:
        return " + ".join(visible(self.tokenizer.piece(token)) for token in rival[:2])

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        words = "; ".join(f"{' | '.join(pieces)} ({times} times)" for pieces, times in self.words)
        said = f"after {self.step} of {len(self.trained.merges)} merges: {words}"
        if self.step == len(self.trained.merges):
            return f"{said}; here the steps end"
        winner = self.rivals[0]
        return f"{said}; next: {self._named(winner)}, seen {winner[2]} times, becomes id {256 + self.step}"

    def png(self) -> bytes:
        """The chunks in pieces on the left, the most frequent pairs on the right, the next merge in orange."""
        words, rivals = self.words, self.rivals

        def paint(canvas: Any) -> None:
            left, right = canvas.subplots(1, 2, width_ratios=[0.8, 1])
            left.axis("off")
            for row, (pieces, times) in enumerate(words):
                left.text(3.2, -1.4 * row - 0.55, f"{times} x", ha="right", va="center")
                draw_pieces(left, pieces, 4, -1.4 * row - 1)
            left.set(xlim=(0, 4.0 / INCH), ylim=(-1.4 * WORDS - 0.2, 0.3))
            left.set_title(f"after {self.step} merges")
            names = [self._named(rival) for rival in rivals]
            last = self.step == len(self.trained.merges)
            colours = [BLUE if row or last else ORANGE for row in range(len(rivals))]
            right.barh(range(len(rivals)), [count for *_, count in rivals], color=colours)
            right.set_yticks(range(len(rivals)), names, family="monospace")
            right.set(xlabel="times seen", ylim=(PAIRS - 0.4, -0.6))
            right.set_title("the steps end here" if last else f"next: {names[0]} becomes {256 + self.step}")

        return figure(paint, self.alt, 10, 4.4).png

    def _changed(self, change: Any = None) -> None:
        self.image.value, self.label.value = self.png(), html.escape(self.alt)


def merge_stepper(texts: Sequence[str], steps: int = 12, pattern: str = "words") -> MergeStepper:
    """A slider over the first `steps` merges that byte-pair encoding learns from `texts`.

    pattern: where chunks are cut, as `BPETokenizer` takes it. Raises ValueError if no pair occurs twice, and as
    `BPETokenizer.train` does.
    """
    return MergeStepper(texts, steps, pattern)
