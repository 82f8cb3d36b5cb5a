"""A scene as plain data: what stands where, who looks at it, and in which light.

Everything that the picture world draws is one frozen `Scene`. It holds no pixels and no randomness, so a scene can be
compared, hashed, printed, edited with `dataclasses.replace`, and drawn again at any size. Lengths are in units of
about one object's height; angles are in degrees; +x is right, +y is up and +z points to the viewer.

Left out on purpose: how a thing looks (`objects/`), how pixels are made (`renderer.py`) and which scenes training may
see (`splits.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.86, 0.07, 0.07),
    "orange": (0.98, 0.48, 0.03),
    "yellow": (0.98, 0.86, 0.08),
    "green": (0.08, 0.58, 0.16),
    "blue": (0.08, 0.25, 0.90),
    "purple": (0.47, 0.12, 0.68),
    "pink": (1.00, 0.52, 0.72),
    "black": (0.07, 0.07, 0.08),
}
"""Colour names and their linear red, green and blue in [0, 1]."""

PAINTS: dict[str, tuple[float, float, float]] = COLORS | {
    "white": (0.92, 0.92, 0.90),
    "gray": (0.34, 0.35, 0.37),
    "brown": (0.36, 0.20, 0.10),
    "gold": (0.80, 0.58, 0.14),
}
"""All colours that something may have: those of the blocks world, and those that only some kinds of scene name."""

SIZES: dict[str, float] = {"small": 0.75, "medium": 0.95, "large": 1.25}
"""Size names and the factor by which an object of height one is scaled."""

PATTERNED_SIZES: tuple[str, ...] = ("medium", "large")
"""Of patterned things: on a small one the pattern would hardly show."""

TEXTURES: tuple[str, ...] = ("plain", "striped", "checkered", "dotted")
"""Surface patterns; all but plain alternate between the object's colour and white."""

MATERIALS: tuple[str, ...] = (
    "brick",
    "wood",
    "wool",
    "stone",
    "plaid",
    "porcupine",
    "harp strings",
    "fur",
    "leaves",
)
"""Surfaces with a look of their own, beside the four patterns."""

STYLES: tuple[str, ...] = (
    "photo",
    "sketch",
    "cartoon",
    "painting",
    "stained glass",
    "voxels",
    "neon",
    "x-ray",
)
"""Drawing styles. Photo: lit and coloured; sketch: dark lines on white paper. The blocks world has these two."""

BLOCK_STYLES: tuple[str, ...] = STYLES[:2]
"""The styles of the blocks world."""

LENSES: tuple[str, ...] = ("plain", "fisheye", "panorama")
"""How directions fall on the picture: by a pinhole, in a circle, or all around (360 by 180 degrees)."""

PLACES: tuple[str, ...] = ("floor", "field", "street", "room", "table")
"""What is around the things."""

TYPEFACES: tuple[str, ...] = ("block", "script")
"""Two typefaces for words on things."""

LAYOUTS: tuple[str, ...] = ("", "stack", "grid")
"""One picture; two panels above each other; nine cells, three by three."""

RELATIONS: tuple[str, ...] = ("left of", "right of", "on top of", "in front of", "behind")
"""What can be said of the first thing of a scene with respect to the second."""

INVERSE: dict[str, str] = {
    "left of": "right of",
    "right of": "left of",
    "on top of": "under",
    "in front of": "behind",
    "behind": "in front of",
}
"""The same fact told from the other thing's side."""

KINDS: tuple[str, ...] = ("single", "texture", "count", "pair", "relation", "triple", "sketch")
"""The kinds of scene of the blocks world; all others are in `kinds/`."""


