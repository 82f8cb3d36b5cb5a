"""Zero-shot visual reasoning: what single pictures training sees, in every style, upside down, close by, with a word.

A model that is asked to draw "the exact same cat as a sketch" has to have met cats, and sketches, and the word
"sketch"; it has met them here, one picture at a time.

Left out: pictures of two panels (`reasoning.py`).
"""

from __future__ import annotations

from dataclasses import replace

from minidalle.world.kinds.common import jitter, light, turned
from minidalle.world.kinds.kind import AsInBlocks, Facts, HeldOut, Kind, ObjectAndStyle, enter
from minidalle.world.objects import SHAPES
from minidalle.world.primitives import box, object_shape, rotation_matrix
from minidalle.world.scene import COLORS, Camera, Scene, Thing
from minidalle.world.stream import Stream

SECTION = "zero-shot visual reasoning"
STYLED = ("photo", "sketch", "cartoon", "painting", "stained glass", "voxels", "neon")
PENCIL = "gray"
"""The colour of what is sketched, whatever it was."""

CHANGES = ("upside down", "closer", "word")

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
    "mushroom": (0.56, 0.60),
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
    x, y, z = (thing.scale * (rotation_matrix(0, thing.yaw, 0) @ (0.0, up, front))).tolist()
    a, b, c = thing.position
    place = (round(a + x, 6), round(b + y, 6), round(c + z, 6))
    return Thing("word board", "white", thing.size, position=place, yaw=thing.yaw, word=WORD)


def _thing(r: Stream, facts: Facts) -> Thing:
    return Thing(facts["object"], facts["color"], "medium", position=jitter(r, 0.08), yaw=turned(r))


def styled_scene(r: Stream, facts: Facts) -> Scene:
    """A single thing in a style; a sketch does not show the colour, which is drawn."""
    color = r.pick(tuple(COLORS)) if facts["color"] == PENCIL else facts["color"]
    thing = _thing(r, {**facts, "color": color})
    return Scene(
        (thing,), "styled", style=facts["style"], camera=FAR, light=light(), facts=tuple(facts.items())
    )


def changed_as(scene: Scene, change: str) -> Scene:
    """A scene upside down, from close by, or with a word on its first thing."""
    if change == "word":
        return replace(scene, things=(*scene.things, _board(scene.things[0])))
    return replace(scene, **({"flip": True} if change == "upside down" else {"camera": NEAR}))


def _changed(r: Stream, facts: Facts) -> Scene:
    return changed_as(Scene((_thing(r, facts),), camera=FAR, light=light()), facts["change"])


def color_and_style(color: str, style: str) -> bool:
    """A sketch has the pencil's colour and nothing else has; black does not glow."""
    return (color == PENCIL) == (style == "sketch") and not (color == "black" and style == "neon")


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

CHANGE_WORDS = {
    "upside down": ("upside down", "turned upside down"),
    "closer": ("from close by", "from up close"),
    "word": (f"with '{WORD}' written on it", f"with '{WORD}' on it"),
}
COLOR_WORDS = {PENCIL: ("",)}
SEEN = (AsInBlocks("object", "color"), ObjectAndStyle("object", "style"))

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
        build=styled_scene,
        held_out=SEEN,
        words={"color": COLOR_WORDS, "style": AS},
        allowed=lambda facts: color_and_style(facts["color"], facts["style"]),
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
