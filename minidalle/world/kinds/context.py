"""Inferring contextual details: a word on a thing, and animals by the time of day in several styles.

What a caption leaves out has to be right all the same: how the letters of a word look, on which side the long shadow
of a sunrise falls. Sketches and neon drawings show no time of day, so they are a kind of their own.

Left out: landmarks by the time of day (`geography.py`), and how letters are drawn (`world/words.py`).
"""

from __future__ import annotations

from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, ObjectAndStyle, enter
from minidalle.world.objects.animals import COATS, natural
from minidalle.world.objects.buildings import CARRIERS
from minidalle.world.scene import COLORS, TYPEFACES, Camera, Scene, Thing
from minidalle.world.stream import Stream

_WORDS = """
openai gpt dalle hello cafe pizza books music bakery coffee tea shop open bread fish milk jazz zoo toys bank hotel
bar pub taxi love star moon sun cake juice wine yoga quiz gym spa art film games flower garden market mango kiwi lemon
honey sushi tacos vegan pasta queen king aqua quick jelly fox wolf panda robot rocket magic dream happy lucky blue exit
box jacket vase drum wave
"""
WORDS: tuple[str, ...] = tuple(_WORDS.split())
"""What may be written on a thing: three to six letters each."""

WITH_BLACK_INK = ("orange", "yellow", "pink")

SIGN_VIEW: dict[str, tuple[float, float]] = {
    "shop front": (0.56, 1.42),
    "billboard": (0.58, 1.45),
    "license plate": (0.36, 1.36),
    "t-shirt": (0.47, 1.60),
    "box": (0.46, 1.50),
}
"""Height looked at and view height, so that the board fills the picture's width."""


def _sign(r: Stream, facts: Facts) -> Scene:
    carrier, color = facts["object"], facts["color"]
    ink = "black" if carrier == "shop front" or color in WITH_BLACK_INK else "white"
    y, view = SIGN_VIEW[carrier]
    thing = Thing(
        carrier,
        color,
        "large",
        position=jitter(r, 0.03),
        yaw=turned(r, 14),
        second=ink,
        word=facts["word"],
        typeface=facts["typeface"],
        stretch=0.8,
    )
    place = r.pick(("floor", "street", "field")) if carrier in CARRIERS[:2] else "floor"
    camera = Camera((0.0, y, 0.0), elevation=r.uniform(7, 15), view_height=view * r.uniform(0.97, 1.08))
    return Scene((thing,), camera=camera, light=light("", place), place=place)


enter(
    Kind(
        name="sign",
        judged=12.0,
        section="inferring contextual details",
        fields={"object": CARRIERS, "color": tuple(COLORS), "typeface": TYPEFACES, "word": WORDS},
        frames=(
            "{a color} {object} with the word '{word}' on it",
            "{a color} {object} that says '{word}' in {typeface} letters",
            "{a object} in {color} with the word '{word}' written on it in {typeface} letters",
            "the word '{word}' on {a color} {object}",
            "{a color} {object} with '{word}' written on it",
        ),
        build=_sign,
        held_out=(HeldOut("word", ""),),
        words={
            "object": {
                "shop front": ("shop front", "storefront"),
                "license plate": ("license plate",),
                "t-shirt": ("t-shirt", "shirt"),
                "box": ("box", "cardboard box"),
            },
            "typeface": {"block": ("block", "bold block"), "script": ("script", "slanted script")},
        },
        share=2.0,
    )
)

TOYS: dict[str, str] = {"cat": "orange", "mushroom": "red", "car": "blue", "house": "yellow"}
"""Toys that are painted beside the animals, and their colours."""

SUBJECTS: tuple[str, ...] = (*COATS, *TOYS)
"""What may be painted: every animal that has a coat of its own, and some toys."""


def subject(name: str, **rest) -> Thing:
    """One of SUBJECTS in its natural colours."""
    return natural(name, **rest) if name in COATS else Thing(name, TOYS[name], **rest)


def sideways(r: Stream) -> float:
    """A turn that shows an animal's face and its flank."""
    return r.pick((-1.0, 1.0)) * r.uniform(18, 55)


STYLES = ("photo", "painting", "cartoon", "stained glass")
TIMES = ("noon", "sunrise", "sunset", "night")

STYLE_WORDS = {
    "photo": ("photo", "photograph"),
    "painting": ("painting", "oil painting"),
    "cartoon": ("cartoon", "cartoon drawing"),
    "stained glass": ("stained glass window",),
    "sketch": ("sketch", "pencil sketch"),
    "neon": ("neon sign", "neon drawing"),
    "x-ray": ("x-ray", "x-ray picture"),
}


def _painting(r: Stream, facts: Facts) -> Scene:
    name = facts["object"]
    thing = subject(name, position=jitter(r, 0.1), yaw=sideways(r), stretch=r.uniform(0.95, 1.1))
    camera = Camera((0.0, 0.55, 0.0), elevation=r.uniform(6, 9), view_height=r.uniform(1.75, 1.95))
    scene_light = light(facts["time"], facts["place"])
    return Scene((thing,), camera=camera, light=scene_light, place=facts["place"], style=facts["style"])


enter(
    Kind(
        name="painting",
        judged=1.5,
        section="inferring contextual details",
        fields={"object": SUBJECTS, "style": STYLES, "time": TIMES, "place": ("field", "street")},
        frames=(
            "{a style} of {a object} {place} at {time}",
            "{a style} of {a object} at {time}, {place}",
            "{a object} {place} at {time}, as {a style}",
            "at {time}, {a object} {place}: {a style}",
            "{a style} that shows {a object} {place} at {time}",
        ),
        build=_painting,
        held_out=(ObjectAndStyle("object", "style"), HeldOut("style", "time")),
        words={
            "style": STYLE_WORDS,
            "place": {
                "field": ("in a field", "on the grass", "in a meadow"),
                "street": ("on a street", "in the street"),
            },
        },
        share=2.0,
    )
)


def _drawing(r: Stream, facts: Facts) -> Scene:
    name = facts["object"]
    thing = subject(name, position=jitter(r, 0.08), yaw=sideways(r), stretch=r.uniform(0.95, 1.15))
    camera = Camera((0.0, 0.52, 0.0), elevation=r.uniform(12, 24), view_height=r.uniform(1.5, 1.75))
    return Scene((thing,), camera=camera, light=light(), style=facts["style"])


enter(
    Kind(
        name="drawing",
        section="inferring contextual details",
        fields={"object": SUBJECTS, "style": ("sketch", "neon", *STYLES)},
        frames=(
            "{a style} of {a object}",
            "{a object}, {style}",
            "{a object} as {a style}",
            "{a style} showing {a object}",
            "{a object} in the form of {a style}",
        ),
        build=_drawing,
        held_out=(ObjectAndStyle("object", "style"),),
        words={"style": STYLE_WORDS},
    )
)
