"""Words as ink on a sheet: two typefaces, drawn here from strokes and dots.

A letter is a few strokes on a grid, written as pairs of digits: "00 26 40" goes from the lower left over the middle of
the top to the lower right. "block" draws bold capitals with straight strokes and a round pen. "script" draws slanted
small letters: strokes are rounded by cutting corners (Chaikin 1974), and a broad nib makes them thick one way and thin
the other. Only plain arithmetic and square roots run, so a sheet is the same to the last bit on every machine.

Left out: where a sheet hangs (primitives with `word=True`), capital letters as told apart from small ones, and signs.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np

from minidalle.world.scene import TYPEFACES

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
"""What a word may be made of: each typeface has strokes for all of them."""

HEIGHT, WIDTH = 24, 128
LONGEST = 8
"""The most letters that a sheet holds."""

WIDEST = 32.0  # columns for a letter of a short word

BLOCK: dict[str, str] = {
    "a": "00 26 40, 12 32",
    "b": "00 06 26 45 44 33 42 41 20 00, 03 33",
    "c": "45 36 16 05 01 10 30 41",
    "d": "00 06 26 44 42 20 00",
    "e": "46 06 00 40, 03 33",
    "f": "46 06 00, 03 33",
    "g": "45 36 16 05 01 10 40 43 23",
    "h": "06 00, 46 40, 03 43",
    "i": "06 46, 26 20, 00 40",
    "j": "16 46, 36 31 20 10 01 02",
    "k": "06 00, 46 03 40",
    "l": "06 00 40",
    "m": "00 06 22 46 40",
    "n": "00 06 40 46",
    "o": "10 01 05 16 36 45 41 30 10",
    "p": "00 06 36 45 44 33 03",
    "q": "12 03 05 16 36 45 43 32 12, 23 40",
    "r": "00 06 36 45 44 33 03, 23 40",
    "s": "45 36 16 05 04 13 33 42 41 30 10 01",
    "t": "06 46, 26 20",
    "u": "06 01 10 30 41 46",
    "v": "06 20 46",
    "w": "06 10 24 30 46",
    "x": "06 40, 46 00",
    "y": "06 23 46, 23 20",
    "z": "06 46 00 40",
    "0": "20 02 04 26 44 42 20, 23 23",
    "1": "14 26 20, 10 30",
    "2": "05 16 36 45 44 00 40",
    "3": "06 46 23 33 42 41 30 10 01",
    "4": "30 36 02 42",
    "5": "46 06 03 33 42 41 30 00",
    "6": "46 26 04 01 10 30 41 42 33 03",
    "7": "06 46 10",
    "8": "13 04 05 16 36 45 44 33 42 41 30 10 01 02 13 33",
    "9": "00 20 42 45 36 16 05 04 13 43",
}
"""Strokes on a grid of 5 by 7 points: x 0 to 4 from the left, y 0 to 6 from below."""

SCRIPT: dict[str, str] = {
    "a": "26 06 02 42 46 26, 46 42 52",
    "b": "08 02, 26 06 02 42 46 26",
    "c": "45 46 06 02 42 43",
    "d": "26 06 02 42 46 26, 48 42 52",
    "e": "04 44 44 46 06 02 42 43",
    "f": "48 28 26 22, 06 46",
    "g": "26 06 02 42 46 26, 46 40 00 01",
    "h": "08 02, 04 06 46 42",
    "i": "15 25 25 22 22 32, 28 28",
    "j": "25 35 35 30 00 01, 38 38",
    "k": "08 02, 46 04 04 42",
    "l": "18 28 28 22 22 42",
    "m": "06 02, 04 06 26 22, 24 26 46 42",
    "n": "06 02, 04 06 46 42",
    "o": "26 06 02 42 46 26",
    "p": "06 00, 26 06 02 42 46 26",
    "q": "26 06 02 42 46 26, 46 40 40 51",
    "r": "06 02, 04 06 46 45",
    "s": "45 46 06 04 44 42 02 03",
    "t": "28 22 42 43, 06 46",
    "u": "06 02 42 44, 46 42 52",
    "v": "06 22 22 46",
    "w": "06 12 12 26 26 32 32 46",
    "x": "06 42, 46 02",
    "y": "06 02 42 44, 46 40 00 01",
    "z": "06 46 46 02 02 42",
    "0": "28 08 02 42 48 28",
    "1": "07 28 28 22",
    "2": "07 08 48 45 02 02 42",
    "3": "07 08 48 45 25 25 45 42 02 03",
    "4": "32 38 38 04 04 44",
    "5": "48 08 08 06 06 46 42 02 03",
    "6": "38 08 02 42 46 06 04",
    "7": "08 48 48 12",
    "8": "28 08 05 45 48 28, 25 05 02 42 45 25",
    "9": "28 08 04 44 48 28, 48 42 12",
}
"""Strokes as in BLOCK, y 0 to 8: small letters stand on 2 and reach 6, strokes below reach 0, those above 8."""

LEVELS = (0.0, 0.11, 0.21, 0.33, 0.46, 0.59, 0.71, 0.86, 1.0)
"""Where the nine heights of SCRIPT lie: small letters take more than half of the sheet."""


def _points(stroke: str, typeface: str) -> list[tuple[float, float]]:
    """The points of a stroke, x and y in [0, 1] (tails reach 1.25), y up; script's are rounded and slanted."""
    grid = [(int(pair[0]) / 4, int(pair[1])) for pair in stroke.split()]
    if typeface == "block":
        return [(x, y / 6) for x, y in grid]
    points = [(x, LEVELS[y]) for x, y in grid]
    for _ in range(3):
        cut = [points[0]]
        for (ax, ay), (bx, by) in pairwise(points):
            cut += [
                (0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by),
                (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by),
            ]
        points = [*cut, points[-1]]
    return [(0.74 * x + 0.34 * y - 0.08, y) for x, y in points]


