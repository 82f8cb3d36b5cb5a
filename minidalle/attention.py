"""Attention over the stream of caption and picture: the same result in several forms, each fast somewhere.

- `attend_dense`: every score, then the mask. The reference, and the best choice for short streams and full
  attention.
- `attend_blocks`: row and column attention by reshaping. A row layer's queries meet only the text, their own
  row and the row above; a column layer's only the text and their own column. Nothing else is multiplied, so a
  32 x 32 picture costs a fraction. The paper transposes image states for the same reason (arXiv 2102.12092,
  appendix B.1).
- `attention_flex.attend_flex`: any pattern in one fused GPU kernel that skips blocks of 128 x 128 slots.
- `attend_pieces`: one new slot against a key-value cache, reading only the keys that it sees.

`PatternTables` keeps the masks that they need. Every one of them is read off the predicates in `masks.py`. `attend`
takes the form that is fastest on the device.

Left out: which that is (`attention_choice.py`); projections and the cache itself (`transformer.py`).
"""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from minidalle.attention_choice import HALF, fastest_form
from minidalle.attention_flex import attend_flex, flex_mask, whole_blocks
from minidalle.masks import PAPER_CONV_KERNEL, KeySet, StreamLayout, dense_mask, predicate, visible_keys

if TYPE_CHECKING:
    from torch.nn.attention.flex_attention import BlockMask

BLOCKED = ("row", "column")
"""The patterns that `attend_blocks` can do."""


class PatternTables:
    """The masks of one stream in the forms that attention needs, each made on first use and kept.

    Not parameters and not buffers: a model that was built on the meta device, moved or copied makes its own
    again.
    """

    def __init__(self, layout: StreamLayout, conv_kernel: int = PAPER_CONV_KERNEL) -> None:
        self.layout, self.conv_kernel = layout, conv_kernel
        self._tables: dict[tuple, Tensor] = {}
        self._pieces: dict[tuple, tuple[KeySet, ...]] = {}
        self._flex: dict[tuple, BlockMask] = {}

    def dense(self, pattern: str, device: torch.device) -> Tensor:
        """bool [query=length, key=length]: may the query look at the key?"""
        key = (pattern, device)
        if key not in self._tables:
            with torch.inference_mode(False):  # a mask first made while sampling must still serve training
                mask = dense_mask(pattern, self.layout, conv_kernel=self.conv_kernel, device=device)
            self._tables[key] = mask
        return self._tables[key]

    def bias(self, pattern: str, device: torch.device, dtype: torch.dtype) -> Tensor:
        """The dense mask to be added to scores: [query=length, key=length], 0 where visible, else -inf."""
        key = (pattern, device, dtype)
        if key not in self._tables:
            with torch.inference_mode(False):
                self._tables[key] = as_bias(self.dense(pattern, device), dtype)
        return self._tables[key]

    def block_bias(self, pattern: str, device: torch.device, dtype: torch.dtype) -> Tensor:
        """What to add to the image scores of `attend_blocks`: [block=grid, query=grid, key], 0 or -inf."""
        key = ("blocks", pattern, device, dtype)
        if key not in self._tables:
            layout = self.layout
            with torch.inference_mode(False):
                slots = layout.prefix + torch.arange(layout.image_tokens, device=device)[None, :, None]
                queries = to_blocks(slots, pattern, layout.grid)[0]
                keys = rearrange(key_blocks(slots, pattern, layout.grid)[0], "block key one -> block one key")
                visible = predicate(pattern, layout, self.conv_kernel)(queries, keys)
                # Zeros, above the first row, are no image slots.
                self._tables[key] = as_bias(visible & (keys >= layout.prefix), dtype)
        return self._tables[key]

    def flex(self, pattern: str, slots: int, device: torch.device) -> "BlockMask":
        """The pattern among the first `slots` slots, rounded up to whole blocks, for `attention_flex.attend_flex`."""
        key = (pattern, whole_blocks(slots), device)
        if key not in self._flex:
            with torch.inference_mode(False):
                self._flex[key] = flex_mask(pattern, self.layout, slots, self.conv_kernel, device)
        return self._flex[key]

    def pieces(self, pattern: str, slot: int, device: torch.device) -> tuple[KeySet, ...]:
        """The keys that `slot` sees, as slices or index tensors into a cache (see `masks.visible_keys`)."""
        key = (pattern, slot, device)
        if key not in self._pieces:
            with torch.inference_mode(False):
                pieces = visible_keys(pattern, self.layout, slot, self.conv_kernel)
                pieces = tuple(piece.to(device) if isinstance(piece, Tensor) else piece for piece in pieces)
            self._pieces[key] = pieces
        return self._pieces[key]


def as_bias(visible: Tensor, dtype: torch.dtype) -> Tensor:
    """A bool mask as numbers to add to scores: 0 where True, -inf where False."""
    return torch.zeros(visible.shape, dtype=dtype, device=visible.device).masked_fill_(
        ~visible, float("-inf")
    )


def to_blocks(image: Tensor, pattern: str, grid: int) -> Tensor:
    """[stream, image token, dim] -> [stream, block, slot, dim]; a block is a row (or a column)."""
    order = "row column" if pattern == "row" else "column row"
    return rearrange(image, f"stream (row column) dim -> stream {order} dim", row=grid)


