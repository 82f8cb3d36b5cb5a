"""DALL-E's sizes, its configuration, and what it says about wrong input."""

import dataclasses
import json

import pytest
import torch

from minidalle.dalle import DALLE, PAD, DALLEConfig

TINY = DALLEConfig(
    text_vocab=11, image_vocab=7, text_length=5, grid=3, width=16, depth=3, heads=2, conv_kernel=3
)


def test_the_papers_model_has_12_billion_parameters() -> None:
    """Built on the meta device: shapes without memory. 12 width^2 a block, and the tables and biases."""
    with torch.device("meta"):
        paper = DALLE(DALLEConfig(16384, 8192, 256, 32, width=3968, depth=64, heads=62))
    blocks = 64 * (12 * 3968**2 + 13 * 3968)
    tokens = (16384 + 256 + 1 + 8192) * 3968
    positions = (256 + 32 + 32) * 3968
    heads = (16384 + 256 + 8192) * 3968
    assert paper.num_parameters() == blocks + tokens + positions + heads + 2 * 3968
    assert round(paper.num_parameters() / 1e9, 1) == 12.3


def test_a_configuration_survives_json() -> None:
    config = dataclasses.replace(TINY, patterns=("row", "column", "full"))
    assert DALLEConfig(**json.loads(json.dumps(dataclasses.asdict(config)))) == config


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda t, i: (t[:, :4], i), ValueError, r"text has shape \[2, 4\]; expected \[batch, 5\]"),
        (lambda t, i: (t[0], i), ValueError, r"text has shape \[5\]; expected \[batch, 5\]"),
        (
            lambda t, i: (t, i[:, :8]),
            ValueError,
            r"image has 8 tokens; this model's pictures have 9 \(3 x 3\)",
        ),
        (lambda t, i: (t, i.view(2, 3, 3)), ValueError, r"image has shape \[2, 3, 3\]"),
        (lambda t, i: (t[:1], i), ValueError, "there are 1 captions but 2 pictures"),
        (lambda t, i: (t.float(), i), TypeError, "text is torch.float32; give token ids as an int64 tensor"),
        (lambda t, i: (t, i.int()), TypeError, "image is torch.int32"),
        (lambda t, i: (t.tolist(), i), TypeError, "text is list"),
        (
            lambda t, i: (t + 11, i),
            ValueError,
            r"text contains id \d+; ids run from 0 to 10 \(or -1 for padding\)",
        ),
        (lambda t, i: (t - 12, i), ValueError, r"text contains id -\d+; ids run from 0 to 10"),
        (lambda t, i: (t, i + 7), ValueError, r"image contains id \d+; ids run from 0 to 6: "),
        (lambda t, i: (t, i - 7), ValueError, r"image contains id -\d+; ids run from 0 to 6: "),
    ],
)
def test_wrong_input_says_what_is_wrong(change, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        DALLE(TINY)(
            *change(
                torch.tensor([[3, 10, PAD, PAD, PAD], [0, 1, 2, 3, PAD]]), torch.arange(18).view(2, 9) % 7
            )
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text_vocab": 0}, "text_vocab is 0"),
        ({"text_length": 1}, "text_length is 1; predicting text takes at least 2"),
        ({"grid": 1}, "grid is 1"),
        ({"heads": 3}, "width 16 does not divide into 3 heads"),
        ({"patterns": ("row",)}, "patterns names 1 layers but depth is 3"),
        ({"text_weight": -1.0}, "text_weight -1.0 and image_weight 7.0 must be 0 or more"),
        ({"text_weight": 0.0, "image_weight": 0.0}, "and not both 0"),
    ],
)
def test_a_wrong_configuration_says_what_to_change(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(TINY, **changes)
