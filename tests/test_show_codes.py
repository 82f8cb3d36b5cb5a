"""Figures about codes: what they say in words is what they were given."""

import pytest
import torch

from minidalle.show.codes import cells, code_page, funnel, relaxation, weights

PICTURE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_bars_say_every_share_worth_naming():
    shown = weights({"warm": [0.5, 0.5, 0.0]}, ["a", "b", "c"], "A draw", against={"warm": [0.4, 0.4, 0.2]})
    assert shown.alt == "A draw. warm: a 0.50, b 0.50"
    with pytest.raises(ValueError, match="2 codes"):
        weights({"warm": [0.5, 0.3, 0.2]}, ["a", "b"])
    with pytest.raises(ValueError, match="no panels"):
        weights({}, ["a"])


def test_a_map_says_its_size_and_range():
    shown = cells(PICTURE, torch.arange(16.0).view(4, 4), "nats")
    assert "4 by 4 cells" in shown.alt and "from 0 to 15" in shown.alt
    with pytest.raises(ValueError, match="one a cell"):
        cells(PICTURE, [1.0, 2.0], "nats")


def test_a_funnel_names_every_step():
    assert "picture 3 x 16 x 16, out 8 x 4 x 4" in funnel([("picture", 3, 16), ("out", 8, 4)]).alt
    with pytest.raises(ValueError, match="no steps"):
        funnel([])


def test_a_relaxed_sample_names_its_largest_share():
    shown = relaxation(PICTURE, (1, 2), 4, ["7", "9"], [0.3, 0.7], [0.9, 0.1], PICTURE, "1/4")
    assert "temperature 1/4, cell in row 1, column 2" in shown.alt
    assert "0.90, of code 7, which the posterior gives 0.30" in shown.alt


def test_a_page_of_a_code_takes_any_number_of_patches():
    for count in (1, 6, 7):
        assert code_page(PICTURE, PICTURE, [(0, 0)], 4, torch.rand(count, 3, 12, 12), "said").alt == "said"
