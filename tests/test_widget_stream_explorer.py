"""The stream explorer without a browser: what a slot holds, what comes next, what is near."""

import numpy as np
import pytest
import torch

import minidalle
from minidalle.pipeline import Pipeline
from minidalle.widgets.stream_explorer import NEAREST, nearest_tokens, stream_explorer

CAPTIONS = ["a red cube", "two blue mugs"]


@pytest.fixture(scope="module")
def model() -> Pipeline:
    return minidalle.load("nano", device="cpu")


@pytest.fixture(scope="module")
def pictures(model: Pipeline) -> np.ndarray:
    size = model.preset.image_size
    return np.random.default_rng(0).integers(0, 255, (2, size, size, 3), dtype="uint8")


def test_nearest_tokens_are_those_of_the_largest_cosine():
    table = torch.tensor([[1.0, 0.0], [3.0, 0.3], [0.0, 2.0], [-1.0, 0.0]])
    assert [token for token, _ in nearest_tokens(table, 0)] == [1, 2, 3]
    assert nearest_tokens(table, 0, 1) == [(1, 0.995)] and nearest_tokens(table, 3)[-1][1] < 0
    for wrong in (-1, 4):
        with pytest.raises(ValueError, match="is not in a table of 4 vectors"):
            nearest_tokens(table, wrong)


def test_what_each_slot_is(model: Pipeline, pictures: np.ndarray):
    explorer, layout = stream_explorer(model, CAPTIONS, pictures), model.dalle.layout
    text = model.tokenizer.encode_batch(CAPTIONS, layout.text_length)
    expected = model.dalle.stream(text, model.encode_image(pictures))
    assert torch.equal(explorer.streams, expected) and torch.equal(explorer.ids, expected[0])
    explorer.caption.value = 1
    assert torch.equal(explorer.ids, expected[1])
    codes = model.encode_image(pictures)[1].tolist()
    names = [explorer.called(int(token)) for token in explorer.ids]
    assert "".join(names).startswith("two␣blue␣mugs") and names[layout.text_length - 1] == "pad 31"
    assert names[layout.text_length] == "start"
    assert names[layout.prefix :] == [f"code {code}" for code in codes[:-1]]


def test_guesses_are_the_models_own_predictions(model: Pipeline, pictures: np.ndarray):
    explorer, layout = stream_explorer(model, CAPTIONS, pictures), model.dalle.layout
    text = model.tokenizer.encode_batch(CAPTIONS, layout.text_length)
    with torch.no_grad():
        words, codes = model.dalle.logits(text, model.encode_image(pictures))
    for slot, logits in (
        (0, words[0, 0]),
        (layout.prefix - 1, codes[0, 0]),
        (layout.length - 1, codes[0, -1]),
    ):
        explorer.slot.value = slot
        best = logits.argmax().item() + (model.dalle.config.image_offset if slot >= layout.prefix - 1 else 0)
        names = [name for name, _ in explorer.guesses]
        assert explorer.called(explorer.answer) in names and len(set(names)) == len(names) in (
            NEAREST,
            NEAREST + 1,
        )
        assert explorer.guesses[0][0] == explorer.called(best)
        assert explorer.guesses[0][1] == pytest.approx(logits.softmax(-1).max().item(), abs=1e-4)
    explorer.slot.value = layout.text_length - 1
    assert explorer.answer is None
    assert explorer.guesses == [] and "Expected next: none" in explorer.alt


def test_the_answer_is_the_next_token_even_the_last(model: Pipeline, pictures: np.ndarray):
    explorer, layout = stream_explorer(model, CAPTIONS, pictures), model.dalle.layout
    for slot in (0, layout.text_length, layout.length - 2):
        explorer.slot.value = slot
        assert explorer.answer == explorer.ids[slot + 1]
    explorer.slot.value = layout.length - 1
    last = int(model.encode_image(pictures)[0, -1])
    assert explorer.called(explorer.answer) == f"code {last}"


def test_a_code_has_the_colour_that_the_decoder_paints(model: Pipeline, pictures: np.ndarray):
    explorer = stream_explorer(model, CAPTIONS, pictures)
    grid = model.dalle.layout.image_tokens
    painted = model.paint(torch.full((1, grid), 12))[0, 24:40, 24:40] / 255
    assert explorer.colour_of("code 12") == pytest.approx(painted.mean(axis=(0, 1)), abs=0.1)


def test_moving_the_slot_draws_anew(model: Pipeline, pictures: np.ndarray):
    explorer = stream_explorer(model, CAPTIONS, pictures)
    before = explorer.image.value
    explorer.slot.value = 100
    assert explorer.image.value == explorer.png() != before
    assert "row 4 + column 3" in explorer.alt and "row 4 + column 3" in explorer.label.value
    data, about = explorer._repr_mimebundle_()
    assert data["image/png"].startswith("iVBOR") and about["image/png"]["alt"] in data["text/plain"]


def test_pictures_have_to_fit(model: Pipeline, pictures: np.ndarray):
    for captions, shown in ((["one"], pictures), ([], pictures[:0]), (CAPTIONS, pictures[:, :8])):
        with pytest.raises(ValueError, match="expected one of"):
            stream_explorer(model, captions, shown)
