"""What training never shows, told once more as plain lists: the rules in code must agree with them."""

import binascii
import itertools
import zlib
from collections import Counter

import pytest

from minidalle.world import (
    COLORS,
    KINDS,
    RELATIONS,
    SHAPES,
    SIZES,
    TEXTURES,
    WORLD,
    Scene,
    Thing,
    held_out_by,
    is_held_out,
    sample_scene,
)
from minidalle.world.sample import MIX
from minidalle.world.splits import (
    RULE_OF_KIND,
    color_assignment,
    shape_and_color,
    shape_and_count,
    shape_and_style,
    shape_and_texture,
)

NEVER_COLORED = {
    ("cube", "purple"),
    ("sphere", "yellow"),
    ("cylinder", "black"),
    ("cone", "blue"),
    ("donut", "orange"),
    ("mug", "pink"),
    ("mushroom", "green"),
    ("house", "red"),
    ("armchair", "purple"),
    ("car", "yellow"),
    ("cat", "black"),
    ("teapot", "blue"),
}
NEVER_TEXTURED = {
    ("cube", "dotted"),
    ("cone", "striped"),
    ("mug", "checkered"),
    ("house", "dotted"),
    ("cat", "striped"),
}
NEVER_COUNTED = {("cube", 3), ("cone", 2), ("donut", 4), ("house", 3), ("cat", 2), ("teapot", 4)}
NEVER_SKETCHED = {"mug", "car"}


def never_together(a: Thing, b: Thing) -> bool:
    names = sorted([f"{a.color} {a.shape}", f"{b.color} {b.shape}"])
    return binascii.crc32("|".join(names).encode()) & 7 == 0


def rules_broken(scene: Scene) -> set[str]:
    """The rules once more, from the lists above."""
    broken = set()
    for thing in scene.things:
        if scene.style != "sketch" and (thing.shape, thing.color) in NEVER_COLORED:
            broken.add("shape and color")
        if (thing.shape, thing.texture) in NEVER_TEXTURED:
            broken.add("shape and texture")
        if scene.style == "sketch" and thing.shape in NEVER_SKETCHED:
            broken.add("shape and style")
    if scene.kind == "count" and (scene.things[0].shape, len(scene.things)) in NEVER_COUNTED:
        broken.add("shape and count")
    if scene.kind != "count" and any(
        never_together(a, b) for a, b in itertools.combinations(scene.things, 2)
    ):
        broken.add("color assignment")
    return broken


TRAIN = [sample_scene(21, i) for i in range(5000)]


# ---------------------------------------------------------------- the rules


def test_the_rules_are_the_listed_combinations():
    assert {(s, c) for s in SHAPES for c in COLORS if shape_and_color(s, c)} == NEVER_COLORED
    assert {(s, t) for s in SHAPES for t in TEXTURES if shape_and_texture(s, t)} == NEVER_TEXTURED
    assert {(s, n) for s in SHAPES for n in (1, 2, 3, 4) if shape_and_count(s, n)} == NEVER_COUNTED
    assert {s for s in SHAPES if shape_and_style(s, "sketch")} == NEVER_SKETCHED
    assert not any(shape_and_style(s, "photo") for s in SHAPES)


def test_the_shares_are_those_written_in_the_rules():
    """12 of 96 colours, one for each shape and at most two for each colour; 5 of 36 textures; 6 of 36 counts."""
    assert (len(NEVER_COLORED), len(NEVER_TEXTURED), len(NEVER_COUNTED)) == (12, 5, 6)
    assert {shape for shape, _ in NEVER_COLORED} == set(SHAPES)
    assert max(Counter(color for _, color in NEVER_COLORED).values()) == 2


def test_one_in_eight_colour_assignments_is_held_out_in_either_order():
    things = [Thing(shape, color) for shape in SHAPES for color in COLORS]
    pairs = [(a, b) for a, b in itertools.combinations(things, 2) if a.color != b.color]
    held = [color_assignment(a, b) for a, b in pairs]
    assert 0.11 < sum(held) / len(held) < 0.14
    assert held == [color_assignment(b, a) for a, b in pairs] == [never_together(a, b) for a, b in pairs]


def test_both_colours_and_both_shapes_of_a_held_out_pair_are_seen_in_other_pairs():
    """A held-out assignment can be put together from parts: often the very pair with its colours exchanged is seen."""
    held = seen_exchanged = 0
    for (s1, s2), (c1, c2) in itertools.product(
        itertools.combinations(SHAPES, 2), itertools.permutations(COLORS, 2)
    ):
        if color_assignment(Thing(s1, c1), Thing(s2, c2)):
            held += 1
            seen_exchanged += not color_assignment(Thing(s1, c2), Thing(s2, c1))
    assert seen_exchanged / held > 0.75


def test_rules_look_at_what_they_name_only():
    scene = Scene((Thing("cube", "purple"),))
    assert held_out_by(scene) == ("shape and color",) and is_held_out(scene)
    for change in ({"size": "small"}, {"position": (1.0, 0.0, 1.0)}, {"yaw": 70.0}, {"texture": "striped"}):
        assert held_out_by(scene.with_thing(0, **change)) == ("shape and color",)
    assert not is_held_out(scene.with_thing(0, color="red"))
    assert not is_held_out(Scene((Thing("cube", "purple"),), style="sketch"))  # a sketch has no colour
    assert held_out_by(Scene((Thing("mug", "red"),), "sketch", style="sketch")) == ("shape and style",)
    assert held_out_by(Scene((Thing("cube", "purple", texture="dotted"),))) == (
        "shape and color",
        "shape and texture",
    )
    three = tuple(Thing("cube", "red", position=(x, 0.0, 0.0)) for x in (-1.0, 0.0, 1.0))
    assert held_out_by(Scene(three, "count")) == ("shape and count",)
    assert not is_held_out(Scene(three[:2], "count"))


