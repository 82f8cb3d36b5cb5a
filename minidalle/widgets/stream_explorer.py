"""A caption and its picture as one stream, slot by slot: what each holds, what is expected next, what it resembles.

    >>> stream_explorer(model, ["a red cube", "two blue mugs"], pictures)

Left out: the figure itself (`show/slots.py`), and who may look at whom (`widgets/mask_explorer.py`).
"""

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from minidalle.pipeline import Pipeline
from minidalle.show import Figure
from minidalle.show.slots import slot_card
from minidalle.show.stream import kind_of
from minidalle.widgets.live import Live

NEAREST = 5
WIDTH = 860  # pixels on the page


def nearest_tokens(table: Tensor, token: int, count: int = NEAREST) -> list[tuple[int, float]]:
    """The ids whose vectors point most nearly as that of `token` does, with their cosines, without itself.

    table: [id, width]. Raises ValueError for an id that is not in it.
    """
    if not 0 <= token < len(table):
        raise ValueError(f"id {token} is not in a table of {len(table)} vectors")
    units = torch.nn.functional.normalize(table.detach().float(), dim=-1)
    cosines = units @ units[token]
    cosines[token] = -2.0
    best = cosines.topk(min(count, len(table) - 1))
    return [
        (int(index), round(float(value), 4)) for value, index in zip(best.values, best.indices, strict=True)
    ]


class StreamExplorer(Live):
    """A caption, a slot, and what is known about it. See `stream_explorer`.

    `ids` is the stream of the chosen pair, [slot=length]; `answer` the id that comes next; `guesses` what the model
    expects there; `near` the tokens whose vectors are nearest to the slot's.
    """

    name = "Stream explorer"

    def __init__(self, model: Pipeline, captions: Sequence[str], pictures: np.ndarray) -> None:
        self.model, self.pictures, config = model, np.asarray(pictures), model.dalle.config
        size = model.dvae.config.image_size
        if not len(captions) or self.pictures.shape != (len(captions), size, size, 3):
            raise ValueError(
                f"pictures are {list(self.pictures.shape)}; expected one of [{size}, {size}, 3] for each of "
                f"{len(captions)} captions, at least one"
            )
        text = model.tokenizer.encode_batch(list(captions), config.text_length).to(model.device)
        image = model.encode_image(self.pictures)
        with torch.no_grad():
            self.streams, self.codes = model.dalle.stream(text, image).cpu(), image.cpu()
            self.expected = tuple(logits.softmax(-1).cpu() for logits in model.dalle.logits(text, image))
        options = [(text, number) for number, text in enumerate(captions)]
        wide, last = {"width": "560px"}, config.layout.length - 1
        self.caption = ipywidgets.Dropdown(options=options, description="caption", layout=wide)
        self.slot = ipywidgets.IntSlider(value=2, min=0, max=last, description="slot", layout=wide)
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label, self._painted = ipywidgets.HTML(), {}
        self.box = ipywidgets.VBox([self.caption, self.slot, self.image, self.label])
        for control in (self.caption, self.slot):
            control.observe(self._changed, "value")
        self._changed()

    @property
    def ids(self) -> Tensor:
        """The stream of the chosen caption and its picture: int64 [slot=length]."""
        return self.streams[self.caption.value]

    def called(self, token: int) -> str:
        """What an id is called: a piece of text, "pad 7", "start", "code 12"."""
        config = self.model.dalle.config
        kind = kind_of(token, config)
        if kind == "caption":
            return self.model.tokenizer.piece(token).replace(" ", "␣")
        if kind == "padding":
            return f"pad {token - config.text_vocab}"
        return "start" if kind == "start" else f"code {token - config.image_offset}"

    @property
    def near(self) -> list[tuple[str, float]]:
        """The tokens with the most similar vectors, and their cosines."""
        table = self.model.dalle.token.weight.cpu()
        found = nearest_tokens(table, int(self.ids[self.slot.value]))
        return [(self.called(token), cosine) for token, cosine in found]

    @property
    def answer(self) -> int | None:
        """The id that comes next; None in the last caption slot, since start of image always follows."""
        config, slot = self.model.dalle.config, self.slot.value
        if slot < config.text_length - 1:
            return int(self.ids[slot + 1])
        place = slot - config.text_length
        return None if place < 0 else int(self.codes[self.caption.value, place]) + config.image_offset

    @property
    def guesses(self) -> list[tuple[str, float]]:
        """What the model holds likeliest in the next slot, with probabilities, and what comes if that is not among it;
        nothing where start of image follows."""
        config, slot, (text, image) = self.model.dalle.config, self.slot.value, self.expected
        if self.answer is None:
            return []
        place = slot - config.text_length
        logits, offset = (text, 0) if place < 0 else (image, config.image_offset)
        chances = logits[self.caption.value, slot if place < 0 else place]
        best = chances.topk(min(NEAREST, len(chances))).indices.tolist()
        best += [self.answer - offset] if self.answer - offset not in best else []
        return [(self.called(index + offset), float(chances[index])) for index in best]

    def colour_of(self, name: str) -> tuple[float, float, float]:
        """The colour, in [0, 1], that the decoder paints in the middle of a picture made of nothing but "code 12"."""
        if name not in self._painted:
            count = self.model.dalle.config.layout.image_tokens
            everywhere = torch.full((1, count), int(name.removeprefix("code ")), device=self.model.device)
            with torch.no_grad():
                painted = self.model.dvae.decode(everywhere)[0]
            third = painted.shape[-1] // 3
            middle = painted[:, third:-third, third:-third].mean(dim=(1, 2)).clamp(0, 1)
            self._painted[name] = tuple(round(value, 3) for value in middle.tolist())
        return self._painted[name]

    def card(self) -> Figure:
        """The figure of the slot."""
        config, picture = self.model.dalle.config, self.pictures[self.caption.value]
        near, guesses, answer = self.near, self.guesses, self.answer
        colours = {name: self.colour_of(name) for name, _ in (*near, *guesses) if name.startswith("code ")}
        following = "" if answer is None else self.called(answer)
        return slot_card(
            self.ids, config, self.slot.value, self.called, following, near, guesses, picture, colours
        )

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return self.card().alt

    def png(self) -> bytes:
        """The slot among its neighbours."""
        return self.card().png

    def _changed(self, change: Any = None) -> None:
        card = self.card()
        self.image.value, self.label.value = card.png, html.escape(card.alt)


def stream_explorer(model: Pipeline, captions: Sequence[str], pictures: np.ndarray) -> StreamExplorer:
    """Choose a caption and a slot of its stream, and see what the slot holds, what comes next, what is expected there,
    and which tokens have vectors like its own.

    pictures: uint8 [n, height, width, 3], one for each caption, of the model's size. Raises ValueError for others, and
    CaptionError as the tokenizer does.
    """
    return StreamExplorer(model, captions, pictures)
