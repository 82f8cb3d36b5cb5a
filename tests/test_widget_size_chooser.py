"""The size chooser: codes follow from pixels and halvings, costs from the transformer, and pictures from both."""

import base64

import numpy as np
import pytest
import torch

from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.presets import preset
from minidalle.widgets.live import WIDGET
from minidalle.widgets.size_chooser import size_chooser, work

DOTS = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def test_nano_costs_one():
    chooser = size_chooser([DOTS])
    chooser.size.value, chooser.times.value = 64, 2
    assert chooser.grid == preset("nano").dvae.grid and chooser.cost == 1
    with torch.device("meta"):
        model = DALLE(preset("nano").dalle)
    assert work(16, 32) == training_flops(model)


def test_twice_the_side_is_about_four_times_the_work_in_the_end():
    chooser = size_chooser([DOTS])
    costs = {}
    for pixels in (32, 64, 128):
        chooser.size.value = pixels
        costs[pixels] = chooser.cost
        assert f"{pixels} pixels under a grid of {pixels // 4} by {pixels // 4} codes" in chooser.alt
    assert 2 < costs[64] / costs[32] < costs[128] / costs[64] < 4.5


def test_the_picture_follows_both_choices():
    chooser = size_chooser([DOTS, DOTS])
    seen = {chooser.image.value}
    for control, value in ((chooser.size, 16), (chooser.times, 3), (chooser.size, 128)):
        control.value = value
        seen.add(chooser.image.value)
    assert len(seen) == 4 and chooser.label.value.startswith("2 pictures at 128 pixels")


def test_without_a_kernel_there_is_a_picture():
    chooser = size_chooser([DOTS])
    data, about = chooser._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == chooser.image.value
    assert WIDGET in data and about["image/png"]["alt"] == chooser.alt


@pytest.mark.parametrize("many", [0, 5])
def test_one_to_four_pictures(many):
    with pytest.raises(ValueError, match="give 1 to 4"):
        size_chooser([DOTS] * many)
