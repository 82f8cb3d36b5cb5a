"""Figures about what a model makes of each slot of the stream: what it costs, and one slot looked at closely.

Left out: the stream itself (`stream.py`), the live explorer (`widgets/stream_explorer.py`), curves (`lines.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from minidalle.dalle import DALLEConfig
from minidalle.masks import StreamLayout
from minidalle.show import Figure, figure
from minidalle.show.choosing import with_palette
from minidalle.show.colours import BLUE, DARK, ORANGE, RED
from minidalle.show.stream import as_ids, boxes

AROUND = 11  # slots that a card shows


def _array(values: Any) -> np.ndarray:
    return np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values)


def surprise(text: Any, words: Sequence[str], image: Any, picture: Any, layout: StreamLayout) -> Figure:
    """What each token costs a model, in nats: caption positions as bars, picture tokens as a map beside the picture.

    text: [position=text_length - 1], for positions 1 ... words: what is written at the first positions, position 0
    included. image: [token=grid * grid]. picture: uint8 [height, width, 3]. Raises ValueError for other sizes.
    """
    bars, cells = _array(text), _array(image)
    if bars.shape != (layout.text_length - 1,) or cells.shape != (layout.image_tokens,):
        raise ValueError(
            f"text {list(bars.shape)} and image {list(cells.shape)} do not fit {layout.text_length} caption slots and "
            f"{layout.image_tokens} picture tokens"
        )
    length = layout.text_length

    def paint(canvas: Any) -> None:
        left, middle, right = canvas.subplots(1, 3, width_ratios=[1.7, 1.25, 1])
        left.bar(range(1, length), bars, color=BLUE)
        names, shown = [*words, "pad"][:length], min(length, max(16, len(words) + 6))
        left.set_xticks(range(len(names)), names, rotation=90, fontsize=12)
        left.set(ylabel="nats", title="caption, then padding", xlim=(-0.6, shown - 0.4))
        left.grid(axis="x", visible=False)
        drawn = middle.imshow(cells.reshape(layout.grid, layout.grid), cmap="cividis", vmin=0)
        canvas.colorbar(drawn, ax=middle, shrink=0.75, label="nats")
        middle.set_title("picture tokens")
        right.imshow(_array(picture))
        right.set_title("the picture")
        for axes in (middle, right):
            axes.set(xticks=[], yticks=[])
            axes.grid(False)

    alt = (
        f"Surprise of {length - 1} caption positions, {bars.mean():.2f} nats on average, at most {bars.max():.2f}; and "
        f"of {len(cells)} picture tokens, {cells.mean():.2f} on average, at most {cells.max():.2f}"
    )
    return with_palette(figure(paint, alt, 12.5, 4.2))


def sentences(costs: Sequence[tuple[Sequence[str], Any]], unit: str = "nats") -> Figure:
    """Sentences as rows of boxes, a token in each, the darker the more it costs; the cost stands below, the sum behind.

    costs: for each sentence its tokens, and what each costs, NaN for one that is given. Raises ValueError where their
    numbers differ, or without sentences.
    """
    rows = [(list(words), _array(values).astype(float)) for words, values in costs]
    if not rows or any(len(words) != len(values) for words, values in rows):
        raise ValueError("give at least one sentence, and for each a cost for every token")
    most, wide = max(np.nanmax(values) for _, values in rows), max(len(words) for words, _ in rows)

    def paint(canvas: Any) -> None:
        import matplotlib
        from matplotlib.patches import Rectangle

        axes, shades = canvas.subplots(), matplotlib.colormaps["Oranges"]
        for row, (words, values) in enumerate(rows):
            for place, (word, value) in enumerate(zip(words, values)):
                colour = "#EDEDED" if np.isnan(value) else shades(0.75 * value / most)
                axes.add_patch(Rectangle((place + 0.03, -row - 0.9), 0.94, 0.8, facecolor=colour))
                axes.text(place + 0.5, -row - 0.37, word, ha="center", va="center")
                said = "given" if np.isnan(value) else f"{value:.1f}"
                axes.text(place + 0.5, -row - 0.7, said, ha="center", va="center", fontsize=12)
            axes.text(wide + 0.2, -row - 0.5, f"{np.nansum(values):.0f} {unit}", va="center")
        axes.set(xlim=(0, wide + 1.6), ylim=(-len(rows), 0))
        axes.axis("off")

    said = "; ".join(
        f"{''.join(words).replace('␣', ' ').strip()!r} costs {np.nansum(values):.1f} {unit}, most of all "
        f"{words[int(np.nanargmax(values))]} with {np.nanmax(values):.1f}"
        for words, values in rows
    )
    return with_palette(figure(paint, said, 1.2 * (wide + 1.6), 0.85 * len(rows)))


def slot_card(
    ids: Any, config: DALLEConfig, slot: int, label: Callable[[int], str], answer: str,
    near: Sequence[tuple[str, float]], guesses: Sequence[tuple[str, float]], picture: Any,
    colours: Mapping[str, tuple[float, float, float]] | None = None,
) -> Figure:  # fmt: skip
    """One slot among its neighbours: what it holds, what its vector is the sum of, what comes next and what a model
    expects there, and which tokens have the most similar vectors.

    ids: [slot=length]. label: an id to words. answer: what comes next, "" where start of image always follows. near:
    names and cosines, nearest first. guesses: names and probabilities of the next token. picture: uint8 [height,
    width, 3], on which the slot's cell is framed. colours: in [0, 1], by name, shown beside the bars. Raises ValueError
    for a slot outside.
    """
    stream, layout = as_ids(ids), config.layout
    if len(stream) != layout.length or not 0 <= slot < len(stream):
        raise ValueError(f"{len(stream)} ids and slot {slot} do not fit a stream of {layout.length} slots")
    total, follows = vector_of(stream[slot], slot, layout), answer or "start of image,\nalways: no prediction"
    first = min(max(0, slot - AROUND // 2), max(0, len(stream) - AROUND))
    shown = stream[first : first + AROUND]

    def paint(canvas: Any) -> None:
        above, below = canvas.subfigures(2, 1, height_ratios=[1, 2.2])
        boxes(above.subplots(), shown, config, first, [label(token) for token in shown], slot)
        words, expected, alike, image = below.subplots(1, 4, width_ratios=[1.25, 1, 1, 1])
        words.axis("off")
        for number, (what, said) in enumerate(
            (("holds", label(stream[slot])), ("its vector", total), ("next comes", follows))
        ):
            words.text(0, 0.98 - 0.35 * number, what, va="top", fontsize=12, color="#555555")
            words.text(0, 0.86 - 0.35 * number, said, va="top", fontsize=13)
        for axes, values, title, unit in (
            (expected, guesses, "expected next", "probability"),
            (alike, near, "nearest vectors", "cosine"),
        ):
            axes.set(title=title, xlabel=unit, xlim=(0, 1))
            if not values:
                axes.set_title("nothing to predict")
                axes.axis("off")
            hits = [name == answer and axes is expected for name, _ in values]
            looks = [ORANGE if hit else BLUE for hit in hits]
            axes.barh([name for name, _ in values], [value for _, value in values], color=looks)
            axes.invert_yaxis()
            _swatches(axes, [name for name, _ in values], colours or {})
        _framed(image, _array(picture), slot - layout.prefix, layout.grid)

    said, guessed = (
        ", ".join(f"{name} {value:.2f}" for name, value in values) or "none" for values in (near, guesses)
    )
    alt = (
        f"Slot {slot} holds {label(stream[slot])}: {total.replace(chr(10), ' ')}; next comes "
        f"{follows.replace(chr(10), ' ')}. Expected next: {guessed}. Nearest vectors: {said}"
    )
    return with_palette(figure(paint, alt, 13, 5.0))


def _swatches(axes: Any, names: Sequence[str], colours: Mapping[str, tuple[float, float, float]]) -> None:
    """A square of its colour at the right of each bar that has one."""
    from matplotlib.patches import Rectangle

    for place, name in enumerate(names):
        if name in colours:
            look = {"facecolor": colours[name], "edgecolor": DARK, "lw": 0.8, "clip_on": False}
            axes.add_patch(Rectangle((1.04, place - 0.36), 0.14, 0.72, **look))


def vector_of(token: int, slot: int, layout: StreamLayout) -> str:
    """What the vector of a slot is the sum of, in words."""
    row, column = divmod(slot - layout.prefix, layout.grid)
    if slot >= layout.prefix:
        return f"token {token} + row {row}\n+ column {column}"
    return f"token {token}" + (f" + position {slot}" if slot < layout.text_length else "")


def _framed(axes: Any, picture: np.ndarray, place: int, grid: int) -> None:
    """A picture with a frame around the cell of token `place`; none for a place below 0."""
    from matplotlib.patches import Rectangle

    size, (row, column) = len(picture) / grid, divmod(place, grid)
    axes.imshow(picture)
    if place >= 0:
        frame = {"fill": False, "edgecolor": RED, "linewidth": 3}
        axes.add_patch(Rectangle((column * size - 0.5, row * size - 0.5), size, size, **frame))
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
