"""Zero-shot visual reasoning: one picture above another, and the picture prompts that training never shows.

What training sees decides what is zero-shot. It sees single things in every style ("styled"), upside down, from close
by and with a word on them ("changed"); two panels that have nothing to do with each other ("two panels"); and the same
picture twice ("same panels"). It never sees one thing in two styles, or one picture changed into another: that is asked
by "picture prompt". "practised prompt" asks the same of things that were not practised, of a model whose mix is
"world+prompts", which shows the change for other things.

Left out: matrices (`matrices.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.kind import WORLD, Facts, HeldOut, Kind, NeverShown, enter
from minidalle.world.objects import SHAPES
from minidalle.world.primitives import box, object_shape, rotation_matrix
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

SECTION = "zero-shot visual reasoning"
STYLED = ("photo", "sketch", "cartoon", "painting", "stained glass", "voxels", "neon")
PENCIL = "gray"
"""The colour of what is sketched, whatever it was."""

CHANGES = ("upside down", "closer", "word")
REPAINTED = ("red", "blue", "yellow")
ASKED = (*STYLED[1:], *CHANGES, *REPAINTED)
"""What a picture prompt asks for: another style, one of `CHANGES`, or another colour."""

FAR = Camera(look_at=(0.0, 0.47, 0.0), view_height=1.5)
NEAR = Camera(look_at=(0.0, 0.57, 0.0), view_height=0.9)
"""The usual camera, a little nearer than `CLOSE` because panels are small, and the one from close by."""

WORD = "gpt"

BOARD: dict[str, tuple[float, float]] = {
    "cube": (0.45, 0.47),
    "sphere": (0.46, 0.52),
    "cylinder": (0.55, 0.37),
    "cone": (0.30, 0.47),
    "donut": (0.18, 0.22),
    "mug": (0.45, 0.40),
    "mushroom": (0.62, 0.46),
    "house": (0.33, 0.38),
    "armchair": (0.26, 0.44),
    "car": (0.32, 0.33),
    "cat": (0.26, 0.34),
    "teapot": (0.32, 0.42),
}
"""Where a board with a word hangs on a toy: its middle's height, and how far in front."""


@object_shape("word board")
def _word_board() -> list:
    return [box((0, 0, 0), (0.40, 0.16, 0.03), 0.01, word=True)]


def _board(thing: Thing) -> Thing:
    """A white board with a word that hangs on the front of a toy."""
    up, front = BOARD[thing.shape]
    x, y, z = thing.scale * (rotation_matrix(0, thing.yaw, 0) @ (0.0, up, front))
    a, b, c = thing.position
    place = (round(a + x, 6), round(b + y, 6), round(c + z, 6))
    return Thing("word board", "white", thing.size, position=place, yaw=thing.yaw, word=WORD)


def _thing(r: Stream, facts: Facts) -> Thing:
    return Thing(facts["object"], facts["color"], "medium", position=jitter(r, 0.08), yaw=turned(r))


def _styled(r: Stream, facts: Facts) -> Scene:
    """A single thing in a style; a sketch does not show the colour, which is drawn."""
    color = r.pick(tuple(COLORS)) if facts["color"] == PENCIL else facts["color"]
    thing = _thing(r, {**facts, "color": color})
    return Scene(
        (thing,), "styled", style=facts["style"], camera=FAR, light=light(), facts=tuple(facts.items())
    )


def _change(scene: Scene, change: str) -> Scene:
    """A scene upside down, from close by, or with a word on its first thing."""
    if change == "word":
        return replace(scene, things=(*scene.things, _board(scene.things[0])))
    return replace(scene, **({"flip": True} if change == "upside down" else {"camera": NEAR}))


def _changed(r: Stream, facts: Facts) -> Scene:
    return _change(Scene((_thing(r, facts),), camera=FAR, light=light()), facts["change"])


def _color_and_style(color: str, style: str) -> bool:
    """A sketch has the pencil's colour and nothing else has; black does not glow."""
    return (color == PENCIL) == (style == "sketch") and not (color == "black" and style == "neon")


@dataclass(frozen=True)
class AsInBlocks(HeldOut):
    """Holds out the colours of a toy that the blocks world holds out (`splits.py`), so that none comes in here."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether the blocks world never shows this toy in this colour."""
        from minidalle.world.splits import shape_and_color

        color = facts[self.right]
        return color != PENCIL and shape_and_color(facts[self.left], color)


