"""The colours of the figures: those of Okabe and Ito, which colour-blind people tell apart, and soft ones.

Left out: what single figures need beyond these (in their modules), and matplotlib's settings (`minidalle.mplstyle`).
"""

from collections.abc import Sized

BLUE, ORANGE, GREEN, RED, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7"
SKY, YELLOW = "#56B4E9", "#F0E442"
DARK, WHITE = "#222222", "#FFFFFF"
SOFT = ("#CFE3F1", "#FBE3BD", "#C5E8DC", "#F5D3C0", "#F0DCE6")
"""Blue, orange, green, red and purple, light enough for black text."""


def at_most(things: Sized, most: int, what: str) -> None:
    """Raise ValueError where a figure would have to leave some out: it tells so many apart, and no more."""
    if len(things) > most:
        raise ValueError(f"there are {len(things)} {what}; this figure tells up to {most} apart")
