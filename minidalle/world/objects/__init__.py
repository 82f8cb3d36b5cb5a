"""The objects of the picture world, each a short list of solid primitives.

To add one, write a function of no arguments that returns its primitives and put `@object_shape("name")` above it: it
can then be drawn, and named by the kinds of scene (`kinds/`). An object is about one unit high, stands on y = 0 and
faces the viewer (+z). A primitive that names no colour takes the object's; one that does keeps it whatever the caption
says (wheels are black, stalks are cream).

Left out: the solids themselves and the list of objects (`primitives.py`).
"""

from __future__ import annotations

from minidalle.world.objects import (
    animals,
    buildings,
    busts,
    clocks,
    clothes,
    creatures,
    decades,
    faces,
    far_landmarks,
    figures,
    food,
    fruit,
    furniture,
    landmarks,
    paintings,
    penguin,
    slots,
    toys,
    vehicles,
    xrays,
)
from minidalle.world.primitives import (
    BOX,
    BROWN,
    CONE,
    ELLIPSOID,
    MAX_SIDES,
    OBJECTS,
    PRISM,
    TORUS,
    Primitive,
    ball,
    box,
    cone,
    ellipsoid,
    limb,
    object_shape,
    prism,
    rotation_matrix,
    torus,
)

__all__ = [
    "BOX",
    "BROWN",
    "CONE",
    "ELLIPSOID",
    "MAX_SIDES",
    "OBJECTS",
    "PRISM",
    "SHAPES",
    "SUPPORTS",
    "TOP",
    "TORUS",
    "WIDE_TURN",
    "Primitive",
    "animals",
    "ball",
    "box",
    "buildings",
    "busts",
    "clocks",
    "clothes",
    "cone",
    "creatures",
    "decades",
    "ellipsoid",
    "faces",
    "far_landmarks",
    "figures",
    "food",
    "fruit",
    "furniture",
    "landmarks",
    "limb",
    "object_shape",
    "paintings",
    "penguin",
    "prism",
    "rotation_matrix",
    "slots",
    "torus",
    "toys",
    "vehicles",
    "xrays",
]

SHAPES: tuple[str, ...] = (
    "cube",
    "sphere",
    "cylinder",
    "cone",
    "donut",
    "mug",
    "mushroom",
    "house",
    "armchair",
    "car",
    "cat",
    "teapot",
)
"""The twelve toys, from which the blocks world draws (`sample.py`). Their order decides what is held out."""

SUPPORTS: tuple[str, ...] = ("cube", "cylinder")
"""Objects with a flat top that can carry another."""

TOP: dict[str, float] = {"cube": 0.90, "cylinder": 1.0}
"""Height of the flat top of each support, before scaling."""

WIDE_TURN: frozenset[str] = frozenset({"cube", "sphere", "cylinder", "cone", "mushroom"})
"""Objects without a front, which may be turned by any angle; the others face the viewer within 35 degrees."""
