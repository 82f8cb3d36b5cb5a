"""Attention by FlexAttention: one fused GPU kernel for any pattern, which skips blocks of slots that nobody looks at.

PyTorch turns a rule on a query slot and a key slot into a kernel (`torch.nn.attention.flex_attention`, arXiv
2412.05496). Our rule is the pattern's predicate from `masks.py`, the one definition that every
form of attention has. The kernel works in blocks of 128 x 128 slots: those where nothing is visible are never read,
and only those that are partly visible ask the rule. At the paper's 256 + 1024 slots it skips these shares of
all blocks:

    full 45 %, column 45 %, convolution 51 %, row 60 %

A column is spread over the whole raster, so column attention skips no more than full attention does, and
`attention.attend_blocks` suits it better. Convolution has no other form that skips anything.

On a CPU PyTorch runs the same rule uncompiled, forwards only: it shows that the rule is right, and is slow. Left
out: when it is worth it (`attention_choice.py`).
"""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.masks import PAPER_CONV_KERNEL, StreamLayout, predicate

if TYPE_CHECKING:
    from torch.nn.attention.flex_attention import BlockMask

    from minidalle.attention import PatternTables

BLOCK = 128  # FlexAttention's own; its kernels are tuned for it
LEAST_DIM = 16  # the compiled kernel takes no narrower heads


def flex_fits(device: torch.device, dtype: torch.dtype, dim: int) -> bool:
    """Can the compiled kernel run on such queries, `dim` wide a head? It needs an NVIDIA or AMD card and Triton,
    which PyTorch brings along on Linux only; its products know no float64."""
    on_card = device.type == "cuda" and find_spec("triton") is not None
    return on_card and dtype != torch.float64 and dim >= LEAST_DIM


def whole_blocks(slots: int) -> int:
    """`slots`, rounded up to whole blocks."""
    return -(-slots // BLOCK) * BLOCK


def flex_mask(
    pattern: str,
    layout: StreamLayout,
    slots: int,
    conv_kernel: int = PAPER_CONV_KERNEL,
    device: torch.device | str = "cpu",
) -> "BlockMask":
    """A pattern as FlexAttention wants it: the rule, and for each block of queries the blocks of keys to read.

    It covers the first `slots` slots of the stream, rounded up to whole blocks. Slots beyond the stream need no rule
    of their own: every pattern is causal, so no real query looks at them. Raises ValueError as `masks.predicate`.
    """
    from torch.nn.attention.flex_attention import create_block_mask  # here: few models need it

    visible, length = predicate(pattern, layout, conv_kernel), whole_blocks(slots)

    def mask_mod(batch: Tensor, head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        return visible(q, k)

    return create_block_mask(mask_mod, None, None, length, length, device=device, BLOCK_SIZE=BLOCK)


def attend_flex(q: Tensor, k: Tensor, v: Tensor, pattern: str, tables: "PatternTables") -> Tensor:
    """Attention of any pattern among the first slots of a stream; q, k, v and the result [batch, head, slot, dim].

    Streams are padded to whole blocks with zeros, which no real query sees. The kernel is compiled on first use
    (some seconds, then kept by PyTorch), on CUDA alone. On a CPU PyTorch refuses when
    queries, keys or values need a gradient.
    """
    slots = q.shape[2]
    block_mask = tables.flex(pattern, slots, q.device)
    missing = (0, 0, 0, whole_blocks(slots) - slots)
    q, k, v = (F.pad(x, missing) if missing[-1] else x for x in (q, k, v))
    return flex_kernel(q.device.type)(q, k, v, block_mask=block_mask)[:, :, :slots]


@cache
def flex_kernel(device_type: str) -> Callable[..., Tensor]:
    """PyTorch's `flex_attention`: compiled for "cuda", as it comes for any other device."""
    from torch.nn.attention.flex_attention import flex_attention

    return torch.compile(flex_attention) if device_type == "cuda" else flex_attention