@dataclass(frozen=True)
class ToyAndStyle(HeldOut):
    """Holds out some styles of a toy: sketches as the blocks world does, photos never."""

    def holds(self, kind: Kind, facts: Facts) -> bool:
        """Whether training never shows this toy in this style."""
        from minidalle.world.splits import shape_and_style

        shape, style = facts[self.left], facts[self.right]
        if style in ("photo", "sketch"):
            return shape_and_style(shape, style)
        return (SHAPES.index(shape) + STYLED.index(style)) % 6 == 0


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
    top = _styled(r, given)
    if kind == "changed":
        bottom = _change(top, facts["change"])
    else:
        bottom = replace(top, style=asked["style"])
        if facts["change"] in COLORS:
            bottom = bottom.with_thing(0, color=asked["color"])
    bottom = replace(bottom, kind=kind, facts=tuple(asked.items()))
    return Scene(panels=(top, bottom), layout="stack")


def _sensible(facts: Facts) -> bool:
    """The colour changes where it is asked to, and training shows either panel as a single picture."""
    return facts["color"] != facts["change"] and not any(
        (kind == "styled" and not _color_and_style(single["color"], single["style"]))
        or WORLD[kind].is_held_out(single)
        for kind, single in single_pictures(facts)
    )


def _two(r: Stream, facts: Facts) -> Scene:
    panels = [_styled(r, {name: facts[name + end] for name in ("object", "color", "style")}) for end in "12"]
    return Scene(panels=tuple(panels), layout="stack")


def _twice(r: Stream, facts: Facts) -> Scene:
    return Scene(panels=(_styled(r, facts),) * 2, layout="stack")


TINTS = (*COLORS, PENCIL)
AS = {
    "photo": ("photo",),
    "sketch": ("sketch", "pencil sketch"),
    "cartoon": ("cartoon",),
    "painting": ("painting",),
    "stained glass": ("stained glass window",),
    "voxels": ("voxel model",),
    "neon": ("neon sign",),
}
"""Styles as nouns: "a sketch of a cat"."""

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

CHANGE_WORDS = {
    "sketch": ("as a sketch", "as a pencil sketch"),
    "cartoon": ("as a cartoon",),
    "painting": ("as a painting",),
    "stained glass": ("in stained glass", "as a stained glass window"),
    "voxels": ("made of voxels", "as a voxel model"),
    "neon": ("as a neon sign", "in neon"),
    "upside down": ("upside down", "turned upside down"),
    "closer": ("from close by", "from up close"),
    "word": (f"with '{WORD}' written on it", f"with '{WORD}' on it"),
    **{color: (f"in {color}", f"but {color}") for color in REPAINTED},
}
COLOR_WORDS = {PENCIL: ("",)}
SEEN = (AsInBlocks("object", "color"), ToyAndStyle("object", "style"))

enter(
    Kind(
        name="styled",
        section=SECTION,
        fields={"object": SHAPES, "color": TINTS, "style": STYLED},
        frames=(
            "{a style} of {a color} {object}",
            "{a color} {object} as {a style}",
            "{a style} that shows {a color} {object}",
            "{a style} showing {a color} {object}",
            "{a color} {object}, shown as {a style}",
        ),
        build=_styled,
        held_out=SEEN,
        words={"color": COLOR_WORDS, "style": AS},
        allowed=lambda facts: _color_and_style(facts["color"], facts["style"]),
        share=3.0,
    )
)
enter(
    Kind(
        name="changed",
        section=SECTION,
        fields={"object": SHAPES, "color": tuple(COLORS), "change": CHANGES},
        frames=(
            "{a color} {object} {change}",
            "a photo of {a color} {object} {change}",
            "a picture of {a color} {object} {change}",
            "this is {a color} {object} {change}",
            "here we see {a color} {object} {change}",
        ),
        build=_changed,
        held_out=(AsInBlocks("object", "color"), HeldOut("object", "change", step=2)),
        words={"change": CHANGE_WORDS},
    )
)
enter(
    Kind(
        name="two panels",
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
            ToyAndStyle("object1", "style1"),
            ToyAndStyle("object2", "style2"),
            HeldOut("object1", "object2"),
        ),
        words={"color1": COLOR_WORDS, "color2": COLOR_WORDS, "style1": LIKE, "style2": LIKE},
        allowed=lambda facts: (
            facts["object1"] != facts["object2"]
            and all(_color_and_style(facts[f"color{end}"], facts[f"style{end}"]) for end in "12")
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
        allowed=lambda facts: _color_and_style(facts["color"], facts["style"]),
        share=2.0,
    )
)


def _prompt(name: str, rule: HeldOut) -> None:
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
            words={"change": CHANGE_WORDS},
            allowed=_sensible,
            share=0.0,
        )
    )


_prompt("picture prompt", NeverShown("object", ""))
_prompt("practised prompt", HeldOut("object", "", every=4))
