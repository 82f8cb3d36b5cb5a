"""Multiple objects: a baby penguin in one to four garments, each of its own colour.

Left out: stacks and rows of things (`multiple.py`), and mannequins (`fashion.py`).
"""

from __future__ import annotations

from minidalle.world.grammar import listed, with_article
from minidalle.world.kinds.common import CLOTH_COLORS, jitter, light, turned
from minidalle.world.kinds.kind import Facts, HeldOut, Kind, enter
from minidalle.world.objects.penguin import GARMENTS
from minidalle.world.scene import Camera, Scene, Thing
from minidalle.world.stream import Stream

NONE = "none"


class BothWorn(HeldOut):
    """Combinations of two garments' colours, where both are worn."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether these facts are held out."""
        return NONE not in (facts[self.left], facts[self.right]) and super().holds(kind, facts)


def _worn(r: Stream) -> Facts:
    """One to four garments, no two of a colour."""
    worn = r.pick_several(GARMENTS, r.pick((1, 2, 3, 4)))
    colors = dict(zip(worn, r.pick_several(CLOTH_COLORS, len(worn)), strict=True))
    return {garment: colors.get(garment, NONE) for garment in GARMENTS}


def _is_dressed(facts: Facts) -> bool:
    """Whether something is worn, and no two garments have one colour."""
    worn = [facts[garment] for garment in GARMENTS if facts[garment] != NONE]
    return 1 <= len(worn) == len(set(worn))


def _penguin(r: Stream, facts: Facts) -> Scene:
    parts = tuple((f"+{garment}", color, "") for garment, color in facts.items() if color != NONE)
    penguin = Thing("baby penguin", "black", position=jitter(r, 0.1), yaw=turned(r, 25), parts=parts)
    camera = Camera(look_at=(0.0, 0.58, 0.0), elevation=16.0, view_height=1.55)
    return Scene((penguin,), camera=camera, light=light())


def _clothes(r: Stream, facts: Facts) -> dict[str, str]:
    """What is worn, as a list: from head to foot (`clothes`), from foot to head (`upward`), in any order (`mixed`)."""
    names = {name: f"{color} {name}" for name, color in facts.items() if color != NONE}
    for name in ("hat", "shirt"):
        if name in names:
            names[name] = with_article(names[name])
    items = list(names.values())
    return {
        "clothes": listed(items),
        "mixed": listed(r.pick_several(items, len(items))),
        "upward": listed(items[::-1]),
    }


enter(
    Kind(
        name="outfit",
        judged=1.5,
        section="multiple objects",
        fields=dict.fromkeys(GARMENTS, (NONE, *CLOTH_COLORS)),
        frames=(
            "a baby penguin wearing {clothes}",
            "a baby penguin in {mixed}",
            "a baby penguin dressed in {mixed}",
            "an emoji of a baby penguin wearing {clothes}",
            "a little penguin with {mixed}",
            "a baby penguin that wears {upward}",
        ),
        build=_penguin,
        held_out=(BothWorn("hat", "shirt"), BothWorn("gloves", "pants"), BothWorn("shirt", "pants", every=9)),
        draw=_worn,
        allowed=_is_dressed,
        tell=_clothes,
    )
)
