"""Figures about the one stream: its slots in a row, what each predicts, its shared vocabulary on a ruler.

    >>> stream_strip({"a red cube": ids}, config)

Left out: who sees whom (`masks.py`), what each slot costs a model (`slots.py`), the live explorer
(`widgets/stream_explorer.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from minidalle.dalle import DALLEConfig
from minidalle.show import Figure, figure
from minidalle.show.colours import DARK, ORANGE, RED

KINDS = {"caption": "#9CC9E8", "padding": "#EDEDED", "start": ORANGE, "picture": "#A6DCCB"}
"""The four parts of the vocabulary, and their colours."""
EDGE = "#777777"
NARROW = 0.12  # parts of a ruler below this share are named above it


def kind_of(token: int, config: DALLEConfig) -> str:
    """Which part of the shared vocabulary an id belongs to: a key of `KINDS`. Raises ValueError outside of it."""
    if not 0 <= token < config.vocab:
        raise ValueError(f"id {token} is outside the vocabulary; its ids run from 0 to {config.vocab - 1}")
    if token < config.text_vocab:
        return "caption"
    if token < config.start_of_image:
        return "padding"
    return "start" if token == config.start_of_image else "picture"


def as_ids(values: Any) -> list[int]:
    """One stream of ids, from a tensor, an array or a list of any shape."""
    flat = values.detach().cpu() if isinstance(values, Tensor) else values
    return [int(token) for token in np.asarray(flat).ravel()]


def _box(axes: Any, x: float, y: float, token: int, config: DALLEConfig, own: bool = False) -> None:
    """One slot at (x, y), its lower left corner: an id on the colour of its part; `own` frames it."""
    from matplotlib.patches import Rectangle

    look = {"edgecolor": RED if own else EDGE, "lw": 3 if own else 1, "zorder": 3 if own else 2}
    axes.add_patch(Rectangle((x + 0.03, y), 0.94, 1, facecolor=KINDS[kind_of(token, config)], **look))
    axes.text(x + 0.5, y + 0.5, str(token), ha="center", va="center", fontsize=12, zorder=4)


def boxes(
    axes: Any, ids: Sequence[int], config: DALLEConfig, first: int, labels: Sequence[str], here: int = -1
) -> None:
    """Slots as boxes on `axes`: what each is above, its id in it, its number below; the slot `here` is framed."""
    for place, token in enumerate(ids):
        _box(axes, place, 0, token, config, place + first == here)
        axes.text(place + 0.5, -0.12, str(place + first), ha="center", va="top", fontsize=11, color="#555555")
        if labels:
            axes.text(place + 0.5, 1.12, labels[place], ha="center", fontsize=11, color=DARK)
    axes.set(xlim=(-0.02, len(ids) + 0.02), ylim=(-0.5, 1.5 if labels else 1.1))
    axes.axis("off")


def _legend(canvas: Any) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=colour, edgecolor=EDGE, label=name) for name, colour in KINDS.items()]
    canvas.legend(handles=patches, loc="outside lower center", ncols=4)


def stream_strip(streams: Mapping[str, Any], config: DALLEConfig, labels: Sequence[str] = ()) -> Figure:
    """Short streams slot by slot, one below the other: ids in boxes whose colour says which part they belong to.

    streams: by title, ids [slot]. labels: what stands above the boxes of all of them. Raises ValueError for an id
    outside the vocabulary, or labels that do not fit.
    """
    rows = {title: as_ids(ids) for title, ids in streams.items()}
    for title, ids in rows.items():
        if labels and len(labels) != len(ids):
            raise ValueError(f"{title!r} has {len(ids)} slots, and there are {len(labels)} labels")
    said = "; ".join(
        f"{title}: " + ", ".join(f"{kind_of(token, config)} {token}" for token in ids)
        for title, ids in rows.items()
    )

    def paint(canvas: Any) -> None:
        for axes, (title, ids) in zip(canvas.subplots(len(rows), 1, squeeze=False)[:, 0], rows.items()):
            boxes(axes, ids, config, 0, labels)
            axes.set_title(title, loc="left")
        _legend(canvas)

    wide = max(map(len, rows.values()))
    return figure(paint, f"Streams, slot by slot. {said}", max(7.0, 0.72 * wide), 0.7 + 1.35 * len(rows))


def shifted(holds: Any, predicts: Sequence[int | None], config: DALLEConfig) -> Figure:
    """What each slot holds, above, and what it has to predict, below, with a line to the slot that holds it next.

    holds: ids [slot]. predicts: an id for each slot, None where it predicts nothing. Raises ValueError for unequal
    lengths, or an id outside the vocabulary.
    """
    above, below = as_ids(holds), list(predicts)
    if len(above) != len(below):
        raise ValueError(f"{len(above)} slots hold something and {len(below)} predict; give as many of both")
    said = ", ".join(
        f"slot {slot} holds {kind_of(token, config)} {token} and predicts "
        + ("nothing" if target is None else f"{kind_of(target, config)} {target}")
        for slot, (token, target) in enumerate(zip(above, below))
    )

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for slot, (token, target) in enumerate(zip(above, below)):
            _box(axes, slot, 1.6, token, config)
            axes.text(slot + 0.5, 2.72, str(slot), ha="center", fontsize=11, color="#555555")
            if target is None:
                axes.text(slot + 0.5, 0.5, "–", ha="center", va="center")
                continue
            _box(axes, slot, 0, target, config)
            if slot + 1 < len(above):
                axes.plot([slot + 0.6, slot + 1.4], [1.03, 1.57], color=DARK, lw=1.2)
        for y, word in ((2.1, "holds"), (0.5, "predicts")):
            axes.text(-0.15, y, word, ha="right", va="center")
        axes.set(xlim=(-1.4, len(above) + 0.02), ylim=(-0.05, 3.1))
        axes.axis("off")
        _legend(canvas)

    return figure(paint, f"Inputs and targets: {said}", max(7.0, 0.78 * (len(above) + 1.4)), 2.9)


def parts_of(config: DALLEConfig) -> dict[str, range]:
    """The ids of each part of the shared vocabulary, by kind."""
    starts = {"caption": 0, "padding": config.text_vocab, "start": config.start_of_image}
    sizes = {"caption": config.text_vocab, "padding": config.text_length, "start": 1}
    parts = {name: range(start, start + sizes[name]) for name, start in starts.items()}
    return {**parts, "picture": range(config.image_offset, config.image_offset + config.image_vocab)}


def vocabulary_ruler(configs: Mapping[str, DALLEConfig]) -> Figure:
    """The ids of each model on a ruler from 0: caption tokens, padding, start of image, picture codes.

    Each ruler has its own scale. Picture codes that begin at 0, where the words are, lie in a line of their own.
    """
    rulers = {title: parts_of(config) for title, config in configs.items()}

    def paint(canvas: Any) -> None:
        for axes, (title, parts) in zip(canvas.subplots(len(rulers), 1, squeeze=False)[:, 0], rulers.items()):
            _ruler(axes, parts)
            axes.set_title(title, loc="left")

    said = "; ".join(
        f"{title}: "
        + ", ".join(f"{name} from {ids.start:,}, {len(ids):,} ids" for name, ids in parts.items())
        for title, parts in rulers.items()
    )
    return figure(paint, f"The shared vocabulary. {said}", 11, 0.4 + 1.5 * len(rulers))


def _ruler(axes: Any, parts: Mapping[str, range]) -> None:
    end = max(ids.stop for ids in parts.values())
    overlap = parts["picture"].start == 0
    for name, ids in parts.items():
        low, middle = -0.9 if overlap and name == "picture" else 0.0, (ids.start + ids.stop) / 2
        axes.bar(ids.start, 0.8, len(ids), low, align="edge", facecolor=KINDS[name], edgecolor=DARK, lw=1)
        if len(ids) > NARROW * end:
            axes.text(middle, low + 0.4, f"{len(ids):,} {name}", ha="center", va="center")
        else:
            side = "right" if name == "padding" or overlap else "left"
            lifted = 0.86 if name == "padding" or not overlap else 1.4
            axes.text(middle, lifted, f" {len(ids):,} {name} ", va="bottom", fontsize=12, ha=side)
    axes.set(xlim=(0, end), ylim=(-0.95 if overlap else 0, 1.95 if overlap else 1.35), yticks=[])
    marks = sorted({0, *(ids.start for ids in parts.values()), end})
    apart = [a for a, b in zip(marks, [*marks[1:], None]) if b is None or b - a > end / 20]
    axes.set_xticks(apart, [f"{mark:,}" for mark in apart])
    axes.grid(False)
    axes.spines["left"].set_visible(False)


def ribbon(ids: Any, config: DALLEConfig, words: Sequence[str], picture: Any) -> Figure:
    """A whole stream in rows as long as the caption: words, padding, start of image, then the picture in its patches.

    ids: [slot=length]. words: of the first slots. picture: uint8 [height, width, 3]. Raises ValueError for a stream of
    another length, or more words than caption slots.
    """
    stream, layout, pixels = as_ids(ids), config.layout, np.asarray(picture)
    if len(stream) != layout.length or len(words) > layout.text_length:
        raise ValueError(
            f"{len(stream)} ids and {len(words)} words do not fit a stream of {layout.length} slots"
        )
    wide, side = layout.text_length, len(pixels) // layout.grid
    down = -(-(layout.length - wide) // wide)

    def paint(canvas: Any) -> None:
        from matplotlib.patches import Rectangle

        axes = canvas.subplots()
        for slot, token in enumerate(stream):
            row, column = divmod(slot, wide)
            kind, high, top = kind_of(token, config), 1.0 if row else 2.6, -row - (0.25 if row else 0)
            look = {"facecolor": KINDS[kind], "edgecolor": "white" if kind == "picture" else EDGE}
            axes.add_patch(Rectangle((column, top - 0.08), 1, high, lw=0.8, **look))
            if kind == "picture":
                y, x = (side * part for part in divmod(slot - layout.prefix, layout.grid))
                place = (column + 0.06, column + 0.94, top - 0.02, top + 0.86)
                axes.imshow(pixels[y : y + side, x : x + side], extent=place, zorder=3)
            elif slot < len(words):
                axes.text(
                    column + 0.5, top + 1.2, words[slot], rotation=90, ha="center", va="center", fontsize=11
                )
        axes.set(xlim=(-0.1, wide + 0.1), ylim=(-down - 0.5, 2.7), aspect="equal")
        axes.axis("off")
        _legend(canvas)

    blank = sum(kind_of(token, config) == "padding" for token in stream)
    alt = (
        f"One stream of {layout.length} slots: {len(words)} caption tokens, {blank} of padding, start of image, and "
        f"{layout.image_tokens - 1} patches of the picture in reading order"
    )
    return figure(paint, alt, 12, 12 * (down + 3.6) / wide + 0.5)
