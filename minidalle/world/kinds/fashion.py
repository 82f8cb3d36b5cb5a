"""Fashion and interior design: mannequins by what they wear, and rooms by their furniture and the painting.

Left out: penguins in clothes (`outfits.py`).
"""

from __future__ import annotations

from dataclasses import replace

from minidalle.world.kinds.common import light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.paintings import PAINTINGS
from minidalle.world.scene import COLORS, Camera, Light, Scene, Thing
from minidalle.world.stream import Stream

SECTION = "fashion and interior design"
FIGURE = Camera(look_at=(0.0, 0.58, 0.0), elevation=14.0, view_height=1.40)
"""From the mannequin's stand to the top of its head."""

HATTED = Camera(look_at=(0.0, 0.64, 0.0), elevation=14.0, view_height=1.55)
"""A hat needs more room."""

CLOTHES = (*COLORS, "white")
PLAID, WITH = ("red", "orange", "yellow", "green", "purple", "pink"), ("black", "white", "blue")
"""The two colours of a flannel shirt, from lists that share none: orange and black is also black and orange."""


def _dressed(r: Stream, *worn: tuple[str, str, str]) -> Scene:
    place = (r.uniform(-0.08, 0.08), 0.0, r.uniform(-0.08, 0.08))
    mannequin = Thing("mannequin", "white", position=place, yaw=turned(r, 25), parts=worn)
    hat = any(part == "+hat" for part, _, _ in worn)
    return Scene((mannequin,), camera=HATTED if hat else FIGURE, light=light())


def _outfit(r: Stream, facts: Facts) -> Scene:
    return _dressed(r, (f"+{facts['top']}", facts["color"], ""), (f"+{facts['bottom']}", facts["color2"], ""))


def _flannel(r: Stream, facts: Facts) -> Scene:
    cloth = (f"{facts['color']}+{facts['second']}", "plaid")
    return _dressed(r, ("+flannel", *cloth), ("+pants", r.pick(("gray", "brown")), ""))


def _dress(r: Stream, facts: Facts) -> Scene:
    return _dressed(r, ("+dress", facts["color"], ""), (f"+{facts['other']}", facts["color2"], ""))


enter(
    Kind(
        name="mannequin",
        section=SECTION,
        fields={
            "top": ("shirt", "jacket", "sweater"),
            "color": CLOTHES,
            "bottom": ("pants", "skirt", "shorts"),
            "color2": CLOTHES,
        },
        frames=(
            "a mannequin wearing {a color} {top} and {color2} {bottom}",
            "a mannequin dressed in {a color} {top} and {color2} {bottom}",
            "{a color} {top} and {color2} {bottom} on a mannequin",
            "a mannequin in {color2} {bottom} and {a color} {top}",
            "a shop's mannequin that wears {a color} {top} with {color2} {bottom}",
            "a mannequin modelling {a color} {top} above {color2} {bottom}",
        ),
        build=_outfit,
        held_out=(HeldOut("top", "color"), HeldOut("bottom", "color2", step=2)),
    )
)

enter(
    Kind(
        name="flannel",
        section=SECTION,
        fields={"color": PLAID, "second": WITH},
        frames=(
            "a mannequin dressed in {a color} and {second} flannel shirt",
            "a shop's mannequin in {a color} and {second} flannel shirt",
            "a mannequin wearing {a second} and {color} flannel shirt",
            "{a color} and {second} flannel shirt on a mannequin",
            "a mannequin in a plaid shirt of {color} and {second}",
            "a flannel shirt in {second} and {color}, worn by a mannequin",
        ),
        build=_flannel,
        held_out=(HeldOut("color", "second"),),
    )
)

