"""Figures about training a dVAE: pictures that come up as it learns, what its nats are spent on, three likelihoods.

    >>> likelihoods(painted=0.95, miss=0.07)        # how much of each density lies where no pixel can be

Left out: curves of a log (`scale.py`, `lines.py`), the live form of the likelihoods
(`widgets/likelihood_slider.py`), and the formulas of the model (`relaxation.py`).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from minidalle.pipeline_pictures import to_bytes
from minidalle.relaxation import PIXEL_EPSILON
from minidalle.show import Figure, figure
from minidalle.show.colours import DARK, at_most
from minidalle.show.lines import COLOURS, DASHES

HATCHES = ("", "//", "..", "xx")
PLACES = np.linspace(-0.35, 1.35, 1701)
"""Values of a sub-pixel at which densities are drawn; real ones end at 0 and 1."""


def film(
    originals: Tensor,
    looks: Mapping[str, Tensor],
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    x: str = "updates",
    log: Sequence[str] = (),
) -> Figure:
    """What a model made of the same pictures, look after look, beside the curves so far.

    originals: [picture, 3, height, width] in [0, 1], the uppermost row. looks: by name, as many pictures each, a row
    each. curves: by what they measure, x and y values, a panel each. log: those with a logarithmic axis. Raises
    ValueError for no curves, more than six, or for another number of pictures.
    """
    at_most(curves, len(COLOURS), "curves")
    rows = {"pictures": originals, **looks}
    if not curves:
        raise ValueError("there are no curves to draw beside the pictures")
    for name, images in rows.items():
        if images.shape != originals.shape:
            raise ValueError(
                f"{name!r} has shape {list(images.shape)}; the originals have {list(originals.shape)}"
            )

    def paint(canvas: Any) -> None:
        left, right = canvas.subfigures(1, 2, width_ratios=(1.5, 1))
        grid = left.subplots(len(rows), len(originals) + 1, squeeze=False)
        for line, (name, images) in zip(grid, rows.items()):
            for axes in line:
                axes.axis("off")
            line[0].text(1, 0.5, name, ha="right", va="center", transform=line[0].transAxes)
            for axes, picture in zip(line[1:], to_bytes(images)):
                axes.imshow(picture)
        panels = right.subplots(len(curves), 1, sharex=True, squeeze=False).ravel()
        for axes, (name, (places, values)), colour in zip(panels, curves.items(), COLOURS):
            axes.plot(places, values, color=colour, lw=1.8)
            axes.set(title=name, yscale="log" if name in log else "linear")
        panels[-1].set_xlabel(x)

    ends = [f"{name} from {values[0]:.3g} to {values[-1]:.3g}" for name, (_, values) in curves.items()]
    alt = f"{len(rows)} rows of {len(originals)} pictures, from the top: {', '.join(rows)}. Over {x}: {'; '.join(ends)}"
    return figure(paint, alt, 12.5, max(3.6, 0.95 * len(rows)))


def stacked(
    parts: Mapping[str, Mapping[str, float]], unit: str, level: Mapping[str, float] | None = None
) -> Figure:
    """A bar for each thing, put together from parts, in the unit itself (`lines.shares` has percent).

    parts: by thing, the size of each part, the same parts for all, none below 0. level: vertical lines by name.
    Raises ValueError where parts differ, are negative, or are more than six.
    """
    kinds = list(next(iter(parts.values()))) if parts else []
    at_most(kinds, len(COLOURS), "parts")
    for name, sizes in parts.items():
        if list(sizes) != kinds or not kinds or min(sizes.values()) < 0:
            raise ValueError(f"{name!r} has the parts {dict(sizes)}; expected {kinds}, none below 0")
    most = max([sum(sizes.values()) for sizes in parts.values()] + list((level or {}).values()), default=1.0)

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        left = np.zeros(len(parts))
        for number, kind in enumerate(kinds):
            widths = np.array([sizes[kind] for sizes in parts.values()])
            look = {"facecolor": COLOURS[number], "hatch": HATCHES[number % 4], "edgecolor": "white"}
            axes.barh(list(parts), widths, left=left, label=kind, height=0.6, **look)
            for place, (start, width) in enumerate(zip(left, widths)):
                if width > 0.08 * most:
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
                    axes.text(
                        start + width / 2,
                        place,
                        f"{width:.2f}",
                        ha="center",
                        va="center",
                        bbox=box,
                        fontsize=12,
                    )
            left += widths
        for name, value in (level or {}).items():
            axes.axvline(value, color=DARK, lw=1.5, ls=(0, (1, 2)))
            axes.annotate(name, (value, 1.02), xycoords=("data", "axes fraction"), ha="center", fontsize=12)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set(xlabel=unit, xlim=(0, 1.03 * most))
        canvas.legend(ncols=len(kinds), loc="outside lower center")

    said = [
        f"{name}: " + ", ".join(f"{kind} {value:.2f}" for kind, value in sizes.items())
        for name, sizes in parts.items()
    ]
    levels = [f"{name} at {value:.3g}" for name, value in (level or {}).items()]
    return figure(paint, f"Bars in {unit}. {'; '.join(said + levels)}", 9.5, 2.0 + 0.55 * len(parts))


def densities(painted: float, miss: float, epsilon: float = PIXEL_EPSILON) -> dict[str, np.ndarray]:
    """Three densities of a sub-pixel around a painted value, at `PLACES`, in units of the sub-pixel itself.

    painted: between 0 and 1. miss: the Laplace's scale, its average miss; the normal has the same variance, and the
    logit-Laplace the same slope around the painted value, b = miss * d logit(phi(x)) / dx. epsilon: of phi, above 0
    and below 1/2. Raises ValueError for values outside.
    """
    inside = _phi(painted, epsilon) if 0 <= painted <= 1 and 0 < epsilon < 0.5 and miss > 0 else math.nan
    if math.isnan(inside):
        raise ValueError(f"painted {painted}, miss {miss}, epsilon {epsilon}: see what each may be")
    spread = math.sqrt(2) * miss
    normal = np.exp(-(((PLACES - painted) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
    laplace = np.exp(-abs(PLACES - painted) / miss) / (2 * miss)
    b, mapped = miss * _slope(inside, epsilon), _phi(PLACES, epsilon)
    logit_laplace = np.zeros_like(PLACES)
    possible = (mapped > 0) & (mapped < 1)
    distance = abs(_logit(mapped[possible]) - _logit(inside))
    logit_laplace[possible] = np.exp(-distance / b) / (2 * b) * _slope(mapped[possible], epsilon)
    return {"normal": normal, "Laplace": laplace, "logit-Laplace": logit_laplace}


def outside(painted: float, miss: float, epsilon: float = PIXEL_EPSILON) -> dict[str, float]:
    """The share of each of `densities` that lies below 0 or above 1, exactly."""
    to_edges = np.array([painted, 1 - painted])
    normal = sum(0.5 * math.erfc(edge / (2 * miss)) for edge in to_edges)
    at = _logit(_phi(np.array([0.0, painted, 1.0]), epsilon))
    b = miss * _slope(_phi(painted, epsilon), epsilon)
    in_logits = np.exp(-np.diff(at) / b).sum() / 2
    laplace = np.exp(-to_edges / miss).sum() / 2
    return {"normal": normal, "Laplace": float(laplace), "logit-Laplace": float(in_logits)}


def likelihoods(painted: float, miss: float, epsilon: float = PIXEL_EPSILON) -> Figure:
    """Normal, Laplace and logit-Laplace around one painted value, and what each gives to impossible pixels.

    Arguments, and what raises, as of `densities`.
    """
    curves, lost = densities(painted, miss, epsilon), outside(painted, miss, epsilon)
    beyond = (PLACES < 0) | (PLACES > 1)

    def paint(canvas: Any) -> None:
        for axes, (name, values), colour in zip(canvas.subplots(1, 3, sharey=True), curves.items(), COLOURS):
            axes.plot(PLACES, values, color=colour)
            axes.fill_between(PLACES, values, where=beyond, facecolor="#BBBBBB", hatch="//", edgecolor=DARK)
            axes.axvline(painted, color=DARK, lw=1.2, ls=DASHES[1])
            for edge in (0, 1):
                axes.axvline(edge, color=DARK, lw=1)
            axes.set(title=f"{name}: {lost[name]:.0%} impossible", xlabel="value of the sub-pixel")
            axes.set_ylim(0, 1.08 * curves["Laplace"].max())
        canvas.axes[0].set_ylabel("density")

    said = ", ".join(f"{name} {share:.1%}" for name, share in lost.items())
    alt = (
        f"painted {painted:.2f}, average miss {miss:.3f}, epsilon {epsilon:g}: below 0 or above 1 lie {said}"
    )
    return figure(paint, alt, 12.0, 3.5)


def _phi(x: Any, epsilon: float) -> Any:
    return (1 - 2 * epsilon) * x + epsilon


def _logit(x: Any) -> Any:
    return np.log(x) - np.log1p(-x)


def _slope(mapped: Any, epsilon: float) -> Any:
    """d logit(phi(x)) / dx, where phi(x) is `mapped`."""
    return (1 - 2 * epsilon) / (mapped * (1 - mapped))
