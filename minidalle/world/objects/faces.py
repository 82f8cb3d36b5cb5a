"""Chunky things with a big face in one of six moods, as emoji have.

Every thing has all six faces as optional parts ("+happy"); a scene names the one that shows.
"""

from __future__ import annotations

from collections.abc import Callable

from minidalle.world.primitives import Primitive, ball, box, cone, ellipsoid, limb, object_shape

MOODS = ("lovestruck", "happy", "sad", "angry", "sleepy", "surprised")
FACES: list[str] = []
"""Things that can have a face; as objects they are called "apple face" and so on."""

INK, RED, WHITE, TEAR, LEAF = (
    (0.05, 0.04, 0.05),
    (0.95, 0.02, 0.06),
    (1.0, 1.0, 1.0),
    (0.10, 0.50, 1.0),
    (0.10, 0.46, 0.10),
)
EYE = 0.17  # from the middle to an eye


def _arc(points: tuple[tuple[float, float], ...], radius: float, at: Callable, **rest) -> list[Primitive]:
    """A thick line through points (x, y)."""
    return [limb(at(*a), at(*b), radius, **rest) for a, b in zip(points, points[1:], strict=False)]


def _heart(x: float, y: float, size: float, at: Callable, part: str) -> list[Primitive]:
    """A heart: a square on its corner, and two discs."""
    flat = {"color": RED, "part": part}
    return [
        box(at(x, y), (size, size, 0.05), 0.01, rotation=(0, 0, 45), **flat),
        *(
            cone(
                at(x + s * 0.707 * size, y + 0.707 * size),
                size,
                size,
                0.04,
                0.01,
                rotation=(90, 0, 0),
                **flat,
            )
            for s in (-1, 1)
        ),
    ]


def _faces(y: float, z: float, bend: float = 0.5) -> list[Primitive]:
    """The six faces with their middle at (0, y, z), on a front that falls back by bend * x * x."""

    def at(x: float, up: float, out: float = 0.0) -> tuple[float, float, float]:
        return (x, y + up, z + 0.02 - bend * x * x + out)

    def both(make: Callable) -> list[Primitive]:
        return [p for s in (-1, 1) for p in make(s)]

    smile = ((-0.15, -0.06), (-0.11, -0.125), (-0.04, -0.16), (0.04, -0.16), (0.11, -0.125), (0.15, -0.06))
    frown = tuple((0.8 * x, -0.24 - up) for x, up in smile)
    ink = {mood: {"color": INK, "part": f"+{mood}"} for mood in MOODS}
    return [
        *both(lambda s: _heart(EYE * s, 0.07, 0.085, at, "+lovestruck")),
        *_arc(smile, 0.028, at, **ink["lovestruck"]),
        *both(lambda s: [ball(at(EYE * s, 0.09), 0.062, **ink["happy"])]),
        *both(
            lambda s: [ball(at(1.5 * EYE * s, -0.05, -0.02), 0.055, color=(1.0, 0.35, 0.42), part="+happy")]
        ),
        *_arc(smile, 0.034, at, **ink["happy"]),
        *both(lambda s: [ball(at(EYE * s, 0.05), 0.055, **ink["sad"])]),
        *both(lambda s: _arc(((0.75 * EYE * s, 0.20), (1.5 * EYE * s, 0.13)), 0.024, at, **ink["sad"])),
        *_arc(frown, 0.03, at, **ink["sad"]),
        *both(
            lambda s: [
                ellipsoid(at(1.35 * EYE * s, -0.10, 0.03), (0.055, 0.10, 0.055), color=TEAR, part="+sad")
            ]
        ),
        *both(lambda s: [ball(at(EYE * s, 0.04), 0.058, **ink["angry"])]),
        *both(lambda s: _arc(((0.35 * EYE * s, 0.08), (1.7 * EYE * s, 0.21)), 0.036, at, **ink["angry"])),
        box(at(0, -0.13), (0.155, 0.085, 0.025), 0.02, **ink["angry"]),
        box(at(0, -0.13), (0.12, 0.05, 0.045), 0.02, color=WHITE, part="+angry"),
        *both(
            lambda s: _arc(
                tuple((s * EYE + u, 0.05 + v) for u, v in ((-0.095, 0.03), (0, -0.03), (0.095, 0.03))),
                0.025,
                at,
                **ink["sleepy"],
            )
        ),
        ball(at(0, -0.12), 0.042, **ink["sleepy"]),
        *(
            p
            for x, up, size in ((0.44, 0.30, 0.07), (0.56, 0.52, 0.10))
            for p in _arc(
                tuple((x + u * size, up + v * size) for u, v in ((-1, 1), (1, 1), (-1, -1), (1, -1))),
                0.024,
                lambda u, v: (u, y + v, 0.05),
                color=(0.10, 0.16, 0.60),
                part="+sleepy",
            )
        ),
        *both(lambda s: [ball(at(EYE * s, 0.08, -0.02), 0.10, color=WHITE, part="+surprised")]),
        *both(lambda s: [ball(at(EYE * s, 0.08, 0.06), 0.042, **ink["surprised"])]),
        *both(lambda s: _arc(((0.6 * EYE * s, 0.25), (1.4 * EYE * s, 0.25)), 0.024, at, **ink["surprised"])),
        ellipsoid(at(0, -0.15), (0.075, 0.095, 0.05), **ink["surprised"]),
    ]


