"""A scene as plain data: what stands where, who looks at it, and in which light.

Everything that the picture world draws is one frozen `Scene`. It holds no pixels and no randomness, so a scene can be
compared, hashed, printed, edited with `dataclasses.replace`, and drawn again at any size. Lengths are in units of
about one object's height; angles are in degrees; +x is right, +y is up and +z points to the viewer.

Left out on purpose: how a thing looks (`objects.py`), how pixels are made (`renderer.py`) and which scenes training may
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

SIZES: dict[str, float] = {"small": 0.75, "medium": 0.95, "large": 1.25}
"""Size names and the factor by which an object of height one is scaled."""

TEXTURES: tuple[str, ...] = ("plain", "striped", "checkered", "dotted")
"""Surface patterns; all but plain alternate between the object's colour and white."""

STYLES: tuple[str, ...] = ("photo", "sketch")
"""Drawing styles: lit and coloured, or dark lines on white paper."""

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
"""The kinds of scene, each of them a row of the evaluation."""


@dataclass(frozen=True)
class Thing:
    """One object: what it is and where it stands.

    `position` is the centre of its base (x, y, z); `yaw` turns it about the vertical, in degrees.
    """

    shape: str
    color: str
    size: str = "medium"
    texture: str = "plain"
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0

    @property
    def scale(self) -> float:
        """The factor by which the object of height one is scaled."""
        return SIZES[self.size]


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
    """Sun, sky and floor. `direction` points to the sun; colours are red, green and blue in [0, 1]."""

    direction: tuple[float, float, float] = (-0.45, 0.85, 0.55)
    sun: tuple[float, float, float] = (0.80, 0.78, 0.73)
    ambient: tuple[float, float, float] = (0.38, 0.40, 0.44)
    sky_top: tuple[float, float, float] = (0.66, 0.80, 0.96)
    sky_bottom: tuple[float, float, float] = (0.93, 0.96, 1.00)
    floor: tuple[float, float, float] = (0.86, 0.84, 0.79)


@dataclass(frozen=True)
class Scene:
    """Everything that is needed to draw one picture, and everything that a true caption may say.

    `kind` is one of `KINDS`; `relation`, where there is one, holds between `things[0]` and `things[1]`.
    """

    things: tuple[Thing, ...]
    kind: str = "single"
    relation: str | None = None
    style: str = "photo"
    camera: Camera = Camera()
    light: Light = Light()

    def to_dict(self) -> dict:
        """The scene as nested plain dictionaries, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Scene:
        """The inverse of `to_dict`; lists from JSON become tuples again."""

        def tuples(fields: dict) -> dict:
            return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}

        return cls(
            **{
                **data,
                "things": tuple(Thing(**tuples(thing)) for thing in data["things"]),
                "camera": Camera(**tuples(data["camera"])),
                "light": Light(**tuples(data["light"])),
            }
        )

    def with_thing(self, index: int, **changes) -> Scene:
        """A copy in which one thing is changed: `scene.with_thing(0, color="blue")`."""
        things = list(self.things)
        things[index] = replace(things[index], **changes)
        return replace(self, things=tuple(things))
