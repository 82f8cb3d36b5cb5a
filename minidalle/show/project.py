"""Figures about a project of one's own: its stations, how long captions are, and what a real run takes.

Left out: shares, curves and pictures, which other modules draw (`measuring.py`, `lines.py`, `__init__.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, ORANGE, SOFT
from minidalle.show.lines import COLOURS

STATIONS: dict[str, tuple[str, str]] = {
    "bring": ("pictures\nwith captions", "can all of them\nbe read?"),
    "look": ("a look\nat the data", "copies? licences?\ncaptions that fit?"),
    "rehearse": ("a rehearsal,\nin seconds", "does every stage\nrun to its end?"),
    "ceiling": ("the dVAE\nalone", "are its pictures\ngood enough?"),
    "train": ("the\ntransformer", "from nothing, or\nfrom a shipped one?"),
    "measure": ("a table", "does it beat the\nlazy method?"),
    "publish": ("a model\nfolder", "can a stranger\ntrust it?"),
}
"""The stations of a project in order: what is there, and the question that may send one back."""

ACROSS = 4  # stations side by side

TICKS = {1 / 60: "1 s", 1 / 6: "10 s", 1: "1 min", 10: "10 min", 60: "1 h", 600: "10 h", 1440 * 7: "a week"}
"""Minutes that the axis of times names."""


def stations(here: str = "") -> Figure:
    """The stations of a project in two rows, numbered, each above its question; `here` is drawn strongly.

    here: one of `STATIONS`, "" for none. Raises ValueError for another.
    """
    if here and here not in STATIONS:
        raise ValueError(f"here is {here!r}; choose from {', '.join(STATIONS)}")

    def paint(canvas: Any) -> None:
        from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

        axes = canvas.subplots()
        axes.axis("off")
        for number, (name, (what, question)) in enumerate(STATIONS.items()):
            x, y = 3.0 * (number % ACROSS), -3.3 * (number // ACROSS)
            strong = name == here
            look = {
                "facecolor": ORANGE if strong else SOFT[0],
                "edgecolor": BLUE,
                "linewidth": 3 if strong else 1.6,
            }
            axes.add_patch(FancyBboxPatch((x, y), 2.3, 1.5, boxstyle="round,pad=0.1", **look))
            axes.text(x, y + 1.5, str(number + 1), ha="left", va="top", fontsize=11, color=DARK)
            axes.text(x + 1.15, y + 0.75, what, ha="center", va="center", weight="bold", fontsize=13)
            axes.text(x + 1.15, y - 0.75, question, ha="center", va="center", fontsize=12.5, color=DARK)
            if number:  # the arrow to the first box of the next row comes in from the left
                ends = ((x - 0.58, y + 0.75), (x - 0.12, y + 0.75))
                axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=15, color=DARK))
            if (number + 1) % ACROSS == 0:  # and leaves the last box of this one to the right
                axes.plot((x + 2.42, x + 2.75), (y + 0.75, y + 0.75), color=DARK, lw=1.2)
        axes.set(xlim=(-0.7, 3.0 * ACROSS - 0.2), ylim=(-4.6, 1.8))

    flat = [(" ".join(what.split()), " ".join(question.split())) for what, question in STATIONS.values()]
    said = "; ".join(f"{n}, {what} ({question})" for n, (what, question) in enumerate(flat, 1))
    marked = f". You are here: {flat[list(STATIONS).index(here)][0]}" if here else ""
    return figure(paint, f"The stations of a project, each with its question: {said}{marked}", 9.6, 4.4)


def lengths(counts: Mapping[str, Sequence[int]], limit: int, unit: str = "tokens in a caption") -> Figure:
    """How long things are, a histogram for each name, and the longest that is allowed as a line.

    counts: up to four lists of whole numbers. limit: what is longer does not fit. Raises ValueError for an empty list,
    for none, or for too many.
    """
    if not 1 <= len(counts) <= 4 or not all(len(values) for values in counts.values()):
        raise ValueError(f"there are {len(counts)} lists; give one to four, none of them empty")
    longest = max(max(values) for values in counts.values())
    bins = np.arange(0.5, max(longest, limit) + 1.6)

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(len(counts), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (name, values), colour in zip(panels, counts.items(), COLOURS):
            axes.hist(values, bins=bins, color=colour)
            axes.axvline(limit + 0.5, color=DARK, ls=":", lw=2.5)
            over = sum(value > limit for value in values)
            axes.set_title(
                f"{name}: {over} of {len(values)} are longer than {limit}", loc="left", fontsize=13
            )
            axes.set_ylabel("captions")
        panels[-1].set_xlabel(unit)

    said = "; ".join(
        f"{name}: {min(values)} to {max(values)}, {sum(value > limit for value in values)} of {len(values)} too long"
        for name, values in counts.items()
    )
    return figure(paint, f"Lengths in {unit}, where {limit} fit. {said}", 9, 0.9 + 1.7 * len(counts))


def times(rows: Mapping[str, tuple[float, bool]], title: str = "") -> Figure:
    """How long things take, on a logarithmic axis: filled bars were measured, hatched ones are estimates.

    rows: by name the minutes, and whether they were measured. Raises ValueError for no rows, or for times that are not
    above 0.
    """
    if not rows or any(not minutes > 0 for minutes, _ in rows.values()):
        raise ValueError("give at least one row, and minutes above 0")
    ordered = sorted(rows.items(), key=lambda row: -row[1][0])

    def paint(canvas: Any) -> None:
        from matplotlib.patches import Patch

        axes = canvas.subplots()
        for place, (_, (minutes, measured)) in enumerate(ordered):
            look = {"color": BLUE} if measured else {"facecolor": "white", "edgecolor": BLUE, "hatch": "//"}
            axes.barh(place, minutes, height=0.62, **look)
            axes.text(minutes * 1.12, place, spoken(minutes), va="center", fontsize=12)
        axes.set_yticks(range(len(ordered)), [name for name, _ in ordered])
        axes.set_xscale("log")
        smallest, largest = ordered[-1][1][0], ordered[0][1][0]
        axes.set(xlim=(smallest / 3, largest * 6), ylim=(len(ordered) - 0.4, -0.6), title=title)
        ticks = [minutes for minutes in TICKS if smallest / 3 <= minutes <= largest * 6]
        axes.set_xticks(ticks, [TICKS[minutes] for minutes in ticks])
        axes.minorticks_off()
        axes.grid(False, axis="y")
        kinds = [
            Patch(color=BLUE, label="measured"),
            Patch(fc="white", ec=BLUE, hatch="//", label="estimated"),
        ]
        canvas.legend(handles=kinds, loc="outside lower center", ncols=2)

    said = "; ".join(
        f"{name} {spoken(minutes)} ({'measured' if measured else 'estimated'})"
        for name, (minutes, measured) in ordered
    )
    return figure(paint, f"{title or 'How long it takes'}: {said}", 10, 1.5 + 0.5 * len(rows))


def spoken(minutes: float) -> str:
    """A time as people say it: "40 s", "12 min", "3.5 h", "2 days"."""
    for unit, size, until in (("s", 1 / 60, 1.5), ("min", 1.0, 100), ("h", 60.0, 60 * 48)):
        if minutes < until:
            amount = minutes / size
            return f"{amount:.1f} {unit}" if amount < 10 and unit != "s" else f"{amount:.0f} {unit}"
    return f"{minutes / 1440:.0f} days"
