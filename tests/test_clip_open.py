"""An OpenCLIP model chooses in the place of ours. The library needs torchvision, so another module stands in for it:
a small model of random weights with what is asked of the real one, which was tried by hand."""

import sys
import types

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tiny_model import save_tiny
from torch import nn

import minidalle
from minidalle.cli import main
from minidalle.clip import rerank
from minidalle.clip_open import MEAN, STD, OpenCLIP, open_clip_scorer


class Towers(nn.Module):
    """Two random towers with OpenCLIP's names."""

    def __init__(self, size=(24, 24), mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4)) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.visual = nn.Conv2d(3, 8, 6, stride=6)
        self.visual.image_size, self.visual.image_mean, self.visual.image_std = size, mean, std
        self.words = nn.Embedding(256, 8)
        self.seen: list[torch.Size] = []

    def encode_image(self, pixels):
        self.seen.append(pixels.shape)
        return self.visual(pixels).mean(dim=(2, 3))

    def encode_text(self, ids):
        return self.words(ids).mean(1)


def tokenizer(texts):
    return torch.tensor([[*text.encode()[:8].ljust(8)] for text in texts])


@pytest.fixture
def library(monkeypatch):
    """The module `open_clip`, as far as it is used."""
    fake, asked = types.ModuleType("open_clip"), []

    def create_model(name, pretrained=None, device="cpu"):
        asked.append((name, pretrained, str(device)))
        if name != "hf-hub:me/mine" and pretrained not in ("small", "file.pt"):
            raise RuntimeError(f"Invalid pretrained tag {pretrained}\nand more lines")
        return Towers()

    fake.create_model, fake.get_tokenizer, fake.asked = create_model, lambda name: tokenizer, asked
    monkeypatch.setitem(sys.modules, "open_clip", fake)
    return fake


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return minidalle.load(save_tiny(tmp_path_factory.mktemp("models") / "tiny", clip=False))


def test_scores_are_cosines_of_pictures_made_as_the_model_wants_them():
    towers, images = Towers(), torch.rand(40, 3, 16, 16)
    found = OpenCLIP(towers, tokenizer).scores(images, ["a cube", "a cone"])
    large = F.interpolate(images, (24, 24), mode="bicubic", antialias=True).clamp(0, 1)
    channels = [(large[:, c] - (0.5, 0.4, 0.3)[c]) / (0.2, 0.3, 0.4)[c] for c in range(3)]
    vectors, words = (
        towers.encode_image(torch.stack(channels, 1)),
        towers.encode_text(tokenizer(["a cube", "a cone"])),
    )
    expected = torch.stack([F.cosine_similarity(vectors, word[None]) for word in words], 1)
    torch.testing.assert_close(found, expected.detach(), atol=1e-5, rtol=0)
    assert found.requires_grad is False and all(shape[2:] == (24, 24) for shape in towers.seen)


def test_a_model_without_numbers_of_its_own_gets_those_of_openai():
    towers = Towers(size=16, mean=None, std=None)
    images = torch.rand(2, 3, 16, 16)
    made = OpenCLIP(towers, tokenizer).prepared(images)
    mean, std = (torch.tensor(value)[:, None, None] for value in (MEAN, STD))
    torch.testing.assert_close(made * std + mean, images, atol=1e-5, rtol=0)


def test_it_chooses_among_drawings_of_a_model_without_a_clip(model, library):
    judge = open_clip_scorer("ViT-tiny:small")
    assert library.asked == [("ViT-tiny", "small", "cpu")]
    with pytest.raises(ValueError, match="this model has no CLIP"):
        model.draw("a red cube", best=2, of=6)
    every, best = model.draw("a red cube", n=6), model.draw("a red cube", best=2, of=6, clip=judge)
    scores = model.score(every.images, "a red cube", clip=judge)
    order = np.argsort(-scores, kind="stable")[:2]
    assert (best.images == every.images[order]).all() and np.allclose(best.scores, scores[order], atol=1e-6)
    ranked = rerank(judge, torch.from_numpy(every.images).permute(0, 3, 1, 2) / 255, "a red cube", best=2)
    assert ranked.indices.tolist() == order.tolist()


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("ViT-B-32:file.pt", ("ViT-B-32", "file.pt", "cpu")),
        ("hf-hub:me/mine", ("hf-hub:me/mine", None, "cpu")),
    ],
)
def test_weights_are_named_by_a_tag_a_file_or_the_hub(library, name, asked):
    open_clip_scorer(name)
    assert library.asked == [asked]


def test_what_cannot_be_had_is_told_in_a_sentence(library, monkeypatch):
    with pytest.raises(
        ValueError, match="'ViT-B-32' names no weights; write name:weights, such as ViT-B-32:openai"
    ):
        open_clip_scorer("ViT-B-32")
    with pytest.raises(
        ValueError, match=r"^OpenCLIP has no 'ViT-B-32:nothing': Invalid pretrained tag nothing$"
    ):
        open_clip_scorer("ViT-B-32:nothing")
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(ValueError, match="first: pip install open_clip_torch"):
        open_clip_scorer("ViT-B-32:openai")


def test_from_the_command_line(tmp_path, library, capsys):
    folder = save_tiny(tmp_path / "tiny", clip=False)
    words = ["draw", "a red cube", "--model", str(folder), "--out", str(tmp_path / "grid.png"), "--quiet"]
    assert main([*words, "--best", "2", "--of", "4", "--clip", "ViT-tiny:small"]) == 0
    assert "the best of 4 by CLIP" in capsys.readouterr().out
    assert main([*words, "--clip", "ViT-tiny:small"]) == 2
    assert "--best does not say how many" in capsys.readouterr().err
    assert main([*words, "--best", "2", "--clip", "ViT-tiny"]) == 2
    assert "names no weights" in capsys.readouterr().err
