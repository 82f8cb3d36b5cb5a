"""Scenes are plain data, the same everywhere, and could be built on a table: nothing floats, nothing collides."""

import dataclasses
import hashlib
import itertools
import json
from collections import Counter

import numpy as np
import pytest
from world_reference import (
    cloud,
    object_distance,
    overlap,
    primitive_distance,
    share_in_frame,
    thing_distance,
    to_world,
)

from minidalle.world import (
    COLORS,
    KINDS,
    RELATIONS,
    SHAPES,
    SIZES,
    TEXTURES,
    Camera,
    Light,
    Scene,
    Thing,
    caption,
    render,
    sample_scene,
)
from minidalle.world import objects as o
from minidalle.world.footprint import collide, reach
from minidalle.world.sample import MIX
from minidalle.world.stream import Stream

SCENES = {kind: [sample_scene(11, i, "all", kind) for i in range(150)] for kind in KINDS}
EVERY = [scene for scenes in SCENES.values() for scene in scenes]


# ---------------------------------------------------------------- seeds (`test_world_golden.py` has the hashes)


def test_a_scene_depends_on_its_own_number_only():
    late = sample_scene(3, 40)
    for i in range(40):
        sample_scene(3, i)
    assert sample_scene(3, 40) == late


def test_seeds_numbers_splits_and_kinds_each_give_other_scenes():
    scenes = [sample_scene(*key) for key in ((0, 0), (0, 1), (1, 0), (0, 0, "all"), (0, 0, "train", "pair"))]
    assert len(set(scenes)) == len(scenes)
    assert len({sample_scene(0, i) for i in range(500)}) == 500


# ---------------------------------------------------------------- plain data


@pytest.mark.parametrize(
    "record", [Thing("cube", "red"), Camera(), Light(), sample_scene(0, 0)], ids=lambda r: type(r).__name__
)
def test_records_are_frozen_and_hashable(record):
    for field in dataclasses.fields(record):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, field.name, None)
    assert hash(record) == hash(dataclasses.replace(record))


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_survives_json_exactly(kind):
    for scene in SCENES[kind][:20]:
        again = Scene.from_dict(json.loads(json.dumps(scene.to_dict())))
        assert again == scene and hash(again) == hash(scene)
        assert all(isinstance(thing, Thing) and isinstance(thing.position, tuple) for thing in again.things)


def test_a_camera_and_light_of_ones_own_survive_json():
    scene = Scene(
        (Thing("cat", "pink", yaw=12.5),), camera=Camera((1.0, 2.0, 3.0), 30.0), light=Light((0.0, 1.0, 0.5))
    )
    assert Scene.from_dict(json.loads(json.dumps(scene.to_dict()))) == scene
    assert Scene.from_dict(scene.to_dict()) == scene


def test_with_thing_changes_one_thing_and_leaves_the_original():
    scene = SCENES["pair"][0]
    before = scene.to_dict()
    other = scene.with_thing(1, color="black", yaw=3.0)
    assert scene.to_dict() == before
    assert other.things[0] == scene.things[0]
    assert other.things[1] == dataclasses.replace(scene.things[1], color="black", yaw=3.0)
    assert dataclasses.replace(other, things=scene.things) == scene


def test_wrong_requests_name_the_choices():
    with pytest.raises(ValueError, match="split is 'test'; choose train, heldout or all"):
        sample_scene(0, 0, "test")
    with pytest.raises(ValueError, match=r"kind is 'cube'; choose from single, texture, .*sketch"):
        sample_scene(0, 0, kind="cube")


def test_the_listed_sizes_of_the_world():
    assert (len(SHAPES), len(COLORS), len(SIZES), len(TEXTURES), len(RELATIONS)) == (12, 8, 3, 4, 5)
    assert set(MIX) == set(KINDS) and sum(MIX.values()) == pytest.approx(1)


# ---------------------------------------------------------------- the random stream


def test_a_stream_draws_evenly_and_by_weight():
    r = Stream("test", 1)
    counts = Counter(r.pick("abcd") for _ in range(8000))
    assert all(abs(counts[letter] - 2000) < 200 for letter in "abcd")  # 5 standard deviations
    counts = Counter(r.pick("xy", (1, 3)) for _ in range(8000))
    assert abs(counts["y"] - 6000) < 200
    assert abs(sum(r.chance(0.3) for _ in range(8000)) - 2400) < 210
    values = [r.uniform(-2.0, 3.0) for _ in range(8000)]
    assert -2 <= min(values) < -1.99 and 2.99 < max(values) <= 3
    assert all(round(value, 6) == value for value in values)


