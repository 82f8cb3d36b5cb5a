"""Animals, chimeras, costumes, moods and scenes of several objects: captions agree with what is drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest

from minidalle.world import Camera, Scene, Thing, caption, render, sample_scene
from minidalle.world.kinds import WORLD
from minidalle.world.objects import BOX, OBJECTS, SHAPES
from minidalle.world.objects.animals import ANCHORS, COATS, natural
from minidalle.world.objects.chimera import HEAD_PARTS
from minidalle.world.objects.faces import FACES, MOODS
from minidalle.world.objects.figures import FIGURES, WEAR
from minidalle.world.objects.mixing import primitives_of
from minidalle.world.scene import COLORS, PAINTS
from minidalle.world.splits import color_assignment, shape_and_color

KINDS = ("chimera", "costume", "mood", "stack", "outfit", "row", "small on large")


def scenes(kind: str, count: int = 30, split: str = "train") -> list[tuple[Scene, str]]:
    drawn = [(sample_scene(3, i, split, kind), i) for i in range(count)]
    return [(scene, caption(scene, 3, i, held_out=i % 5 == 0)) for scene, i in drawn]


@pytest.mark.parametrize("kind", KINDS)
def test_captions_are_plain(kind):
    for i in range(400):
        text = caption(sample_scene(1, i, "train", kind), 1, i, held_out=i % 7 == 0)
        assert re.fullmatch(r"[a-z ,:]+", text), text
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", text), text


def test_chimeras_have_one_body_and_the_other_head():
    for scene, text in scenes("chimera"):
        thing, body, head = scene.things[0], scene.fact("object"), scene.fact("other")
        assert body != head and body in text and head in text
        mixed = primitives_of(thing)
        own = [p for p in OBJECTS[body] if p.part not in HEAD_PARTS]
        other = [p for p in OBJECTS[head] if p.part in HEAD_PARTS]
        assert sum(p.part in HEAD_PARTS for p in mixed) == len(other)
        assert {(p.kind, p.center, p.dims) for p in own} <= {(p.kind, p.center, p.dims) for p in mixed}
        neck = next(p for p in mixed if p.part in HEAD_PARTS)
        assert neck.melt > 0, "the neck melts into the body"
        assert neck.color is not None, "the head keeps its own coat"


def test_a_head_follows_the_colour_of_its_own_animal():
    head = next(
        p for p in primitives_of(natural("turtle", other="duck")) if p.part == "head" and p.kind == BOX
    )
    assert head.color == PAINTS[COATS["duck"][0]]


def test_every_animal_can_be_made_of_a_material():
    camera = Camera(look_at=(0, 0.5, 0), view_height=1.75)
    for name in ANCHORS:
        plain, brick = (
            render(Scene((Thing(name, "green", texture=t),), camera=camera), 24) for t in ("plain", "brick")
        )
        assert (plain != brick).any(axis=-1).mean() > 0.05, name


def test_costumes_show_the_garment_in_its_colour_and_the_companion():
    for scene, text in scenes("costume"):
        figure = scene.things[0]
        parts = {part: color for part, color, _ in figure.parts}
        assert figure.shape == scene.fact("object") and figure.shape in text
        assert parts[f"+{scene.fact('garment')}"] == scene.fact("color")
        assert f"{scene.fact('color')} {scene.fact('garment')}" in text
        others = [thing.shape for thing in scene.things[1:]]
        assert others == ([] if scene.fact("other") == "nobody" else [scene.fact("other")])
        assert ("+leash" in parts) == bool(others)
    for name in FIGURES:
        assert {p.part for p in OBJECTS[name] if p.part} == {*(f"+{garment}" for garment in WEAR), "+leash"}


def test_moods_are_all_there_and_look_different():
    kind = WORLD["mood"]
    from minidalle.world.stream import Stream

    for name in FACES:
        pictures = [render(kind.scene(Stream(name), {"mood": mood, "object": name}), 32) for mood in MOODS]
        for a in range(len(MOODS)):
            for b in range(a):
                assert np.abs(pictures[a].astype(int) - pictures[b]).max() > 60, (name, MOODS[a], MOODS[b])


def test_outfits_name_what_is_worn_and_nothing_else():
    counts = set()
    for scene, text in scenes("outfit", 60, "all"):
        worn = {name: color for name, color in scene.facts if color != "none"}
        assert {part[1:]: color for part, color, _ in scene.things[0].parts} == worn
        told = re.findall(r"(\w+) (hat|gloves|shirt|pants)", text)
        assert {garment: color for color, garment in told} == worn
        assert len(told) == len(worn) == len(set(worn.values()))
        counts.add(len(worn))
        if len(worn) == 1:
            assert not WORLD["outfit"].is_held_out(dict(scene.facts))
    assert counts == {1, 2, 3, 4}


def test_stacks_stand_on_each_other():
    for scene, text in scenes("stack"):
        top, middle, bottom = scene.things
        assert (top.color, middle.color, bottom.color) == tuple(value for _, value in scene.facts)
        side = 0.9 * bottom.scale
        assert bottom.position[1] == 0
        assert middle.position[1] == pytest.approx(side, abs=1e-4)
        assert top.position[1] == pytest.approx(2 * side, abs=1e-4)
        assert all(color in text for _, color in scene.facts)


def test_the_small_block_is_small_and_on_top():
    for scene, text in scenes("small on large"):
        small, large = scene.things
        assert large.scale > 1.7 * small.scale
        assert small.position[1] == pytest.approx(0.9 * large.scale, abs=1e-4)
        assert re.search(rf"(small|little) {small.color} ", text) and re.search(
            rf"(large|big) {large.color} ", text
        )


def test_rows_are_told_from_left_to_right():
    for scene, text in scenes("row", 40):
        count = {"four": 4, "five": 5, "six": 6}[scene.fact("count")]
        assert len(scene.things) == count == len({thing.shape for thing in scene.things})
        told = re.findall(rf"({'|'.join(COLORS)}) ({'|'.join(SHAPES)})", text)
        assert sorted(told) == sorted((thing.color, thing.shape) for thing in scene.things)
        half = (count + 1) // 2
        back, front = scene.things[:half], scene.things[half:]
        for row in (back, front):
            xs = [thing.position[0] for thing in row]
            assert xs == sorted(xs)
            where = [told.index((thing.color, thing.shape)) for thing in row]
            assert where == sorted(where)
        assert max(t.position[2] for t in back) < min(t.position[2] for t in front)


@pytest.mark.parametrize("kind", ["row", "stack", "small on large"])
def test_training_keeps_the_promises_of_the_blocks_world(kind):
    for scene, _ in scenes(kind):
        assert not any(shape_and_color(t.shape, t.color) for t in scene.things)
        assert not any(color_assignment(a, b) for a in scene.things for b in scene.things if a is not b)
