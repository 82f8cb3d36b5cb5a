"""Several forms of attention, one result."""

import copy

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
from minidalle.attention_choice import FASTEST, fastest_form
from minidalle.attention_flex import BLOCK, attend_flex, flex_kernel, flex_mask, whole_blocks
from minidalle.masks import PATTERNS, StreamLayout, dense_mask

SHAPE = (2, 3)  # batch, heads
SIZES = [(32, 8), (256, 32), (7, 5), (33, 6), (3, 2)]  # text length and grid; the second is the paper's
KERNELS = [("full", 11), ("row", 11), ("column", 11), ("conv", 11), ("conv", 5), ("conv", 1)]


def random_qkv(
    length: int, dtype: torch.dtype = torch.float64, shape: tuple[int, int] = SHAPE
) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(*shape, length, 8, dtype=torch.float64, generator=generator).to(dtype) for _ in range(3)
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


# ---- every path against the dense mask, at the sizes of lessons and paper, and at odd ones -----------------


def agree(form, pattern: str, kernel: int, size: tuple[int, int]) -> None:
    """Assert that form(q, k, v, pattern, tables) is dense attention under the mask, gradients included."""
    layout, tables = StreamLayout(*size), PatternTables(StreamLayout(*size), conv_kernel=kernel)
    mask, qkv = dense_mask(pattern, layout, conv_kernel=kernel), random_qkv(layout.length, shape=(1, 2))
    ours = with_gradients(lambda *qkv: form(*qkv, pattern, tables), qkv)
    for one, reference in zip(ours, with_gradients(lambda *qkv: attend_dense(*qkv, mask), qkv), strict=True):
        torch.testing.assert_close(one, reference, rtol=0, atol=1e-10)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pattern", BLOCKED)
def test_the_reshaped_path_is_the_dense_one(pattern: str, size: tuple[int, int]) -> None:
    agree(attend_blocks, pattern, 11, size)


@pytest.fixture
def flex_backward_on_a_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """FlexAttention refuses gradients on a CPU, for want of a kernel. What it would compile for a GPU is there, and
    runs step by step; this lifts the refusal."""
    monkeypatch.setattr("torch.nn.attention.flex_attention._validate_device", lambda q, k, v: None)


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.usefixtures("flex_backward_on_a_cpu")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("pattern", "kernel"), KERNELS)
def test_the_flex_path_is_the_dense_one(pattern: str, kernel: int, size: tuple[int, int]) -> None:
    agree(attend_flex, pattern, kernel, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("pattern", "kernel"), KERNELS)
def test_the_chosen_path_is_the_dense_one(pattern: str, kernel: int, size: tuple[int, int]) -> None:
    agree(attend, pattern, kernel, size)


