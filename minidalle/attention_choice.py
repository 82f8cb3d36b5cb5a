"""Which form of attention is fastest, on which device and from which size: a table, and the rule that reads it.

    python benchmarks/attention_paths.py                 # on a CPU, one thread
    python benchmarks/attention_paths.py --device cuda

prints the forms side by side, forwards and backwards, and is where the table comes from. Left out: the forms
(`attention.py`, `attention_flex.py`).
"""

from typing import NamedTuple

import torch

from minidalle.attention_flex import flex_fits
from minidalle.masks import StreamLayout

HALF = (torch.bfloat16, torch.float16)


class Sparse(NamedTuple):
    """The form that beats masked dense attention from pictures of `from_grid` x `from_grid` tokens on."""

    form: str
    from_grid: int


FASTEST: dict[str, dict[str, Sparse]] = {
    "cpu": {"row": Sparse("blocks", 16), "column": Sparse("blocks", 16)},
    "cuda": {"row": Sparse("blocks", 32), "column": Sparse("blocks", 32), "conv": Sparse("flex", 32)},
}
"""By device and pattern; whatever is not in it is dense.

cpu: measured so, one thread, float32. Dense attention's time divided by the reshaped path's was 0.4 (row) and
0.5 (column) at 8 x 8 tokens after 32 caption slots, where reshaping costs more than the scores that it saves;
1.25 and 1.35 at 16 x 16; 2.1 and 3.1 at 32 x 32 after 256.

cuda: at 16 x 16 tokens after 48 caption slots measured on an H100 (torch 2.11, bfloat16, batch 256, 8 heads of 64),
milliseconds forwards and backwards: row 1.5 dense, 2.6 FlexAttention, 6.3 blocks; column 1.5, 2.3, 5.5; convolution 1.5
dense, 2.6 FlexAttention; full 1.1 dense. From 32 x 32 on it is reasoned, and not yet measured. PyTorch's kernel for a
boolean mask works through every score, seen or not. At 32 x 32 tokens after 256 caption slots a row or column layer
sees a fifth of them, which outweighs that `attend_blocks` is some twenty kernels and writes its scores to memory. A
convolution layer has no other sparse form than FlexAttention, which skips half of the blocks at 32 x 32; at 16 x 16 it
skips a third, and padding to whole blocks gives that back. In bfloat16 it may beat `attend_blocks` for rows too; until
that is measured, rows and columns stay with the form that needs no compiler.
"""


def fastest_form(
    pattern: str,
    layout: StreamLayout,
    slots: int,
    device: torch.device,
    dtype: torch.dtype,
    dim: int,
    gradients: bool,
) -> str:
    """The name of the form for the first `slots` slots of a stream, heads `dim` wide: "dense", "products",
    "blocks" or "flex".

    gradients: will there be a backward pass? Sparse forms are for whole streams; a stream's start is short.
    """
    sparse = FASTEST.get(device.type, {}).get(pattern)
    large = sparse is not None and slots == layout.length and layout.grid >= sparse.from_grid
    if large and (sparse.form != "flex" or flex_fits(device, dtype, dim)):
        return sparse.form
    if device.type == "cpu" and dtype in HALF and gradients:
        # PyTorch's fused CPU kernel has a slow bfloat16 backward: 4.5 times these products at 96 slots.
        # They store the scores in bfloat16, which adds about a fifth to the gradient's rounding error.
        # (Where PyTorch emulates bfloat16 it is the other way round; `devices.pick_precision` avoids it there.)
        return "products"
    return "dense"
