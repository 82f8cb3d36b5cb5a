"""Foods cut open, close up and x-rayed; things in the shape of others and made of materials; collections."""

from itertools import pairwise

import numpy as np
import pytest

from minidalle.world import OBJECTS, Scene, Thing, caption, render, sample_scene
from minidalle.world.kinds import WORLD
from minidalle.world.kinds.attributes import COLLECTED, COUNTS
from minidalle.world.kinds.combining import OTHERS, SHAPED
from minidalle.world.kinds.structure import CUT_OPEN, SEE_THROUGH
from minidalle.world.objects.mixing import ALL_OVER, SLOTS, primitives_of
from minidalle.world.primitives import ELLIPSOID
from minidalle.world.renderer import project
from minidalle.world.scene import Camera
from minidalle.world.stream import Stream

KINDS = ("cross-section", "macro", "x-ray", "shaped", "made of", "material", "collection")
FRONT = Camera(look_at=(0.0, 0.48, 0.0), elevation=8.0, view_height=1.4)


@pytest.mark.parametrize("name", (*CUT_OPEN, *SEE_THROUGH))
def test_what_is_inside_is_seen_only_when_cut(name):
    inner = [p for p in OBJECTS[name] if p.inside]
    assert inner, f"{name} has nothing inside"
    whole, cut = (
        render(Scene((Thing(name, "red"),), camera=FRONT, cut=c), 32).astype(int) for c in (False, True)
    )
    assert (np.abs(whole - cut).max(-1) > 40).mean() > 0.04, f"{name} looks the same when it is cut open"


def test_an_avocado_is_dark_outside_and_has_flesh_and_a_pit_inside():
    image = render(Scene((Thing("avocado", "red"),), camera=FRONT, cut=True), 64).astype(int)
    red, green, blue = image[36, 32]  # in the pit
    assert red > green > blue
    red, green, blue = image[22, 32]  # above it
    assert green > red > blue and green > 150


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_true_of_the_scene(kind):
    for index in range(60):
        scene = sample_scene(3, index, "all", kind)
        facts, thing = dict(scene.facts), scene.things[0]
        assert thing.shape.removeprefix("table ") == facts["object"]
        view = facts.get("view", "whole")
        assert scene.cut == (view == "cross-section")
        assert (scene.style == "x-ray") == (view == "x-ray")
        assert (scene.camera.view_height < 0.6) == (view == "macro")
        assert thing.other == facts.get("other", "")
        assert thing.texture == facts.get("texture", "plain")
        if "count" in facts:
            assert ("two", "three", "four", "five", "six").index(facts["count"]) + 2 == len(scene.things)
            assert {t.shape for t in scene.things} == {facts["object"]}
            assert facts["place"] == scene.place == "table"


def test_captions_name_the_facts_with_the_right_article():
    for index in range(60):
        scene = sample_scene(1, index, "all", "shaped")
        text = caption(scene, 1, index)
        assert scene.fact("object") in text and scene.fact("other").replace("iced ", "") in text
        words = text.split()
        for article, word in pairwise(words):
            if article in ("a", "an"):
                assert (article == "an") == (word[0] in "aeiou"), text
    assert all(w.startswith("brain") for w in WORLD["macro"].words["object"]["brain coral"])


def test_what_captions_shape_is_what_can_be_shaped():
    assert set(SLOTS) == {name.replace("lamp", "table lamp") for name in SHAPED}


@pytest.mark.parametrize("shape", SLOTS)
def test_a_thing_in_the_shape_of_another_keeps_itself_and_shows_the_other(shape):
    for other in OTHERS:
        solids = primitives_of(Thing(shape, "red", other=other))
        skin = OBJECTS[other][0]
        assert sum(s.color == skin.color for s in solids) >= 1
        fixed = [s for s in SLOTS[shape].kept if s.color is not None]
        assert all(s in solids for s in fixed)
        recolored = [s for s in SLOTS[shape].kept if s.color is None]
        assert all(any(s.center == k.center and s.color == skin.color for s in solids) for k in recolored)
        assert not any(s.inside for s in solids), "what is inside has to be seen"
        assert all(abs(s.center[0]) < 0.7 and -0.01 < s.center[1] < 1.35 for s in solids)
        assert all(
            max(s.dims[:3]) <= 3.01 * min(s.dims[:3]) or s.dims[0] < 0.3
            for s in solids
            if s.kind == ELLIPSOID
        )


def test_a_material_covers_all_but_the_eyes():
    plain = primitives_of(Thing("snail", "gray"))
    wooden = primitives_of(Thing("snail", "gray", texture="wood", parts=((ALL_OVER, "gray", "wood"),)))
    assert len(plain) == len(wooden)
    assert sum(s.color is not None for s in wooden) == 4
    assert primitives_of(Thing("snail", "gray", texture="wood")) == plain


@pytest.mark.parametrize("count", COUNTS)
def test_things_of_a_collection_do_not_hide_each_other_and_lie_in_the_picture(count):
    for index, name in enumerate(COLLECTED):
        scene = WORLD["collection"].scene(
            Stream("test", index), {"object": name, "count": count, "place": "table"}
        )
        middles = [project(scene.camera, (x, 0.3, z))[:2] for x, _, z in (t.position for t in scene.things)]
        assert all(0.10 < u < 0.90 and 0.10 < v < 0.90 for u, v in middles)
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for k, a in enumerate(middles) for b in middles[:k]]
        assert min(gaps) > 0.15
