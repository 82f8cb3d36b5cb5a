"""The map of the course: the path from a caption to a picture, with the lessons that build each part.

Left out: everything else that is drawn (`__init__.py`).
"""

from collections.abc import Callable
from typing import Any

from minidalle.show.colours import BLUE, ORANGE, SOFT

PARTS: dict[str, tuple[str, str, str]] = {
    "caption": ("caption", "words", "lesson\n01"),
    "tokens": ("tokenizer", "words to\nnumbers", "lesson\n02"),
    "transformer": ("transformer", "one number\nafter another", "lessons\n05 to 09"),
    "image tokens": ("picture\ntokens", "numbers\nin a grid", "lesson\n03"),
    "decoder": ("dVAE\ndecoder", "numbers\nto pixels", "lessons\n03, 04"),
    "picture": ("pictures", "as many\nas asked", "lesson\n12"),
    "clip": ("CLIP", "keeps\nthe best", "lesson\n10"),
}
"""The boxes, left to right: what each is called, what it does, and where it is built."""

BOX, STEP, HEIGHT = 2.4, 3.0, 2.1
PLAIN, STRONG, EDGE = SOFT[0], ORANGE, BLUE
DATA = {"caption", "image tokens", "picture"}  # what flows; the others are parts that work


def course_map_on(here: str = "") -> tuple[Callable[[Any], None], str]:
    """What paints the map on a matplotlib figure, and its description. ValueError for an unknown part."""
    if here and here not in PARTS:
        raise ValueError(f"here is {here!r}; choose from {', '.join(PARTS)}")

    def paint(canvas: Any) -> None:
        from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

        axes = canvas.subplots()
        axes.axis("off")
        for number, (key, (title, does, where)) in enumerate(PARTS.items()):
            x, strong = number * STEP, key == here
            colour = STRONG if strong else ("white" if key in DATA else PLAIN)
            shape = "round,pad=0.12,rounding_size=0.25" if key in DATA else "square,pad=0.12"
            edge = {"edgecolor": EDGE, "linewidth": 3.5 if strong else 1.8}
            axes.add_patch(FancyBboxPatch((x, 0), BOX, HEIGHT, boxstyle=shape, facecolor=colour, **edge))
            axes.text(x + BOX / 2, 1.5, title, ha="center", va="center", weight="bold", fontsize=12)
            axes.text(x + BOX / 2, 0.55, does, ha="center", va="center", fontsize=12)
            axes.text(x + BOX / 2, -0.7, where, ha="center", va="center", fontsize=12, color="#444444")
            if number:
                ends = ((x - STEP + BOX + 0.14, HEIGHT / 2), (x - 0.14, HEIGHT / 2))
                axes.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=18, color="#222222"))
        train = ((5 * STEP + BOX / 2, HEIGHT + 0.2), (3 * STEP + BOX / 2, HEIGHT + 0.2))
        back = "arc3,rad=0.14"
        axes.add_patch(
            FancyArrowPatch(
                *train, connectionstyle=back, arrowstyle="-|>", mutation_scale=16, color=EDGE, ls="--"
            )
        )
        said = "in training: the dVAE's encoder turns real pictures into tokens, which the transformer learns to write"
        axes.text(3.45 * STEP, HEIGHT + 1.1, said, ha="center", va="center", fontsize=12, color=EDGE)
        axes.set(xlim=(-0.3, 6 * STEP + BOX + 0.3), ylim=(-1.2, HEIGHT + 1.3))

    steps = ", then ".join(f"{title} ({does}; {where})" for title, does, where in PARTS.values())
    marked = f" You are here: {' '.join(PARTS[here][0].split())}." if here else ""
    steps = " ".join(steps.split())
    return paint, f"The path from a caption to a picture: {steps}.{marked}"
