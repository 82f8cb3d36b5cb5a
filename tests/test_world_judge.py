"""The judge's targets and readings, and what a reading proves: tables made by hand, and a judge learning by heart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from minidalle.world import COLORS, KINDS, SHAPES, Scene, Thing, render_many, sample_scene
from minidalle.world.fields import APART, match, reads, relation_holds
from minidalle.world.judge import FIELDS, IGNORED, Judge, JudgeConfig, Reading, ReadThing, roughen, targets_of
from minidalle.world.sample import WIDE
from minidalle.world.scene import SIZES, TEXTURES


def read_thing(
    shape="cube", color="red", size="medium", texture="plain", position=(0.0, 0.0, 0.0), score=0.9
) -> ReadThing:
    return ReadThing(shape, color, size, texture, position, score)


def as_read(scene: Scene) -> Reading:
    """The perfect reading of a scene."""
    return Reading(
        tuple(read_thing(t.shape, t.color, t.size, t.texture, t.position) for t in scene.things), scene.style
    )


def changed(reading: Reading, index: int, **changes) -> Reading:
    things = list(reading.things)
    things[index] = replace(things[index], **changes)
    return replace(reading, things=tuple(things))


RED, BLUE = Thing("cube", "red", position=(-0.7, 0.0, 0.0)), Thing("cat", "blue", position=(0.7, 0.0, 0.1))
LEFT = Scene((RED, BLUE), "relation", "left of", camera=WIDE)


# ---------------------------------------------------------------- facts


@pytest.mark.parametrize("kind", KINDS)
def test_a_perfect_reading_confirms_every_fact_in_any_order(kind):
    for i in range(40):
        scene = sample_scene(31, i, "all", kind)
        reading = as_read(scene)
        for things in (reading.things, reading.things[::-1]):
            facts = reads(scene, replace(reading, things=things))
            assert all(facts.values()), (scene, facts)


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_field_denies_its_facts_and_leaves_the_others(kind):
    """The judge must say no to another shape, colour or texture, and only to that."""
    denied = {
        "shape": {"shapes", "all"} | ({"binding"} if kind != "sketch" else set()),
        "color": {
            "colors",
            "binding",
            "all",
        },  # the relation is still read, from the thing known by its shape
        "texture": {"texture", "all"} if kind == "texture" else set(),
        "size": {"size"},
    }
    values = {"shape": SHAPES, "color": tuple(COLORS), "texture": TEXTURES, "size": tuple(SIZES)}
    for i in range(30):
        scene = sample_scene(32, i, "all", kind)
        for field, names in denied.items():
            used = {getattr(t, field) for t in scene.things}
            wrong = next((value for value in values[field] if value not in used), None)
            if wrong is None or (field == "color" and scene.style == "sketch"):
                continue
            facts = reads(scene, changed(as_read(scene), 0, **{field: wrong}))
            assert {name for name, value in facts.items() if not value} == names & set(facts), (field, scene)


def test_which_facts_a_scene_has():
    always = {"count", "shapes", "style", "all"}
    has = {
        kind: set(reads(scene, as_read(scene)))
        for kind in KINDS
        for scene in [sample_scene(33, 0, kind=kind)]
    }
    assert has["sketch"] == always | {"size"}
    assert has["single"] == always | {"size", "colors", "binding"}
    assert has["texture"] == has["single"] | {"texture"}
    assert has["relation"] - {"size"} == always | {"colors", "binding", "relation"}


def test_a_wrong_colour_is_neither_there_nor_bound():
    facts = reads(LEFT, changed(as_read(LEFT), 0, color="green"))
    assert facts["count"] and facts["shapes"] and not facts["colors"] and not facts["binding"]


def test_exchanged_colours_are_there_but_not_bound():
    reading = changed(changed(as_read(LEFT), 0, color="blue"), 1, color="red")
    facts = reads(LEFT, reading)
    assert facts["colors"] and facts["shapes"] and facts["count"]
    assert not facts["binding"] and not facts["all"]


def test_with_exchanged_colours_a_relation_is_that_of_the_shapes_however_sure_the_judge_is():
    """A cube left of a cat is a cube left of a cat, whichever of them was read with more certainty."""
    for first, second in ((0.9, 0.5), (0.5, 0.9)):
        exchanged = changed(
            changed(as_read(LEFT), 0, color="blue", score=first), 1, color="red", score=second
        )
        assert reads(LEFT, exchanged)["relation"]
        assert not reads(replace(LEFT, relation="right of"), exchanged)["relation"]


def test_drawing_more_does_not_help():
    """Of four things read, a scene of two is asked of the two surest only."""
    reading = as_read(LEFT)
    more = tuple(read_thing("mug", "pink", score=score) for score in (0.95, 0.97))
    facts = reads(LEFT, replace(reading, things=(*reading.things, *more)))
    assert not any(facts[name] for name in ("count", "shapes", "colors", "binding", "relation", "all"))


def test_something_more_or_less_is_a_wrong_count():
    reading = as_read(LEFT)
    more = replace(reading, things=(*reading.things, read_thing("mug", "pink", score=0.4)))
    facts = reads(LEFT, more)
    assert not facts["count"] and not facts["all"]
    assert facts["shapes"] and facts["colors"] and facts["binding"] and facts["relation"]
    less = reads(LEFT, replace(reading, things=reading.things[:1]))
    assert not any(less[name] for name in ("count", "shapes", "colors", "binding", "relation", "all"))
    nothing = reads(LEFT, Reading((), "photo"))
    assert nothing["style"] and not any(value for name, value in nothing.items() if name != "style")


def test_two_equal_things_need_two_equal_readings():
    scene = Scene((Thing("cube", "red"), Thing("cube", "red", position=(1.0, 0.0, 0.0))), "count")
    facts = reads(scene, Reading((read_thing(), read_thing("cube", "blue")), "photo"))
    assert facts["count"] and facts["shapes"] and not facts["colors"] and not facts["binding"]


def test_the_reverse_relation_is_denied():
    reading = changed(changed(as_read(LEFT), 0, position=BLUE.position), 1, position=RED.position)
    facts = reads(LEFT, reading)
    assert facts["binding"] and not facts["relation"] and not facts["all"]


def test_size_counts_where_all_things_share_one_and_never_for_all():
    facts = reads(LEFT, changed(as_read(LEFT), 1, size="large"))
    assert not facts["size"] and facts["all"]
    assert "size" not in reads(LEFT.with_thing(0, size="small"), as_read(LEFT))


def test_a_sketch_is_read_without_colours_and_a_wrong_style_is_seen():
    sketch = replace(LEFT, style="sketch")
    reading = changed(changed(as_read(sketch), 0, color="pink"), 1, color="pink")
    facts = reads(sketch, reading)
    assert all(facts.values()) and facts["relation"] and "colors" not in facts and "binding" not in facts
    facts = reads(sketch, replace(reading, style="photo"))
    assert not facts["style"] and not facts["all"]


def test_relations_of_places():
    """x grows to the right, y upwards, z towards the viewer; a little apart is not enough."""
    here = read_thing()
    table = {
        "left of": (-1.0, 0.0, 0.0),
        "right of": (1.0, 0.0, 0.0),
        "on top of": (0.0, 1.0, 0.0),
        "in front of": (0.0, 0.0, 1.0),
        "behind": (0.0, 0.0, -1.0),
    }
    for place in table.values():
        there = read_thing(position=place)
        assert {name for name in table if relation_holds(name, there, here)} == {
            n for n, p in table.items() if p == place
        }
        near = read_thing(position=tuple(0.9 * APART * v for v in place))
        assert not any(relation_holds(name, near, here) for name in table)
    assert not relation_holds("on top of", read_thing(position=(1.0, 1.0, 0.0)), here)
    assert not relation_holds("on top of", read_thing(position=(0.0, 1.0, -1.0)), here)


def test_every_relation_of_the_world_is_far_enough_apart_to_be_read():
    for i in range(200):
        scene = sample_scene(34, i, "all", "relation")
        first, second = as_read(scene).things
        assert relation_holds(scene.relation, first, second) and not relation_holds(
            scene.relation, second, first
        )


# ---------------------------------------------------------------- matching


def test_the_assignment_with_most_agreement_is_taken():
    """Greedy choice would give the red cube the first cube, and leave nothing right for the blue cube."""
    things = (Thing("cube", "red"), Thing("cube", "blue"))
    blue, green = read_thing("cube", "blue", score=0.99), read_thing("cube", "green", score=0.5)
    assert match(things, (blue, green), False) == [green, blue]
    assert match(things, (green, blue), False) == [green, blue]


def test_things_without_a_reading_get_none():
    things = (Thing("cube", "red"), Thing("cat", "blue"))
    cat = read_thing("cat", "blue")
    assert match(things, (cat,), False) == [None, cat]
    assert match(things, (), False) == [None, None]
    wrong = read_thing("mug", "pink")
    assert match(things[:1], (wrong,), False) == [wrong]  # a wrong reading is still a reading


def test_among_equals_the_first_is_taken_and_colours_count_for_nothing_in_a_sketch():
    thing = (Thing("cube", "red"),)
    weak, strong = read_thing(color="blue", score=0.4), read_thing(color="green", score=0.8)
    assert match(thing, (weak, strong), False) == [weak]
    assert match(thing, (strong, weak), False) == [strong]
    right = read_thing(color="red", score=0.4)
    assert match(thing, (strong, right), False) == [right]
    assert match(thing, (strong, right), True) == [strong]


# ---------------------------------------------------------------- targets


def test_targets_of_scenes_made_by_hand():
    """At the middle of the picture, a grid of 16 has cells 7 and 8 on either side."""
    config = JudgeConfig(64)
    middle = Thing("cat", "pink", "large", "dotted", position=(0.0, 0.48 - 0.45 * 1.25, 0.0))
    right = Thing("mug", "black", "small", position=(0.55, 0.48 - 0.45 * 0.75, 0.0))
    targets = targets_of([Scene((middle, right)), Scene((right,), "sketch", style="sketch")], config)
    assert targets.batch.tolist() == [0, 0, 1]
    assert targets.cell.tolist() == [
        8 * 16 + 8,
        8 * 16 + 12,
        8 * 16 + 12,
    ]  # 0.5 + 0.55 / 2.1 = 0.762 of 16 is 12
    names = [
        [list(values)[k] if k != IGNORED else None for k, values in zip(row, FIELDS.values(), strict=True)]
        for row in targets.labels.tolist()
    ]
    assert names[:2] == [["cat", "pink", "large", "dotted"], ["mug", "black", "small", "plain"]]
    assert names[2] == ["mug", None, "small", "plain"]
    assert targets.position.tolist() == [pytest.approx(t.position) for t in (middle, right, right)]
    assert targets.style.tolist() == [0, 1]
    assert targets.heat.shape == (2, 16, 16)
    assert targets.heat[0, 8, 8] == targets.heat[0, 8, 12] == 1 == targets.heat[1].max()
    assert (targets.heat == 1).sum() == 3
    assert targets.heat[1, 8, 13] == pytest.approx(np.exp(-1 / (2 * 0.8**2)), abs=1e-6)
    assert targets.heat[1, 0, 0] < 1e-6


def test_things_outside_the_picture_are_looked_for_at_its_edge():
    targets = targets_of([Scene((Thing("cube", "red", position=(-9.0, 0.0, 0.0)),))], JudgeConfig(32))
    assert targets.cell.item() % 8 == 0


def test_no_two_things_of_the_world_share_a_peak():
    """A peak is the largest of 3 x 3 cells, so things must be two cells apart or more to be counted."""
    config, close = JudgeConfig(64), 0
    scenes = [
        sample_scene(35, i, "all", kind)
        for kind in ("count", "pair", "relation", "triple")
        for i in range(150)
    ]
    for scene in scenes:
        cells = torch.stack(
            [targets_of([scene], config).cell // 16, targets_of([scene], config).cell % 16], dim=1
        )
        gaps = (cells[:, None] - cells[None]).abs().amax(dim=2) + 99 * torch.eye(len(cells), dtype=torch.long)
        close += bool(gaps.min() < 2)
    assert close == 0


def test_targets_move_to_a_device_whole():
    targets = targets_of([LEFT], JudgeConfig()).to("meta")
    assert all(
        getattr(targets, name).device.type == "meta"
        for name in ("heat", "batch", "cell", "labels", "position", "style")
    )


# ---------------------------------------------------------------- the network


def pictures(scenes: list[Scene], size: int = 64) -> torch.Tensor:
    return torch.from_numpy(render_many(scenes, size, progress=False)).permute(0, 3, 1, 2).float() / 255


@pytest.fixture(scope="module")
def learned() -> tuple[Judge, list[Scene], torch.Tensor, list[float]]:
    """A small judge that has learned eight pictures by heart."""
    kinds = ("single", "texture", "count", "pair", "relation", "relation", "triple", "sketch")
    scenes = [sample_scene(36, i, "all", kind) for i, kind in enumerate(kinds)]
    images, config = pictures(scenes), JudgeConfig(64, width=12)
    targets = targets_of(scenes, config)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        judge = Judge(config)
    optimizer = torch.optim.Adam(judge.parameters(), lr=4e-3)
    losses = []
    for step in range(120):
        optimizer.param_groups[0]["lr"] = 4e-3 if step < 80 else 1e-3
        loss, _ = judge.loss(images, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return judge, scenes, images, losses


def test_a_judge_learns_eight_pictures_by_heart_and_reads_them_back(learned):
    judge, scenes, images, losses = learned
    assert losses[-1] < 0.1 * losses[0]
    for scene, reading in zip(scenes, judge.read(images), strict=True):
        facts = reads(scene, reading)
        assert all(facts.values()), (scene.kind, facts, reading)
        assert [t.position[0] for t in reading.things] == sorted(t.position[0] for t in reading.things)
        for thing, found in zip(
            scene.things, match(scene.things, reading.things, scene.style == "sketch"), strict=True
        ):
            if scene.kind != "count":
                assert np.abs(np.subtract(thing.position, found.position)).max() < 0.4
            assert 0.35 < found.score <= 1


def test_a_reading_does_not_depend_on_the_batch_or_on_training_mode(learned):
    judge, _, images, _ = learned
    judge.train()
    together = judge.read(images)
    assert judge.training
    judge.eval()
    for image, expected in zip(images, together, strict=True):
        (alone,) = judge.read(image[None])
        assert [replace(t, score=0, position=()) for t in alone.things] == [
            replace(t, score=0, position=()) for t in expected.things
        ]
        assert alone.style == expected.style
    assert not judge.training


def test_a_higher_threshold_reads_no_more(learned):
    judge, _, images, _ = learned
    counts = [
        sum(len(r.things) for r in judge.read(images, threshold)) for threshold in (0.05, 0.35, 0.9, 1.0)
    ]
    assert counts == sorted(counts, reverse=True) and counts[-1] == 0


def test_losses_are_finite_named_and_ask_nothing_of_a_sketchs_colour():
    torch.manual_seed(1)
    judge = Judge(JudgeConfig(32, width=4))
    scene = sample_scene(37, 0, kind="sketch")
    images = pictures([scene], 32).repeat(2, 1, 1, 1)
    total, parts = judge.loss(images, targets_of([scene, scene], judge.config))
    assert set(parts) == {"presence", "position", "shape", "size", "texture", "style"}
    assert total.item() == pytest.approx(sum(parts.values()), rel=1e-5) and np.isfinite(total.item())
    total.backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in judge.parameters())
    maps, style = judge(images)
    assert maps.shape == (2, 1 + 12 + 8 + 3 + 4 + 3, 8, 8) and style.shape == (2, 2)
    assert [m.shape[1] for m in judge.split(maps).values()] == [1, 12, 8, 3, 4, 3]


def test_the_judge_reads_cells_in_rows(learned):
    """Two pictures with one thing on the left or on the right differ in where it is found, not only in what it is."""
    judge, scenes, images, _ = learned
    config, k = judge.config, 0
    maps, _ = judge.eval()(images)
    presence = judge.split(maps)["presence"].sigmoid()[k, 0]
    assert presence.flatten().argmax().item() == targets_of([scenes[k]], config).cell.item()


def test_wrong_picture_sizes_are_named():
    for size in (0, 4, 30):
        with pytest.raises(ValueError, match=f"image_size is {size}"):
            JudgeConfig(size)
    assert JudgeConfig(96).grid == 24


# ---------------------------------------------------------------- roughening


def test_roughened_pictures_stay_pictures_and_show_the_same():
    images = pictures([LEFT, LEFT], 64)
    generator, changes = torch.Generator().manual_seed(0), []
    for _ in range(30):
        rough = roughen(images, generator)
        assert rough.shape == images.shape and rough.dtype == images.dtype
        assert rough.min() >= 0 and rough.max() <= 1
        changes.append((rough - images).abs().mean().item())
    assert 0.005 < np.mean(changes) < 0.06 and max(changes) < 0.12
    assert len({round(change, 6) for change in changes}) == 30


def test_roughening_follows_its_generator_and_leaves_the_original():
    images = pictures([LEFT], 32)
    kept = images.clone()
    a, b = (roughen(images, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(a, b) and torch.equal(images, kept)
