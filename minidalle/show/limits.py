"""Figures about what a model took from its data: shares beside shares, icons of few cells, a line of time.

    >>> beside_data({"red": 0.6, "blue": 0.4}, {"drawn": {"red": 70, "blue": 30}}, wilson, "share of cars")

Left out: the numbers (`evaluation/statistics.py`), and copies of training pictures (`show/measuring.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, GREEN, PURPLE, RED, WHITE, YELLOW, at_most

COLOURS, MARKS = (BLUE, RED, GREEN, PURPLE), ("o", "s", "^", "D")
ICON = (WHITE, RED, BLUE, GREEN, YELLOW, PURPLE, DARK)
"""Cells of an icon by code: empty, then red, blue, green, yellow, pink, black."""


Interval = Callable[[int, int], tuple[float, float]]
"""How sure a share is: (how many, of how many) to its lowest and highest value; `evaluation.statistics.wilson`."""


def _shares(counts: Sequence[tuple[int, int]], interval: Interval) -> tuple[np.ndarray, np.ndarray]:
    """Shares [n] of (how many, of how many), and how far their intervals reach [2, n] down and up."""
    shares = np.array([hits / total for hits, total in counts])
    return shares, np.abs(np.array([interval(hits, total) for hits, total in counts]).T - shares)


def beside_data(
    data: Mapping[str, float],
    samples: Mapping[str, Mapping[str, int]],
    interval: Interval,
    unit: str,
    title: str = "",
) -> Figure:
    """A grey bar for the share of each value in the data; on it, for each group of pictures, a mark with its
    interval.

    data: value -> share in [0, 1]. samples: group -> value -> number of pictures; values that no picture has may be
    left out. Raises ValueError for a value that the data do not know, a group without pictures, or more than four
    groups.
    """
    at_most(samples, len(COLOURS), "groups")
    found = {}
    for name, counts in samples.items():
        total = sum(counts.values())
        if total < 1 or set(counts) - set(data):
            raise ValueError(
                f"{name!r} counts {dict(counts)}; give at least one picture, of {', '.join(data)}"
            )
        found[name] = _shares([(counts.get(value, 0), total) for value in data], interval)

    places = np.arange(len(data))

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.bar(places, list(data.values()), 0.8, color="#CCCCCC", label="the data")
        for number, (name, (shares, ends)) in enumerate(found.items()):
            shift = 0.2 * (number - (len(found) - 1) / 2)
            axes.errorbar(
                places + shift, shares, ends, fmt=MARKS[number], color=COLOURS[number], capsize=4, label=name
            )
        axes.set_xticks(places, list(data))
        axes.set(ylabel=unit, ylim=(0, None), title=title)
        axes.grid(False, axis="x")
        canvas.legend(loc="outside lower center", ncols=4)

    said = "; ".join(
        f"{name}: " + ", ".join(f"{value} {part:.2f}" for value, part in zip(data, shares, strict=True))
        for name, (shares, _) in found.items()
    )
    base = ", ".join(f"{value} {part:.2f}" for value, part in data.items())
    alt = f"{title + ': ' if title else ''}{unit}. The data: {base}; {said}"
    return figure(paint, alt, 9, 4.2)


def icons(groups: Mapping[str, tuple[Any, Sequence[str]]]) -> Figure:
    """Icons of coloured cells, a line of them for each group, every icon under its caption.

    groups: name -> (codes [icon, cell] of square icons, their captions). Raises ValueError for no groups, cells that
    make no square, a code without a colour, or a number of captions that does not fit.
    """
    tables = {name: (np.asarray(codes), list(captions)) for name, (codes, captions) in groups.items()}
    if not tables or any(len(codes) != len(captions) for codes, captions in tables.values()):
        raise ValueError("give groups of icons, and a caption for each icon")
    for name, (codes, _) in tables.items():
        side = round(codes.shape[1] ** 0.5)
        if side * side != codes.shape[1] or codes.min() < 0 or codes.max() >= len(ICON):
            raise ValueError(
                f"{name!r}: {codes.shape[1]} cells of codes {codes.min()} to {codes.max()} are no icon"
            )
    most = max(len(codes) for codes, _ in tables.values())

    def paint(canvas: Any) -> None:
        from matplotlib.colors import ListedColormap

        lines = canvas.subplots(len(tables), most + 1, squeeze=False, width_ratios=[1.3] + [1] * most)
        for line, (name, (codes, captions)) in zip(lines, tables.items(), strict=True):
            for axes in line:
                axes.axis("off")
            line[0].text(1, 0.5, name, ha="right", va="center", transform=line[0].transAxes)
            side = round(codes.shape[1] ** 0.5)
            for axes, cells, caption in zip(line[1:], codes, captions):
                axes.axis("on")
                axes.imshow(cells.reshape(side, side), cmap=ListedColormap(ICON), vmin=0, vmax=len(ICON) - 1)
                axes.set(xticks=np.arange(side + 1) - 0.5, yticks=np.arange(side + 1) - 0.5)
                axes.set(xticklabels=[], yticklabels=[])
                axes.tick_params(length=0)
                axes.grid(True, color="#DDDDDD", linewidth=0.6)
                axes.set_axisbelow(False)
                axes.spines[:].set_visible(False)
                axes.set_title(caption, fontsize=11)

    said = "; ".join(f"{name}: {', '.join(captions)}" for name, (_, captions) in tables.items())
    return figure(paint, f"Icons. {said}", 1.3 * (most + 1.3), 1.62 * len(tables) + 0.1)


def with_formula(
    x: Sequence[float],
    expected: Sequence[float],
    counts: Sequence[tuple[int, int]],
    interval: Interval,
    names: tuple[str, str, str],
) -> Figure:
    """A line that a formula expects, and on it what was counted, with intervals.

    x: where; expected: a share for each x; counts: (how many, of how many) for each x; names: of the x axis, of the
    share, and of the formula. Raises ValueError where they differ in number.
    """
    if not len(x) == len(expected) == len(counts) > 0:
        raise ValueError(
            f"{len(x)} places, {len(expected)} expected shares, {len(counts)} counts: give one each"
        )
    shares, ends = _shares(counts, interval)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.plot(x, expected, color=DARK, linestyle="--", label=names[2])
        axes.errorbar(x, shares, ends, fmt="o", color=BLUE, capsize=4, label="drawn")
        axes.set(xlabel=names[0], ylabel=names[1], ylim=(0, 1.04), xlim=(max(x) + 0.03, min(x) - 0.03))
        axes.legend(loc="lower right")

    said = ", ".join(
        f"{at:g}: {part:.2f}, expected {line:.2f}" for at, part, line in zip(x, shares, expected, strict=True)
    )
    return figure(paint, f"{names[1]} by {names[0]}. {said}", 8, 3.8)


def timeline(works: Mapping[str, Sequence[tuple[float, str]]], here: str = "") -> Figure:
    """Works on a line of time, a band for each family; `here` is drawn strongly.

    works: family -> (year, name), a year with its decimals. Names take turns above and below the band's line. Raises
    ValueError for no works, more than four families, or a `here` that is none of them.
    """
    names = [name for family in works.values() for _, name in family]
    if not names or (here and here not in names):
        raise ValueError(f"here is {here!r}; choose from {', '.join(names) or 'at least one work'}")
    at_most(works, len(COLOURS), "families")
    years = [year for family in works.values() for year, _ in family]

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for band, entries in enumerate(works.values()):
            axes.axhline(-band, color=COLOURS[band], linewidth=2, alpha=0.5)
            for number, (year, name) in enumerate(sorted(entries)):
                strong, height = name == here, (0.14, -0.14, 0.34, -0.34)[number % 4]
                size, colour = (13, DARK) if strong else (8, COLOURS[band])
                axes.plot([year, year], [-band, height - band], color=colour, linewidth=1)
                axes.plot(year, -band, MARKS[band], color=colour, markersize=size)
                side, weight = "bottom" if height > 0 else "top", "bold" if strong else "normal"
                box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                axes.text(
                    year, height - band, name, ha="center", va=side, fontsize=12, weight=weight, bbox=box
                )
        axes.set(xlim=(min(years) - 0.5, max(years) + 0.6), ylim=(0.45 - len(works), 0.55))
        axes.set_yticks([-band for band in range(len(works))], list(works))
        axes.set_xticks(range(int(np.ceil(min(years))), int(max(years)) + 1))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.grid(False, axis="y")

    said = "; ".join(
        f"{family}: " + ", ".join(f"{int(year)} {name}" for year, name in sorted(entries))
        for family, entries in works.items()
    )
    return figure(paint, f"A line of time. {said}", 13, 1.5 * len(works) + 0.5)
