"""The facts of a scene are what its things are, in an order that can be seen."""

import pytest

from minidalle.world import KINDS, WORLD, Scene, Thing, sample_scene
from minidalle.world.facts import facts_of, fields_of

EVERY = [sample_scene(3, i, "all", kind) for kind in KINDS for i in range(60)]


@pytest.mark.parametrize("kind", [*KINDS, *WORLD])
def test_every_fact_is_one_of_the_values_of_its_field(kind):
    fields = fields_of(kind)
    for i in range(30):
        facts = facts_of(sample_scene(3, i, "all", kind))
        assert list(facts) == list(fields)
        assert all(facts[name] in values for name, values in fields.items())


def test_things_are_numbered_from_left_to_right():
    for scene in EVERY:
        if scene.kind not in ("pair", "triple", "relation") or scene.relation == "on top of":
            continue
        facts = facts_of(scene)
        seen = sorted(scene.things, key=lambda thing: thing.position[0])
        assert [(facts[f"object{n + 1}"], facts[f"color{n + 1}"]) for n in range(len(seen))] == [
            (thing.shape, thing.color) for thing in seen
        ]


def test_a_relation_is_that_of_the_left_or_upper_thing_to_the_other():
    red, blue = Thing("cube", "red", position=(-0.7, 0, 0)), Thing("cone", "blue", position=(0.7, 0, 0))
    for things, relation in (((red, blue), "left of"), ((blue, red), "right of")):
        assert facts_of(Scene(things, "relation", relation))["relation"] == "left of"
    near, far = Thing("cube", "red", position=(0.3, 0, 0.8)), Thing("cone", "blue", position=(-0.3, 0, -0.8))
    told = facts_of(Scene((near, far), "relation", "in front of"))
    assert (told["object1"], told["relation"]) == ("cone", "behind")
    top, base = Thing("donut", "red", position=(0.1, 0.9, 0)), Thing("cube", "blue", position=(0.0, 0, 0))
    told = facts_of(Scene((top, base), "relation", "on top of"))
    assert (told["object1"], told["relation"]) == ("donut", "on top of")


def test_counts_and_styles():
    assert {facts_of(s)["count"]: len(s.things) for s in EVERY if s.kind == "count"} == {
        "one": 1, "two": 2, "three": 3, "four": 4,
    }  # fmt: skip
    assert all(facts_of(scene)["style"] == scene.style for scene in EVERY)
    assert all("color" not in facts_of(scene) for scene in EVERY if scene.kind == "sketch")


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="kind is 'opera'; choose from single"):
        fields_of("opera")