def face(name: str) -> Callable:
    """Decorator that enters a thing with a face."""
    FACES.append(name)
    return object_shape(f"{name} face")


@face("cup of boba")
def _boba() -> list[Primitive]:
    pearls = (
        (-0.19, 0.10, 0.20),
        (0.0, 0.09, 0.28),
        (0.19, 0.10, 0.20),
        (-0.10, 0.20, 0.27),
        (0.11, 0.20, 0.27),
    )
    return [
        cone((0, 0.42, 0), 0.27, 0.38, 0.40, 0.02, color=(0.80, 0.56, 0.34)),
        cone((0, 0.86, 0), 0.40, 0.40, 0.03, 0.015, color=WHITE),
        limb((0.08, 0.86, 0), (0.20, 1.22, 0), 0.05, color=(0.95, 0.30, 0.55)),
        *(ball(at, 0.055, color=(0.06, 0.03, 0.02)) for at in pearls),
        *_faces(0.56, 0.37, 1.1),
    ]


@face("apple")
def _apple() -> list[Primitive]:
    return [
        *(ball((x, 0.46, 0), 0.40, color=(0.45, 0.78, 0.12), melt=m) for x, m in ((-0.09, 0.0), (0.09, 0.1))),
        limb((0, 0.80, 0), (0.05, 1.04, 0), 0.04, color=(0.30, 0.16, 0.06)),
        ellipsoid((0.20, 0.98, 0), (0.16, 0.08, 0.07), rotation=(0, 0, 25), color=LEAF),
        *_faces(0.46, 0.415, 0.8),
    ]


@face("star")
def _star() -> list[Primitive]:
    tips = ((0, 0.62), (0.59, 0.19), (0.365, -0.50), (-0.365, -0.50), (-0.59, 0.19))
    return [
        cone((0, 0.52, 0), 0.29, 0.29, 0.20, 0.05, rotation=(90, 0, 0), color=(1.0, 0.78, 0.05)),
        *(
            limb(
                (0.2 * x, 0.52 + 0.2 * y, 0),
                (x, 0.52 + y, 0),
                0.22,
                0.03,
                0.03,
                color=(1.0, 0.78, 0.05),
                melt=0.06,
            )
            for x, y in tips
        ),
        *_faces(0.53, 0.25, 0.0),
    ]


@face("cloud")
def _cloud() -> list[Primitive]:
    puffs = (
        (0, 0.52, 0.33),
        (-0.34, 0.42, 0.24),
        (0.34, 0.42, 0.24),
        (-0.18, 0.66, 0.22),
        (0.20, 0.68, 0.24),
        (0, 0.36, 0.25),
    )
    return [
        *(
            ball((x, y, 0), r, color=(0.42, 0.66, 0.98), melt=0.05 * (k > 0))
            for k, (x, y, r) in enumerate(puffs)
        ),
        *_faces(0.50, 0.33, 0.9),
    ]


@face("pumpkin")
def _pumpkin() -> list[Primitive]:
    return [
        *(
            ellipsoid((x, 0.42, z), (0.22, 0.38, 0.30), color=(0.95, 0.36, 0.02))
            for x, z in ((-0.34, -0.05), (0.34, -0.05), (-0.17, 0.06), (0.17, 0.06))
        ),
        ellipsoid((0, 0.42, 0.10), (0.24, 0.39, 0.28), color=(0.95, 0.36, 0.02)),
        limb((0, 0.76, 0), (0.06, 1.0, 0), 0.08, 0.06, color=LEAF),
        *_faces(0.44, 0.37, 0.35),
    ]


@face("ghost")
def _ghost() -> list[Primitive]:
    sheet = (0.84, 0.86, 0.96)
    return [
        ball((0, 0.66, 0), 0.36, color=sheet),
        cone((0, 0.40, 0), 0.40, 0.34, 0.25, 0.02, color=sheet, melt=0.03),
        *(
            ball((x, 0.12, z), 0.13, color=sheet, melt=0.04)
            for x, z in ((-0.28, 0.12), (0.0, 0.30), (0.28, 0.12))
        ),
        *(
            limb((0.32 * s, 0.52, 0), (0.56 * s, 0.66, 0.06), 0.10, 0.07, 0.03, color=sheet, melt=0.05)
            for s in (-1, 1)
        ),
        *_faces(0.64, 0.36, 1.0),
    ]
