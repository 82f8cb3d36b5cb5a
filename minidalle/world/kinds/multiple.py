"""Multiple objects: stacks, a small block on a large one, two rows of toys.

What training never shows here agrees with the blocks world: a colour that a toy never has there, or two colours that
two toys never have together, are held out here too.

Left out: a penguin in several garments (`outfits.py`); pairs and triples, which the blocks world has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from minidalle.world.grammar import listed, with_article
from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.kind import Facts, Kind, Rule, enter
from minidalle.world.objects import SHAPES, WIDE_TURN
from minidalle.world.rules import color_assignment, shape_and_color
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

CUBE_COLORS = tuple(color for color in COLORS if color != "purple")
"""Colours of cubes; the blocks world never shows a purple one in training."""

NONE = "none"
NUMBERS = ("four", "five", "six")
PLACES = tuple((f"object{k}", f"color{k}") for k in range(1, 7))


@dataclass(frozen=True)
class Assigned(Rule):
    """Holds out what the blocks world holds out: a colour of a toy, and colours of two toys.

    `pairs` are fields of (toy, colour), or (colour,) of a cube. As the rule is about all of them, `left` and `right`
    say so in words.
    """

    left: str = "color"
    right: str = "object"
    pairs: tuple[tuple[str, ...], ...] = field(kw_only=True)

    def things(self, facts: Facts) -> list[Thing]:
        """The toys that the facts name."""
        named = [[facts[name] for name in pair] for pair in self.pairs]
        return [
            Thing(values[0] if len(values) > 1 else "cube", values[-1])
            for values in named
            if NONE not in values
        ]

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether these facts are held out."""
        things = self.things(facts)
        return any(shape_and_color(t.shape, t.color) for t in things) or any(
            color_assignment(a, b) for a, b in combinations(things, 2)
        )


def _stack(r: Stream, facts: Facts) -> Scene:
    x, _, z = jitter(r, 0.08)
    turn, stretch = r.uniform(-30, 30), r.uniform(0.94, 1.04)
    side = round(0.90 * 0.75 * stretch, 6)
    things = tuple(
        Thing(
            "cube",
            facts[where],
            "small",
            "plain",
            (x, round(side * k, 6), z),
            round(turn + r.uniform(-12, 12), 6),
            stretch=stretch,
        )
        for k, where in ((2, "top"), (1, "middle"), (0, "bottom"))
    )
    return Scene(
        things, camera=Camera(look_at=(0.0, 1.0, 0.0), elevation=20.0, view_height=2.6), light=light()
    )


enter(
    Kind(
        name="stack",
        section="multiple objects",
        fields={"top": CUBE_COLORS, "middle": CUBE_COLORS, "bottom": CUBE_COLORS},
        frames=(
            "a stack of three cubes: {a top} cube is on the top, {a middle} cube in the middle, "
            "{a bottom} cube on the bottom",
            "three cubes in a stack: {top} on top, {middle} in the middle, {bottom} on the bottom",
            "{a top} cube on {a middle} cube on {a bottom} cube",
            "a tower of three blocks, {bottom} below, {middle} in the middle and {top} on top",
            "a stack of three blocks: {a bottom} block at the bottom, then {a middle} block, {a top} block on top",
            "three stacked cubes, from the top: {top}, {middle}, {bottom}",
        ),
        build=_stack,
        held_out=(Assigned(pairs=(("top",), ("middle",), ("bottom",))),),
        allowed=lambda facts: facts["middle"] not in (facts["top"], facts["bottom"]),
    )
)


def _on(r: Stream, facts: Facts) -> Scene:
    x, _, z = jitter(r)
    big, small = r.uniform(1.2, 1.35), r.uniform(0.52, 0.66)
    top = (round(x + r.uniform(-0.12, 0.12), 6), round(0.90 * big, 6), round(z + r.uniform(-0.1, 0.1), 6))
    things = (
        Thing("cube", facts["color1"], position=top, yaw=r.uniform(-40, 40), stretch=round(small / 0.95, 6)),
        Thing(
            "cube",
            facts["color2"],
            position=(x, 0.0, z),
            yaw=r.uniform(-40, 40),
            stretch=round(big / 0.95, 6),
        ),
    )
    return Scene(things, camera=Camera(look_at=(0.0, 0.82, 0.0), view_height=2.6), light=light())


