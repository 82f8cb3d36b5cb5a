"""Figures about choosing: what they count is what their words say, and what does not fit is refused."""

import pytest
import torch

from minidalle.show.choosing import (
    choosing_curves,
    confusion,
    gains,
    learning_curves,
    similarity_table,
    temperature_bars,
)

POINTS = [{"k": 1, "clip": 0.5, "any": 0.5, "luck": 0.5}, {"k": 2, "clip": 0.6, "any": 0.7, "luck": 0.75}]
GAIN = {"random": 0.5, "best": 0.6, "oracle": 0.9, "gain_low": -0.1, "gain_high": 0.3, "of": 8}


def test_a_table_counts_the_rows_whose_largest_is_on_the_diagonal():
    scores = torch.tensor([[0.9, 0.1], [0.8, 0.2]])
    drawn = similarity_table(scores, torch.rand(2, 3, 8, 8), ["a cube", "a cone"])
    assert "2 pictures and 2 captions; in 1 rows" in drawn.alt
    with pytest.raises(ValueError, match="for 2 pictures, 1 captions"):
        similarity_table(scores, torch.rand(2, 3, 8, 8), ["a cube"])


def test_a_larger_scale_is_surer():
    drawn = temperature_bars([0.5, 0.4], ["a cube", "a cone"], [0, 100])
    assert "scale 0: 0.50, scale 100: 1.00" in drawn.alt
    with pytest.raises(ValueError, match="give one each"):
        temperature_bars([0.5], ["a cube", "a cone"], [1])


def test_curves_say_where_they_begin_and_end():
    drawn = learning_curves([0, 10], {"colour": [0.1, 0.9]}, {"colour": 0.125})
    assert "over 10 steps: colour from 0.10 to 0.90" in drawn.alt
    assert (
        "counts: the favourite 0.50 to 0.60, any to 0.70" in choosing_curves({"counts": POINTS}, "right").alt
    )
    with pytest.raises(ValueError, match="no curves"):
        choosing_curves({}, "right")


def test_a_confusion_counts_the_pictures_called_rightly():
    assert "2 of 3 pictures" in confusion([0, 1, 1], [0, 1, 0], ["cube", "cone"]).alt


def test_gains_name_all_three_numbers():
    assert "counts: 0.50, chosen 0.60, any 0.90" in gains({"counts": GAIN}).alt
    with pytest.raises(ValueError, match="nothing to draw"):
        gains({})
