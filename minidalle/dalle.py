"""DALL-E's second stage: one stream of caption and picture, one transformer, two losses weighed 1 : 7.

Follows "Zero-Shot Text-to-Image Generation" (arXiv 2102.12092), section 2.2 and appendix B.1. Captions and
picture codes share one vocabulary, told apart by offsets:

    ids 0 ... V - 1            caption tokens                     V = text_vocab
    ids V ... V + T - 1        padding, one for each position     T = text_length
    id  V + T                  start of image
    ids V + T + 1 ...          picture codes                      image_vocab of them

A caption shorter than T is filled with the padding id of each position, and nothing masks it: the padding is
learned and looked at (section 2.2). A text slot's embedding is token + position; an image slot's is token +
row + column.

Where the paper is silent: whether padding counts in the text loss (here it does, so that every caption has
the same number of terms, and a batch's loss is exactly the mean of its captions' losses), and whether input
and output tables are tied (here they are not). The first caption token is given, not predicted: there is no
start-of-text token.

Left out: drawing pictures from the model (`sampling.py`), and turning words and pixels into ids.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minidalle.masks import PAPER_CONV_KERNEL, StreamLayout
from minidalle.tokenizer import PAD
from minidalle.transformer import INIT_STD, KVCache, Transformer, TransformerConfig


@dataclass(frozen=True)
class DALLEConfig:
    """Everything that determines a DALL-E: vocabularies, stream, transformer, loss weights.

    `patterns` names each layer's attention (None: the paper's rule). The paper's model is text_vocab 16384,
    image_vocab 8192, text_length 256, grid 32, width 3968, depth 64, heads 62. Raises ValueError with what to
    change.
    """

    text_vocab: int
    image_vocab: int
    text_length: int
    grid: int
    width: int
    depth: int
    heads: int
    mlp_ratio: int = 4
    patterns: tuple[str, ...] | None = None
    conv_kernel: int = PAPER_CONV_KERNEL
    dropout: float = 0.0
    text_weight: float = 1.0  # section 2.2: 1/8 text, 7/8 image
    image_weight: float = 7.0

    def __post_init__(self) -> None:
        for name in ("text_vocab", "image_vocab"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; a vocabulary needs at least 1 entry")
        if self.text_length < 2:
            raise ValueError(f"text_length is {self.text_length}; predicting text takes at least 2 slots")
        if min(self.text_weight, self.image_weight) < 0 or self.text_weight + self.image_weight == 0:
            raise ValueError(
                f"text_weight {self.text_weight} and image_weight {self.image_weight} must be 0 or more, "
                "and not both 0"
            )
        if self.patterns is not None and not isinstance(self.patterns, str):
            object.__setattr__(self, "patterns", tuple(self.patterns))  # lists come back from JSON
        _ = self.layout, self.transformer  # their own checks speak now rather than when the model is built

    @property
    def layout(self) -> StreamLayout:
        """The stream: caption slots, start of image, image slots."""
        return StreamLayout(self.text_length, self.grid)

    @property
    def transformer(self) -> TransformerConfig:
        """The transformer inside."""
        return TransformerConfig(
            self.width, self.depth, self.heads, self.mlp_ratio, self.patterns, self.conv_kernel, self.dropout
        )

    @property
    def start_of_image(self) -> int:
        """Id of the start-of-image token."""
        return self.text_vocab + self.text_length

    @property
    def image_offset(self) -> int:
        """Id of picture code 0."""
        return self.start_of_image + 1

    @property
    def vocab(self) -> int:
        """Size of the shared vocabulary."""
        return self.image_offset + self.image_vocab


class DALLEOutput(NamedTuple):
    """Losses of a batch, scalars in nats per token: `loss` is the weighted mean of the other two."""

    loss: Tensor
    text_loss: Tensor
    image_loss: Tensor


class DALLE(nn.Module):
    """The autoregressive model of captions and picture codes.

    >>> config = DALLEConfig(text_vocab=50, image_vocab=16, text_length=4, grid=2, width=32, depth=2, heads=2)
    >>> text = torch.tensor([[7, 9, PAD, PAD]])
    >>> DALLE(config).stream(text, torch.tensor([[3, 0, 15, 1]])).tolist()
    [[7, 9, 52, 53, 54, 58, 55, 70]]
    """

    def __init__(self, config: DALLEConfig) -> None:
        super().__init__()
        self.config, self.layout = config, config.layout
        self.token = nn.Embedding(config.vocab, config.width)
        self.text_position = nn.Parameter(torch.empty(config.text_length, config.width))
        self.row = nn.Parameter(torch.empty(config.grid, config.width))
        self.column = nn.Parameter(torch.empty(config.grid, config.width))
        self.dropout = nn.Dropout(config.dropout)
        self.transformer = Transformer(config.transformer, self.layout)
        self.text_head = nn.Linear(config.width, config.start_of_image, bias=False)
        self.image_head = nn.Linear(config.width, config.image_vocab, bias=False)
        for weight in (
            self.token.weight,
            self.text_position,
            self.row,
            self.column,
            self.text_head.weight,
            self.image_head.weight,
        ):
            nn.init.normal_(weight, std=INIT_STD)  # not stated in the paper; GPT-2's

    def num_parameters(self) -> int:
        """Learned numbers in the model: 12.3 billion at the paper's sizes."""
        return sum(parameter.numel() for parameter in self.parameters())

    def compiled_parts(self) -> list[tuple[nn.Module, str]]:
        """The methods worth compiling, as (module, name): all but attention, which has kernels of its own."""
        first, last = self.transformer.blocks[0], self.transformer.blocks[-1]
        return [(first, "before"), (self.transformer, "between"), (last, "after"), (self, "losses")]

    def shards(self) -> list[nn.Module]:
        """The parts whose weights may be spread over processes one by one; from now on each is called as a whole."""
        self.transformer.by_blocks = True
        return list(self.transformer.blocks)

    def text_ids(self, text: Tensor) -> Tensor:
        """Caption ids with padding resolved: int64 [batch, text_length], PAD (-1) at position p becomes
        text_vocab + p.

        Raises ValueError for a wrong shape, TypeError for a wrong type, ValueError for an id outside the
        vocabulary (looked for on the CPU always; on other devices only outside training, because looking
        makes them wait).
        """
        self._check("text", text, self.layout.text_length, low=PAD, high=self.config.text_vocab)
        padding = self.config.text_vocab + torch.arange(self.layout.text_length, device=text.device)
        return torch.where(text == PAD, padding, text)

    def image_ids(self, image: Tensor) -> Tensor:
        """Picture codes in the shared vocabulary: int64 [batch, code], any number of codes up to grid * grid.

        Raises as `text_ids` does.
        """
        self._check("image", image, None, low=0, high=self.config.image_vocab)
        if image.shape[1] > self.layout.image_tokens:
            raise ValueError(
                f"image has {image.shape[1]} tokens; this model's pictures have {self.layout.image_tokens}"
            )
        return image + self.config.image_offset

    def stream(self, text: Tensor, image: Tensor) -> Tensor:
        """What the transformer reads: int64 [batch, slot=length]: caption, start of image, all codes but the
        last.

        text int64 [batch, text_length] with PAD = -1; image int64 [batch, grid * grid] in raster order.
        """
        text, image = self.text_ids(text), self.image_ids(image)
        if len(text) != len(image):
            raise ValueError(
                f"there are {len(text)} captions but {len(image)} pictures; give one picture a caption"
            )
        if image.shape[1] != self.layout.image_tokens:
            raise ValueError(
                f"image has {image.shape[1]} tokens; this model's pictures have {self.layout.image_tokens} "
                f"({self.layout.grid} x {self.layout.grid})"
            )
        start = text.new_full((len(text), 1), self.config.start_of_image)
        return torch.cat([text, start, image[:, :-1]], dim=1)

    def embed(self, ids: Tensor, first: int = 0) -> Tensor:
        """Slots first, first + 1, ... of the stream as vectors: ids [batch, slot] -> [batch, slot, width]."""
        grid_position = (self.row[:, None] + self.column[None, :]).flatten(0, 1)[:-1]
        none = self.row.new_zeros(1, self.config.width)  # the start-of-image token has a slot to itself
        position = torch.cat([self.text_position, none, grid_position])
        return self.dropout(self.token(ids) + position[first : first + ids.shape[1]])

    def logits(self, text: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Predictions for every token but the first caption token.

        Returns text logits [batch, text_length - 1, text_vocab + text_length] for caption positions 1 ...
        (padding ids included), and image logits [batch, grid * grid, image_vocab]. Two heads, so that neither
        pays for the other's vocabulary.
        """
        return self.heads(self.transformer(self.embed(self.stream(text, image))))

    def heads(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """What the transformer gives for a whole stream, [batch, slot, width], to the logits of `logits`."""
        last_text = self.layout.text_length - 1
        return self.text_head(hidden[:, :last_text]), self.image_head(hidden[:, last_text + 1 :])

    def losses(self, hidden: Tensor, text: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross-entropies of text and image, from the transformer's result and what was to be predicted."""
        text_logits, image_logits = self.heads(hidden)
        text_loss = F.cross_entropy(text_logits.flatten(0, 1), text.flatten())
        return text_loss, F.cross_entropy(image_logits.flatten(0, 1), image.flatten())

    def forward(self, text: Tensor, image: Tensor) -> DALLEOutput:
        """The training loss (section 2.2): cross-entropies of text and image averaged apart, weighed 1 : 7,
        over 8.

        text int64 [batch, text_length] with PAD = -1; image int64 [batch, grid * grid]. Losses are in nats
        per token.
        """
        hidden = self.transformer(self.embed(self.stream(text, image)))
        text_loss, image_loss = self.losses(hidden, self.text_ids(text)[:, 1:], image)
        text_weight, image_weight = self.config.text_weight, self.config.image_weight
        loss = (text_weight * text_loss + image_weight * image_loss) / (text_weight + image_weight)
        return DALLEOutput(loss, text_loss, image_loss)

    def log_likelihood(self, text: Tensor, image: Tensor) -> Tensor:
        """log p(picture | caption) in nats, [batch]: the sum over image tokens. Higher means a better match.

        Comparing one picture under several captions needs no sampling and no judge; values of models with
        different image vocabularies do not compare.
        """
        _, image_logits = self.logits(text, image)
        return -F.cross_entropy(image_logits.transpose(1, 2), image, reduction="none").sum(dim=1)

    def next_logits(self, ids: Tensor, cache: KVCache | None = None) -> Tensor:
        """Image logits [batch, image_vocab] for the token after the given slots.

        ids [batch, slot] are stream ids: from slot 0 without a cache, the slots after those already read with
        one.
        """
        first = 0 if cache is None else cache.filled
        hidden = self.transformer(self.embed(ids, first), cache)
        return self.image_head(hidden[:, -1])

    def _check(self, name: str, ids: Tensor, length: int | None, low: int, high: int) -> None:
        if not isinstance(ids, Tensor) or ids.dtype != torch.int64:
            kind = ids.dtype if isinstance(ids, Tensor) else type(ids).__name__
            raise TypeError(f"{name} is {kind}; give token ids as an int64 tensor (tensor.long() converts)")
        if ids.ndim != 2 or (length is not None and ids.shape[1] != length):
            wanted = "tokens" if length is None else length
            raise ValueError(f"{name} has shape {list(ids.shape)}; expected [batch, {wanted}]")
        if (
            ids.numel()
            and (ids.device.type == "cpu" or not self.training)
            and not torch.compiler.is_compiling()
        ):
            lowest, highest = (int(value) for value in torch.aminmax(ids))
            if lowest < low or highest >= high:
                wrong = lowest if lowest < low else highest
                pad = " (or -1 for padding)" if low == PAD else ""
                raise ValueError(
                    f"{name} contains id {wrong}; ids run from 0 to {high - 1}{pad}: wrong tokenizer?"
                )