def _stroke_ink(
    ax: float, ay: float, bx: float, by: float, pen: tuple, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """Coverage of the points (x, y) by an elliptic pen moved from a to b, all in columns and rows.

    `pen` holds the nib's two half axes and the unit direction of the first; distances are taken where it is a circle.
    """
    long, short, c, s = pen

    def round_nib(u, v):
        return (u * c + v * s) / long, (v * c - u * s) / short

    px, py = round_nib(x - ax, y - ay)
    qx, qy = round_nib(bx - ax, by - ay)
    length = qx * qx + qy * qy
    t = np.minimum(np.maximum((px * qx + py * qy) / length, 0.0), 1.0) if length > 0.0 else 0.0
    px, py = px - t * qx, py - t * qy
    far = np.sqrt(px * px + py * py)
    return np.minimum(np.maximum((1.0 - far) * (long * short) / (0.5 * (long + short)) + 0.5, 0.0), 1.0)


@cache
def word_sheet(word: str, typeface: str = "block") -> np.ndarray:
    """The ink of a word: uint8 [24, 128], 0 for paper and 255 for ink, row 0 on top; read-only.

    The letters share the width evenly, so a word of four to eight letters fills the sheet. Raises ValueError for a word
    that is empty, longer than eight letters, or has other signs than a to z and 0 to 9; and for another typeface.
    """
    if typeface not in TYPEFACES:
        raise ValueError(f"typeface is {typeface!r}; choose from {', '.join(TYPEFACES)}")
    wrong = sorted(set(word) - set(LETTERS))
    if wrong:
        raise ValueError(f"the word {word!r} has {wrong[0]!r}; words are written with a to z and 0 to 9")
    if not 1 <= len(word) <= LONGEST:
        raise ValueError(f"the word {word!r} has {len(word)} letters; a sheet holds 1 to {LONGEST}")
    advance = min((WIDTH - 4.0) / len(word), WIDEST)
    if typeface == "block":
        glyphs, pen, wide, top, low = BLOCK, (0.125 * advance, 2.1, 1.0, 0.0), 0.60 * advance, 2.6, 21.4
    else:
        glyphs, pen, wide, top, low = (
            SCRIPT,
            (min(0.115 * advance, 2.5), 0.85, 0.8, -0.6),
            0.74 * advance,
            1.4,
            22.6,
        )
    ink = np.zeros((HEIGHT, WIDTH))
    for k, letter in enumerate(word):
        left = 0.5 * WIDTH + (k - 0.5 * len(word)) * advance + 0.5 * (advance - wide)
        first, last = max(int(left - 0.4 * advance), 0), min(int(left + 1.4 * advance) + 1, WIDTH)
        y, x = np.mgrid[0:HEIGHT, first:last] + 0.5
        for stroke in glyphs[letter].split(","):
            points = [(left + wide * u, low - (low - top) * v) for u, v in _points(stroke, typeface)]
            for (ax, ay), (bx, by) in pairwise(points):
                part = ink[:, first:last]
                np.maximum(part, _stroke_ink(ax, ay, bx, by, pen, x, y), out=part)
    sheet = np.floor(ink * 255.0 + 0.5).astype(np.uint8)
    sheet.setflags(write=False)
    return sheet
