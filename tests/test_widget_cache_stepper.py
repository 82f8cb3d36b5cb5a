"""The cache stepper: what it says to be computed and read is what the loop does."""

import base64

import pytest

from minidalle.dalle import DALLEConfig
from minidalle.widgets.cache_stepper import cache_stepper
from minidalle.widgets.live import WIDGET

TINY = DALLEConfig(
    text_vocab=11, image_vocab=20, text_length=4, grid=4, width=16, depth=3, heads=2, conv_kernel=3,
    patterns=("row", "column", "full"),
)  # fmt: skip


def test_one_slot_with_the_cache_and_all_without():
    stepper = cache_stepper(TINY)
    assert stepper.computed == (5, 5), "the caption is read at once"
    before = stepper.image.value
    stepper.slider.value = 9
    assert stepper.computed == (1, 14) and stepper.pattern == "row"
    assert stepper.read == 5 + 5, "the text side, and offsets 0 to 4"
    assert stepper.image.value != before and stepper.label.value == stepper.alt
    stepper.layers.value = 1
    assert stepper.pattern == "column" and stepper.read == 5 + 3
    assert "reads 8 of 14 keys" in stepper.alt


def test_without_a_kernel_there_is_a_picture():
    stepper = cache_stepper(TINY, token=3, layer=3)
    data, about = stepper._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == stepper.image.value
    assert WIDGET in data and about["image/png"]["alt"] == stepper.alt
    assert "a full layer" in stepper.alt


@pytest.mark.parametrize("wrong", [{"token": 16}, {"token": -1}, {"layer": 0}, {"layer": 4}])
def test_what_is_not_there_is_told(wrong: dict):
    with pytest.raises(ValueError, match=r"tokens 0 to 15 and layers 1 to 3|is -1|is 0"):
        cache_stepper(TINY, **wrong)
