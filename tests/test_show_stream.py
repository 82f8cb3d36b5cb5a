"""Figures about the one stream: what they say is what the model's stream is."""

import numpy as np
import pytest
import torch

from minidalle.dalle import DALLE, DALLEConfig
from minidalle.failures.cases_stream import Overlapping
from minidalle.presets import preset
from minidalle.show.slots import sentences, slot_card, surprise, vector_of
from minidalle.show.stream import KINDS, kind_of, parts_of, ribbon, shifted, stream_strip, vocabulary_ruler

CONFIG = DALLEConfig(50, 16, text_length=4, grid=2, width=32, depth=2, heads=2)
STREAM = DALLE(CONFIG).stream(torch.tensor([[7, 9, -1, -1]]), torch.tensor([[3, 0, 15, 1]]))[0]
PICTURE = np.zeros((8, 8, 3), dtype=np.uint8)


def test_every_id_belongs_to_one_part():
    kinds = [kind_of(token, CONFIG) for token in range(CONFIG.vocab)]
    assert [kinds.count(name) for name in KINDS] == [50, 4, 1, 16]
    assert kinds == sorted(kinds, key=list(KINDS).index)
    for name, ids in parts_of(CONFIG).items():
        assert {kind_of(token, CONFIG) for token in ids} == {name}
    for token in (-1, CONFIG.vocab):
        with pytest.raises(ValueError, match="its ids run from 0 to 70"):
            kind_of(token, CONFIG)


def test_a_strip_says_what_each_slot_holds():
    drawn = stream_strip({"one": STREAM, "two": STREAM.flip(0)}, CONFIG, list("abcdefgh"))
    assert "one: caption 7, caption 9, padding 52, padding 53, start 54, picture 58" in drawn.alt
    assert "two: picture 70, picture 55" in drawn.alt and drawn.png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="has 8 slots, and there are 2 labels"):
        stream_strip({"one": STREAM}, CONFIG, ["a", "b"])
    with pytest.raises(ValueError, match="id 99 is outside"):
        stream_strip({"one": [99]}, CONFIG)


def test_targets_stand_below_what_is_held():
    drawn = shifted(STREAM, [9, 52, 53, None, 58, 55, 70, 56], CONFIG)
    assert (
        "slot 3 holds padding 53 and predicts nothing, slot 4 holds start 54 and predicts picture 58"
        in drawn.alt
    )
    assert drawn.alt.endswith("slot 7 holds picture 70 and predicts picture 56")
    with pytest.raises(ValueError, match="8 slots hold something and 2 predict"):
        shifted(STREAM, [1, 2], CONFIG)


def test_rulers_know_apart_from_overlapping():
    wrong = Overlapping(50, 16, 4, 2, 32, 2, 2)
    drawn = vocabulary_ruler({"paper": preset("paper").dalle, "wrong": wrong})
    assert "paper: caption from 0, 16,384 ids, padding from 16,384, 256 ids, start from 16,640" in drawn.alt
    assert drawn.alt.endswith("start from 54, 1 ids, picture from 0, 16 ids")
    assert vocabulary_ruler({"right": CONFIG}).png != vocabulary_ruler({"right": wrong}).png


def test_a_ribbon_holds_the_whole_stream():
    drawn = ribbon(STREAM, CONFIG, ["a", "b"], PICTURE)
    assert drawn.alt.startswith(
        "One stream of 8 slots: 2 caption tokens, 2 of padding, start of image, and 3 patches"
    )
    spotted = PICTURE.copy()
    spotted[:4, :4] = 255  # the first patch is shown, the last is no input
    assert ribbon(STREAM, CONFIG, ["a", "b"], spotted).png != drawn.png
    unseen = PICTURE.copy()
    unseen[4:, 4:] = 255
    assert ribbon(STREAM, CONFIG, ["a", "b"], unseen).png == drawn.png
    for ids, words in ((STREAM[:5], ["a"]), (STREAM, list("abcde"))):
        with pytest.raises(ValueError, match="do not fit a stream of 8 slots"):
            ribbon(ids, CONFIG, words, PICTURE)


def test_surprise_averages_each_part():
    drawn = surprise(torch.tensor([3.0, 1.0, 0.5]), ["a", "cat"], torch.arange(4.0), PICTURE, CONFIG.layout)
    assert "3 caption positions, 1.50 nats on average, at most 3.00" in drawn.alt
    assert "4 picture tokens, 1.50 on average, at most 3.00" in drawn.alt
    with pytest.raises(ValueError, match="do not fit 4 caption slots and 4 picture tokens"):
        surprise(torch.zeros(4), [], torch.zeros(4), PICTURE, CONFIG.layout)


def test_sentences_name_their_dearest_token():
    drawn = sentences([(["a", "␣red", "␣cat"], [float("nan"), 1.0, 2.5]), (["␣on"], torch.tensor([4.0]))])
    assert (
        drawn.alt
        == "'a red cat' costs 3.5 nats, most of all ␣cat with 2.5; 'on' costs 4.0 nats, most of all ␣on with 4.0"
    )
    for wrong in ([], [(["a"], [1.0, 2.0])]):
        with pytest.raises(ValueError, match="at least one sentence"):
            sentences(wrong)


def test_what_a_slots_vector_is_the_sum_of():
    layout, stream = CONFIG.layout, STREAM.tolist()
    assert [vector_of(stream[slot], slot, layout).replace("\n", " ") for slot in (1, 4, 5, 7)] == [
        "token 9 + position 1",
        "token 54",
        "token 58 + row 0 + column 0",
        "token 70 + row 1 + column 0",
    ]


def test_a_card_frames_the_slots_cell():
    def card(slot, answer="58", colours=None):
        return slot_card(STREAM, CONFIG, slot, str, answer, [("x", 0.5)], [("58", 0.25)], PICTURE, colours)

    assert (
        "Slot 4 holds 54: token 54; next comes 58. Expected next: 58 0.25. Nearest vectors: x 0.50"
        in card(4).alt
    )
    assert card(5).png != card(6).png
    assert card(5).png != card(5, "59").png  # the true one is marked
    assert card(5).png != card(5, colours={"x": (0.9, 0.1, 0.1)}).png
    assert (
        "always: no prediction. Expected next: none"
        in slot_card(STREAM, CONFIG, 3, str, "", [], [], PICTURE).alt
    )
    with pytest.raises(ValueError, match="slot 8 do not fit a stream of 8"):
        card(8)
