"""The figures of lesson 08 say what they show, and refuse what does not fit."""

import pytest

from minidalle.show.scale import gradient_ranges, number_formats, panels


def test_formats_are_told_with_their_steps():
    figure = number_formats({"float16": (6e-8, 65504, 10)})
    assert figure.alt == "What number formats can hold: float16 from 6.0e-08 to 6.6e+04 in steps of 1/1024"
    with pytest.raises(ValueError, match="must be above 0"):
        number_formats({"nothing": (1.0, 1.0, 3)})


def test_blocks_whose_middle_gradient_becomes_zero_are_counted():
    figure = gradient_ranges([[1e-9, 1e-8, 1e-7], [1e-7, 1e-6, 1e-5]], smallest=6e-8, title="two blocks")
    assert figure.alt.startswith("two blocks. Gradients of 2 residual blocks")
    assert figure.alt.endswith("Below 3.0e-08 they become 0, which is so for the middle one of 1 blocks")


@pytest.mark.parametrize("sizes", [[[3.0, 2.0, 1.0]], [[0.0, 1.0, 2.0]], [[1.0, 2.0]]])
def test_percentiles_rise_and_are_above_zero(sizes):
    with pytest.raises(ValueError, match="three rising numbers"):
        gradient_ranges(sizes, smallest=6e-8)


def test_panels_tell_where_each_curve_begins_and_ends():
    figure = panels({"loss": {"training": ([0, 10], [6.2, 1.0])}, "rate": {"rate": ([0], [0.1])}})
    assert figure.alt == "2 panels over updates. loss: training from 6.2 to 1; rate: rate from 0.1 to 0.1"
    with pytest.raises(ValueError, match="no curve"):
        panels({"empty": {}})
