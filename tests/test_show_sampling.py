"""Figures about drawing tokens: what they say agrees with the filters, the draw and the masks."""

import numpy as np
import pytest
import torch

from minidalle.masks import PATTERNS, StreamLayout, dense_mask
from minidalle.sampling import draw_code
from minidalle.show.sampling import (
    filtered_bars,
    seen_by,
    shares,
    step_curves,
    stream_step,
    trade,
    uncertainty,
)

TOY = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()


def test_bars_say_how_many_codes_are_left():
    drawn = filtered_bars(TOY, {"all": {}, "k": {"top_k": 3}, "p": {"top_k": 2, "top_p": 0.6}})
    assert drawn.alt.endswith("all: 4 codes left; k: 3 codes left; p: 1 codes left")
    with pytest.raises(ValueError, match="at least one setting"):
        filtered_bars(TOY, {})
    with pytest.raises(ValueError, match=r"not \[1, 4\]"):
        filtered_bars(TOY[None], {"all": {}})
    with pytest.raises(ValueError, match="top_k is 0"):
        filtered_bars(TOY, {"none": {"top_k": 0}})


def test_numbers_fall_where_the_package_draws():
    numbers = [0.0, 0.49, 0.51, 0.81, 0.96]
    codes = draw_code(TOY.expand(5, -1), torch.tensor(numbers, dtype=torch.float64)).tolist()
    said = shares(TOY.exp().tolist(), numbers).alt
    assert all(f"{number:.2f} falls to code {code}" in said for number, code in zip(numbers, codes))
    assert "code 3 0.05" in shares([0.5, 0.3, 0.15, 0.05]).alt
    for wrong in (([0.5, 0.3], []), ([0.5, 0.5], [1.0])):
        with pytest.raises(ValueError, match="expected 1, and numbers in"):
            shares(*wrong)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_step_reads_the_keys_of_the_mask(pattern: str):
    layout = StreamLayout(text_length=3, grid=4)
    mask = dense_mask(pattern, layout, conv_kernel=3)
    for step in range(layout.image_tokens):
        row = mask[layout.prefix - 1 + step]
        assert seen_by(layout, pattern, step, 3) == row.nonzero().flatten().tolist()


def test_a_step_says_what_it_costs():
    layout = StreamLayout(text_length=3, grid=4)
    said = stream_step(layout, "column", 9, 3).alt
    assert "computes 1 slot where the naive loop computes 13, and reads 7 of 13 keys" in said
    assert (
        "computes 4 slots where the naive loop computes 4, and reads all keys"
        in stream_step(layout, "row", 0).alt
    )
    with pytest.raises(ValueError, match="tokens are 0 to 15"):
        stream_step(layout, "row", 16)


def test_curves_and_maps_say_their_numbers():
    assert "naive, 6 in all" in step_curves({"naive": [1, 2, 3]}, "slots").alt
    assert "1: 0.50 and 0.25" in trade([1], [0.5], [0.25]).alt
    maps = torch.tensor([[[1.0, 2.0], [4.0, 1.0]]])
    assert "on average 2.0" in uncertainty(np.zeros((1, 8, 8, 3), np.uint8), maps, ["a cube"]).alt
    with pytest.raises(ValueError, match="at least one"):
        step_curves({}, "slots")
    with pytest.raises(ValueError, match="for each temperature"):
        trade([1, 2], [0.5], [0.25])
    with pytest.raises(ValueError, match="1 maps for 2 pictures"):
        uncertainty(np.zeros((2, 8, 8, 3), np.uint8), maps)
