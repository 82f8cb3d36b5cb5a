"""The attention patterns of DALL-E: which slot of the stream may look at which.

A caption and its picture are one stream of slots: the caption, one start-of-image slot, then the image tokens
row by row (raster order). Text slots look at all the text before them. Image slots look at the whole text
side, and at *some* of the image slots before them: which ones is the layer's pattern ("Zero-Shot
Text-to-Image Generation", arXiv 2102.12092, appendix B.1 and figure 11).

Each pattern is defined once, as a predicate on a query slot and a key slot made of plain arithmetic. The
dense mask of the CPU path, the key lists of cached sampling, the pictures in the lessons and the tests all
come from that one line; wrapped as `lambda b, h, q, k: visible(q, k)` it is also the `mask_mod` of
FlexAttention on a GPU (`attention_flex.py`).

    >>> layout = StreamLayout(text_length=2, grid=2)
    >>> dense_mask("row", layout).int()
    tensor([[1, 0, 0, 0, 0, 0],
            [1, 1, 0, 0, 0, 0],
            [1, 1, 1, 0, 0, 0],
            [1, 1, 1, 1, 0, 0],
            [1, 1, 1, 1, 1, 0],
            [1, 1, 1, 1, 1, 1]], dtype=torch.int32)

Left out on purpose: attention itself (see `transformer.py`), and any masking of caption padding: DALL-E lets
every slot look at the padding (section 2.2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Predicate = Callable[[Tensor, Tensor], Tensor]
KeySet = slice | Tensor

PAPER_CONV_KERNEL = 11  # appendix B.1: an 11 x 11 kernel in the last layer


@dataclass(frozen=True)
class StreamLayout:
    """Where things lie in the stream: `text_length` caption slots, one start-of-image slot, `grid * grid`
    image tokens.

    The last image token is never an input (nothing comes after it), so the stream has `text_length + grid**2`
    slots; the paper's has 256 + 1024 = 1280. Slot `prefix + j` holds image token j, in raster order, and
    predicts image token j + 1; the start-of-image slot, `prefix - 1`, predicts image token 0.

    Raises ValueError when `text_length` is below 1 or `grid` below 2.
    """

    text_length: int
    grid: int

    def __post_init__(self) -> None:
        if self.text_length < 1:
            raise ValueError(f"text_length is {self.text_length}; the caption needs at least 1 slot")
        if self.grid < 2:
            raise ValueError(f"grid is {self.grid}; the picture needs at least 2 x 2 tokens")

    @property
    def prefix(self) -> int:
        """Slots on the text side: the caption and the start-of-image slot."""
        return self.text_length + 1

    @property
    def image_tokens(self) -> int:
        """Image tokens of one picture, grid * grid."""
        return self.grid**2

    @property
    def length(self) -> int:
        """Slots that the transformer reads: the text side and every image token except the last."""
        return self.text_length + self.grid**2


def on_stream(layout: StreamLayout, image_rule: Callable[[Tensor], Tensor]) -> Predicate:
    """Extend a rule on the raster offset between two image slots (query minus key, 0 = itself) to the whole
    stream.

    A text query that passes `k <= q` has a text key, so the second line already makes text causal.
    """

    def visible(q: Tensor, k: Tensor) -> Tensor:
        return (k <= q) & ((k < layout.prefix) | image_rule(q - k))

    return visible


def causal(layout: StreamLayout) -> Predicate:
    """Full causal attention: everything so far."""
    return on_stream(layout, lambda offset: offset >= 0)


def row(layout: StreamLayout) -> Predicate:
    """Row attention: raster offsets 0 ... grid.

    It wraps around, and ends at the same column one row up (figure 11a).
    """
    return on_stream(layout, lambda offset: offset <= layout.grid)


def column(layout: StreamLayout) -> Predicate:
    """Column attention: the same column in this row and every row above (figure 11b; 11c transposes it)."""
    return on_stream(layout, lambda offset: offset % layout.grid == 0)


def conv(layout: StreamLayout, kernel: int = PAPER_CONV_KERNEL) -> Predicate:
    """Convolutional attention: a kernel x kernel neighbourhood that ends on this row, with wrap-around
    (figure 11d).

    Raster offsets `rows * grid + columns` with rows 0 ... kernel - 1 and columns -(kernel // 2) ... kernel //
    2, those that are not negative. Counting offsets in the flat raster is what makes it wrap around at the
    picture's edges. The paper gives the kernel's size but not its anchor; we read "causal" as a kernel whose
    last row is the present one.

    Raises ValueError unless `kernel` is a positive odd number.
    """
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(
            f"the convolution kernel is {kernel}; it must be a positive odd number such as 3, 5 or 11"
        )

    def in_kernel(offset: Tensor) -> Tensor:
        # Of the multiples of the grid within the kernel the nearest decides: wide kernels overlap themselves.
        rows = ((offset + layout.grid // 2) // layout.grid).clamp(0, kernel - 1)
        return (offset - rows * layout.grid).abs() <= kernel // 2

    return on_stream(layout, in_kernel)


PATTERNS: dict[str, Callable[..., Predicate]] = {"full": causal, "row": row, "column": column, "conv": conv}


def predicate(pattern: str, layout: StreamLayout, conv_kernel: int = PAPER_CONV_KERNEL) -> Predicate:
    """The predicate `visible(q, k) -> bool` of a pattern by name; q and k are index tensors that broadcast.

    Raises ValueError for a name that is not in `PATTERNS`.
    """
    if pattern not in PATTERNS:
        raise ValueError(f"unknown attention pattern {pattern!r}; choose from {', '.join(PATTERNS)}")
    return conv(layout, conv_kernel) if pattern == "conv" else PATTERNS[pattern](layout)


def dense_mask(
    pattern: str,
    layout: StreamLayout,
    length: int | None = None,
    *,
    conv_kernel: int = PAPER_CONV_KERNEL,
    device: torch.device | str | None = None,
) -> Tensor:
    """The pattern as a table: bool [query=length, key=length], True where the query may look at the key.

    `length` defaults to the whole stream; a shorter one is the table's top left corner.
    """
    length = layout.length if length is None else length
    slots = torch.arange(length, device=device)
    return predicate(pattern, layout, conv_kernel)(slots[:, None], slots[None, :])


def visible_keys(
    pattern: str, layout: StreamLayout, slot: int, conv_kernel: int = PAPER_CONV_KERNEL
) -> tuple[KeySet, ...]:
    """The keys that one query slot sees, as pieces to index a cache with: slices (no copy) wherever they are
    regular.

    Full attention is one slice; row and column are the text side and one (strided) slice; convolution is the
    text side and an index tensor, int64 [key]. Read off the predicate, so it cannot disagree with the mask.
    """
    visible = predicate(pattern, layout, conv_kernel)
    seen = torch.arange(slot + 1)
    seen = seen[visible(torch.tensor(slot), seen)]
    text, image = seen[seen < layout.prefix], seen[seen >= layout.prefix]
    if seen.numel() == slot + 1:
        return (slice(0, slot + 1),)
    steps = image.diff().unique()
    if steps.numel() > 1:
        return slice(0, text.numel()), image
    step = int(steps[0]) if steps.numel() else 1
    return slice(0, text.numel()), slice(int(image[0]), slot + 1, step)


def layer_patterns(depth: int) -> tuple[str, ...]:
    """The paper's pattern for each of `depth` layers (appendix B.1).

    Counting layers from 1, layer i is column where (i - 2) mod 4 = 0 and row otherwise; the last layer is
    convolution. So four layers are row, column, row, convolution. Raises ValueError when depth is below 1.
    """
    if depth < 1:
        raise ValueError(f"depth is {depth}; a transformer needs at least 1 layer")
    inner = ["column" if (i - 2) % 4 == 0 else "row" for i in range(1, depth)]
    return (*inner, "conv")


def what_pixel_sees(
    pattern: str, layout: StreamLayout, row: int, column: int, conv_kernel: int = PAPER_CONV_KERNEL
) -> Tensor:
    """The image tokens that the token at (row, column) looks at: bool [row=grid, column=grid], for drawing.

    Raises ValueError when the pixel lies outside the grid.
    """
    if not (0 <= row < layout.grid and 0 <= column < layout.grid):
        raise ValueError(f"pixel ({row}, {column}) lies outside the {layout.grid} x {layout.grid} grid")
    keys = layout.prefix + torch.arange(layout.image_tokens)
    query = torch.tensor(layout.prefix + row * layout.grid + column)
    return predicate(pattern, layout, conv_kernel)(query, keys).view(layout.grid, layout.grid)


def receptive_field(
    patterns: Sequence[str], layout: StreamLayout, conv_kernel: int = PAPER_CONV_KERNEL
) -> Tensor:
    """What each slot can know after a stack of layers: bool [query=length, key=length].

    Layers compose as boolean matrix products: q knows k if q looks at some slot that already knew k. Two
    sparse layers often see what one full layer sees, which is why the paper mixes rows and columns.
    """
    field = torch.eye(layout.length, dtype=torch.bool)
    for pattern in patterns:
        looks_at = dense_mask(pattern, layout, conv_kernel=conv_kernel)
        field = (looks_at.float() @ field.float()) > 0
    return field
