"""Zero-shot visual reasoning: one picture above another, and the picture prompts that training never shows.

What training sees decides what is zero-shot. It sees single things in every style ("styled"), upside down, from close
by and with a word on them ("changed"); two panels that have nothing to do with each other ("two panels"); and the same
picture twice ("same panels"). It never sees one thing in two styles, or one picture changed into another: that is asked
by "picture prompt". "practised prompt" asks the same of things that were not practised, of a model whose mix is
"world+prompts", which shows the change for other things.

Left out: single pictures (`styled.py`), matrices (`matrices.py`).
"""

from __future__ import annotations

from dataclasses import replace

from minidalle.world.kinds.kind import (
    WORLD,
    AsInBlocks,
    Facts,
    HeldOut,
    Kind,
    NeverShown,
    ObjectAndStyle,
    Rule,
    enter,
)
from minidalle.world.kinds.styled import (
    CHANGE_WORDS,
    CHANGES,
    COLOR_WORDS,
    PENCIL,
    SECTION,
    SEEN,
    STYLED,
    TINTS,
    changed_as,
    color_and_style,
    styled_scene,
)
from minidalle.world.objects import SHAPES
from minidalle.world.scene import COLORS, Scene
from minidalle.world.stream import Stream

REPAINTED = ("red", "blue", "yellow")
ASKED = (*STYLED[1:], *CHANGES, *REPAINTED)
"""What a picture prompt asks for: another style, one of `CHANGES`, or another colour."""


def single_pictures(facts: Facts) -> tuple[tuple[str, dict[str, str]], ...]:
    """The two panels of a prompt as (kind, facts) of single pictures: what is given, and what is asked for."""
    thing = {"object": facts["object"], "color": facts["color"]}
    change = facts["change"]
    given = ("styled", thing | {"style": "photo"})
    if change in STYLED:
        color = PENCIL if change == "sketch" else facts["color"]
        return given, ("styled", {"object": facts["object"], "color": color, "style": change})
    if change in CHANGES:
        return given, ("changed", thing | {"change": change})
    return given, ("styled", {"object": facts["object"], "color": change, "style": "photo"})


def _prompted(r: Stream, facts: Facts) -> Scene:
    """Two panels: a photo of a thing, and the same picture changed as asked. Each panel carries its own facts."""
    (_, given), (kind, asked) = single_pictures(facts)
    top = styled_scene(r, given)
    if kind == "changed":
        bottom = changed_as(top, facts["change"])
    else:
        bottom = replace(top, style=asked["style"])
        if facts["change"] in COLORS:
            bottom = bottom.with_thing(0, color=asked["color"])
    bottom = replace(bottom, kind=kind, facts=tuple(asked.items()))
    return Scene(panels=(top, bottom), layout="stack")


def _sensible(facts: Facts) -> bool:
    """The colour changes where it is asked to, and training shows either panel as a single picture."""
    return facts["color"] != facts["change"] and not any(
        (kind == "styled" and not color_and_style(single["color"], single["style"]))
        or WORLD[kind].is_held_out(single)
        for kind, single in single_pictures(facts)
    )


def _two(r: Stream, facts: Facts) -> Scene:
    panels = [
        styled_scene(r, {name: facts[name + end] for name in ("object", "color", "style")}) for end in "12"
    ]
    return Scene(panels=tuple(panels), layout="stack")


def _twice(r: Stream, facts: Facts) -> Scene:
    return Scene(panels=(styled_scene(r, facts),) * 2, layout="stack")


ASKED_WORDS = {
    **CHANGE_WORDS,
    "sketch": ("as a sketch", "as a pencil sketch"),
    "cartoon": ("as a cartoon",),
    "painting": ("as a painting",),
    "stained glass": ("in stained glass", "as a stained glass window"),
    "voxels": ("made of voxels", "as a voxel model"),
    "neon": ("as a neon sign", "in neon"),
    **{color: (f"in {color}", f"but {color}") for color in REPAINTED},
}

LIKE = {
    "photo": ("",),
    "sketch": ("sketched",),
    "cartoon": ("cartoon",),
    "painting": ("painted",),
    "stained glass": ("stained glass",),
    "voxels": ("voxel",),
    "neon": ("neon",),
}
"""Styles before a noun: "a sketched cat"; a photo is not mentioned."""

enter(
    Kind(
        name="two panels",
        judged=4.0,
        section=SECTION,
        fields={
            "object1": SHAPES,
            "color1": TINTS,
            "style1": STYLED,
            "object2": SHAPES,
            "color2": TINTS,
            "style2": STYLED,
        },
        frames=(
            "{a color1} {style1} {object1} on the top and {a color2} {style2} {object2} on the bottom",
            "{a color1} {style1} {object1} above, {a color2} {style2} {object2} below",
            "two pictures: {a color1} {style1} {object1} and below it {a color2} {style2} {object2}",
            "on the top {a color1} {style1} {object1}, on the bottom {a color2} {style2} {object2}",
            "{a color2} {style2} {object2} under {a color1} {style1} {object1}, in two pictures",
        ),
        build=_two,
        held_out=(
            AsInBlocks("object1", "color1"),
            AsInBlocks("object2", "color2"),
            ObjectAndStyle("object1", "style1"),
            ObjectAndStyle("object2", "style2"),
            HeldOut("object1", "object2"),
        ),
        words={"color1": COLOR_WORDS, "color2": COLOR_WORDS, "style1": LIKE, "style2": LIKE},
        allowed=lambda facts: (
            facts["object1"] != facts["object2"]
            and all(color_and_style(facts[f"color{end}"], facts[f"style{end}"]) for end in "12")
        ),
        share=2.0,
    )
)
enter(
    Kind(
        name="same panels",
        section=SECTION,
        fields={"object": SHAPES, "color": TINTS, "style": STYLED},
        frames=(
            "the exact same {color} {style} {object} on the top and on the bottom",
            "the exact same {color} {style} {object} on the top on the bottom",
            "{a color} {style} {object} on the top and the exact same {object} on the bottom",
            "two pictures of the exact same {color} {style} {object}, one above the other",
            "the very same {color} {style} {object} above and below",
        ),
        build=_twice,
        held_out=SEEN,
        words={"color": COLOR_WORDS, "style": LIKE},
        allowed=lambda facts: color_and_style(facts["color"], facts["style"]),
        share=2.0,
    )
)


def _prompt(name: str, rule: Rule) -> None:
    """A kind whose bottom panel is the top one changed; training's ordinary mix never shows it."""
    enter(
        Kind(
            name=name,
            section=SECTION,
            fields={"object": SHAPES, "color": tuple(COLORS), "change": ASKED},
            frames=(
                "the exact same {color} {object} on the top {change} on the bottom",
                "the exact same {color} {object} on the top, {change} on the bottom",
                "{a color} {object} on top and the exact same {object} {change} on the bottom",
                "on the top {a color} {object}, on the bottom the exact same {object} {change}",
                "{a color} {object} above, and below the very same {object} {change}",
            ),
            build=_prompted,
            held_out=(rule,),
            words={"change": ASKED_WORDS},
            allowed=_sensible,
            share=0.0,
        )
    )


_prompt("picture prompt", NeverShown("object"))
_prompt("practised prompt", HeldOut("object", "", every=4))