def test_a_stream_picks_several_different_values_in_any_order():
    r = Stream("test", 2)
    orders = Counter(tuple(r.pick_several("abc", 2)) for _ in range(3000))
    assert set(orders) == set(itertools.permutations("abc", 2))
    assert min(orders.values()) > 380


# ---------------------------------------------------------------- objects


@pytest.mark.parametrize("shape", SHAPES)
def test_objects_are_about_one_unit_high_and_stand_on_the_floor(shape):
    height = np.arange(-0.1, 1.3, 0.004)
    ring = np.array([(x, 0.0, z) for x in np.linspace(-0.6, 0.6, 25) for z in np.linspace(-0.5, 0.5, 21)])
    points = (ring[:, None] + height[:, None] * np.array([0, 1, 0])).reshape(-1, 3)
    inside = points[object_distance(shape, points) < 0]
    assert 0.65 < inside[:, 1].max() < 1.12
    assert -0.011 < inside[:, 1].min() < 0.035  # the teapot hovers by 0.03, the car's wheels sink by 0.01
    assert np.abs(cloud(shape)[:, [0, 2]]).max() < 0.75


@pytest.mark.parametrize("shape", o.SUPPORTS)
def test_supports_are_flat_at_the_height_that_is_written_down(shape):
    top = o.TOP[shape]
    for x, z in ((0.0, 0.0), (0.2, 0.1), (-0.1, 0.2)):
        on_it = np.array([(x, top, z), (x, top + 0.1, z), (x, top - 0.1, z)])
        assert object_distance(shape, on_it) == pytest.approx([0.0, 0.1, -0.1], abs=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_objects_own_colour_covers_more_of_it_than_fixed_colours(shape):
    points = cloud(shape)
    owner = np.argmin([primitive_distance(p, points) for p in o.OBJECTS[shape]], axis=0)
    own = np.array([p.color is None for p in o.OBJECTS[shape]])[owner]
    assert own.mean() > 0.5


def test_a_new_object_is_one_decorated_function():
    """The worked example of the room guide."""
    try:

        @o.object_shape("lamp")
        def _lamp() -> list[o.Primitive]:
            return [
                o.cone((0, 0.04, 0), 0.26, 0.22, 0.03),
                o.cone((0, 0.36, 0), 0.03, 0.03, 0.30, color=o.BROWN),
                o.cone((0, 0.78, 0), 0.36, 0.20, 0.19, 0.02),
            ]

        image = render(Scene((Thing("lamp", "orange"),)), 32)
        assert (image != render(Scene(()), 32)).any(axis=2).sum() > 100
        assert caption(Scene((Thing("lamp", "orange"),))).count("lamp") == 1
    finally:
        o.OBJECTS.pop("lamp", None)


# ---------------------------------------------------------------- arrangements


def test_things_stand_on_the_floor_or_exactly_on_their_support():
    for scene in EVERY:
        for thing in scene.things:
            if scene.relation == "on top of" and thing is scene.things[0]:
                support = scene.things[1]
                base = np.array([thing.position])
                assert thing_distance(support, base)[0] == pytest.approx(0, abs=1e-6)
                assert thing_distance(support, base + np.array([0, 0.05, 0]))[0] == pytest.approx(
                    0.05, abs=1e-6
                )
            else:
                assert thing.position[1] == 0


@pytest.mark.parametrize("kind", ["count", "pair", "relation", "triple"])
def test_things_do_not_run_into_each_other(kind):
    """Measured on points of both solids, with nothing of the closed forms by which scenes are chosen."""
    depths = []
    for scene in SCENES[kind][:60]:
        for a, b in itertools.combinations(scene.things, 2):
            apart = np.hypot(a.position[0] - b.position[0], a.position[2] - b.position[2])
            if b.position[1] == a.position[1] and apart < 0.75 * (a.scale + b.scale):
                depths.append(overlap(a, b))
    assert max(depths, default=0) == 0


def test_how_far_a_thing_reaches_is_how_far_its_points_reach():
    """Closed form against a cloud of points of the drawn solid, at odd turns, along the floor and upright."""
    for number, shape in enumerate(SHAPES):
        thing = Thing(shape, "red", "large", position=(0.3, 0.2, -0.4), yaw=37.0 * number)
        points = to_world(thing, cloud(shape)) - np.array(thing.position)
        for x, y, z in ((1, 0, 0), (0, -1, 0), (0, 1, 0), (0.6, 0, -0.8)):
            expected = (points @ (x, y, z)).max()
            assert expected - 1e-6 <= reach(thing, x, y, z) <= expected + 0.09, (shape, (x, y, z))


def test_apart_and_colliding_things():
    cube = Thing("cube", "red", "medium")
    side = 0.95 * 0.45
    assert collide((cube, Thing("cube", "red", position=(2 * side, 0, 0))))
    assert not collide((cube, Thing("cube", "red", position=(2 * side + 0.011, 0, 0))))
    assert collide((cube, Thing("cube", "red", position=(2 * side + 0.011, 0, 0), yaw=45.0)))
    assert not collide((cube, Thing("cat", "red", position=(0, 0.855, 0))))  # stands on it
    assert collide((cube, cube)) and not collide((cube,)) and not collide(())


def test_car_parks_get_redrawn():
    """Three cars side by side fit only when small: the sampler must not return what it drew first."""
    cars = [
        s for s in (sample_scene(3, i, "all", "count") for i in range(1200)) if s.things[0].shape == "car"
    ]
    assert {thing.size for s in cars if len(s.things) == 3 for thing in s.things} <= {"small"}
    assert not any(collide(s.things) for s in cars)


@pytest.mark.parametrize("kind", KINDS)
def test_things_stay_in_the_frame(kind):
    shares = [share_in_frame(scene, thing) for scene in SCENES[kind] for thing in scene.things]
    assert min(shares) > 0.95
    assert np.mean(np.array(shares) > 0.999) > 0.9


def test_relations_hold_in_the_world():
    sides = {
        "left of": (0, -1),
        "right of": (0, 1),
        "in front of": (2, 1),
        "behind": (2, -1),
        "on top of": (1, 1),
    }
    seen = Counter()
    for scene in SCENES["relation"]:
        first, second = (np.array(thing.position) for thing in scene.things)
        axis, sign = sides[scene.relation]
        assert sign * (first - second)[axis] > 0.6
        if scene.relation == "on top of":
            assert (first - second)[[0, 2]] == pytest.approx([0, 0])
        seen[scene.relation] += 1
    assert set(seen) == set(RELATIONS)


def test_counts_are_of_equal_things_and_groups_of_different_colours():
    for scene in SCENES["count"]:
        assert len({(t.shape, t.color, t.size, t.texture) for t in scene.things}) == 1
        assert 1 <= len(scene.things) <= 4
    for kind, many in (("pair", 2), ("relation", 2), ("triple", 3)):
        for scene in SCENES[kind]:
            assert len({t.color for t in scene.things}) == len(scene.things) == many
    for kind in ("single", "texture", "sketch"):
        assert all(len(scene.things) == 1 for scene in SCENES[kind])
    assert {scene.style for scene in SCENES["sketch"]} == {"sketch"}
    assert {scene.style for scene in EVERY if scene.kind != "sketch"} == {"photo"}
    assert {scene.things[0].texture for scene in SCENES["texture"]} == set(TEXTURES) - {"plain"}


def test_triples_are_listed_from_left_to_right():
    for scene in SCENES["triple"]:
        x = [thing.position[0] for thing in scene.things]
        assert x == sorted(x)


def test_objects_with_a_front_show_it():
    for scene in EVERY:
        for thing in scene.things:
            assert 0 <= thing.yaw <= 360 if thing.shape in o.WIDE_TURN else abs(thing.yaw) <= 35


def test_hashes_name_scenes():
    """`hashlib` over the JSON text is a scene's fingerprint: equal scenes, equal text."""
    text = [hashlib.sha256(json.dumps(scene.to_dict()).encode()).hexdigest() for scene in EVERY]
    assert len(set(text)) == len(set(EVERY))
