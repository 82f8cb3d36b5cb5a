"""The sampling explorer: its bars are the model's prediction, its pictures are what `draw` gives."""

import base64

import numpy as np
import pytest
import torch
from tiny_model import save_tiny

import minidalle
from minidalle.pipeline import Pipeline
from minidalle.sampling import filter_logits
from minidalle.widgets.live import WIDGET
from minidalle.widgets.sampling_explorer import sampling_explorer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return minidalle.load(save_tiny(tmp_path_factory.mktemp("models") / "tiny"))


def test_pictures_and_bars_follow_the_controls(model: Pipeline):
    explorer = sampling_explorer(model, "a red cube", n=3, seed=4)
    assert explorer.settings == {"temperature": 1.0, "top_k": None, "top_p": None}
    assert explorer.left == explorer.logits.shape[1] and explorer.label.value.startswith("&#x27;a red cube")
    before = explorer.image.value
    explorer.top_k.value = 4
    explorer.temperature.value = 2.0
    assert explorer.left == 4 and "4 of" in explorer.alt and explorer.image.value != before
    drawn = model.draw("a red cube", n=3, seed=4, temperature=2.0, top_k=4).images
    assert np.array_equal(explorer.pictures(), drawn)
    explorer.top_k.value, explorer.top_p.value, explorer.place.value = None, 0.5, 1
    expected = filter_logits(explorer.logits[1:2], 2.0, None, 0.5).isfinite().sum()
    assert explorer.left == expected < explorer.logits.shape[1]


def test_the_prediction_is_that_of_the_picture_shown(model: Pipeline):
    explorer = sampling_explorer(model, "a red cube", n=1)
    drawn = model.draw("a red cube", n=1)
    assert np.array_equal(explorer.given, drawn.images[0])
    text = model.tokenizer.encode_batch(["a red cube"], model.preset.text_length)
    with torch.no_grad():
        logits = model.dalle.logits(text, torch.from_numpy(drawn.tokens))[1][0]
    torch.testing.assert_close(explorer.logits, logits.double())


def test_without_a_kernel_there_is_a_picture(model: Pipeline):
    explorer = sampling_explorer(model, "a red cube", n=2)
    data, about = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == explorer.image.value
    assert WIDGET in data and about["image/png"]["alt"] == explorer.alt


def test_wrong_input_is_told(model: Pipeline):
    with pytest.raises(ValueError, match="n"):
        sampling_explorer(model, "a red cube", n=0)
    with pytest.raises(ValueError, match="caption is empty"):
        sampling_explorer(model, " ")
