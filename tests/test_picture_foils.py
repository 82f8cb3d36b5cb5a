"""Damaged pictures: only one thing is damaged, from the right neighbours, and never into something held out."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from minidalle.data import WorldPictures
from minidalle.presets import preset
from minidalle.tokenizer import BPETokenizer
from minidalle.training.clip_task import CLIPTask
from minidalle.training.picture_foils import (
    PictureFoils,
    around,
    jumbled,
    likeness,
    middle,
    one_side,
    shifted,
)
from minidalle.world import Scene, Thing, is_held_out
from minidalle.world.sample import CLOSE, WIDE

GRID = 16
COUNT = 600


@pytest.fixture(scope="module")
def world():
    """Scenes of the training split without their pixels, which are not looked at."""
    return WorldPictures(np.empty((COUNT, 1, 1, 3), np.uint8), 0, "train", "none")


@pytest.fixture(scope="module")
def damage(world):
    """Each picture's codes are its own number, so that it shows from which picture a cell was taken."""
    return PictureFoils(world, np.arange(COUNT)[:, None].repeat(GRID**2, axis=1), GRID)


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_middle_of_a_thing_is_where_it_is_drawn():
    scene = Scene((Thing("cube", "red"), Thing("cat", "blue", position=(0.8, 0.0, 0.0))), "pair", camera=WIDE)
    (row, column), (_, right) = middle(scene, 0, GRID), middle(scene, 1, GRID)
    assert column == pytest.approx(8) and 7 < row < 9
    assert right - column == pytest.approx(0.8 / WIDE.view_height * GRID, rel=0.02)


def test_the_cells_around_a_thing_cover_its_middle_and_spare_its_neighbour():
    scene = Scene(
        tuple(Thing("cube", color, position=(x, 0.0, 0.0)) for color, x in (("red", -0.8), ("blue", 0.8))),
        "pair",
        camera=WIDE,
    )
    for number in (0, 1):
        cells = around(scene, number, GRID)
        own, other = (tuple(int(v) for v in middle(scene, n, GRID)) for n in (number, 1 - number))
        assert cells[own] and not cells[other]
    single = Scene((Thing("cube", "red"),), camera=CLOSE)
    assert around(single, 0, GRID).sum() > 1.5 * cells.sum()  # nearer to the camera, larger


def test_a_line_through_the_middle_cuts_the_cells_in_half():
    for angle in np.linspace(0, 6, 7):
        one, other = (one_side(GRID, 8.0, 8.0, angle + turn) for turn in (0, np.pi))
        assert not (one & other).any()
        assert abs(int(one.sum()) - GRID**2 / 2) <= GRID
    assert one_side(GRID, 8.0, 8.0, 0.0)[:, 8:].all() and one_side(GRID, 8.0, 8.0, np.pi / 2)[8:].all()


def test_shifting_moves_down_and_right_and_repeats_the_edge():
    codes = np.arange(16).reshape(4, 4)
    moved = shifted(codes, 1, 2)
    assert moved[3, 3] == codes[2, 1] and moved[0, 0] == codes[0, 0] and moved[2, 0] == codes[1, 0]
    assert np.array_equal(shifted(moved, 0, 0), moved)


def test_jumbling_takes_neighbours_and_leaves_the_rest_alone():
    codes = np.arange(GRID**2).reshape(GRID, GRID)
    cells = np.zeros((GRID, GRID), bool)
    cells[4:12, 4:12] = True
    changed = 0
    for seed in range(20):
        result = jumbled(codes, cells, seeded(seed))
        assert np.array_equal(result[~cells], codes[~cells])
        rows, columns = result // GRID - codes // GRID, result % GRID - codes % GRID
        assert abs(rows).max() <= 1 and abs(columns).max() <= 1
        changed += (result != codes).sum() / cells.sum() / 20
    assert 0.2 < changed < 0.7