enter(
    Kind(
        name="dress",
        section=SECTION,
        fields={"color": CLOTHES, "other": ("hat", "scarf"), "color2": CLOTHES},
        frames=(
            "a mannequin wearing {a color} dress and {a color2} {other}",
            "a shop mannequin dressed in {a color} dress and {a color2} {other}",
            "{a color} dress and {a color2} {other} on a mannequin",
            "a mannequin in {a color} dress with {a color2} {other}",
            "a mannequin with {a color2} {other} and {a color} dress",
        ),
        build=_dress,
        held_out=(HeldOut("other", "color2"), HeldOut("color", "color2", every=8)),
    )
)

FURNITURE = ("armchair", "sofa", "table", "chair", "bed", "bookshelf")
STRETCH = {"sofa": 0.82, "table": 0.84, "bed": 0.88, "armchair": 0.92, "chair": 0.98, "bookshelf": 0.98}
PARLOUR = Camera(look_at=(0.0, 0.74, 0.0), elevation=11.0, distance=6.0, view_height=2.45)
"""The fire and the painting in the middle, a piece of furniture to either side."""

INDOORS = Light(direction=(-0.35, 0.80, 0.85), sky_bottom=(0.80, 0.76, 0.70), floor=light(place="room").floor)
"""Light from the viewer's side, so that the wall and the painting are bright."""


def _room(r: Stream, facts: Facts) -> Scene:
    """Two pieces stand left and right of the fire and turn a little to each other; one stands on either side."""
    sides = (-1.0, 1.0) if facts["count"] == "two" else (r.pick((-1.0, 1.0)),)
    stretch = STRETCH[facts["object"]] * r.uniform(0.95, 1.0)
    inward = r.uniform(12, 28)
    things = [
        Thing(
            facts["object"],
            facts["color"],
            position=(side * r.uniform(0.66, 0.72), 0.0, r.uniform(0.05, 0.2)),
            yaw=-side * inward,
            stretch=stretch,
        )
        for side in sides
    ]
    free = -sides[0] if len(sides) == 1 else r.pick((-1.0, 1.0))
    others = {
        "none": (),
        "plant": (Thing("plant", "brown", position=(1.25 * free, 0.0, -0.85), stretch=1.35),),
        "lamp": (Thing("floor lamp", "yellow", position=(1.25 * free, 0.0, -0.85), stretch=1.4),),
        "rug": (Thing("rug", "red", position=(0.0, 0.0, 0.35), stretch=1.0),),
    }
    hearth = (
        Thing("fireplace", "white", position=(0.0, 0.0, -1.55)),
        Thing(f"painting of {facts['painting']}", "gold", position=(0.0, 0.80, -1.53), stretch=1.05),
    )
    camera = replace(PARLOUR, azimuth=r.uniform(-6, 6))
    return Scene((*things, *hearth, *others[facts["other"]]), camera=camera, light=INDOORS, place="room")


OTHERS = {
    "none": ("",),
    "plant": (", and a plant", ", with a plant"),
    "lamp": (", and a floor lamp", ", with a floor lamp"),
    "rug": (", and a rug", ", with a round rug"),
}

FRAMES = (
    "a room with {count} {color} {object s} and a painting of {a painting} above the fireplace{other}",
    "a photo of a room with {count} {color} {object s} and a painting of {a painting} above the fireplace{other}",
    "{count} {color} {object s} in a room with a painting of {a painting} over the fireplace{other}",
    "a room that has {count} {color} {object s} and a picture of {a painting} above the fireplace{other}",
    "a painting of {a painting} above the fireplace of a room with {count} {color} {object s}{other}",
    "{count} {color} {object s} before a fireplace with a painting of {a painting} above it{other}",
)

enter(
    Kind(
        name="room",
        judged=2.0,
        section=SECTION,
        fields={
            "count": ("one", "two"),
            "object": FURNITURE,
            "color": CLOTHES,
            "painting": PAINTINGS,
            "other": tuple(OTHERS),
        },
        frames=FRAMES,
        build=_room,
        held_out=(HeldOut("object", "color"), HeldOut("painting", "object", step=2)),
        words={"other": OTHERS},
    )
)
