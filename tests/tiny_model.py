"""A model to test with: random weights, made in a moment, with the same files as a trained one."""

from pathlib import Path

import pytest
import torch

from minidalle.checkpoints import LoadedModel, save_model
from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.presets import preset
from minidalle.tokenizer import BPETokenizer

WORDS = ["a", "small", "red", "cube", "on", "top", "of"]


def save_tiny(folder: Path, clip: bool = True) -> Path:
    """A model folder with random weights, pictures of 16 pixels: enough for everything but looking at it."""
    torch.manual_seed(0)
    tokenizer = BPETokenizer.train([" ".join(WORDS)] * 3, 300, pattern="words")
    sizes = preset("tiny").with_text_vocab(tokenizer.vocab_size)
    parts = {"dvae": DiscreteVAE, "dalle": DALLE, **({"clip": CLIP} if clip else {})}
    models = {name: kind(getattr(sizes, name)) for name, kind in parts.items()}
    with torch.no_grad():
        models["dalle"].image_head.weight.normal_(std=0.5)  # so that captions and temperature matter
    save_model(folder, sizes, tokenizer, {name: model.state_dict() for name, model in models.items()}, WORDS)
    return folder


def reads_anything(model: LoadedModel, patch: pytest.MonkeyPatch) -> None:
    """Let a model's tokenizer spell every caption alike, in one token: for captions that are too long for it."""
    patch.setattr(
        model.tokenizer,
        "encode_batch",
        lambda texts, length: torch.zeros(len(texts), length, dtype=torch.int64),
    )
    patch.setattr(model.tokenizer, "encode", lambda text: [0])
