"""Three forms of attention, one result."""

import pytest
import torch

from minidalle.attention import (
    BLOCKED,
    PatternTables,
    attend,
    attend_blocks,
    attend_dense,
    attend_pieces,
    attend_products,
)
from minidalle.masks import PATTERNS, StreamLayout, dense_mask

SHAPE = (2, 3)  # batch, heads


def random_qkv(length: int, dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(*SHAPE, length, 8, dtype=torch.float64, generator=generator).to(dtype) for _ in range(3)
    ]


def with_gradients(form, qkv: list[torch.Tensor]) -> list[torch.Tensor]:
    """The form's output and the gradients of a fixed function of it for q, k and v."""
    inputs = [x.clone().requires_grad_() for x in qkv]
    out = form(*inputs)
    (out.double() * torch.linspace(-1, 1, out.numel(), dtype=torch.float64).view(out.shape)).sum().backward()
    return [out.detach(), *(x.grad for x in inputs)]


def by_hand(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Attention one query at a time, over the keys that its row of the mask allows."""
    out = torch.zeros_like(q)
    for slot in range(q.shape[2]):
        keys = mask[slot].nonzero().flatten()
        scores = (q[:, :, slot, None] * k[:, :, keys]).sum(-1) / q.shape[-1] ** 0.5
        weights = scores.exp() / scores.exp().sum(-1, keepdim=True)
        out[:, :, slot] = (weights[..., None] * v[:, :, keys]).sum(2)
    return out


@pytest.mark.parametrize("grid", [2, 3, 4, 16])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_attention_is_the_formula_over_the_visible_keys(pattern: str, grid: int) -> None:
    layout = StreamLayout(4, grid)
    qkv, mask = random_qkv(layout.length), dense_mask(pattern, layout, conv_kernel=5)
    tables = PatternTables(layout, conv_kernel=5)
    torch.testing.assert_close(attend(*qkv, pattern, tables), by_hand(*qkv, mask), rtol=0, atol=1e-12)


@pytest.mark.parametrize("grid", [2, 3, 5, 16])
@pytest.mark.parametrize("pattern", BLOCKED)
def test_blocks_agree_with_the_mask_forwards_and_backwards(pattern: str, grid: int) -> None:
    layout = StreamLayout(4, grid)
    tables, mask = PatternTables(layout), dense_mask(pattern, layout)
    blocked = with_gradients(lambda *qkv: attend_blocks(*qkv, pattern, tables), random_qkv(layout.length))
    masked = with_gradients(lambda *qkv: attend_dense(*qkv, mask), random_qkv(layout.length))
    for ours, reference in zip(blocked, masked, strict=True):
        torch.testing.assert_close(ours, reference, rtol=0, atol=1e-12)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_products_agree_with_the_mask_forwards_and_backwards(pattern: str) -> None:
    layout = StreamLayout(4, 5)
    tables, mask = PatternTables(layout), dense_mask(pattern, layout)
    bias = tables.bias(pattern, torch.device("cpu"), torch.float64)
    products = with_gradients(lambda *qkv: attend_products(*qkv, bias), random_qkv(layout.length))
    masked = with_gradients(lambda *qkv: attend_dense(*qkv, mask), random_qkv(layout.length))
    for ours, reference in zip(products, masked, strict=True):
        torch.testing.assert_close(ours, reference, rtol=0, atol=1e-12)


@pytest.mark.parametrize("grid", [4, 16])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_bfloat16_stays_within_its_own_rounding(pattern: str, grid: int) -> None:
    layout = StreamLayout(4, grid)
    tables = PatternTables(layout)
    rounded = random_qkv(layout.length, torch.bfloat16)
    half = with_gradients(lambda *qkv: attend(*qkv, pattern, tables), rounded)
    exact = with_gradients(lambda *qkv: attend(*qkv, pattern, tables), [x.double() for x in rounded])
    for ours, reference in zip(half, exact, strict=True):
        assert ours.dtype == torch.bfloat16
        assert (ours.double() - reference).norm() < 0.01 * reference.norm()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_query_on_pieces_is_the_last_row_of_attention(pattern: str) -> None:
    layout = StreamLayout(4, 5)
    tables = PatternTables(layout, conv_kernel=3)
    q, k, v = random_qkv(layout.length)
    whole = attend_dense(q, k, v, dense_mask(pattern, layout, conv_kernel=3))
    for slot in range(layout.length):
        pieces = tables.pieces(pattern, slot, q.device)
        one = attend_pieces(q[:, :, slot : slot + 1], k, v, pieces)
        torch.testing.assert_close(one[:, :, 0], whole[:, :, slot], rtol=0, atol=1e-12)


@pytest.mark.parametrize("slots", [1, 4, 5, 9])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_start_of_a_stream_attends_as_within_the_whole(pattern: str, slots: int) -> None:
    layout = StreamLayout(4, 16)
    tables = PatternTables(layout)
    qkv = random_qkv(layout.length)
    whole = attend(*qkv, pattern, tables)[:, :, :slots]
    part = attend(*(x[:, :, :slots] for x in qkv), pattern, tables)
    torch.testing.assert_close(part, whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("grid", [4, 16])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_tables_made_while_sampling_serve_training(grid: int, dtype: torch.dtype) -> None:
    layout = StreamLayout(4, grid)
    tables = PatternTables(layout)
    qkv = random_qkv(layout.length, dtype)
    for pattern in PATTERNS:
        with torch.inference_mode():
            attend(*qkv, pattern, tables)
        gradients = with_gradients(lambda *qkv, pattern=pattern: attend(*qkv, pattern, tables), qkv)
        assert all(gradient.isfinite().all() for gradient in gradients)
