"""The figures of lesson 07 say what they show, and refuse what does not fit."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from minidalle.masks import StreamLayout
from minidalle.show.transformer import block_plan, heads_on_picture, soft_lookup

LAYOUT = StreamLayout(text_length=4, grid=2)
PICTURE = np.full((8, 8, 3), 200, dtype=np.uint8)


def test_a_lookup_tells_its_weights():
    figure = soft_lookup({"s = 0": [0.5, 0.5]}, ["cube", "cone"], [[1, 0, 0], [0, 0, 1]])
    assert "s = 0: cube 0.50, cone 0.50" in figure.alt
    with pytest.raises(ValueError, match="add up to 1"):
        soft_lookup({"s = 0": [0.5, 0.6]}, ["cube", "cone"], [[1, 0, 0], [0, 0, 1]])


def test_heads_tell_what_they_look_at():
    weights = torch.zeros(2, LAYOUT.length)
    weights[0, 1], weights[1, LAYOUT.prefix] = 1, 1  # the second word; the first patch
    figure = heads_on_picture(weights, PICTURE, LAYOUT, LAYOUT.prefix + 1, ["red", "cube"])
    assert "row 0 and column 1" in figure.alt
    assert "head 1 gives 0% to the picture, and of the text most to 'cube' (1.00)" in figure.alt
    assert "head 2 gives 100% to the picture" in figure.alt


def orange(figure):
    """How many points of each head's panel glow: whether they are clearly warm in colour."""
    pixels = np.asarray(Image.open(io.BytesIO(figure.png)).convert("RGB"), dtype=int)[:250]
    warm = (pixels[..., 0] - pixels[..., 2] > 60).sum(0)
    return [int(part.sum()) for part in np.array_split(warm, 3)[1:]]  # the first third is the picture itself


def test_heads_glow_on_one_scale():
    """A head that gives the picture next to nothing must not glow like one that gives it everything."""
    weights = torch.zeros(2, LAYOUT.length)
    weights[0, 1], weights[0, LAYOUT.prefix] = 0.99, 0.01
    weights[1, LAYOUT.prefix] = 1
    faint, bright = orange(heads_on_picture(weights, PICTURE, LAYOUT, LAYOUT.prefix + 1, ["red", "cube"]))
    assert faint == 0 and bright > 1000


@pytest.mark.parametrize("slot, length", [(0, 8), (8, 8), (6, 7)])
def test_heads_of_a_text_slot_or_another_stream(slot, length):
    with pytest.raises(ValueError, match="do not fit"):
        heads_on_picture(torch.zeros(1, length), PICTURE, LAYOUT, slot, ["red"])


def test_the_plan_of_a_block_says_what_is_added_to_what():
    assert "added to it again" in block_plan().alt
