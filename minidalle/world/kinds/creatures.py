"""Animal illustrations: chimeras, dressed vegetables, emoji.

Left out: the animals, figures and faces themselves (`objects/`).
"""

from __future__ import annotations

import math

from minidalle.world.kinds.common import CLOTH_COLORS, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.animals import COATS, natural
from minidalle.world.objects.faces import FACES, MOODS
from minidalle.world.objects.figures import FIGURES, LEASH_END, WEAR
from minidalle.world.scene import Camera, Scene, Thing
from minidalle.world.stream import Stream

ANIMALS = tuple(COATS)


def _spot(r: Stream, amount: float, x: float = 0.0, z: float = 0.0) -> tuple[float, float, float]:
    return (round(x + r.uniform(-amount, amount), 6), 0.0, round(z + r.uniform(-amount, amount), 6))


def _chimera(r: Stream, facts: Facts) -> Scene:
    side = r.pick((-1.0, 1.0))  # a profile, which shows both halves
    yaw = round(side * r.uniform(42, 68), 6)
    animal = natural(facts["object"], other=facts["other"], position=_spot(r, 0.05), yaw=yaw)
    camera = Camera(look_at=(0.06 * side, 0.50, 0.0), elevation=18.0, view_height=1.62)
    return Scene((animal,), camera=camera, light=light())


enter(
    Kind(
        name="chimera",
        judged=1.5,
        section="animal illustrations",
        fields={"object": ANIMALS, "other": ANIMALS},
        frames=(
            "{a object} with the head of {a other}",
            "a chimera: the body of {a object}, the head of {a other}",
            "{a other} {object} chimera",
            "a chimera with the head of {a other} on the body of {a object}",
            "{a object} that has {a other} head",
            "an illustration of {a object} with {a other} head and neck",
            "the head of {a other} on {a object}",
        ),
        build=_chimera,
        held_out=(HeldOut("object", "other"),),
        allowed=lambda facts: facts["object"] != facts["other"],
    )
)

NOBODY = "nobody"


def _costume(r: Stream, facts: Facts) -> Scene:
    walks = facts["other"] != NOBODY
    parts = [(f"+{facts['garment']}", facts["color"], "")] + [("+leash", "black", "")] * walks
    yaw, (x, _, z) = r.uniform(-12, 6), _spot(r, 0.05, -0.42 if walks else 0.0)
    things = [
        Thing(facts["object"], FIGURES[facts["object"]], position=(x, 0.0, z), yaw=yaw, parts=tuple(parts))
    ]
    if walks:
        cosine, sine = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
        a, b = LEASH_END[0] + 0.16, LEASH_END[2] - 0.02
        scale = things[0].scale
        place = (
            round(x + scale * (cosine * a + sine * b), 6),
            0.0,
            round(z + scale * (cosine * b - sine * a), 6),
        )
        things.append(natural(facts["other"], position=place, yaw=r.uniform(48, 66), stretch=0.64))
    camera = Camera(
        look_at=(0.08 if walks else 0.0, 0.52, 0.0), elevation=16.0, view_height=2.0 if walks else 1.6
    )
    return Scene(tuple(things), camera=camera, light=light())


_OWN = {
    "baby radish": ("red", "pink", "purple"),
    "baby carrot": ("orange",),
    "baby avocado": ("green",),
    "baby mushroom": ("red",),
    "baby eggplant": ("purple",),
}
"""Colours that a figure does not wear, because it has them already."""

enter(
    Kind(
        name="costume",
        section="animal illustrations",
        fields={
            "object": tuple(FIGURES),
            "garment": WEAR,
            "color": CLOTH_COLORS,
            "other": ("dog", "snail", "duck", NOBODY),
        },
        frames=(
            "{a object} in {a color} {garment} {other}",
            "an illustration of {a object} in {a color} {garment} {other}",
            "{a object} wearing {a color} {garment} {other}",
            "a picture of {a object} with {a color} {garment} {other}",
            "{a color} {garment} on {a object} {other}",
            "{a object} dressed in {a color} {garment} {other}",
        ),
        build=_costume,
        held_out=(HeldOut("object", "garment"), HeldOut("garment", "color")),
        words={
            "other": {
                "dog": ("walking a dog", "with a dog on a leash"),
                "snail": ("walking a snail", "with a snail on a leash"),
                "duck": ("walking a duck", "with a duck on a leash"),
                NOBODY: ("all alone", ""),
            }
        },
        allowed=lambda facts: facts["color"] not in _OWN[facts["object"]],
    )
)


def _mood(r: Stream, facts: Facts) -> Scene:
    thing = Thing(
        f"{facts['object']} face",
        "red",
        position=_spot(r, 0.05),
        yaw=turned(r, 14),
        parts=((f"+{facts['mood']}", "black", ""),),
    )
    camera = Camera(look_at=(0.04, 0.56, 0.0), elevation=8.0, view_height=1.6)
    return Scene((thing,), camera=camera, light=light())


enter(
    Kind(
        name="mood",
        section="animal illustrations",
        fields={"mood": MOODS, "object": tuple(FACES)},
        frames=(
            "{a mood} {object}, emoji",
            "an emoji of {a mood} {object}",
            "{a object} that looks {mood}, emoji",
            "{a mood} {object}",
            "a picture of {a mood} {object}",
            "an emoji: {a object} with {a mood} face",
        ),
        build=_mood,
        held_out=(HeldOut("mood", "object"),),
        words={
            "mood": {"sleepy": ("sleepy", "sleeping"), "lovestruck": ("lovestruck", "lovestruck", "enamored")}
        },
    )
)
