"""A foil is false of its scene, by the words alone, and in one fact only."""

from collections import Counter

import pytest
from test_world_captions import is_true, read_caption

from minidalle.world import KINDS, WORLD, caption, foils, sample_scene
from minidalle.world.foils import changed, changes, foil
from minidalle.world.splits import is_held_out
from minidalle.world.stream import Stream

SCENES = [(sample_scene(31, i, "train", kind), i) for kind in KINDS for i in range(40)]


def test_every_foil_is_false_and_its_caption_true():
    """By the tests' own reader of captions, which knows nothing of how foils are made."""
    for scene, i in SCENES:
        assert is_true(caption(scene, 31, i), scene)
        for turn in range(3):
            text = foil(scene, 31, i, turn)
            read_caption(text)
            assert not is_true(text, scene), (caption(scene, 31, i), text)


def test_a_foil_differs_by_one_fact():
    """One word and its like (a plural, an article), or two words that changed places."""
    for scene, i in SCENES:
        told, text = caption(scene, 31, i).split(), foil(scene, 31, i).split()
        gone, come = Counter(told) - Counter(text), Counter(text) - Counter(told)
        little = {
            "a",
            "an",
            "one",
            "single",
            "exactly",
            "group",
            "of",
            "there",
            "is",
            "are",
            "on",
            "the",
            "floor",
        }
        assert len(set(gone) - little) <= 2 and len(set(come) - little) <= 2, (told, text)


def test_foils_change_every_fact_that_a_scene_has():
    facts = {fact for scene, _ in SCENES for fact in changes(scene)}
    assert facts == {"shape", "color", "texture", "count", "exchange", "binding"}
    for kind, fact in (
        ("count", "count"),
        ("relation", "exchange"),
        ("pair", "binding"),
        ("texture", "texture"),
    ):
        assert any(fact in changes(scene) for scene, _ in SCENES if scene.kind == kind)
    scene = next(scene for scene, _ in SCENES if scene.kind == "relation" and "binding" in changes(scene))
    first, second = scene.things
    swapped = changed(scene, "binding", Stream("any")).things
    assert {(t.shape, t.color) for t in swapped} == {(first.shape, second.color), (second.shape, first.color)}
    turned = changed(scene, "exchange", Stream("any")).things
    assert [(t.shape, t.color) for t in turned] == [(second.shape, second.color), (first.shape, first.color)]


def test_no_foil_is_of_a_held_out_combination(monkeypatch):
    """It would teach that what is held out is false. Told by the scenes that are made into captions."""
    from minidalle.world import foils

    told = []
    monkeypatch.setattr(foils, "caption", lambda scene, *rest: told.append(scene) or caption(scene, *rest))
    for scene, i in SCENES:
        foils.foil(scene, 31, i)
    assert len(told) >= 2 * len(SCENES) and not any(is_held_out(scene) for scene in told)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_turn_gives_the_same_foil_and_another_another(kind):
    scene = sample_scene(5, 0, "train", kind)
    assert foil(scene, 5, 0, 4) == foil(scene, 5, 0, 4)
    assert len({foil(scene, 5, 0, turn) for turn in range(12)}) > 4


SHOWN = [name for name, kind in WORLD.items() if not kind.never_shown and name != "matrix"]


@pytest.mark.parametrize("name", SHOWN)
def test_a_foil_of_a_further_kind_tells_one_other_value_and_none_held_out(name, monkeypatch):
    """What `world_foil` makes a caption of is looked at: one fact differs, it may be shown, and the words differ."""
    made = []
    monkeypatch.setattr(foils, "caption", lambda scene, *at: made.append(scene) or caption(scene, *at))
    for i in range(25):
        scene = sample_scene(32, i, "train", name)
        made.clear()
        text = foil(scene, 32, i)
        told, other = dict(made[0].facts), dict(made[-1].facts)
        assert told == dict(scene.facts) and sum(told[field] != other[field] for field in told) == 1
        assert text != caption(scene, 32, i)
        assert WORLD[name].allowed(other) and not WORLD[name].is_held_out(other)


def test_where_no_single_fact_can_be_another_one_is_told_so():
    with pytest.raises(ValueError, match="no single fact of this matrix can be another"):
        foil(sample_scene(0, 0, "train", "matrix"), 0, 0)
