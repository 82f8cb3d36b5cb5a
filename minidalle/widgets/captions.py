"""A caption whose words can be changed, and a grid of pictures that follows.

    >>> editor = caption_editor(model, "a [small] [red] [cube] [on top of] a [large] [green] [cube]")

In a live notebook each word in brackets is a dropdown. Where there is no kernel (on GitHub, in an export) the
same cell shows the picture it had. Left out: figures without a kernel (`show/`).
"""

import asyncio
import html
import re
from collections.abc import Sequence
from typing import Any

import ipywidgets

from minidalle.pipeline import Pipeline
from minidalle.pipeline_pictures import whole
from minidalle.widgets.live import Live

TEMPLATE = "a [small] [red] [cube] [on top of] a [large] [green] [cube]"

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("small", "large"),
    ("red", "orange", "yellow", "green", "blue", "purple", "pink", "black"),
    ("striped", "checkered", "dotted"),
    (
        "cube", "sphere", "cylinder", "cone", "donut", "house", "car", "mug", "teapot", "armchair", "cat", "mushroom",
    ),
    ("to the left of", "to the right of", "on top of", "under", "in front of", "behind"),
    ("two", "three", "four"),
)  # fmt: skip
"""Words that can stand in each other's place: what a bracket offers unless it lists its own choices. The world's
own words, written out because importing the world starts the renderer; a test holds the two together."""

PAUSE = 0.15  # seconds without a change before drawing starts, so that quick changes draw once
KEPT = 200  # grids remembered: going back to a caption costs nothing
WIDTH = 640  # pixels on the page


def choices_for(word: str, known: Sequence[str] | frozenset[str] = ()) -> list[str]:
    """What can stand for a bracket's words: "red" has its family, "red|blue" only what it lists.

    known: words that the model was trained on; others are left out of a family (empty: keep all). Raises
    ValueError for a word of no family, and for an empty choice.
    """
    listed = [choice.strip() for choice in word.split("|")]
    if not all(listed):
        raise ValueError(f"[{word}] has an empty choice: write words between the bars")
    if len(listed) > 1:
        return list(dict.fromkeys(listed))
    family = next((family for family in FAMILIES if word in family), None)
    if family is None:
        raise ValueError(f"[{word}] is in no family of words: list the choices, as in [{word}|another]")
    return [choice for choice in family if choice == word or not known or set(choice.split()) <= set(known)]


def with_articles(text: str) -> str:
    """ "a" becomes "an" before a vowel, and back: "a orange cone" is "an orange cone"."""
    text = re.sub(r"\ba(?= [aeiou])", "an", text)
    return re.sub(r"\ban(?= [^aeiou\s])", "a", text)


class CaptionEditor(Live):
    """A sentence with dropdowns, a seed, and the pictures of what it says now. See `caption_editor`.

    `caption` is what it says; `pictures()` is its grid as PNG bytes; `words` are the dropdowns, left to right;
    `shown` is what the pictures on the page show, in words.
    """

    name = "Caption editor"

    def __init__(self, model: Pipeline, template: str, seed: int, n: int) -> None:
        self.model, self.n = model, whole("n", n, 1)
        self.parts = [part for part in re.split(r"(\[[^\[\]]*\])", template) if part]
        self.words = [self._dropdown(part[1:-1]) for part in self.parts if part.startswith("[")]
        if not self.words:
            raise ValueError(f"{template!r} has no [word] in brackets, so there is nothing to change")
        self.seed = ipywidgets.BoundedIntText(
            whole("seed", seed, 0),
            min=0,
            max=2**31 - 1,
            description="seed",
            layout={"width": "130px"},
            style={"description_width": "40px"},
        )
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.shown = ""
        self._grids: dict[tuple[str, int], bytes] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.box = ipywidgets.VBox([self._sentence(), self.seed, self.image, self.label])
        for control in (*self.words, self.seed):
            control.observe(self._changed, "value")
        self._show()

    def _dropdown(self, word: str) -> ipywidgets.Dropdown:
        choices = choices_for(word, self.model.words)
        longest = max(map(len, choices))
        layout = {"width": f"{longest * 8 + 36}px"}
        tooltip = f"another word for {choices[0]}"
        value = word.split("|")[0].strip()
        return ipywidgets.Dropdown(options=choices, value=value, layout=layout, tooltip=tooltip)

    def _sentence(self) -> ipywidgets.HBox:
        left, row = list(self.words), []
        for part in self.parts:
            if part.startswith("["):
                row.append(left.pop(0))
            elif part.strip():
                style = "white-space: pre; font-size: 1.2em"
                row.append(ipywidgets.HTML(f"<span style='{style}'>{html.escape(part)}</span>"))
        return ipywidgets.HBox(row, layout={"flex_flow": "row wrap", "align_items": "center"})

    @property
    def caption(self) -> str:
        """What the sentence says now."""
        left = [word.value for word in self.words]
        return with_articles("".join(left.pop(0) if part.startswith("[") else part for part in self.parts))

    @property
    def alt(self) -> str:
        """What the pictures show, in words."""
        many = "1 picture" if self.n == 1 else f"{self.n} pictures"
        return f"{many} of {self.caption!r}, seed {self.seed.value}"

    def pictures(self) -> bytes:
        """The grid of the caption and seed as they are now: PNG bytes, drawn once and then remembered."""
        key = (self.caption, self.seed.value)
        if key not in self._grids:
            while len(self._grids) >= KEPT:
                self._grids.pop(next(iter(self._grids)))
            self._grids[key] = self.model.draw(self.caption, n=self.n, seed=self.seed.value)._repr_png_()
        return self._grids[key]

    def refresh(self) -> None:
        """Draw what the sentence says now, and show it. Where that fails, the label says why, and the pictures stay."""
        self._timer = None
        try:
            self._show()
        except BaseException as error:  # a kernel that is interrupted, too
            why = str(error) or type(error).__name__
            self.label.value = html.escape(f"{self.alt}: not drawn ({why}). Above are still {self.shown}")
            if not isinstance(error, Exception):
                raise

    def _show(self) -> None:
        said = html.escape(self.alt)
        if (self.caption, self.seed.value) not in self._grids:
            self.label.value = f"<i>drawing {said} …</i>"
        self.image.value = self.pictures()
        self.label.value, self.shown = said, self.alt

    def _changed(self, change: Any) -> None:
        """Wait for a pause in the changes, then refresh; at once where no event loop runs."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self.refresh)
        except RuntimeError:
            self.refresh()

    def png(self) -> bytes:
        """The grid on the page now."""
        return self.image.value

    def __repr__(self) -> str:
        return f"<Caption editor: {self.alt}; run this cell to change its words>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        if self._timer is not None:  # a change that is not drawn yet
            self._timer.cancel()
            self.refresh()
        data, _ = super()._repr_mimebundle_()
        return data, {"image/png": {"alt": self.shown}}


def caption_editor(model: Pipeline, template: str = TEMPLATE, seed: int = 0, n: int = 8) -> CaptionEditor:
    """An editor for a caption: words in [brackets] become dropdowns, and a grid of `n` pictures follows.

    [red] offers the words that can stand in its place (`FAMILIES`), as far as the model was trained on them;
    [red|blue] offers only those. Raises ValueError for a template without brackets, or a word of no family.
    """
    return CaptionEditor(model, template, seed, n)
