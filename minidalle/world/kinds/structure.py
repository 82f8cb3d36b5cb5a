"""Internal and external structure: cross-sections, macro photographs, x-rays, each beside the whole thing.

Left out: what is inside the things (`objects/fruit.py`, `objects/food.py`, `objects/xrays.py`).
"""

from __future__ import annotations

from minidalle.world.grammar import with_article
from minidalle.world.kinds.common import GROUND, light
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.scene import Camera, Light, Scene, Thing
from minidalle.world.stream import Stream

CUT_OPEN = (
    "avocado",
    "apple",
    "watermelon",
    "orange",
    "kiwi",
    "walnut",
    "beet",
    "pineapple",
    "tomato",
    "coconut",
    "onion",
    "egg",
    "log",
    "geode",
    "strawberry",
)
CLOSE_UP = (
    "brain coral",
    "strawberry",
    "sponge",
    "pineapple",
    "goldfish",
    "orange",
    "brick wall",
    "ball of wool",
    "log",
)
SEE_THROUGH = ("goldfish", "hand", "suitcase", "piggy bank", "present", "boot")

SIDEWAYS = {"log": 62.0}
"""Turns of things that would show their inside otherwise."""

CLOSE_AT = {"pineapple": 0.36, "strawberry": 0.64, "goldfish": 0.5, "brick wall": 0.5, "log": 0.45}
"""How high a macro photograph looks at a thing, where it is not 0.42."""
VIEW = {
    "whole": ("an outside view", "a picture of the outside", "a view from outside"),
    "cross-section": ("a cross-section view", "a cross-section", "a cross section view"),
    "macro": ("a macro photograph", "a macro photo", "an extreme macro shot"),
    "x-ray": ("an x-ray", "an x-ray picture", "an x-ray image"),
}


def articles(names: tuple[str, ...], bare: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Words for things, with their article: "an apple". Those of `bare` have none: "brain coral"."""
    return {name: (name if name in bare else with_article(name),) for name in names}


def _surroundings(r: Stream) -> Light:
    return light("", r.pick(tuple(GROUND)))


def _whole(r: Stream, name: str) -> Scene:
    yaw = SIDEWAYS.get(name, 0.0) + r.uniform(-14, 14)
    thing = Thing(name, "red", position=(r.uniform(-0.08, 0.08), 0.0, r.uniform(-0.08, 0.08)), yaw=yaw)
    camera = Camera(look_at=(0.0, 0.48, 0.0), elevation=r.uniform(12, 24), view_height=r.uniform(1.35, 1.6))
    return Scene((thing,), camera=camera, light=_surroundings(r))


def _cross_section(r: Stream, facts: Facts) -> Scene:
    if facts["view"] == "whole":
        return _whole(r, facts["object"])
    thing = Thing(facts["object"], "red", position=(r.uniform(-0.08, 0.08), 0.0, 0.0), yaw=r.uniform(-5, 5))
    camera = Camera(look_at=(0.0, 0.48, 0.0), elevation=r.uniform(6, 16), view_height=r.uniform(1.2, 1.45))
    return Scene((thing,), camera=camera, light=_surroundings(r), cut=True)


def _macro(r: Stream, facts: Facts) -> Scene:
    if facts["view"] == "whole":
        return _whole(r, facts["object"])
    height = CLOSE_AT.get(facts["object"], 0.42)
    thing = Thing(
        facts["object"], "red", yaw=SIDEWAYS.get(facts["object"], 0.0) * 1.45 + r.uniform(-8, 8), stretch=1.6
    )
    camera = Camera(
        look_at=(r.uniform(-0.06, 0.06), height * 1.5 + r.uniform(-0.04, 0.04), 0.55),
        azimuth=r.uniform(-8, 8),
        elevation=r.uniform(2, 10),
        view_height=r.uniform(0.42, 0.56),
    )
    sun = (r.uniform(-0.6, 0.4), 0.62, 0.75)
    return Scene((thing,), camera=camera, light=Light(direction=sun))


def _x_ray(r: Stream, facts: Facts) -> Scene:
    if facts["view"] == "whole":
        return _whole(r, facts["object"])
    thing = Thing(
        facts["object"],
        "red",
        position=(r.uniform(-0.06, 0.06), r.uniform(0, 0.06), 0.0),
        yaw=r.uniform(-8, 8),
    )
    camera = Camera(look_at=(0.0, 0.48, 0.0), elevation=r.uniform(0, 6), view_height=r.uniform(1.3, 1.5))
    return Scene((thing,), camera=camera, style="x-ray")


def _enter(
    view: str, objects: tuple[str, ...], build, frames: tuple[str, ...], bare: tuple[str, ...] = ()
) -> None:
    enter(
        Kind(
            name=view,
            section="internal and external structure",
            fields={"object": objects, "view": ("whole", view)},
            frames=frames,
            build=build,
            held_out=(HeldOut("object", "view", spare="whole"),),
            words={"object": articles(objects, bare), "view": VIEW},
        )
    )


FRAMES = (
    "{view} of {object}",
    "{object}, {view}",
    "{object}: {view}",
    "{view} showing {object}",
    "here is {view} of {object}",
    "{object} as seen in {view}",
)
_enter("cross-section", CUT_OPEN, _cross_section, FRAMES)
_enter("macro", CLOSE_UP, _macro, FRAMES, ("brain coral",))
_enter("x-ray", SEE_THROUGH, _x_ray, FRAMES)
