"""A small CLIP: which of these pictures fits this caption best? (paper section 2.6 reranks its samples with
one.)

Two towers, one for pictures and one for captions, give unit vectors; training pulls the vectors of a pair
together and pushes those of other pairs in the batch apart. `rerank` sorts pictures by a caption,
`zero_shot_classify` sorts captions by a picture. Both take any `Scorer`: this module's `CLIP` on token ids,
the same `CLIP` on strings, or any OpenCLIP model. It looks at pixels, never at a dVAE's codes, so it judges
what a person would see. Left out: training (`training/`) and pretrained weights.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from minidalle.clip_layers import Stage, Tower
from minidalle.dvae import check_images
from minidalle.relaxation import without_autocast

CHUNK = 32
"""Pictures encoded at a time when scoring: on a CPU chunks of 32 are faster than one large batch, and need
less memory."""


@dataclass(frozen=True)
class CLIPConfig:
    """Sizes of a `CLIP`; the defaults, about 1.4 million parameters, learn on two CPU cores.

    Attributes:
        image_size: pixels a side, divisible by 8. channels: 3 for colour.
        text_vocab: token ids run from 0 to text_vocab - 1. text_length: the longest caption in tokens.
        width: channels of a token in both towers. heads: attention heads, a divisor of width.
        image_layers, text_layers: transformer layers of each tower.
        embed: length of the unit vectors that the towers share.
    """

    image_size: int = 64
    channels: int = 3
    text_vocab: int = 1024
    text_length: int = 32
    width: int = 128
    heads: int = 4
    image_layers: int = 2
    text_layers: int = 2
    embed: int = 128

    def __post_init__(self) -> None:
        if self.image_size < 8 or self.image_size % 8:
            raise ValueError(f"image_size is {self.image_size}; the image tower needs a multiple of 8")
        if self.width % self.heads or self.width % 16:
            raise ValueError(f"width is {self.width}; use a multiple of 16 and of the {self.heads} heads")


class CLIPOutput(NamedTuple):
    """loss: scalar, nats. logits: [picture, caption], cosine similarity times the learned scale; pairs on the
    diagonal."""

    loss: Tensor
    logits: Tensor


class CLIP(nn.Module):
    """Two towers and a temperature. A `Scorer` on images and padded token ids."""

    def __init__(self, config: CLIPConfig) -> None:
        super().__init__()
        self.config = config
        width, cells = config.width, (config.image_size // 8) ** 2
        self.stem = nn.Sequential(
            Stage(config.channels, width // 4), Stage(width // 4, width // 2), Stage(width // 2, width)
        )
        self.places = nn.Parameter(torch.randn(cells, width) * 0.02)
        self.image_tower = Tower(width, config.heads, config.image_layers, config.embed)
        self.words = nn.Embedding(config.text_vocab, width)
        nn.init.normal_(self.words.weight, std=0.02)
        self.positions = nn.Parameter(torch.randn(config.text_length, width) * 0.02)
        self.text_tower = Tower(width, config.heads, config.text_layers, config.embed)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def encode_image(self, images: Tensor) -> Tensor:
        """Images [batch, channel, height, width] in [0, 1] to unit vectors [batch, embed]. ValueError for bad
        images."""
        check_images(images, self.config.image_size, self.config.channels)
        cells = rearrange(self.stem(2 * images - 1), "b width h w -> b (h w) width")
        return self.image_tower(cells + self.places)

    def encode_text(self, text: Tensor) -> Tensor:
        """Token ids [batch, length], padded with -1, to unit vectors [batch, embed]; padding is never looked
        at.

        Raises ValueError when captions are longer than `text_length`, hold ids outside the vocabulary, or are
        all padding.
        """
        check_text(text, self.config)
        real = text >= 0
        return self.text_tower(self.words(text.clamp_min(0)) + self.positions[: text.shape[1]], real)

    def forward(
        self, images: Tensor, text: Tensor, foils: Tensor | None = None, image_foils: Tensor | None = None
    ) -> CLIPOutput:
        """Images [batch, channel, height, width] and their captions [batch, length] in the same order.

        The loss asks each picture for its caption among all in the batch, and each caption for its picture,
        and averages the two cross-entropies; ln(batch) is chance. The scale starts at 1/0.07 and is kept at
        100 at most, as in the CLIP paper (arXiv 2103.00020, section 2.5). foils: further captions [m, length]
        that are false of every picture, for pictures to be told from (arXiv 2210.01936); chance is then ln(batch + m)
        for pictures. image_foils: likewise, further pictures [k, channel, height, width] that no caption is to choose.
        Raises ValueError unless there is one caption a picture.
        """
        if len(images) != len(text):
            raise ValueError(
                f"{len(images)} pictures but {len(text)} captions; training needs one caption a picture"
            )
        if self.training:
            with (
                torch.no_grad()
            ):  # held by clamping the parameter itself, so that its gradient never dies at the limit
                self.log_scale.clamp_(max=math.log(100))
        pictures = self.encode_image(images if image_foils is None else torch.cat([images, image_foils]))
        captions = self.encode_text(text if foils is None else torch.cat([text, foils]))
        with without_autocast(images.device):
            logits = self.log_scale.exp() * pictures @ captions.T
            count, pairs = len(text), torch.arange(len(text), device=logits.device)
            to_captions, to_pictures = logits[:count], logits[:, :count].T
            loss = (F.cross_entropy(to_captions, pairs) + F.cross_entropy(to_pictures, pairs)) / 2
        return CLIPOutput(loss, logits[:count, :count])

    @torch.no_grad()
    def scores(self, images: Tensor, text: Tensor) -> Tensor:
        """Cosine similarities [n, m], -1 to 1, of n images [n, channel, height, width] and m captions [m,
        length] of ids."""
        return in_chunks(self.encode_image, images) @ self.encode_text(text).T


class Scorer(Protocol):
    """Anything that can say how well pictures fit captions. `text` is whatever the scorer reads: ids or
    strings."""

    def scores(self, images: Tensor, text: Any) -> Tensor:
        """Cosine similarities [n, m] of images [n, channel, height, width] in [0, 1] and m captions."""


@dataclass(frozen=True)
class CaptionScorer:
    """A `CLIP` that reads captions as strings, by a tokenizer with `encode_batch(texts, length) -> ids [m,
    length]`."""

    model: CLIP
    tokenizer: Any

    def scores(self, images: Tensor, text: Sequence[str]) -> Tensor:
        """Cosine similarities [n, m] of images [n, channel, height, width] and m strings."""
        ids = self.tokenizer.encode_batch(list(text), self.model.config.text_length)
        return self.model.scores(images, ids.to(images.device))


class Ranking(NamedTuple):
    """indices: int64 [best], positions of the chosen pictures, best first. scores: [best], their cosine
    similarities."""

    indices: Tensor
    scores: Tensor


def rerank(model: Scorer, images: Tensor, text: Any, best: int) -> Ranking:
    """The `best` of images [n, channel, height, width] for one caption, best first; of equals, the earlier
    one first.

    `text` is one caption as the scorer reads it: a string, or ids [length] or [1, length]. The paper ranks
    512 samples for each caption; its gains shrink past 32. Raises ValueError unless 1 <= best <= n.
    """
    if not 1 <= best <= len(images):
        raise ValueError(f"best is {best}, of {len(images)} pictures; choose from 1 to {len(images)}")
    if isinstance(text, Tensor):
        captions: Any = text.reshape(-1, text.shape[-1])
    else:
        captions = [text] if isinstance(text, str) else text
    if len(captions) != 1:
        raise ValueError(
            f"rerank compares pictures with one caption, and got {len(captions)}; call it once a caption"
        )
    scores, indices = model.scores(images, captions)[:, 0].sort(descending=True, stable=True)
    return Ranking(indices[:best], scores[:best])


def zero_shot_classify(model: Scorer, images: Tensor, texts: Any) -> Tensor:
    """For each of images [n, channel, height, width], the number of the caption that fits it best: int64 [n].

    `texts` are m captions as the scorer reads them, one for each class: "a picture of a cube", "a picture of
    a cone".
    """
    return model.scores(images, texts).argmax(dim=1)


def in_chunks(encode: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """encode(images), `CHUNK` pictures at a time."""
    return torch.cat([encode(part) for part in images.split(CHUNK)])


def check_text(text: Tensor, config: CLIPConfig) -> None:
    """Raise ValueError unless text is int64 [batch, length], ids in the vocabulary, -1 for padding, no
    caption empty."""
    if text.ndim != 2 or text.is_floating_point():
        raise ValueError(
            f"captions are {text.dtype} of shape {tuple(text.shape)}; expected token ids [batch, length]"
        )
    if text.shape[1] > config.text_length:
        raise ValueError(
            f"captions are {text.shape[1]} tokens long; this model reads at most {config.text_length}"
        )
    if text.device.type == "cpu" and text.numel():
        if text.min() < -1 or text.max() >= config.text_vocab:
            raise ValueError(
                f"ids run from {text.min()} to {text.max()}; expected 0 to {config.text_vocab - 1}, or -1"
            )
        empty = (text < 0).all(dim=1).nonzero().flatten().tolist()
        if empty:
            raise ValueError(
                f"captions {empty} hold nothing but padding; an empty caption describes no picture"
            )
