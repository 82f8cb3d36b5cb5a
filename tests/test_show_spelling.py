"""Figures about byte-pair encoding: what they count is what the tokenizer does."""

import pytest
import torch

from minidalle.show.spelling import (
    length_curves,
    merge_steps,
    merge_tree,
    padded_slots,
    paired_bars,
    spellings,
)
from minidalle.tokenizer import BPETokenizer, CaptionError


@pytest.fixture(scope="module")
def tokenizer() -> BPETokenizer:
    return BPETokenizer.train(["low lower lowest"], vocab_size=260, pattern="words")


def test_spellings_say_every_piece_and_how_many(tokenizer: BPETokenizer):
    drawn = spellings({"bytes": list("low"), "merged": tokenizer.tokens("low lowest")})
    assert "bytes, 3 pieces: l | o | w" in drawn.alt and "merged, 4 pieces: low |  lowe | s | t" in drawn.alt
    assert drawn.png.startswith(b"\x89PNG")
    spellings({"long": list("low lowest " * 30)})
    with pytest.raises(ValueError, match="at least one row"):
        spellings({})


@pytest.mark.parametrize("word", ["low", " lower", " lowest", "wow", " "])
def test_a_tree_ends_in_what_the_tokenizer_gives(tokenizer: BPETokenizer, word: str):
    steps = merge_steps(tokenizer, word)
    ids = tokenizer.encode(word)
    assert len(word.encode()) - len(steps) == len(ids)
    joined = {node for left, right, _ in steps for node in (left, right)}
    tops = [new for k, (_, _, new) in enumerate(steps) if len(word) + k not in joined]
    assert tops == [token for token in ids if token >= 256]


def test_a_tree_names_its_merges_in_order(tokenizer: BPETokenizer):
    assert merge_tree(tokenizer, "low").alt.endswith("in order: lo as id 256, then low as id 257")
    assert "no merge fits" in merge_tree(tokenizer, "we").alt
    with pytest.raises(ValueError, match="a tree needs one chunk"):
        merge_tree(tokenizer, "low low")


def test_padding_is_counted_for_each_caption(tokenizer: BPETokenizer):
    drawn = padded_slots(tokenizer, ["low", "low lower"], 5)
    assert "'low': ids [257, -1, -1, -1, -1], 4 of them padding" in drawn.alt
    given = torch.arange(10).reshape(2, 5)
    assert (
        "ids [0, 1, 2, 3, 4], 4 of them padding"
        in padded_slots(tokenizer, ["low", "low lower"], 5, given).alt
    )
    with pytest.raises(ValueError, match=r"expected .2, 5."):
        padded_slots(tokenizer, ["low", "low lower"], 5, torch.zeros(2, 4, dtype=torch.int64))
    with pytest.raises(CaptionError, match="reads at most 1"):
        padded_slots(tokenizer, ["low lower"], 1)


def test_curves_and_bars_say_their_numbers():
    assert "paper from 9 to 4" in length_curves([256, 300], {"paper": [9, 4], "words": [9, 3]}, limit=8).alt
    assert "cu|be: a 0.25, b 0.30" in paired_bars(["cu|be"], {"a": [0.25], "b": [0.3]}, "share").alt
    with pytest.raises(ValueError, match="needs 2 values"):
        length_curves([256, 300], {"paper": [9]})
    with pytest.raises(ValueError, match="needs 2 values"):
        paired_bars(["one", "two"], {"a": [1]}, "share")
