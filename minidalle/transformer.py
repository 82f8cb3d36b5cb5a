"""The transformer: pre-norm blocks whose attention follows a pattern per layer, with a key-value cache for
sampling.

Follows "Zero-Shot Text-to-Image Generation" (arXiv 2102.12092), appendix B.1: each layer has its own sparse
pattern (`masks.py`) and one softmax runs over text and image keys together. The paper does not state the
block's details; ours is GPT-2's: layer norm before each half, GELU, four times the width inside the MLP. Nor
does it state the initialisation: ours is GPT-2's too, a normal of 0.02, with the two layers that write to the
residual stream divided by sqrt(2 * depth) so that the stream's variance does not grow with depth.

Left out: embeddings and output heads (`dalle.py`), and the loop that draws tokens (`sampling.py`).
"""

import math
from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn

from minidalle.attention import PatternTables, attend, attend_dense, attend_pieces
from minidalle.masks import PAPER_CONV_KERNEL, PATTERNS, StreamLayout, layer_patterns

INIT_STD = 0.02


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes of a transformer. `patterns` names the attention pattern of every layer; None is the paper's
    rule.

    The paper's largest model is width 3968, depth 64, heads 62 (64 wide each). Raises ValueError with what to
    change.
    """

    width: int
    depth: int
    heads: int
    mlp_ratio: int = 4
    patterns: tuple[str, ...] | None = None
    conv_kernel: int = PAPER_CONV_KERNEL
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for name in ("width", "depth", "heads", "mlp_ratio"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.width % self.heads:
            raise ValueError(
                f"width {self.width} does not divide into {self.heads} heads; choose a multiple of heads"
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout is {self.dropout}; it is a share, from 0 up to but not including 1")
        if self.conv_kernel < 1 or self.conv_kernel % 2 == 0:
            raise ValueError(
                f"conv_kernel is {self.conv_kernel}; it must be a positive odd number such as 3, 5 or 11"
            )
        if self.patterns is not None:
            self._check_patterns()

    def _check_patterns(self) -> None:
        if isinstance(self.patterns, str):
            raise ValueError(f"patterns is the string {self.patterns!r}; give one name per layer, as a tuple")
        object.__setattr__(self, "patterns", tuple(self.patterns))  # lists come back from JSON
        unknown = [name for name in self.patterns if name not in PATTERNS]
        if unknown:
            raise ValueError(f"unknown attention pattern {unknown[0]!r}; choose from {', '.join(PATTERNS)}")
        if len(self.patterns) != self.depth:
            raise ValueError(
                f"patterns names {len(self.patterns)} layers but depth is {self.depth}; name every layer"
            )

    @property
    def head_dim(self) -> int:
        """Width of one attention head (64 in the paper)."""
        return self.width // self.heads

    @property
    def layers(self) -> tuple[str, ...]:
        """The pattern of each layer, first to last."""
        return layer_patterns(self.depth) if self.patterns is None else self.patterns


class KVCache:
    """The keys and values of every slot read so far.

    `data` is [layer, 2, batch, head, slot=length, head_dim], the 2 being keys and values.
    Allocated once and filled in place. `filled` counts the slots already read; the next call to the
    transformer reads on from there.
    """

    def __init__(
        self,
        config: TransformerConfig,
        batch: int,
        length: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str | None = None,
    ) -> None:
        shape = (config.depth, 2, batch, config.heads, length, config.head_dim)
        self.data = torch.zeros(shape, dtype=dtype, device=device)
        self.filled = 0

    @property
    def length(self) -> int:
        """Slots that the cache can hold."""
        return self.data.shape[4]

    def write(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Store new [batch, head, slot, dim] keys and values after the filled slots.

        Returns all of the layer's keys and values. Raises ValueError when the cache is too short.
        """
        stop = self.filled + keys.shape[2]
        if stop > self.length:
            raise ValueError(
                f"the cache holds {self.length} slots and slot {stop} was written; allocate a longer one"
            )
        stored_keys, stored_values = self.data[layer]
        stored_keys[:, :, self.filled : stop] = keys
        stored_values[:, :, self.filled : stop] = values
        return stored_keys, stored_values


