"""What the kinds of fashion, interior design and temporal knowledge say is what their scenes hold."""

import numpy as np
import pytest

from minidalle.world import OBJECTS, caption, render, sample_scene
from minidalle.world.grammar import plural
from minidalle.world.kinds.fashion import FURNITURE
from minidalle.world.objects.decades import DATED, DECADES
from minidalle.world.objects.paintings import PAINTINGS

KINDS = ("mannequin", "flannel", "dress", "room", "decade")
VEHICLES = ("truck", "bus", "sailboat", "train engine", "airplane", "bicycle", "rocket")


def _scenes(kind, count=60):
    return [sample_scene(3, index, "all", kind) for index in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_captions_are_short_and_plain(kind):
    for index, scene in enumerate(_scenes(kind)):
        text = caption(scene, 3, index)
        assert text == text.lower() and "  " not in text and " ," not in text and "none" not in text
        assert len(text.split()) <= 26
        assert "{" not in text


def test_a_mannequin_wears_what_is_said_and_nothing_else():
    for scene in _scenes("mannequin"):
        top, bottom = scene.fact("top"), scene.fact("bottom")
        worn = {part: color for part, color, _ in scene.things[0].parts}
        assert worn == {f"+{top}": scene.fact("color"), f"+{bottom}": scene.fact("color2")}
        assert {f"+{top}", f"+{bottom}"} <= {p.part for p in OBJECTS["mannequin"]}
    for scene in _scenes("dress"):
        worn = {part: color for part, color, _ in scene.things[0].parts}
        assert worn == {"+dress": scene.fact("color"), f"+{scene.fact('other')}": scene.fact("color2")}


def test_a_flannel_shirt_is_plaid_in_two_different_colours():
    for scene in _scenes("flannel"):
        part = {p: (c, t) for p, c, t in scene.things[0].parts}["+flannel"]
        assert part == (f"{scene.fact('color')}+{scene.fact('second')}", "plaid")
        assert scene.fact("color") != scene.fact("second")


def test_a_garment_that_is_not_worn_is_not_drawn():
    scene = sample_scene(3, 0, "all", "dress")
    bare = scene.with_thing(0, parts=())
    assert np.abs(render(scene, 32).astype(int) - render(bare, 32)).mean() > 5


def test_a_room_has_as_many_pieces_of_the_colour_as_it_says():
    for index, scene in enumerate(_scenes("room")):
        pieces = [thing for thing in scene.things if thing.shape in FURNITURE]
        assert len(pieces) == {"one": 1, "two": 2}[scene.fact("count")]
        assert {(p.shape, p.color) for p in pieces} == {(scene.fact("object"), scene.fact("color"))}
        assert [t.shape for t in scene.things if t.shape.startswith("painting")] == [
            f"painting of {scene.fact('painting')}"
        ]
        text = caption(scene, 3, index)
        noun = scene.fact("object") if len(pieces) == 1 else plural(scene.fact("object"))
        assert f"{scene.fact('count')} {scene.fact('color')} {noun} " in f"{text} ".replace(",", " ")
        assert f"of a {scene.fact('painting')} " in text


def test_the_painting_hangs_above_the_mantel_and_furniture_does_not_hide_it():
    for scene in _scenes("room", 20):
        shapes = {thing.shape.split(" of ")[0]: thing for thing in scene.things}
        assert shapes["painting"].position[1] > 0.7 and shapes["fireplace"].position[0] == 0.0
        assert all(abs(t.position[0]) > 0.65 for t in scene.things if t.shape in FURNITURE)


def test_every_thing_of_every_decade_is_drawn_and_no_two_look_alike():
    pictures = {}
    for thing in DATED:
        for decade in DECADES:
            scene = sample_scene(3, 0, "all", "decade").with_thing(
                0, shape=f"{thing} {decade}", color="red", yaw=0.0, position=(0.0, 0.0, 0.0)
            )
            pictures[thing, decade] = render(scene, 32).astype(int)
    keys = list(pictures)
    for k, first in enumerate(keys):
        for second in keys[k + 1 :]:
            assert np.abs(pictures[first] - pictures[second]).mean() > 3, (first, second)


def test_a_decades_things_show_the_colour_that_is_said():
    for scene in _scenes("decade", 20):
        assert scene.things[0].shape == f"{scene.fact('object')} {scene.fact('decade')}"
        assert scene.things[0].color == scene.fact("color")
        assert any(p.color is None and not p.texture for p in OBJECTS[scene.things[0].shape])


@pytest.mark.parametrize("name", [*VEHICLES, *(f"painting of {p}" for p in PAINTINGS), *FURNITURE])
def test_objects_are_about_one_unit_and_stand_on_the_floor(name):
    for primitive in OBJECTS[name]:
        assert abs(primitive.center[0]) < 0.75 and -0.1 < primitive.center[1] < 1.3
    assert len(OBJECTS[name]) <= 26 and any(p.color is None for p in OBJECTS[name])
