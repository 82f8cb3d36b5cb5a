"""Figures about CLIP and about choosing: which caption fits which picture, and what the best of k brings.

    >>> choosing_curves({"count": curve(rows, scores)}, "right, by the judge")

Left out: the numbers (`clip.py`, `evaluation/choosing.py`), and the live slider (`widgets/rerank_slider.py`).
"""

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from minidalle.pipeline_pictures import png, to_bytes
from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, GREEN, ORANGE, RED, at_most


def _array(values: Any) -> np.ndarray:
    """A tensor or array as float64."""
    return np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values, dtype=np.float64)


def with_palette(drawn: Figure) -> Figure:
    """The same figure with 256 colours of its own: large areas of few colours would otherwise leave small pictures
    none when a notebook's figures are made smaller."""
    image = Image.open(io.BytesIO(drawn.png)).convert("RGB")
    few = image.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    return Figure(png(few), drawn.alt)


def similarity_table(scores: Any, images: Tensor, captions: Sequence[str], title: str = "") -> Figure:
    """Every picture against every caption: scores [n, m], images [n, 3, height, width] at the left of their rows,
    m captions as columns. The largest of each row has a frame.

    Raises ValueError unless there is a row for each picture and a column for each caption.
    """
    table = _array(scores)
    if table.shape != (len(images), len(captions)):
        raise ValueError(
            f"scores are {list(table.shape)} for {len(images)} pictures, {len(captions)} captions"
        )
    pixels, names = to_bytes(images), [textwrap.fill(text, 16) for text in captions]
    rows, columns = table.shape

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.imshow(np.round(table * 5) / 5, vmin=-0.4, vmax=1.6, cmap="Blues", extent=(0, columns, rows, 0))
        for (row, column), score in np.ndenumerate(table):
            axes.text(column + 0.5, row + 0.5, f"{score:.2f}", ha="center", va="center")
            if column == table[row].argmax():
                axes.plot(
                    column + np.array([0.05, 0.95, 0.95, 0.05, 0.05]),
                    row + np.array([0.05, 0.05, 0.95, 0.95, 0.05]),
                    color=RED,
                )
        for row, picture in enumerate(pixels):
            axes.imshow(picture, extent=(-1.05, -0.1, row + 0.97, row + 0.03))
        axes.set(xlim=(-1.1, columns), ylim=(rows, 0), yticks=[])
        axes.set_xticks(np.arange(columns) + 0.5, names, fontsize=11)
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        if title:
            axes.set_title(title)

    own = int((table.argmax(axis=1) == np.arange(rows)).sum())
    alt = f"A table of {rows} pictures and {columns} captions; in {own} rows the largest is on the diagonal"
    return with_palette(figure(paint, alt, 1.45 * (columns + 1.1), 1.45 * rows + 0.9))


def temperature_bars(cosines: Any, names: Sequence[str], scales: Sequence[float]) -> Figure:
    """The softmax of scale times cosines [m], a panel for each scale: how sure one picture is of its caption."""
    values = _array(cosines)
    if values.shape != (len(names),):
        raise ValueError(f"cosines are {list(values.shape)} for {len(names)} names; give one each")
    weights = [np.exp(scale * (values - values.max())) for scale in scales]
    shares = [weight / weight.sum() for weight in weights]

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(1, len(scales), sharey=True, squeeze=False)[0]
        for axes, scale, share in zip(panels, scales, shares, strict=True):
            axes.barh(range(len(names)), share, color=BLUE)
            axes.set_title(f"scale {scale:g}")
            axes.set(xlim=(0, 1.02), xlabel="probability")
        panels[0].set_yticks(range(len(names)), [textwrap.fill(name, 26) for name in names])
        panels[0].invert_yaxis()

    said = ", ".join(
        f"scale {scale:g}: {share.max():.2f}" for scale, share in zip(scales, shares, strict=True)
    )
    return figure(paint, f"Probabilities of {len(names)} captions; the largest by scale is {said}", 12, 4.2)


def learning_curves(
    steps: Sequence[int], shares: Mapping[str, Sequence[float]], chances: Mapping[str, float], title: str = ""
) -> Figure:
    """Shares that are right against training steps, each with a dotted line at what guessing would score.

    shares: by name, one a step, in [0, 1]. chances: by the same names. Raises ValueError for a name without a chance,
    or more than four.
    """
    at_most(shares, 4, "curves")
    if set(shares) - set(chances):
        raise ValueError(f"there is no chance for {', '.join(sorted(set(shares) - set(chances)))}")
    colours = dict(zip(shares, (BLUE, RED, GREEN, ORANGE), strict=False))

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for name, values in shares.items():
            axes.plot(steps, values, marker="o", color=colours[name], label=name)
            axes.axhline(chances[name], color=colours[name], linestyle=":", linewidth=1.5)
        axes.set(xlabel="training steps", ylabel="share right", ylim=(0, 1.04))
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.16))
        axes.set_title(title)

    said = "; ".join(f"{name} from {values[0]:.2f} to {values[-1]:.2f}" for name, values in shares.items())
    return figure(paint, f"Shares right over {steps[-1]} steps: {said}; dotted lines: guessing", 8.5, 4)