class Attention(nn.Module):
    """Multi-head attention of one layer: one softmax over every key that the layer's pattern shows."""

    def __init__(self, config: TransformerConfig, pattern: str) -> None:
        super().__init__()
        self.heads, self.pattern = config.heads, pattern
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, tables: PatternTables) -> Tensor:
        """x [batch, slot, width], a stream from slot 0 -> the same shape."""
        return self.merge(attend(*self.project(x), self.pattern, tables))

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, each [batch, head, slot, dim]."""
        return self.split(self.qkv(x))

    def split(self, qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[batch, slot, 3 * width] to queries, keys and values. Unbound, not indexed: the gradient is then put together
        once, and not three times over with zeros."""
        parts = rearrange(
            qkv, "batch slot (three head dim) -> batch head slot three dim", three=3, head=self.heads
        )
        return parts.unbind(3)

    def merge(self, heads: Tensor) -> Tensor:
        """[batch, head, slot, dim] back to [batch, slot, width], through the output projection."""
        return self.out(rearrange(heads, "batch head slot dim -> batch slot (head dim)"))


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, config: TransformerConfig, pattern: str) -> None:
        super().__init__()
        hidden = config.mlp_ratio * config.width
        self.norm_attention = nn.LayerNorm(config.width)
        self.attention = Attention(config, pattern)
        self.norm_mlp = nn.LayerNorm(config.width)
        self.mlp = nn.Sequential(nn.Linear(config.width, hidden), nn.GELU(), nn.Linear(hidden, config.width))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, tables: PatternTables) -> Tensor:
        """x [batch, slot, width] -> the same shape."""
        q, k, v = self.attention.split(self.before(x))
        return self.after(x, attend(q, k, v, self.attention.pattern, tables))

    def before(self, x: Tensor) -> Tensor:
        """Queries, keys and values of x side by side, [batch, slot, 3 * width]."""
        return self.attention.qkv(self.norm_attention(x))

    def after(self, x: Tensor, heads: Tensor) -> Tensor:
        """x and what attention read for it, [batch, head, slot, dim], to the block's result."""
        x = x + self.dropout(self.attention.merge(heads))
        return x + self.dropout(self.mlp(self.norm_mlp(x)))


class Transformer(nn.Module):
    """A stack of blocks over the stream of `layout`, ending in a layer norm.

    `forward(x)` reads a whole stream from slot 0 (training); with a `KVCache` it reads the next slots of a
    stream (sampling). Both give the same result up to rounding.
    """

    def __init__(self, config: TransformerConfig, layout: StreamLayout) -> None:
        super().__init__()
        self.config, self.layout = config, layout
        self.blocks = nn.ModuleList(Block(config, pattern) for pattern in config.layers)
        self.norm = nn.LayerNorm(config.width)
        self.tables = PatternTables(layout, config.conv_kernel)
        self.by_blocks = False
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """GPT-2's initialisation (the paper states none): see the head of this module."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=INIT_STD)
                nn.init.zeros_(module.bias)
        for block in self.blocks:
            for writes_to_stream in (block.attention.out, block.mlp[2]):
                nn.init.normal_(writes_to_stream.weight, std=INIT_STD / math.sqrt(2 * self.config.depth))

    def forward(self, x: Tensor, cache: KVCache | None = None) -> Tensor:
        """x [batch, slot, width] -> the same shape; with a cache, x holds the slots after those already read.

        Raises ValueError when there are more slots than the stream or the cache has.
        """
        stop = x.shape[1] + (0 if cache is None else cache.filled)
        if stop > self.layout.length:
            raise ValueError(f"{stop} slots were given; the stream has {self.layout.length}")
        if cache is None:
            return self.norm(self._read_whole(x))
        for layer, block in enumerate(self.blocks):
            x = self._read_on(x, layer, block, cache)
        cache.filled += x.shape[1]
        return self.norm(x)

    def _read_whole(self, x: Tensor) -> Tensor:
        """All blocks on whole streams: attention by turns with what lies between it and the next one; `by_blocks`, one
        block after the other, so that a block's weights need not be there while others work (FSDP)."""
        if self.by_blocks:
            for block in self.blocks:
                x = block(x, self.tables)
            return x
        qkv = self.blocks[0].before(x)
        for layer, block in enumerate(self.blocks):
            heads = attend(*block.attention.split(qkv), block.attention.pattern, self.tables)
            if layer + 1 == len(self.blocks):
                return block.after(x, heads)
            x, qkv = self.between(block, self.blocks[layer + 1], x, heads)
        return x

    @staticmethod
    def between(block: Block, following: Block, x: Tensor, heads: Tensor) -> tuple[Tensor, Tensor]:
        """From what a block's attention read to the block's result and what the next one asks for. One function, since
        torch.compile makes a few kernels of it (`DALLE.compiled_parts`)."""
        x = block.after(x, heads)
        return x, following.before(x)

    def _read_on(self, x: Tensor, layer: int, block: Block, cache: KVCache) -> Tensor:
        """One block on new slots: a single one reads only the keys it sees, several use the mask's rows."""
        first, stop = cache.filled, cache.filled + x.shape[1]
        pattern = block.attention.pattern
        q, k, v = block.attention.split(block.before(x))
        keys, values = cache.write(layer, k, v)
        if first == 0:
            heads = attend(q, k, v, pattern, self.tables)
        elif stop - first == 1:
            heads = attend_pieces(q, keys, values, self.tables.pieces(pattern, first, x.device))
        else:
            mask = self.tables.dense(pattern, x.device)[first:stop, :stop]
            heads = attend_dense(q, keys[:, :, :stop], values[:, :, :stop], mask)
        return block.after(x, heads)
