"""Copies are found where there are any, and not where there are none."""

import numpy as np
import pytest
import torch

from minidalle.evaluation.asking import HELD_OUT, SEEN, ask
from minidalle.evaluation.memorisation import (
    AT_ONCE,
    flat,
    in_batches,
    memorisation,
    memorisation_lines,
    nearest,
    repainted,
    training_scenes,
)

MOST = 600


@pytest.fixture
def model(nano):
    return nano


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    """Training pictures are drawn into a folder of the test's own."""
    monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path))


def silent(*_) -> None:
    """Says nothing."""


def test_distance_is_the_root_mean_square_difference():
    one, two = torch.rand(2, 3, 32, 32)
    expected = (one - two).square().mean().sqrt()
    assert torch.cdist(flat(one[None]), flat(two[None])).item() == pytest.approx(expected.item(), rel=1e-4)


def test_nearest_is_what_looking_at_every_pair_finds(model):
    images, training = torch.rand(5, 3, 64, 64), torch.rand(70, 3, 64, 64)
    found = nearest(model, images, iter(training.split(32)))
    every = torch.stack(
        [torch.stack([(flat(a[None]) - flat(b[None])).norm() for b in training]) for a in images]
    )
    assert torch.equal(found.by_pixels, every.argmin(1))
    torch.testing.assert_close(found.pixels, every.amin(1), rtol=1e-3, atol=1e-3)
    with torch.no_grad():
        cosines = model.clip.encode_image(images) @ model.clip.encode_image(training).T
    assert torch.equal(found.by_clip, cosines.argmax(1))


def test_a_model_that_hands_out_training_pictures_is_caught_and_one_that_renders_anew_is_not(model):
    asked = [
        one
        for split in (SEEN, HELD_OUT)
        for kind in ("single", "pair", "count")
        for one in ask(kind, split, 16)
    ]
    scene = training_scenes(model)
    copied = repainted(model, [scene(3 * number) for number in range(len(asked))])
    fresh = repainted(model, [one.scene for one in asked])
    thief, shown = memorisation(model, asked, copied, silent, MOST)
    honest, _ = memorisation(model, asked, fresh, silent, MOST)
    assert thief["copies"]["share"] > 0.98 and thief["controls"]["share"] > 0.9
    assert honest["copies"]["share"] <= 0.05
    assert thief["training pictures"] == MOST and len(shown) == 8
    for column in shown:
        assert list(column) == ["drawn", "nearest by pixels", "nearest by CLIP"]
        assert all(
            picture.shape == (64, 64, 3) and picture.dtype == np.uint8 for picture, _ in column.values()
        )
    (line, *_) = memorisation_lines({"memorisation": thief})
    assert f"Of {len(asked)} drawn pictures" in line and "600 training pictures" in line
    assert memorisation_lines({}) == []


def test_training_pictures_are_those_of_the_training_in_order(model):
    from minidalle.training.setup import Setting, asked_of

    setting = Setting(model.preset, None, None, 0, "cpu", False, silent)
    asked, _ = asked_of(setting, "dalle")
    assert (asked["seed"], asked["mix"]) == (0, model.preset.training["dalle"].mix)
    told = []
    batches = list(in_batches(model, AT_ONCE + 5, lambda *words: told.append(words[1])))
    assert [len(batch) for batch in batches] == [AT_ONCE, 5] and told == [AT_ONCE, AT_ONCE + 5]
    torch.testing.assert_close(
        batches[1][2], repainted(model, [training_scenes(model)(AT_ONCE + 2)])[0], rtol=1e-3, atol=1e-3
    )