def test_a_patch_comes_from_a_picture_of_the_same_colours_in_which_another_thing_stands_there(world, damage):
    patched = whole = 0
    for index in range(200):
        scene = world.scenes[index]
        for seed in range(4):
            result = damage.damaged(index, seeded(4 * index + seed))
            sources = set(result.flatten().tolist()) - {index}
            assert len(sources) <= 1  # jumbled, or patched from one picture
            for source in sources:
                other = world.scenes[source]
                assert likeness(other) == likeness(scene)
                assert [t.color for t in other.things] == [t.color for t in scene.things] or (
                    scene.style == "sketch"
                )
                things = zip(scene.things, other.things, strict=True)
                assert any((a.shape, a.texture) != (b.shape, b.texture) for a, b in things)
                number = [
                    n
                    for n in range(len(scene.things))
                    if not (result == source)[~around(scene, n, GRID)].any()
                ]
                assert number  # all within the reach of one thing
                patched += 1
                whole += any(
                    np.array_equal(result == source, around(scene, n, GRID)) for n in range(len(scene.things))
                )
    assert patched > 200 and 0.1 < whole / patched < 0.45


def test_a_patch_makes_no_held_out_combination(world, damage):
    found = refused = 0
    for index in range(COUNT):
        scene = world.scenes[index]
        for number in range(len(scene.things)):
            other = damage.stranger(index, number, seeded(number))
            if other is None:
                refused += 1
                continue
            thing = world.scenes[other].things[number]
            assert not is_held_out(scene.with_thing(number, shape=thing.shape, texture=thing.texture))
            found += 1
    assert found > refused > 0


def test_the_same_generator_damages_alike_and_the_codes_are_left_alone(damage):
    before = damage.codes.copy()
    indices = np.array([3, 7, 3])
    one, again, other = (damage.batch(indices, 2, seeded(seed)) for seed in (1, 1, 2))
    assert one.shape == (6, GRID**2) and one.dtype == np.int64
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert np.array_equal(damage.codes, before)


class Painter:
    """A dVAE that paints each code as a brightness."""

    def __init__(self, grid: int) -> None:
        self.config = type("Config", (), {"grid": grid})()

    def decode(self, codes):
        small = codes.reshape(len(codes), 1, self.config.grid, self.config.grid).float() / 100
        return small.repeat_interleave(4, 2).repeat_interleave(4, 3).expand(-1, 3, -1, -1)


def test_clip_is_shown_the_damaged_pictures_after_the_whole_ones(tmp_path):
    tiny, grid = preset("tiny"), 4
    pictures = WorldPictures(np.full((64, 16, 16, 3), 255, np.uint8), 0, "train", "none")
    tokenizer = BPETokenizer.train(pictures.captions, 400, pattern="words")
    shape = tiny.with_text_vocab(tokenizer.vocab_size).clip
    config = replace(tiny.training["clip"], reconstructed=1.0, picture_foils=2, blur=0.0, noise=0.0)
    codes = torch.arange(64)[:, None].expand(64, grid**2).int()
    task = CLIPTask(shape, config, (pictures, codes), (pictures, None), tokenizer, Painter(grid), 0)
    indices = np.array([5, 9, 11])
    images = task.images(indices, seeded())
    assert images.shape == (9, 3, 16, 16)
    for place, index in enumerate(indices):
        assert torch.allclose(images[place], torch.full((3, 16, 16), index / 100))
        for foil in images[3 + 2 * place : 5 + 2 * place]:
            values = set((foil * 100).round().int().flatten().tolist())
            assert index in values or len(values) == 1
    torch.manual_seed(0)
    model, seen = task.make_model().train(), []
    forward = model.forward
    model.forward = lambda *parts: (
        seen.append([None if p is None else len(p) for p in parts]) or forward(*parts)
    )
    task.loss(model, 0, 10, seeded())
    without = replace(config, picture_foils=0)
    CLIPTask(shape, without, (pictures, codes), (pictures, None), tokenizer, Painter(grid), 0).loss(
        model, 0, 10, seeded()
    )
    assert seen == [[8, 8, None, 16], [8, 8, None, None]]