def key_blocks(image: Tensor, pattern: str, grid: int) -> Tensor:
    """The keys that each block of queries may need: its own column, or for "row" the row above it and itself.

    [stream, image token, dim] -> [stream, block, key, dim]; zeros stand for the row above the first.
    """
    blocks = to_blocks(image, pattern, grid)
    if pattern == "column":
        return blocks
    above = F.pad(blocks, (0, 0, 0, 0, 1, 0))[:, :-1]
    return torch.cat([above, blocks], dim=2)


def attend(q: Tensor, k: Tensor, v: Tensor, pattern: str, tables: PatternTables) -> Tensor:
    """Attention among the first slots of a stream, by the fastest form that fits (`attention_choice.fastest_form`).

    q, k, v and the result are [batch, head, slot, dim]. Text slots alone are plain causal in every pattern.
    """
    slots, layout, gradients = q.shape[2], tables.layout, torch.is_grad_enabled()
    form = fastest_form(pattern, layout, slots, q.device, q.dtype, q.shape[-1], gradients)
    if form == "blocks":
        return attend_blocks(q, k, v, pattern, tables)
    if form == "flex":
        return attend_flex(q, k, v, pattern, tables)
    if form == "products":
        return attend_products(q, k, v, tables.bias(pattern, q.device, q.dtype)[:slots, :slots])
    causal = pattern == "full" or slots <= layout.prefix
    return attend_dense(q, k, v, None if causal else tables.dense(pattern, q.device)[:slots, :slots])


def attend_dense(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """PyTorch's fused attention; q, k, v [batch, head, slot, dim], mask bool [query, key] or None: causal."""
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)


def attend_products(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """The textbook formula, softmax(q k / sqrt(dim) + bias) v.

    q, k, v and the result are [batch, head, slot, dim], bias [query, key].
    """
    batch, heads = q.shape[:2]
    q, k, v = (rearrange(x, "batch head slot dim -> (batch head) slot dim") for x in (q, k, v))
    scores = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=q.shape[-1] ** -0.5)
    return rearrange(
        scores.softmax(-1) @ v, "(batch head) slot dim -> batch head slot dim", batch=batch, head=heads
    )


def attend_blocks(q: Tensor, k: Tensor, v: Tensor, pattern: str, tables: PatternTables) -> Tensor:
    """Row or column attention over a whole stream, block by block; q, k, v and result [batch, head,
    slot=length, dim].

    One softmax still runs over text and image keys together (appendix B.1): scores for both are made apart,
    joined, normalised and split again.
    """
    layout, batch, dim = tables.layout, q.shape[0], q.shape[-1]
    prefix, grid = layout.prefix, layout.grid
    q, k, v = (rearrange(x, "batch head slot dim -> (batch head) slot dim") for x in (q * dim**-0.5, k, v))
    text_k, text_v = k[:, :prefix].transpose(1, 2), v[:, :prefix]
    causal = tables.bias("full", q.device, q.dtype)[:prefix, :prefix]
    text_out = torch.baddbmm(causal, q[:, :prefix], text_k).softmax(-1) @ text_v

    # The last image token is never an input; an empty slot in its place squares the picture.
    q_image, k_image, v_image = (F.pad(x[:, prefix:], (0, 0, 0, 1)) for x in (q, k, v))
    blocks = to_blocks(q_image, pattern, grid)
    keys, values = key_blocks(k_image, pattern, grid), key_blocks(v_image, pattern, grid)
    flat = rearrange(blocks, "stream block query dim -> stream (block query) dim")
    to_text = rearrange(flat @ text_k, "stream (block query) key -> stream block query key", block=grid)
    to_image = blocks @ keys.transpose(-1, -2) + tables.block_bias(pattern, q.device, q.dtype)
    weights = torch.cat([to_text, to_image], dim=-1).softmax(-1)
    from_text = (
        rearrange(weights[..., :prefix], "stream block query key -> stream (block query) key") @ text_v
    )
    image_out = rearrange(from_text, "stream (block query) dim -> stream block query dim", block=grid)
    image_out = image_out + weights[..., prefix:] @ values
    order = "row column" if pattern == "row" else "column row"
    image_out = rearrange(image_out, f"stream {order} dim -> stream (row column) dim")[:, :-1]
    return rearrange(
        torch.cat([text_out, image_out], 1), "(batch head) slot dim -> batch head slot dim", batch=batch
    )


def attend_pieces(q: Tensor, keys: Tensor, values: Tensor, pieces: tuple[KeySet, ...]) -> Tensor:
    """One query slot against chosen slots of a cache, without masking, or copying what slices can reach.

    q [batch, head, 1, dim]; keys, values [batch, head, slot, dim]; `pieces` index the slot axis, and one
    softmax runs over all of them. Returns [batch, head, 1, dim].
    """
    scores = [q @ keys[:, :, piece].transpose(-1, -2) for piece in pieces]
    joined = torch.cat(scores, dim=-1) * q.shape[-1] ** -0.5
    weights = joined.softmax(dim=-1, dtype=torch.float32 if q.dtype in HALF else None).to(q.dtype)
    shares = weights.split([score.shape[-1] for score in scores], dim=-1)
    return sum(share @ values[:, :, piece] for share, piece in zip(shares, pieces, strict=True))