@dataclass(frozen=True)
class Thing:
    """One object: what it is and where it stands.

    Attributes:
        position: the centre of its base (x, y, z). yaw: turns it about the vertical, in degrees.
        texture: one of TEXTURES, in `color` and white (or `second`), or one of MATERIALS.
        second: the texture's other colour; "" for the usual one.
        parts: (part, colour, texture) of parts that look different, and of the optional ones that are there at all.
        other: a second object mixed into it (`objects/mixing.py`): "an armchair in the shape of an avocado".
        word, typeface: what is written on it.
        stretch: a further factor on its size.
    """

    shape: str
    color: str
    size: str = "medium"
    texture: str = "plain"
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    second: str = ""
    parts: tuple[tuple[str, str, str], ...] = ()
    other: str = ""
    word: str = ""
    typeface: str = "block"
    stretch: float = 1.0

    @property
    def scale(self) -> float:
        """The factor by which the object of height one is scaled."""
        return SIZES[self.size] * self.stretch


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at a point from a distance.

    `azimuth` turns it to the right around the point and `elevation` lifts it, both in degrees;
    `view_height` is how many units fit into the picture's height at the point looked at.
    """

    look_at: tuple[float, float, float] = (0.0, 0.48, 0.0)
    azimuth: float = 0.0
    elevation: float = 26.0
    distance: float = 5.5
    view_height: float = 2.1


@dataclass(frozen=True)
class Light:
    """Sun, sky and floor. `direction` points to the sun; colours are red, green and blue in [0, 1].

    `night`, 0 to 1, is how much lamps and windows shine and stars show.
    """

    direction: tuple[float, float, float] = (-0.45, 0.85, 0.55)
    sun: tuple[float, float, float] = (0.80, 0.78, 0.73)
    ambient: tuple[float, float, float] = (0.38, 0.40, 0.44)
    sky_top: tuple[float, float, float] = (0.66, 0.80, 0.96)
    sky_bottom: tuple[float, float, float] = (0.93, 0.96, 1.00)
    floor: tuple[float, float, float] = (0.86, 0.84, 0.79)
    night: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A flat figure in a cell of a matrix: names from `figures.py`, its middle (x right, y down) and its radius in
    parts of the cell's side, and a turn to the right in degrees."""

    shape: str
    fill: str = "empty"
    radius: float = 0.4
    x: float = 0.5
    y: float = 0.5
    turn: float = 0.0


@dataclass(frozen=True)
class Cell:
    """One cell of a matrix of flat figures, drawn one over the other."""

    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Scene:
    """Everything that is needed to draw one picture, and everything that a true caption may say.

    Attributes:
        things: what stands there. camera, light, lens, place, style: how it is seen; names from the tuples above.
        kind: one of `KINDS`, or a kind of `kinds/`. relation: if there is one, it holds between the first two things.
        facts: (field, value) pairs that a caption may tell and a judge may ask for; empty in the blocks world.
        cut: everything nearer to the viewer than the first thing's middle is cut away.
        flip: the picture stands on its head.
        panels, layout: a picture made of pictures; then there are no things.
        cells: the nine cells of a matrix of flat figures, row by row; then there are neither things nor panels.
        invert: light and dark change places.
    """

    things: tuple[Thing, ...] = ()
    kind: str = "single"
    relation: str | None = None
    style: str = "photo"
    camera: Camera = Camera()
    light: Light = Light()
    lens: str = "plain"
    place: str = "floor"
    facts: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    flip: bool = False
    panels: tuple[Scene, ...] = ()
    layout: str = ""
    cells: tuple[Cell, ...] = ()
    invert: bool = False

    def to_dict(self) -> dict:
        """The scene as nested plain dictionaries, ready for JSON; `cells` and `invert` only where they are used."""
        return _without_unused(asdict(self))

    @classmethod
    def from_dict(cls, data: dict) -> Scene:
        """The inverse of `to_dict`; lists from JSON become tuples again."""

        def tuples(value):
            return tuple(map(tuples, value)) if isinstance(value, list | tuple) else value

        def fields(plain: dict) -> dict:
            return {key: tuples(value) for key, value in plain.items()}

        return cls(
            **{
                **data,
                "things": tuple(Thing(**fields(thing)) for thing in data["things"]),
                "camera": Camera(**fields(data["camera"])),
                "light": Light(**fields(data["light"])),
                "facts": tuples(data.get("facts", ())),
                "panels": tuple(cls.from_dict(panel) for panel in data.get("panels", ())),
                "cells": tuple(
                    Cell(tuple(Figure(**figure) for figure in cell["figures"]))
                    for cell in data.get("cells", ())
                ),
            }
        )

    def fact(self, field: str) -> str:
        """The value of one of `facts`. Raises KeyError for a field that this scene does not have."""
        return dict(self.facts)[field]

    def with_thing(self, index: int, **changes) -> Scene:
        """A copy in which one thing is changed: `scene.with_thing(0, color="blue")`."""
        things = list(self.things)
        things[index] = replace(things[index], **changes)
        return replace(self, things=tuple(things))


def _without_unused(plain: dict) -> dict:
    """A scene's dictionary without the fields of matrices where it has none, its panels' likewise."""
    panels = tuple(_without_unused(panel) for panel in plain["panels"])
    return {key: value for key, value in plain.items() if value or key not in ("cells", "invert")} | {
        "panels": panels
    }
