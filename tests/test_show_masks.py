"""Figures about attention masks: what they count, and what they refuse."""

import numpy as np
import pytest
import torch

from minidalle.masks import StreamLayout, dense_mask, layer_patterns, what_pixel_sees
from minidalle.show.masks import block_tables, known_after, layer_strip, mask_tables, on_picture

LAYOUT = StreamLayout(4, 4)


def test_tables_count_the_pairs_that_see():
    figure = mask_tables({name: dense_mask(name, LAYOUT) for name in ("full", "row")}, LAYOUT)
    assert "full 210 of 400; row 155 of 400" in figure.alt and "5 of them on the text side" in figure.alt
    with pytest.raises(ValueError, match=r"'row' is \[3, 3\]; this stream has 20 slots"):
        mask_tables({"row": torch.ones(3, 3)}, LAYOUT)


def test_on_a_picture_seen_tokens_are_counted_and_shown():
    seen = {name: what_pixel_sees(name, LAYOUT, 2, 1) for name in ("row", "column")}
    plain = on_picture(seen, 2, 1)
    assert "row: 5 tokens; column: 3 tokens" in plain.alt and "row 2, column 1" in plain.alt
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    assert on_picture(seen, 2, 1, picture).png not in (plain.png, on_picture(seen, 2, 1, 255 - picture).png)
    with pytest.raises(ValueError, match=r"a square with \(4, 1\)"):
        on_picture(seen, 4, 1)


def test_a_strip_names_every_layer():
    assert layer_strip({"eight": layer_patterns(8)}).alt.endswith(
        "eight: row, column, row, row, row, column, row, conv"
    )
    with pytest.raises(ValueError, match="unknown attention pattern 'diagonal'"):
        layer_strip({"one": ["diagonal"]})


def test_what_is_known_is_counted():
    counts = torch.full((20,), -1)
    counts[:7], counts[6] = 2, 0
    assert "slot 6 knows 7 of 20 slots after 2 layers" in known_after(counts, LAYOUT, 6).alt
    for wrong, slot in ((counts[:5], 2), (counts, 20)):
        with pytest.raises(ValueError, match="do not fit 20 slots"):
            known_after(wrong, LAYOUT, slot)


def test_blocks_with_a_pair_in_them_are_counted():
    table = np.zeros((6, 6), bool)
    table[0, 0] = table[1, 1] = table[5, 0] = True
    assert "two: 2 blocks" in block_tables({"two": table}, 2).alt
    with pytest.raises(ValueError, match="not in whole blocks of 4"):
        block_tables({"two": table}, 4)
