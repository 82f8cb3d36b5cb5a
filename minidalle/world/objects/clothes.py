"""A mannequin and what it can wear, each garment an optional part that a thing names.

The figure is smooth and neutral; `Thing.parts` dresses it: ("+shirt", "blue", ""), or for a flannel shirt
("+flannel", "orange+black", "plaid").
Garments are a little larger than the body that they cover.

Left out: who wears what (`kinds/fashion.py`).
"""

from minidalle.world.primitives import DARK, Primitive, ball, box, cone, ellipsoid, limb, object_shape, torus

SKIN = (0.80, 0.70, 0.60)
STEEL = (0.45, 0.47, 0.50)
CLOTH = (0.92, 0.92, 0.90)

_SIDES = (-1, 1)


def _figure() -> list[Primitive]:
    skin = {"color": SKIN}
    return [
        cone((0, 0.02, -0.05), 0.27, 0.25, 0.015, color=STEEL),
        limb((0, 0.02, -0.14), (0, 0.45, -0.14), 0.02, color=STEEL),
        box((0, 0.68, 0), (0.20, 0.19, 0.115), 0.09, **skin),
        limb((0, 0.84, 0), (0, 0.97, 0), 0.06, 0.05, melt=0.06, **skin),
        ellipsoid((0, 1.06, 0.01), (0.115, 0.145, 0.125), melt=0.04, **skin),
        *(
            limb((0.20 * s, 0.81, 0), (0.335 * s, 0.45, 0.03), 0.062, 0.048, melt=0.05, **skin)
            for s in _SIDES
        ),
        *(
            limb((0.095 * s, 0.54, 0), (0.125 * s, 0.05, 0.0), 0.095, 0.055, melt=0.04, **skin)
            for s in _SIDES
        ),
        *(box((0.125 * s, 0.055, 0.05), (0.055, 0.03, 0.10), 0.028, melt=0.04, **skin) for s in _SIDES),
    ]


def _sleeves(part: str, radius: float, end: float = 0.88, cuff: float = 0.9) -> list[Primitive]:
    """Two sleeves down to the share `end` of the arm."""
    return [
        limb(
            (0.19 * s, 0.815, 0),
            (s * (0.19 + 0.145 * end), 0.815 - 0.365 * end, 0.03 * end),
            radius,
            radius * cuff,
            0.02,
            part=part,
        )
        for s in _SIDES
    ]


def _shirt(part: str, edge: tuple[float, float, float]) -> list[Primitive]:
    """A long-sleeved shirt with an open collar and a row of buttons."""
    return [
        box((0, 0.665, 0), (0.235, 0.225, 0.15), 0.10, part=part),
        *_sleeves(part, 0.082),
        *(
            box((0.06 * s, 0.865, 0.125), (0.055, 0.022, 0.02), 0.012, rotation=(24, 0, -38 * s), part=part)
            for s in _SIDES
        ),
        *(ball((0, y, 0.147), 0.016, color=edge, part=part) for y in (0.54, 0.65, 0.76)),
    ]


def _jacket(part: str) -> list[Primitive]:
    """An open jacket: white shirt between its two fronts, wide lapels."""
    return [
        box((0, 0.67, 0), (0.19, 0.21, 0.135), 0.09, part=part, color=CLOTH),
        box((0, 0.655, -0.035), (0.255, 0.255, 0.14), 0.09, part=part),
        *(box((0.165 * s, 0.655, 0.05), (0.09, 0.255, 0.115), 0.07, part=part) for s in _SIDES),
        *(
            box((0.105 * s, 0.80, 0.155), (0.045, 0.115, 0.02), 0.015, rotation=(0, 0, -24 * s), part=part)
            for s in _SIDES
        ),
        *_sleeves(part, 0.098),
    ]


def _sweater(part: str) -> list[Primitive]:
    """A thick pullover with a high collar."""
    return [
        box((0, 0.665, 0), (0.25, 0.22, 0.165), 0.12, part=part),
        *_sleeves(part, 0.10, cuff=1.0),
        torus((0, 0.90, 0.0), 0.075, 0.05, rotation=(90, 0, 0), part=part),
        torus((0, 0.475, 0.0), 0.165, 0.04, rotation=(90, 0, 0), part=part),
    ]


def _dress(part: str) -> list[Primitive]:
    """A sleeveless dress: a bodice, a waist and a wide skirt."""
    return [
        box((0, 0.70, 0), (0.215, 0.155, 0.14), 0.10, part=part),
        cone((0, 0.385, 0), 0.38, 0.15, 0.21, 0.02, part=part),
        *(ball((0.175 * s, 0.815, 0), 0.095, part=part) for s in _SIDES),
    ]


def _bottoms() -> list[Primitive]:
    return [
        cone((0, 0.37, 0), 0.31, 0.205, 0.15, 0.02, part="+skirt"),
        box((0, 0.52, 0), (0.20, 0.06, 0.135), 0.055, part="+pants"),
        *(limb((0.10 * s, 0.52, 0), (0.135 * s, 0.07, 0), 0.112, 0.088, 0.02, part="+pants") for s in _SIDES),
        box((0, 0.52, 0), (0.20, 0.06, 0.135), 0.055, part="+shorts"),
        *(
            limb((0.10 * s, 0.53, 0), (0.145 * s, 0.24, 0), 0.115, 0.135, 0.02, part="+shorts")
            for s in _SIDES
        ),
    ]


def _accessories() -> list[Primitive]:
    return [
        cone((0, 1.135, 0.01), 0.225, 0.22, 0.008, 0.012, part="+hat"),
        cone((0, 1.225, 0.01), 0.125, 0.11, 0.075, 0.02, part="+hat"),
        cone((0, 1.17, 0.01), 0.137, 0.135, 0.02, 0.01, color=DARK, part="+hat"),
        torus((0, 0.905, 0.005), 0.10, 0.058, rotation=(90, 0, 0), part="+scarf"),
        box((0.085, 0.72, 0.175), (0.055, 0.18, 0.024), 0.02, rotation=(-6, 0, 4), part="+scarf"),
    ]


@object_shape("mannequin")
def _mannequin() -> list[Primitive]:
    """What is worn on top comes last, so that it hangs over the trousers."""
    return [
        *_figure(),
        *_bottoms(),
        *_shirt("+shirt", CLOTH),
        *_shirt("+flannel", DARK),
        *_jacket("+jacket"),
        *_sweater("+sweater"),
        *_dress("+dress"),
        *_accessories(),
    ]