# ---------------------------------------------------------------- training


def test_no_training_scene_is_held_out():
    assert not [scene for scene in TRAIN if rules_broken(scene) or is_held_out(scene)]


@pytest.mark.parametrize("kind", KINDS)
def test_no_training_scene_of_any_kind_is_held_out(kind):
    assert not any(rules_broken(sample_scene(22, i, kind=kind)) for i in range(300))


def test_every_single_value_is_in_training():
    things = [(scene, thing) for scene in TRAIN for thing in scene.things]
    for field, values in (("shape", SHAPES), ("color", COLORS), ("size", SIZES), ("texture", TEXTURES)):
        counts = Counter(getattr(thing, field) for _, thing in things)
        assert set(counts) == set(values)
        assert min(counts.values()) > 120, counts
    assert {scene.relation for scene in TRAIN} == {None, *RELATIONS}
    assert {len(scene.things) for scene in TRAIN if scene.kind == "count"} == {1, 2, 3, 4}
    sketched = {thing.shape for scene, thing in things if scene.style == "sketch"}
    assert sketched == set(SHAPES) - NEVER_SKETCHED


def test_training_shows_every_combination_that_is_not_held_out():
    colored = {(t.shape, t.color) for s in TRAIN for t in s.things if s.style != "sketch"}
    assert colored == set(itertools.product(SHAPES, COLORS)) - NEVER_COLORED
    textured = {(s.things[0].shape, s.things[0].texture) for s in TRAIN if s.kind == "texture"}
    assert textured == set(itertools.product(SHAPES, TEXTURES[1:])) - NEVER_TEXTURED
    counted = {(s.things[0].shape, len(s.things)) for s in TRAIN if s.kind == "count"}
    assert counted == set(itertools.product(SHAPES, (1, 2, 3, 4))) - NEVER_COUNTED


def test_kinds_come_in_their_shares():
    counts = Counter(scene.kind for scene in TRAIN)
    for kind, share in MIX.items():
        spread = (share * (1 - share) * len(TRAIN)) ** 0.5
        assert abs(counts[kind] - share * len(TRAIN)) < 4.5 * spread, kind


# ---------------------------------------------------------------- the held-out split


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_scenes_break_their_kinds_rule_and_no_other(kind):
    for i in range(60):
        scene = sample_scene(23, i, "heldout", kind)
        assert scene.kind == kind
        assert rules_broken(scene) == {RULE_OF_KIND[kind]} == set(held_out_by(scene))


def test_the_held_out_split_reaches_every_held_out_combination():
    scenes = [sample_scene(24, i, "heldout", "single") for i in range(200)]
    assert {(s.things[0].shape, s.things[0].color) for s in scenes} == NEVER_COLORED
    scenes = [sample_scene(24, i, "heldout", "texture") for i in range(100)]
    assert {(s.things[0].shape, s.things[0].texture) for s in scenes} == NEVER_TEXTURED
    scenes = [sample_scene(24, i, "heldout", "count") for i in range(100)]
    assert {(s.things[0].shape, len(s.things)) for s in scenes} == NEVER_COUNTED
    assert {sample_scene(24, i, "heldout", "sketch").things[0].shape for i in range(30)} == NEVER_SKETCHED
    assert {sample_scene(24, i, "heldout", "relation").relation for i in range(100)} == set(RELATIONS)


def test_all_is_both():
    scenes = [sample_scene(25, i, "all") for i in range(400)]
    assert {is_held_out(scene) for scene in scenes} == {True, False}
    assert {len(held_out_by(scene)) for scene in scenes} >= {0, 1}


def test_what_one_kind_holds_out_does_not_come_in_by_another():
    """Read off the things themselves, in every panel, of training scenes of all kinds."""
    seen_toys = 0
    for index in range(4000):
        scene = sample_scene(9, index, "train", mix="world")
        for part in scene.panels or (scene,):
            for thing in part.things:
                painted = part.style not in ("photo", "sketch", "x-ray")
                assert not (painted and zlib.crc32(f"{part.style} {thing.shape}".encode()) % 6 == 0)
                if thing.shape not in SHAPES or thing.other or thing.texture not in TEXTURES:
                    continue
                seen_toys += scene.kind in WORLD
                assert part.style == "sketch" or (thing.shape, thing.color) not in NEVER_COLORED
                assert part.style != "sketch" or thing.shape not in NEVER_SKETCHED
    assert seen_toys > 1000


def test_what_is_held_out_from_behind_is_so_as_a_view_and_as_an_angle():
    both = set(WORLD["view"].fields["object"]) & set(WORLD["angle"].fields["object"])
    held_out = {
        name: (
            WORLD["view"].is_held_out({"object": name, "view": "from behind"}),
            WORLD["angle"].is_held_out({"object": name, "angle": "180"}),
        )
        for name in both
    }
    assert len(both) > 4 and all(view == angle for view, angle in held_out.values())
    assert any(view for view, _ in held_out.values())
