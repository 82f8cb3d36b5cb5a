"""Clocks of three to eight sides.

Left out: numerals, and hands that tell another time.
"""

from minidalle.world.primitives import DARK, Primitive, cone, limb, object_shape, prism

SIDES = {"triangular": 3, "square": 4, "pentagonal": 5, "hexagonal": 6, "heptagonal": 7, "octagonal": 8}
"""How many sides a clock has, by the word for it."""


def _clock(sides: int) -> list[Primitive]:
    apothem = {3: 0.30, 4: 0.38}.get(sides, 0.42)
    middle = 0.5 if sides > 3 else 0.36
    face = 0.70 * apothem
    return [
        prism((0, middle, 0), apothem, 0.09, sides, rotation=(0, 0, 45 if sides == 4 else 0)),
        cone((0, middle, 0.075), face, face, 0.022, 0.005, rotation=(90, 0, 0), color=(0.92, 0.92, 0.90)),
        limb((0, middle, 0.112), (0, middle + 0.75 * face, 0.112), 0.026, color=DARK),
        limb((0, middle, 0.112), (0.5 * face, middle - 0.1 * face, 0.112), 0.030, color=DARK),
    ]


for _name, _sides in SIDES.items():
    object_shape(f"{_name} clock")(lambda sides=_sides: _clock(sides))