enter(
    Kind(
        name="small on large",
        section="multiple objects",
        fields={"color1": CUBE_COLORS, "color2": CUBE_COLORS},
        frames=(
            "a small {color1} block sitting on a large {color2} block",
            "a small {color1} block on top of a large {color2} block",
            "a large {color2} block with a small {color1} block on it",
            "a little {color1} cube on a big {color2} cube",
            "a big {color2} block under a little {color1} block",
            "a large {color2} block carrying a small {color1} block",
        ),
        build=_on,
        held_out=(Assigned(pairs=(("color1",), ("color2",))),),
        allowed=lambda facts: facts["color1"] != facts["color2"],
    )
)


def _toys(r: Stream) -> Facts:
    """Four to six different toys; a place without one says none."""
    count = r.pick((4, 5, 6))
    shapes, colors = r.pick_several(SHAPES, count), [r.pick(tuple(COLORS)) for _ in range(count)]
    facts = {"count": NUMBERS[count - 4]}
    for k, (shape, color) in enumerate(PLACES):
        facts |= {shape: shapes[k] if k < count else NONE, color: colors[k] if k < count else NONE}
    return facts


def _a_row(facts: Facts) -> bool:
    """Whether as many different toys are named as the count says, and each has a colour."""
    there = [facts[shape] != NONE for shape, _ in PLACES]
    shapes = [facts[shape] for shape, _ in PLACES if facts[shape] != NONE]
    colored = [facts[color] != NONE for _, color in PLACES]
    count = NUMBERS.index(facts["count"]) + 4
    return there == colored == [k < count for k in range(len(PLACES))] and len(set(shapes)) == count


def _rows(r: Stream, facts: Facts) -> Scene:
    count = NUMBERS.index(facts["count"]) + 4
    back = (count + 1) // 2
    things = []
    for k, (shape, color) in enumerate(PLACES[:count]):
        row, column, wide = (0, k, back) if k < back else (1, k - back, count - back)
        place = (1.02 * (column - (wide - 1) / 2), 0.0, (-1.05, 0.60)[row])
        place = tuple(round(p + d, 6) for p, d in zip(place, jitter(r, 0.05), strict=True))
        yaw = r.uniform(0, 360) if facts[shape] in WIDE_TURN else turned(r, 25)
        things.append(
            Thing(facts[shape], facts[color], "small", position=place, yaw=yaw, stretch=r.uniform(0.98, 1.06))
        )
    camera = Camera(look_at=(0.0, 0.22, -0.2), elevation=40.0, view_height=3.4)
    return Scene(tuple(things), camera=camera, light=light())


def _list(r: Stream, facts: Facts) -> dict[str, str]:
    """The toys of both rows, each from left to right."""
    count = NUMBERS.index(facts["count"]) + 4
    names = [with_article(f"{facts[color]} {facts[shape]}") for shape, color in PLACES[:count]]
    back = (count + 1) // 2
    return {"all": listed(names), "back": listed(names[:back]), "front": listed(names[back:])}


enter(
    Kind(
        name="row",
        judged=2.0,
        section="multiple objects",
        fields={"count": NUMBERS}
        | {
            name: (*values, NONE) if name[-1] in "56" else tuple(values)
            for shape, color in PLACES
            for name, values in ((shape, SHAPES), (color, COLORS))
        },
        frames=(
            "{all}",
            "{count} things: {all}",
            "{back} behind {front}",
            "{back} in the back row, {front} in the front row",
            "two rows: {back}, and {front} in front",
            "{front} in front of {back}",
        ),
        build=_rows,
        held_out=(Assigned(pairs=PLACES),),
        draw=_toys,
        allowed=_a_row,
        tell=_list,
    )
)
