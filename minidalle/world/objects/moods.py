"""Six moods as big flat faces, a function for each.

Left out: the things that have these faces (`faces.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from minidalle.world.primitives import Primitive, Vector, ball, box, cone, ellipsoid, limb

INK, RED, WHITE = (0.05, 0.04, 0.05), (0.95, 0.02, 0.06), (1.0, 1.0, 1.0)
TEAR, CHEEK, NIGHT = (0.10, 0.50, 1.0), (1.0, 0.35, 0.42), (0.10, 0.16, 0.60)
EYE = 0.17  # from the middle to an eye
SMILE = ((-0.15, -0.06), (-0.11, -0.125), (-0.04, -0.16), (0.04, -0.16), (0.11, -0.125), (0.15, -0.06))
FROWN = tuple((0.8 * x, -0.24 - y) for x, y in SMILE)

Place = Callable[..., Vector]
"""Where a point (x, y) of a face lies, a little further out with `out`."""


def _line(points: tuple[tuple[float, float], ...], radius: float, at: Place, **rest) -> list[Primitive]:
    """A thick line through points (x, y)."""
    return [limb(at(*a), at(*b), radius, **rest) for a, b in pairwise(points)]


def _lovestruck(at: Place, **ink) -> list[Primitive]:
    """Hearts for eyes: a square on its corner and two discs each."""
    red, size, rise = ink | {"color": RED}, 0.085, 0.06
    solids = _line(SMILE, 0.028, at, **ink)
    for x in (-EYE, EYE):
        solids.append(box(at(x, 0.07), (size, size, 0.05), 0.01, rotation=(0, 0, 45), **red))
        for s in (-rise, rise):
            solids.append(cone(at(x + s, 0.07 + rise), size, size, 0.04, rotation=(90, 0, 0), **red))
    return solids


def _happy(at: Place, **ink) -> list[Primitive]:
    """A wide smile and red cheeks."""
    solids = _line(SMILE, 0.034, at, **ink)
    for s in (-EYE, EYE):
        solids.append(ball(at(s, 0.09), 0.062, **ink))
        solids.append(ball(at(1.5 * s, -0.05, -0.02), 0.055, **ink | {"color": CHEEK}))
    return solids


def _sad(at: Place, **ink) -> list[Primitive]:
    """Corners of the mouth and ends of the brows hang; tears."""
    solids = _line(FROWN, 0.03, at, **ink)
    for s in (-EYE, EYE):
        solids.append(ball(at(s, 0.05), 0.055, **ink))
        solids += _line(((0.75 * s, 0.20), (1.5 * s, 0.13)), 0.024, at, **ink)
        solids.append(ellipsoid(at(1.35 * s, -0.10, 0.03), (0.055, 0.10, 0.055), **ink | {"color": TEAR}))
    return solids


def _angry(at: Place, **ink) -> list[Primitive]:
    """Brows that meet low in the middle; bared teeth."""
    solids = [
        box(at(0, -0.13), (0.155, 0.085, 0.025), 0.02, **ink),
        box(at(0, -0.13), (0.12, 0.05, 0.045), 0.02, **ink | {"color": WHITE}),
    ]
    for s in (-EYE, EYE):
        solids.append(ball(at(s, 0.04), 0.058, **ink))
        solids += _line(((0.35 * s, 0.08), (1.7 * s, 0.21)), 0.036, at, **ink)
    return solids


def _sleepy(at: Place, **ink) -> list[Primitive]:
    """Closed eyes, and two letters z beside the head."""
    solids = [ball(at(0, -0.12), 0.042, **ink)]
    for x in (-EYE, EYE):
        solids += _line(((x - 0.095, 0.08), (x, 0.02), (x + 0.095, 0.08)), 0.03, at, **ink)
    _, middle, _ = at(0.0, 0.0)
    for x, y, size in ((0.44, 0.30, 0.07), (0.56, 0.52, 0.10)):
        corners = tuple((x + u * size, y + v * size) for u, v in ((-1, 1), (1, 1), (-1, -1), (1, -1)))
        solids += _line(corners, 0.024, lambda u, v: (u, middle + v, 0.05), **ink | {"color": NIGHT})
    return solids


def _surprised(at: Place, **ink) -> list[Primitive]:
    """Wide eyes, raised brows, an open mouth."""
    solids = [ellipsoid(at(0, -0.15), (0.075, 0.095, 0.05), **ink)]
    for s in (-EYE, EYE):
        solids.append(ball(at(s, 0.08, -0.02), 0.10, **ink | {"color": WHITE}))
        solids.append(ball(at(s, 0.08, 0.06), 0.042, **ink))
        solids += _line(((0.6 * s, 0.25), (1.4 * s, 0.25)), 0.024, at, **ink)
    return solids


_MAKERS = {
    "lovestruck": _lovestruck,
    "happy": _happy,
    "sad": _sad,
    "angry": _angry,
    "sleepy": _sleepy,
    "surprised": _surprised,
}

MOODS: tuple[str, ...] = tuple(_MAKERS)
"""What a face can show."""


def faces(y: float, z: float, bend: float) -> list[Primitive]:
    """All six faces, as parts "+happy" and so on, around (0, y, z) on a front that falls back by bend * x * x."""

    def at(x: float, up: float, out: float = 0.0) -> Vector:
        return (x, y + up, z + 0.02 - bend * x * x + out)

    return [solid for mood, make in _MAKERS.items() for solid in make(at, color=INK, part=f"+{mood}")]
