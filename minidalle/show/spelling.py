"""Figures about byte-pair encoding: texts in pieces, a word's merges as a tree, padding, and how lengths change.

    >>> spellings({"bytes": list("cube"), "merged": ["cu", "be"]})

Left out: the algorithm (`bpe_training.py`), and the live stepper (`widgets/merge_stepper.py`).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.patches
import numpy as np
from torch import Tensor

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, GREEN, ORANGE, SOFT, at_most
from minidalle.tokenizer import PAD, BPETokenizer

GREY = "#E6E6E6"
INCH = 0.115  # inches that a letter of the figures' typewriter face takes
WIDEST = 100  # letters; longer rows go on in the next line
TYPE = {"family": "monospace", "fontsize": 13, "color": DARK}


def visible(piece: str) -> str:
    """A piece with its spaces to be seen."""
    return piece.replace(" ", "␣")


def _lines(pieces: Sequence[str]) -> list[list[tuple[float, float, str]]]:
    """Boxes (left, width, text) in lines of at most WIDEST letters."""
    lines: list[list[tuple[float, float, str]]] = [[]]
    x = 0.0
    for piece in pieces:
        width = len(piece) + 1.1
        if x + width > WIDEST and lines[-1]:
            lines.append([])
            x = 0.0
        lines[-1].append((x, width, visible(piece)))
        x += width
    return lines


def draw_pieces(axes: Any, pieces: Sequence[str], x: float, y: float, height: float = 1.0) -> float:
    """One row of boxes, a piece in each, from x rightwards; units are letters. Returns where it ends."""
    for number, piece in enumerate(pieces):
        width = len(piece) + 1.1
        colour = SOFT[number % len(SOFT)]
        axes.add_patch(
            matplotlib.patches.Rectangle((x + 0.08, y), width - 0.16, height, color=colour, linewidth=0)
        )
        axes.text(x + width / 2, y + 0.45 * height, visible(piece), ha="center", va="center", **TYPE)
        x += width
    return x


def spellings(rows: Mapping[str, Sequence[str]], title: str = "") -> Figure:
    """The same or several texts in pieces, a box each: one row for each name, with its number of pieces.

    rows: name to the pieces of its text, such as `tokenizer.tokens` gives. Raises ValueError for no rows.
    """
    if not rows:
        raise ValueError("there is nothing to spell; give at least one row")
    laid = {name: _lines(pieces) for name, pieces in rows.items()}
    margin = max(map(len, rows)) + 2.0
    widest = max(line[-1][0] + line[-1][1] for lines in laid.values() for line in lines if line)
    height = 1.35 * sum(len(lines) for lines in laid.values()) + 0.25 * len(laid)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.axis("off")
        y = 0.0
        for name, lines in laid.items():
            axes.text(margin - 1, -y - 0.55, name, ha="right", va="center", fontsize=13)
            for line in lines:
                x = draw_pieces(axes, [text for _, _, text in line], margin, -y - 1)
                y += 1.35
            axes.text(x + 0.8, -y + 0.8, str(len(rows[name])), va="center", style="italic")
            y += 0.25
        axes.set(xlim=(0, margin + widest + 4), ylim=(-height, 0.1))
        axes.set_title(title)

    said = "; ".join(f"{name}, {len(pieces)} pieces: {' | '.join(pieces)}" for name, pieces in rows.items())
    alt = f"{title + ': ' if title else ''}{said}"
    return figure(paint, alt, INCH * (margin + widest + 4), 0.31 * height + (0.4 if title else 0.1))


def merge_steps(tokenizer: BPETokenizer, word: str) -> list[tuple[int, int, int]]:
    """How one chunk is merged: (node, node, new id) a step. Nodes 0 to n - 1 are the bytes, n + k is what step k made.

    Raises ValueError unless `word` is one chunk.
    """
    if len(tokenizer.split(word)) != 1:
        raise ValueError(f"{word!r} is cut into {tokenizer.split(word)}; a tree needs one chunk")
    made = {pair: 256 + k for k, pair in enumerate(tokenizer.merges)}
    ids = list(tokenizer.split(word)[0].encode("utf-8"))
    nodes, steps, count = list(range(len(ids))), [], len(ids)
    while True:
        fits = [(made[pair], place) for place, pair in enumerate(pairwise(ids)) if pair in made]
        if not fits:
            return steps
        new, place = min(fits)
        steps.append((nodes[place], nodes[place + 1], new))
        ids[place : place + 2], nodes[place : place + 2] = [new], [count + len(steps) - 1]


def merge_tree(tokenizer: BPETokenizer, word: str) -> Figure:
    """A word's bytes at the bottom, and above them what each merge joined, the first merge lowest, with its id.

    Raises ValueError unless `word` is one chunk.
    """
    steps = merge_steps(tokenizer, word)
    letters = [tokenizer.piece(byte) for byte in tokenizer.split(word)[0].encode("utf-8")]
    places = [(float(x), 0.0) for x in range(len(letters))]
    names = list(letters)
    for level, (left, right, new) in enumerate(steps, start=1):
        places.append(((places[left][0] + places[right][0]) / 2, float(level)))
        names.append(f"{tokenizer.piece(new)}\n{new}")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.axis("off")
        for (left, right, _), top in zip(steps, places[len(letters) :], strict=True):
            for part in (places[left], places[right]):
                axes.plot([part[0], part[0], top[0]], [part[1], top[1], top[1]], color=BLUE, zorder=1)
        for (x, y), name in zip(places, names, strict=True):
            box = {"boxstyle": "round,pad=0.25", "facecolor": SOFT[0 if y else 1], "edgecolor": "white"}
            axes.text(x, y, visible(name), ha="center", va="center", bbox=box, zorder=2, **TYPE)
        axes.set(xlim=(-0.8, len(letters) - 0.2), ylim=(-0.4, len(steps) + 0.5))

    said = ", then ".join(name.replace("\n", " as id ") for name in names[len(letters) :]) or "no merge fits"
    alt = f"The letters of {word!r} at the bottom; the merges above them, in order: {said}"
    return figure(paint, alt, max(6.0, 1.0 * len(letters)), 0.8 + 0.7 * len(steps))


def padded_slots(
    tokenizer: BPETokenizer, captions: Sequence[str], length: int, ids: Tensor | None = None
) -> Figure:
    """Captions as rows of `length` slots: pieces and ids where there is a token, "pad" and an id where there is none.

    ids: int64 [caption, length], what stands in each slot (None: what `encode_batch` gives, with PAD = -1).
    Raises ValueError for ids of another shape, and CaptionError as the tokenizer does.
    """
    batch = tokenizer.encode_batch(captions, length)
    shown = batch if ids is None else ids
    if tuple(shown.shape) != tuple(batch.shape):
        raise ValueError(f"ids are {list(shown.shape)}; expected {list(batch.shape)}: one a slot")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for (row, column), token in np.ndenumerate(batch.numpy()):
            pad = token == PAD
            piece = "pad" if pad else visible(tokenizer.piece(int(token)))
            axes.add_patch(
                matplotlib.patches.Rectangle(
                    (column + 0.03, row + 0.06), 0.94, 0.88, color=GREY if pad else SOFT[0], linewidth=0
                )
            )
            for text, at in ((piece, 0.36), (str(int(shown[row, column])), 0.72)):
                axes.text(column + 0.5, row + at, text, ha="center", va="center", **{**TYPE, "fontsize": 11})
        axes.set(xlim=(0, length), ylim=(len(batch), 0), yticks=[], xlabel="position in the caption")
        axes.set_xticks(np.arange(length) + 0.5, range(length))
        axes.tick_params(length=0)
        axes.grid(False)
        axes.spines[:].set_visible(False)

    empty = (batch == PAD).sum(dim=1).tolist()
    said = "; ".join(
        f"{text!r}: ids {row}, {rest} of them padding"
        for text, row, rest in zip(captions, shown.tolist(), empty, strict=True)
    )
    return figure(paint, f"Captions in {length} slots each. {said}", 0.95 * length, 0.75 * len(batch) + 0.6)


def length_curves(sizes: Sequence[int], curves: Mapping[str, Sequence[float]], limit: int = 0) -> Figure:
    """Mean tokens a caption against the size of the vocabulary, a line for each name. limit: a dotted line at that many
    (0: none). Raises ValueError for a line of another length than `sizes`, or more than three."""
    at_most(curves, 3, "curves")
    if any(len(values) != len(sizes) for values in curves.values()):
        raise ValueError(f"every curve needs {len(sizes)} values, one for each vocabulary")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for (name, values), marker, dashes in zip(curves.items(), "osD", ("-", "-", "--"), strict=False):
            axes.plot(sizes, values, dashes, marker=marker, markersize=10 if marker == "s" else 6, label=name)
        if limit:
            axes.axhline(limit, color=DARK, linestyle=":", linewidth=1.5)
            axes.text(sizes[-1], limit, f"{limit} slots", ha="right", va="bottom", fontsize=12)
        axes.set(xlabel="tokens in the vocabulary", ylabel="tokens a caption", ylim=(0, None))
        axes.legend()

    said = "; ".join(f"{name} from {values[0]:.0f} to {values[-1]:.0f}" for name, values in curves.items())
    return figure(
        paint, f"Mean tokens a caption, vocabularies of {sizes[0]} to {sizes[-1]} tokens: {said}", 9, 4
    )


def paired_bars(names: Sequence[str], shares: Mapping[str, Sequence[float]], unit: str) -> Figure:
    """Two or three numbers for each name, side by side: shares[label] are [name]. Raises ValueError where one lacks,
    or for more than three."""
    at_most(shares, 3, "rows of shares")
    if any(len(values) != len(names) for values in shares.values()):
        raise ValueError(f"every row of shares needs {len(names)} values, one a name")
    places, high = np.arange(len(names)), 0.8 / len(shares)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for number, ((label, values), colour) in enumerate(
            zip(shares.items(), (BLUE, ORANGE, GREEN), strict=False)
        ):
            middle = places + (number - (len(shares) - 1) / 2) * high
            axes.barh(middle, values, high, color=colour, label=label)
        axes.set_yticks(places, names, family="monospace")
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(shares))

    said = "; ".join(
        f"{name}: " + ", ".join(f"{label} {values[i]:.2f}" for label, values in shares.items())
        for i, name in enumerate(names)
    )
    return figure(paint, f"{unit}. {said}", 9, 1.2 + 0.5 * len(names))