def attend_by_lists(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, pattern: str, tables: PatternTables):
    """What FlexAttention's kernel does with a block mask, in plain steps: each block of queries reads the blocks
    of keys on its two lists, and asks the rule only for those on the list of partly visible ones.

    (On a CPU PyTorch asks the rule for every pair and leaves the lists unread.)
    """
    slots, mask = q.shape[2], tables.flex(pattern, q.shape[2], q.device)
    q, k, v = (torch.nn.functional.pad(x, (0, 0, 0, whole_blocks(slots) - slots)) for x in (q, k, v))
    out, within, zero = [], torch.arange(BLOCK), torch.tensor(0)
    for block in range(q.shape[2] // BLOCK):
        part = mask.kv_indices[0, 0, block, : mask.kv_num_blocks[0, 0, block]].tolist()
        full = mask.full_kv_indices[0, 0, block, : mask.full_kv_num_blocks[0, 0, block]].tolist()
        assert not set(part) & set(full)
        queries, scores, values = block * BLOCK + within, [], []
        for number in part + full:
            keys = number * BLOCK + within
            score = q[:, :, queries] @ k[:, :, keys].transpose(-1, -2) / q.shape[-1] ** 0.5
            if number in part:
                seen = mask.mask_mod(zero, zero, queries[:, None], keys[None])
                score = score.masked_fill(~seen, float("-inf"))
            scores.append(score)
            values.append(v[:, :, keys])
        out.append(torch.cat(scores, -1).softmax(-1) @ torch.cat(values, 2))
    return torch.cat(out, 2)[:, :, :slots]


@pytest.mark.parametrize("size", [*SIZES, (32, 16)])
@pytest.mark.parametrize(("pattern", "kernel"), KERNELS)
def test_the_lists_of_blocks_lead_to_the_dense_result(
    pattern: str, kernel: int, size: tuple[int, int]
) -> None:
    agree(attend_by_lists, pattern, kernel, size)


@pytest.mark.parametrize(("pattern", "kernel"), KERNELS)
def test_the_backward_lists_are_the_forward_lists_turned_round(pattern: str, kernel: int) -> None:
    mask = PatternTables(StreamLayout(256, 32), kernel).flex(pattern, 1280, torch.device("cpu"))

    def pairs(counts: torch.Tensor, indices: torch.Tensor) -> set[tuple[int, int]]:
        rows = zip(counts[0, 0].tolist(), indices[0, 0].tolist(), strict=True)
        return {(row, column) for row, (count, listed) in enumerate(rows) for column in listed[:count]}

    for keys, queries in [
        ((mask.kv_num_blocks, mask.kv_indices), (mask.q_num_blocks, mask.q_indices)),
        (
            (mask.full_kv_num_blocks, mask.full_kv_indices),
            (mask.full_q_num_blocks, mask.full_q_indices),
        ),
    ]:
        assert pairs(*keys) == {(q, k) for k, q in pairs(*queries)}


def test_flex_skips_the_shares_of_blocks_that_its_module_tells() -> None:
    shares = {pattern: flex_mask(pattern, StreamLayout(256, 32), 1280).sparsity() for pattern in PATTERNS}
    assert shares == pytest.approx({"full": 45, "column": 45, "conv": 51, "row": 60})


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.parametrize("slots", [1, 5, 33, 96, 128, 129, 287])
def test_flex_attends_at_the_start_of_a_stream_as_within_the_whole(slots: int) -> None:
    layout, tables = StreamLayout(32, 16), PatternTables(StreamLayout(32, 16), conv_kernel=5)
    qkv, mask = random_qkv(layout.length, shape=(1, 2)), dense_mask("conv", layout, conv_kernel=5)
    part = attend_flex(*(x[:, :, :slots] for x in qkv), "conv", tables)
    whole = attend_dense(*qkv, mask)[:, :, :slots]
    torch.testing.assert_close(part, whole, rtol=0, atol=1e-10)


def test_block_masks_are_made_once_for_each_number_of_blocks_and_survive_a_copy() -> None:
    tables, cpu = PatternTables(StreamLayout(32, 16), conv_kernel=5), torch.device("cpu")
    with torch.inference_mode():
        first = tables.flex("conv", 100, cpu)
    assert not first.kv_indices.is_inference()  # it must serve training too
    assert tables.flex("conv", 128, cpu) is first and first.shape == (1, 1, 128, 128)
    assert tables.flex("conv", 129, cpu) is not first and tables.flex("row", 100, cpu) is not first
    copied = copy.deepcopy(tables).flex("conv", 100, cpu)  # as an average of weights copies a model
    slots = torch.arange(128)
    zero, expected = torch.tensor(0), dense_mask("conv", tables.layout, 128, conv_kernel=5)
    assert torch.equal(copied.mask_mod(zero, zero, slots[:, None], slots), expected)
    assert torch.equal(first.mask_mod(zero, zero, slots[:, None], slots), expected)


# ---- the choice --------------------------------------------------------------------------------------------


def choice(pattern: str, grid: int, device: str, slots: int | None = None, **changes) -> str:
    layout = StreamLayout(32, grid)
    settings = {"dtype": torch.float32, "dim": 64, "gradients": True} | changes
    return fastest_form(pattern, layout, slots or layout.length, torch.device(device), **settings)


def test_on_a_cpu_large_rows_and_columns_are_reshaped_and_small_bfloat16_is_multiplied_out() -> None:
    assert [choice("row", grid, "cpu") for grid in (8, 15, 16, 32)] == ["dense", "dense", "blocks", "blocks"]
    assert [choice(pattern, 32, "cpu") for pattern in PATTERNS] == ["dense", "blocks", "blocks", "dense"]
    assert choice("column", 16, "cpu", slots=40) == "dense"  # the start of a stream
    half = {"dtype": torch.bfloat16}
    assert choice("row", 8, "cpu", **half) == choice("full", 32, "cpu", **half) == "products"
    assert choice("row", 8, "cpu", gradients=False, **half) == "dense"
    assert choice("row", 32, "cpu", **half) == "blocks"


def test_on_a_card_large_convolutions_take_flex_where_it_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minidalle.attention_flex.find_spec", lambda name: name)
    assert [choice(pattern, 32, "cuda") for pattern in PATTERNS] == ["dense", "blocks", "blocks", "flex"]
    assert {choice(pattern, 16, "cuda") for pattern in PATTERNS} == {"dense"}
    assert choice("conv", 32, "cuda", slots=40) == "dense"
    assert choice("conv", 32, "cuda", dtype=torch.bfloat16) == "flex"
    assert choice("row", 8, "cuda", dtype=torch.bfloat16) == "dense"  # the products are for CPUs
    assert choice("conv", 32, "cuda", dim=8) == choice("conv", 32, "cuda", dtype=torch.float64) == "dense"
    monkeypatch.setattr("minidalle.attention_flex.find_spec", lambda name: None)  # PyTorch for Windows
    assert choice("conv", 32, "cuda") == "dense" and choice("row", 32, "cuda") == "blocks"
    assert {choice(pattern, 32, "mps") for pattern in PATTERNS} == {"dense"}


def test_the_table_names_forms_that_do_their_pattern() -> None:
    for device, patterns in FASTEST.items():
        for pattern, sparse in patterns.items():
            assert (sparse.form == "flex" and device == "cuda") or (
                sparse.form == "blocks" and pattern in BLOCKED
            )


def test_attend_takes_the_chosen_form(monkeypatch: pytest.MonkeyPatch) -> None:
    layout, tables, taken = StreamLayout(4, 3), PatternTables(StreamLayout(4, 3)), []
    for form in ("attend_blocks", "attend_flex", "attend_products", "attend_dense"):
        spy = lambda *given, form=form: taken.append(form)  # noqa: E731
        monkeypatch.setattr(f"minidalle.attention.{form}", spy)
    for form in ("blocks", "flex", "products", "dense"):
        monkeypatch.setattr("minidalle.attention.fastest_form", lambda *about, form=form: form)
        attend(*random_qkv(layout.length), "row", tables)
    assert taken == ["attend_blocks", "attend_flex", "attend_products", "attend_dense"]


def test_only_a_card_gets_a_compiled_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch.nn.attention.flex_attention import flex_attention

    monkeypatch.setattr("torch.compile", lambda function: ("compiled", function))
    assert flex_kernel.__wrapped__("cpu") is flex_attention
    assert flex_kernel.__wrapped__("cuda") == ("compiled", flex_attention)


# ---- further forms, precisions, and the cache --------------------------------------------------------------


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
