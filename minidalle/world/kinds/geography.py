"""Geographic knowledge: the landmarks of countries, from a field or a street, by the time of day.

Left out: flags and food, which the emoji bring (`data/`).
"""

from __future__ import annotations

from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.context import TIMES
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.landmarks import LANDMARKS
from minidalle.world.scene import Camera, Scene, Thing
from minidalle.world.stream import Stream

HOME: dict[str, tuple[str, ...]] = {
    "eiffel tower": ("the eiffel tower", "the eiffel tower in france", "the eiffel tower in paris"),
    "pyramid": ("a pyramid", "a pyramid in egypt", "an egyptian pyramid"),
    "pagoda": ("a pagoda", "a pagoda in china", "a chinese pagoda"),
    "windmill": ("a windmill", "a windmill in holland", "a dutch windmill"),
    "lighthouse": ("a lighthouse", "a striped lighthouse"),
    "igloo": ("an igloo", "an igloo in greenland"),
    "big ben": ("big ben", "big ben in england", "big ben in london"),
    "leaning tower": ("the leaning tower of pisa", "the leaning tower of pisa in italy"),
    "golden gate bridge": ("the golden gate bridge", "the golden gate bridge in california"),
    "castle": ("a castle", "a castle in germany", "a german castle"),
    "taj mahal": ("the taj mahal", "the taj mahal in india"),
    "torii gate": ("a torii gate", "a torii gate in japan", "a japanese torii gate"),
    "moai": ("a moai", "a moai on easter island", "an easter island statue"),
}
"""How each landmark is told, with its country."""


def _landmark(r: Stream, facts: Facts) -> Scene:
    thing = Thing(
        facts["object"],
        "gray",
        position=jitter(r, 0.1),
        yaw=turned(r, 25),
        stretch=1.45 * r.uniform(0.95, 1.05),
    )
    camera = Camera((0.0, 0.94, 0.0), elevation=r.uniform(7, 11), view_height=r.uniform(2.35, 2.55))
    return Scene((thing,), camera=camera, light=light(facts["time"], facts["place"]), place=facts["place"])


enter(
    Kind(
        name="landmark",
        section="geographic knowledge",
        fields={"object": tuple(LANDMARKS), "time": TIMES, "place": ("field", "street")},
        frames=(
            "{object} from {a place} at {time}",
            "a photo of {object} at {time}, from {a place}",
            "{object} at {time}, seen from {a place}",
            "at {time}, {object}, viewed from {a place}",
            "a picture of {object} taken from {a place} at {time}",
        ),
        build=_landmark,
        held_out=(HeldOut("object", "time"),),
        words={"object": HOME, "place": {"field": ("field", "meadow"), "street": ("street", "road")}},
    )
)
