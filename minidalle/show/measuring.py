"""Figures about measuring: how sure a share is, what luck alone would score, and how near is too near.

    >>> shares_with_intervals({"pair": {"seen": share(marks)}}, "share right")

Left out: the numbers (`evaluation/statistics.py`, `chances.py`, `memorisation.py`), and the live browser of neighbours
(`widgets/neighbours.py`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, GREEN, ORANGE, PURPLE, RED, at_most

COLOURS = (BLUE, RED, GREEN, ORANGE, PURPLE)
MARKS = ("o", "s", "^", "D", "v")


def repeated_shares(shares: Mapping[str, Sequence[float]], truth: float) -> Figure:
    """A histogram for each size of test: the shares that many repetitions of it found, with the true share as a line.

    shares: name ("20 pictures") -> shares, one a repetition; the axis runs from a half to 1. Raises ValueError for
    none, or for a share outside of that.
    """
    if not shares:
        raise ValueError("there are no repetitions to draw; give at least one size of test")
    for name, values in shares.items():
        if not 0.5 <= min(values) <= max(values) <= 1:
            raise ValueError(
                f"{name!r} has shares from {min(values)} to {max(values)}; the axis shows 0.5 to 1"
            )

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(1, len(shares), sharey=True, squeeze=False)[0]
        for axes, (name, values) in zip(panels, shares.items(), strict=True):
            axes.hist(values, bins=np.arange(0.5, 1.03, 0.025) - 0.0125, color=BLUE, weights=_weights(values))
            axes.axvline(truth, color=RED, linewidth=2)
            axes.set(xlim=(0.5, 1.02), xlabel="share found", title=name)
        panels[0].set_ylabel("share of repetitions")

    said = "; ".join(f"{name}: {min(some):.2f} to {max(some):.2f}" for name, some in shares.items())
    return figure(paint, f"Shares found by repeated tests; the truth is {truth:g}. {said}", 11, 3.4)


def _weights(values: Sequence[float]) -> np.ndarray:
    return np.full(len(values), 1 / len(values))


def coverage(
    truths: Sequence[float], caught: Mapping[str, Sequence[float]], promised: float = 0.95
) -> Figure:
    """How often an interval holds the true share, a line for each recipe, against the true share.

    truths: shares in [0, 1]; caught: recipe -> one share of intervals for each of them. Raises ValueError where they
    differ in number, or for more than three recipes.
    """
    at_most(caught, 3, "recipes")
    for name, values in caught.items():
        if len(values) != len(truths):
            raise ValueError(f"{name} has {len(values)} values for {len(truths)} true shares; give one each")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for (name, values), colour, mark in zip(caught.items(), (RED, BLUE, GREEN), "so^"):
            axes.plot(truths, values, marker=mark, color=colour, label=name)
        axes.axhline(promised, color=DARK, linestyle=":", label="promised")
        axes.set(xlabel="true share", ylabel="intervals that hold it", ylim=(0, 1.04))
        axes.legend(loc="lower left")

    said = "; ".join(f"{name}: {min(some):.2f} to {max(some):.2f}" for name, some in caught.items())
    return figure(paint, f"How often an interval holds the truth, {promised:g} promised. {said}", 8, 3.8)


def shares_with_intervals(
    rows: Mapping[str, Mapping[str, Mapping[str, float]]],
    unit: str = "share right",
    guesses: Mapping[str, float] | None = None,
) -> Figure:
    """A line for each row, and on it a mark with its 95 % interval for each column.

    rows: row -> column -> what `evaluation.statistics.share` gives ("share", "low", "high"). guesses: row -> what
    guessing scores, a dotted tick. Raises ValueError for no rows, or more than five columns.
    """
    if not rows:
        raise ValueError("there are no shares to draw; give at least one row")
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    at_most(columns, len(COLOURS), "columns")
    shift = {column: 0.22 * (number - (len(columns) - 1) / 2) for number, column in enumerate(columns)}
    guesses = guesses or {}

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for column, colour, mark in zip(columns, COLOURS, MARKS, strict=False):
            mine = [(place, row[column]) for place, row in enumerate(rows.values()) if column in row]
            shares = np.array([entry["share"] for _, entry in mine])
            ends = np.array([[e["share"] - e["low"], e["high"] - e["share"]] for _, e in mine]).T.clip(0)
            where = [place + shift[column] for place, _ in mine]
            axes.errorbar(shares, where, xerr=ends, fmt=mark, color=colour, capsize=4, label=column)
        for place, name in enumerate(rows):
            if name in guesses:
                axes.plot([guesses[name]] * 2, [place - 0.35, place + 0.35], ":", color=DARK, linewidth=2)
        if guesses:
            axes.plot([], [], ":", color=DARK, label="guessing")
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set(xlabel=unit, xlim=(-0.02, 1.02), ylim=(len(rows) - 0.4, -0.6))
        canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)

    said = "; ".join(
        f"{name}: " + ", ".join(f"{column} {entry['share']:.2f}" for column, entry in row.items())
        for name, row in rows.items()
    )
    return figure(paint, f"Shares with their 95 % intervals. {said}", 9, 1.6 + 0.75 * len(rows))


def luck_curves(k: Sequence[int], lines: Mapping[str, Sequence[float]], title: str = "") -> Figure:
    """Shares against the number of tries k, on a doubling axis; the first line is solid, the others dashed.

    Raises ValueError for a line with another number of values than k, or more than five lines.
    """
    at_most(lines, len(COLOURS), "lines")
    for name, values in lines.items():
        if len(values) != len(k):
            raise ValueError(f"{name} has {len(values)} values for {len(k)} numbers of tries; give one each")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for number, (name, values) in enumerate(lines.items()):
            dashes = "-" if number == 0 else "--"
            axes.plot(k, values, dashes, marker=MARKS[number], color=COLOURS[number], label=name)
        axes.set_xscale("log", base=2)
        axes.set_xticks(k, [str(one) for one in k])
        axes.set(xlabel="tries, k", ylabel="share right", ylim=(0, 1.04), title=title)
        axes.minorticks_off()
        axes.legend(loc="lower right")

    said = "; ".join(f"{name}: {some[0]:.2f} to {some[-1]:.2f}" for name, some in lines.items())
    return figure(paint, f"Share right against the number of tries, {k[0]} to {k[-1]}. {said}", 8, 3.8)


def distance_histogram(distances: Mapping[str, Any], threshold: float, unit: str) -> Figure:
    """How far each picture is from its nearest training picture, a panel for each group, with the line that makes a
    copy.

    distances: group -> one number a picture. Raises ValueError for none, or more than five groups.
    """
    if not distances:
        raise ValueError("there are no distances to draw; give at least one group")
    at_most(distances, len(COLOURS), "groups")
    values = {name: np.asarray(some, dtype=np.float64) for name, some in distances.items()}
    bins = np.linspace(0, max(some.max() for some in values.values()) * 1.02, 40)

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(len(values), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (name, some), colour in zip(panels, values.items(), COLOURS, strict=False):
            axes.hist(some, bins=bins, color=colour)
            axes.axvline(threshold, color=DARK, linestyle=":", linewidth=2)
            axes.set_ylabel("pictures")
            axes.set_title(name, loc="right")
        panels[-1].set_xlabel(unit)

    said = "; ".join(f"{name}: {(some < threshold).sum()} of {len(some)}" for name, some in values.items())
    alt = f"Distances to the nearest training picture; nearer than {threshold:.1f} are {said}"
    return figure(paint, alt, 8.5, 1.7 * len(values) + 0.6)
