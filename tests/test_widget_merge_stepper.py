"""The merge stepper: each of its steps is the next merge that training learns."""

import base64

import pytest

from minidalle.tokenizer import BPETokenizer
from minidalle.widgets.live import WIDGET
from minidalle.widgets.merge_stepper import merge_stepper

TEXTS = ["low lower lowest", "a new lower widest"]


def test_the_first_rival_is_the_next_merge():
    stepper = merge_stepper(TEXTS, steps=3)
    trained = BPETokenizer.train(TEXTS, 259, pattern="words")
    assert stepper.slider.max == len(trained.merges) == 3
    for step, merge in enumerate(trained.merges):
        stepper.slider.value = step
        assert stepper.rivals[0][:2] == merge
        assert f"after {step} of 3 merges" in stepper.alt and f"becomes id {256 + step}" in stepper.alt
    stepper.slider.value = 3
    assert stepper.tokenizer == trained and stepper.alt.endswith("here the steps end")


def test_words_close_up_and_the_picture_follows():
    stepper = merge_stepper(TEXTS, steps=3)
    pieces, times = stepper.words[0]
    assert (pieces, times) == ([" ", "l", "o", "w", "e", "r"], 2), "the most frequent chunk, in letters"
    before = stepper.image.value
    stepper.slider.value = 3
    assert len(stepper.words[0][0]) < 6 and stepper.image.value != before
    assert stepper.label.value.startswith("after 3 of 3 merges")


def test_without_a_kernel_there_is_a_picture():
    stepper = merge_stepper(TEXTS)
    data, about = stepper._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == stepper.image.value
    assert WIDGET in data and about["image/png"]["alt"] == stepper.alt
    assert data["text/plain"].startswith("<Merge stepper: after 0 of")


def test_wrong_input_is_told():
    with pytest.raises(ValueError, match="give more text"):
        merge_stepper(["abc"])
    with pytest.raises(ValueError, match="steps"):
        merge_stepper(TEXTS, steps=0)
    with pytest.raises(ValueError, match="not one of paper, words, gpt2"):
        merge_stepper(TEXTS, pattern="wrods[")