def confusion(truth: Sequence[int], said: Sequence[int], names: Sequence[str], title: str = "") -> Figure:
    """How often pictures of each class (rows) were called each class (columns), as counts."""
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (np.asarray(truth), np.asarray(said)), 1)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        axes.imshow(counts, cmap="Blues", vmax=1.3 * counts.max())
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = "white" if count > 0.8 * counts.max() else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=12)
        axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="called", ylabel="shown")
        axes.grid(False)
        axes.set_title(title)

    right = int(np.trace(counts))
    return figure(
        paint, f"{title or 'Classes'}: {right} of {counts.sum()} pictures are called rightly", 7.5, 6.4
    )


LINES = {
    "luck": ("guessing: 1 − (1 − p)ᵏ", ORANGE, ":"),
    "any": ("one of k is right", GREEN, "--"),
    "clip": ("the favourite of k", BLUE, "-"),
}
"""Columns of `evaluation.choosing.curve`, and how they are drawn."""


def choosing_curves(curves: Mapping[str, Sequence[Mapping[str, float]]], unit: str) -> Figure:
    """A panel for each kind: how often the answer is right against k, for the favourite, for any of k, and by luck.

    curves: name to points with "k", "clip", "any", "luck", as `evaluation.choosing.curve` makes them; unit: the y axis.
    Raises ValueError for no curves.
    """
    if not curves:
        raise ValueError("there are no curves to draw; give at least one kind")

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        for axes, (name, points) in zip(panels, curves.items(), strict=True):
            k = [point["k"] for point in points]
            for column, (label, colour, dashes) in LINES.items():
                axes.plot(
                    k, [point[column] for point in points], dashes, color=colour, marker="o", label=label
                )
            axes.set_xscale("log", base=2)
            axes.set_xticks(k, [str(one) for one in k])
            axes.set(xlabel="k", ylim=(0, 1.04))
            axes.set_title(name)
        panels[0].set_ylabel(unit)
        canvas.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)

    said = "; ".join(
        f"{name}: the favourite {points[0]['clip']:.2f} to {points[-1]['clip']:.2f}, any to {points[-1]['any']:.2f}"
        for name, points in curves.items()
    )
    return figure(paint, f"Share right against k. {said}", 4.2 * len(curves) + 0.6, 4.6)


def gains(measured: Mapping[str, Mapping[str, float]], unit: str = "share right") -> Figure:
    """What choosing adds, a line for each kind: an average drawing, the favourite with the 95 % interval of its gain,
    and any right one of as many.

    measured: name to "random", "best", "oracle", "gain_low", "gain_high" and "of", as `evaluation.measure.gain` gives.
    Raises ValueError for no kinds.
    """
    if not measured:
        raise ValueError("there is nothing to draw; give at least one kind")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for row, one in enumerate(measured.values()):
            start = one["random"]
            axes.plot([start, one["oracle"]], [row, row], color="#BBBBBB", linewidth=1.2, zorder=1)
            axes.plot(
                [start + one["gain_low"], start + one["gain_high"]],
                [row, row],
                color=BLUE,
                linewidth=6,
                alpha=0.3,
                label=None if row else "its gain's 95 % interval",
            )
        for column, label, colour, marker in (
            ("random", "an average drawing", DARK, "o"),
            ("best", "CLIP's favourite", BLUE, "D"),
            ("oracle", "any of them right", GREEN, "|"),
        ):
            values = [one[column] for one in measured.values()]
            size = 16 if marker == "|" else 9
            axes.plot(
                values,
                range(len(values)),
                marker,
                color=colour,
                label=label,
                markersize=size,
                markeredgewidth=2.5,
            )
        axes.set_yticks(range(len(measured)), list(measured))
        axes.set(xlabel=unit, xlim=(0, 1.03), ylim=(len(measured) - 0.4, -0.6))
        canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)

    said = "; ".join(
        f"{name}: {one['random']:.2f}, chosen {one['best']:.2f}, any {one['oracle']:.2f}"
        for name, one in measured.items()
    )
    alt = f"Share right of an average drawing, CLIP's favourite, and any: {said}"
    return with_palette(figure(paint, alt, 9, 2.2 + 0.5 * len(measured)))
