"""Figures about drawing tokens: probabilities and their filters, shares of [0, 1), what a step costs and reads.

    >>> filtered_bars(logits, {"all": {}, "top_k 3": {"top_k": 3}})

Left out: the loop and the filters (`sampling.py`), and the live explorers (`widgets/`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.patches
import numpy as np
import torch
from torch import Tensor

from minidalle.masks import StreamLayout, visible_keys
from minidalle.sampling import filter_logits
from minidalle.show import Figure, figure
from minidalle.show.colours import BLUE, DARK, ORANGE, SOFT, at_most

GREY = "#BBBBBB"


def bars_on(
    axes: Any, logits: Tensor, most: int, temperature: float, top_k: int | None, top_p: float | None
) -> int:
    """The `most` likeliest codes of logits [code] at this temperature: grey before the other filters, blue after
    them. Returns how many codes are left."""
    before = filter_logits(logits.double()[None], temperature)[0].softmax(-1)
    after = filter_logits(logits.double()[None], temperature, top_k, top_p)[0].softmax(-1)
    order = before.argsort(descending=True, stable=True)[:most]
    places = range(len(order))
    axes.bar(places, before[order].tolist(), 0.85, color=GREY)
    axes.bar(places, after[order].tolist(), 0.55, color=BLUE)
    axes.set(ylim=(0, 1.02), xticks=[], xlabel="codes, likeliest first")
    return int((after > 0).sum())


def filtered_bars(logits: Tensor, settings: Mapping[str, Mapping[str, Any]], most: int = 16) -> Figure:
    """One prediction under several settings, a panel each: grey as the temperature leaves it, blue after top-k, top-p.

    logits: [code]. settings: name to some of temperature, top_k and top_p, as `filter_logits` takes them, which
    checks them. Raises ValueError for no settings, or logits of another shape.
    """
    if not settings or logits.ndim != 1:
        raise ValueError(f"give logits [code], not {list(logits.shape)}, and at least one setting")
    plain = {"temperature": 1.0, "top_k": None, "top_p": None}
    left: dict[str, int] = {}
    for name, given in settings.items():
        left[name] = int(filter_logits(logits[None].double(), **given).isfinite().sum())

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(1, len(settings), sharey=True, squeeze=False)[0]
        for axes, (name, given) in zip(panels, settings.items(), strict=True):
            bars_on(axes, logits, most, **{**plain, **given})
            axes.set_title(f"{name}\n{left[name]} codes left")
        panels[0].set_ylabel("probability")
        panels[0].set_ylim(0, 1.08 * max(bar.get_height() for axes in panels for bar in axes.patches))

    said = "; ".join(f"{name}: {count} codes left" for name, count in left.items())
    return figure(
        paint,
        f"Probabilities of the {most} likeliest of {len(logits)} codes. {said}",
        3.0 * len(settings) + 0.8,
        3.6,
    )


def shares(probabilities: Sequence[float], numbers: Sequence[float] = ()) -> Figure:
    """The line from 0 to 1, cut into a share for each code, and numbers with the code into whose share they fall.

    probabilities: they add up to 1. numbers: each in [0, 1). Raises ValueError otherwise.
    """
    sizes = np.asarray(probabilities, dtype=np.float64)
    if abs(sizes.sum() - 1) > 1e-6 or not all(0 <= number < 1 for number in numbers):
        raise ValueError(f"probabilities add up to {sizes.sum():.3f}; expected 1, and numbers in [0, 1)")
    ends = sizes.cumsum()
    codes = np.searchsorted(ends, numbers, side="right").tolist()

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for code, (end, size) in enumerate(zip(ends, sizes, strict=True)):
            colour = SOFT[code % len(SOFT)]
            axes.add_patch(
                matplotlib.patches.Rectangle((end - size, 0), size, 1, facecolor=colour, ec="white")
            )
            if size > 0.02:
                axes.text(
                    end - size / 2, 0.5, f"code {code}" if size > 0.09 else code, ha="center", va="center"
                )
        for number, code in zip(numbers, codes, strict=True):
            axes.annotate(
                f"{number:.2f}\n→ {code}",
                (number, 0.95),
                (number, 1.7),
                ha="center",
                arrowprops={"arrowstyle": "-|>", "color": DARK},
            )
        axes.set(xlim=(-0.02, 1.02), ylim=(0, 2.6 if len(numbers) else 1.05), yticks=[])
        axes.set_xticks(np.round(np.linspace(0, 1, 6), 1))
        axes.spines[["left"]].set_visible(False)
        axes.grid(False)

    said = ", ".join(
        f"{number:.2f} falls to code {code}" for number, code in zip(numbers, codes, strict=True)
    )
    sized = ", ".join(f"code {code} {size:.2f}" for code, size in enumerate(sizes))
    return figure(
        paint, f"The line from 0 to 1 in shares: {sized}. {said}", 9.5, 2.3 if len(numbers) else 1.3
    )


def step_curves(curves: Mapping[str, Sequence[float]], unit: str, x: str = "token of the picture") -> Figure:
    """A number for each step of drawing, a line for each way. Raises ValueError for no curves, or more than three."""
    if not curves:
        raise ValueError("there are no curves to draw; give at least one")
    at_most(curves, 3, "curves")

    def paint(canvas: Any) -> None:
        axes = canvas.subplots()
        for (name, values), dashes in zip(curves.items(), ("-", "--", ":"), strict=False):
            axes.plot(range(len(values)), values, dashes, label=name)
        axes.set(xlabel=x, ylabel=unit, ylim=(0, None))
        axes.legend()

    said = "; ".join(f"{name}, {sum(values):.3g} in all" for name, values in curves.items())
    return figure(paint, f"{unit} for each {x}: {said}", 9, 3.8)


def uncertainty(pictures: Sequence[np.ndarray], effective: Tensor, captions: Sequence[str] = ()) -> Figure:
    """Pictures above maps of how many codes were open at each token: yellow many, dark blue hardly more than one.

    pictures: n of uint8 [height, width, 3]. effective: [n, grid, grid], numbers of 1 and more, on a logarithmic scale.
    Raises ValueError unless there is a map for each picture.
    """
    if len(pictures) != len(effective):
        raise ValueError(f"there are {len(effective)} maps for {len(pictures)} pictures; give one each")
    values = np.log2(effective.double().clamp_min(1).numpy())
    top = max(1.0, float(np.ceil(values.max())))

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(2, len(pictures), squeeze=False)
        for axes in panels.ravel():
            axes.axis("off")
        for column, (picture, one) in enumerate(zip(pictures, values, strict=True)):
            panels[0, column].imshow(picture)
            shown = panels[1, column].imshow(one, vmin=0, vmax=top)
            if captions:
                panels[0, column].set_title(captions[column], fontsize=12)
        ticks = np.arange(0, top + 1, max(1, top // 4))
        bar = canvas.colorbar(shown, ax=panels[1].tolist(), ticks=ticks)
        bar.ax.set_yticklabels([f"{2**tick:.0f}" for tick in ticks])
        bar.set_label("codes open")

    said = ", ".join(f"{one:.1f}" for one in effective.flatten(1).mean(1).tolist())
    alt = f"{len(pictures)} pictures, and below each a map of the codes open at its tokens; on average {said}"
    return figure(paint, alt, 2.3 * len(pictures) + 1, 4.8)


def trade(temperatures: Sequence[float], match: Sequence[float], variety: Sequence[float]) -> Figure:
    """Two panels against the temperature: how well pictures fit their caption, and how much they differ."""
    if not len(temperatures) == len(match) == len(variety):
        raise ValueError("give one match and one variety for each temperature")

    def paint(canvas: Any) -> None:
        panels = canvas.subplots(1, 2)
        rows = ((match, "CLIP's score", BLUE), (variety, "share of tokens that differ", ORANGE))
        for axes, (values, label, colour) in zip(panels, rows, strict=True):
            axes.plot(temperatures, values, marker="o", color=colour)
            axes.axvline(1, color=DARK, linestyle=":", linewidth=1.2)
            axes.set(xlabel="temperature", ylabel=label)
            axes.set_ylim(0, 1.15 * max(values))

    said = "; ".join(
        f"{t:g}: {m:.2f} and {v:.2f}" for t, m, v in zip(temperatures, match, variety, strict=True)
    )
    return figure(paint, f"CLIP's score and the share of tokens that differ, by temperature {said}", 10, 3.6)


def seen_by(layout: StreamLayout, pattern: str, step: int, conv_kernel: int = 11) -> list[int]:
    """The slots whose keys a layer reads when image token `step` is drawn: those that the newest slot sees."""
    if not 0 <= step < layout.image_tokens:
        raise ValueError(f"step is {step}; this picture's tokens are 0 to {layout.image_tokens - 1}")
    slots = torch.arange(layout.length)
    pieces = visible_keys(pattern, layout, layout.prefix - 1 + step, conv_kernel)
    return sorted(int(slot) for piece in pieces for slot in slots[piece])


def stream_step(layout: StreamLayout, pattern: str, step: int, conv_kernel: int = 11) -> Figure:
    """One step of drawing with the cache: the caption's slots above, the picture's below; new, read, kept, and open.

    step: the image token that is drawn, marked "?". Raises ValueError for one outside the picture.
    """
    seen = set(seen_by(layout, pattern, step, conv_kernel))
    newest, grid = layout.prefix - 1 + step, layout.grid
    new = set(range(layout.prefix)) if step == 0 else {newest}
    kinds = {
        "computed now": ORANGE,
        "read from the cache": BLUE,
        "kept, not read": SOFT[0],
        "not yet": "white",
    }

    def colour(slot: int) -> str:
        name = "computed now" if slot in new else "not yet" if slot > newest else ""
        return kinds[name or ("read from the cache" if slot in seen else "kept, not read")]

    def paint(canvas: Any) -> None:
        above, below = canvas.subplots(2, 1, height_ratios=[1.2, 0.5 * grid])
        for slot in range(layout.prefix + layout.image_tokens):
            text = slot < layout.prefix
            y, x = (0, slot) if text else divmod(slot - layout.prefix, grid)
            box = matplotlib.patches.Rectangle(
                (x + 0.04, y + 0.04), 0.92, 0.92, fc=colour(slot), ec=GREY, lw=0.8
            )
            (above if text else below).add_patch(box)
        y, x = divmod(step, grid)
        below.text(x + 0.5, y + 0.5, "?", ha="center", va="center", weight="bold", fontsize=12)
        above.set(xlim=(0, layout.prefix), ylim=(1, 0))
        above.set_title(f"the caption's {layout.text_length} slots and start of image", fontsize=12)
        below.set(xlim=(0, grid), ylim=(grid, 0))
        for axes in (above, below):
            axes.set_aspect("equal")
            axes.axis("off")
        handles = [matplotlib.patches.Patch(fc=shade, ec=GREY, label=name) for name, shade in kinds.items()]
        canvas.legend(handles=handles, loc="outside right center", fontsize=12)

    read = "all keys" if len(seen) == newest + 1 else f"{len(seen)} of {newest + 1} keys"
    alt = (
        f"Drawing token {step} of {layout.image_tokens}, a {pattern} layer: the cache computes "
        f"{len(new)} slot{'s' * (len(new) > 1)} where the naive loop computes {newest + 1}, and reads {read}"
    )
    return figure(paint, alt, 9.5, 5.6)
