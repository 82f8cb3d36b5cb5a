"""Picture prompts of emoji: what was drawn is told by its nearest candidate."""

import numpy as np
import pytest
import torch
from tiny_model import reads_anything, save_tiny

from minidalle.checkpoints import load_model
from minidalle.emoji import probes
from minidalle.evaluation.asking import TooLongError
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.emoji_prompts import AMONG, emoji_prompts, nearest, scored
from minidalle.evaluation.prompts import lower, upper
from minidalle.pipeline_pictures import to_floats


@pytest.fixture(scope="module")
def true():
    return to_floats(probes().images[:60])


def test_true_line_drawings_are_right_and_copies_are_the_same_thing_unchanged(true):
    found = scored(lower(true), true)
    assert [found[name]["share"] for name in ("identity", "change", "both")] == [1, 1, 1]
    copied = scored(upper(true), true)
    assert [copied[name]["share"] for name in ("identity", "change", "both")] == [1, 0, 0]


def test_line_drawings_of_other_things_are_changed_but_not_the_same(true):
    found = scored(lower(true.roll(1, dims=0)), true)
    assert (
        found["identity"]["share"] < 0.2 and found["change"]["share"] > 0.9 and found["both"]["share"] < 0.2
    )
    steps = nearest(lower(true.roll(-3, dims=0)), true)
    assert (steps == 3).float().mean() > 0.9


def test_a_soft_line_drawing_is_still_told(true):
    soft = torch.nn.functional.avg_pool2d(lower(true), 3, 1, 1)
    assert scored(soft, true)["both"]["share"] > 0.8


def test_a_model_of_random_weights_draws_them_all(tmp_path, monkeypatch):
    model = load_model(save_tiny(tmp_path / "tiny"))
    reads_anything(model, monkeypatch)
    said = []
    columns, captions, images = emoji_prompts(
        Drawer(model, tmp_path / "drawn"), 3, 0, lambda *what: said.append(what)
    )
    assert len(captions) == len(images) == AMONG and "as a line drawing" in captions[0]
    assert set(columns) == {"drawn", "copied", "ignored", "dvae", "render"}
    assert [done for _, done, _ in said] == [0, 16, 0, 16]
    assert columns["render"]["both"]["n"] == AMONG and columns["drawn"]["both"]["share"] < 0.5
    assert np.prod(images.shape[1:]) == 3 * 16 * 16
    monkeypatch.setattr(model.tokenizer, "encode", lambda text: [0] * 99)
    with pytest.raises(TooLongError, match="0 captions of emoji fit; 16 are needed"):
        emoji_prompts(Drawer(model, tmp_path / "drawn"), 3, 0, lambda *what: None)
