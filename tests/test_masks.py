"""The attention patterns against a specification written as loops over (row, column) pairs."""

import pytest
import torch
from torch.nn.attention.flex_attention import create_mask

from minidalle.masks import (
    PATTERNS,
    StreamLayout,
    dense_mask,
    layer_patterns,
    predicate,
    receptive_field,
    visible_keys,
    what_pixel_sees,
)

TEXT = 5
GRIDS = (3, 4, 8)
KERNELS = (3, 5, 11)


def may_look(pattern: str, query: int, key: int, grid: int, kernel: int) -> bool:
    """The specification: may slot `query` look at slot `key`? First the caption, start-of-image, image."""
    start_of_image = TEXT
    if key > query:
        return False  # never ahead
    if key <= start_of_image:
        return True  # everyone sees all the text so far; padding is not masked
    query_row, query_column = divmod(query - start_of_image - 1, grid)
    key_row, key_column = divmod(key - start_of_image - 1, grid)
    if pattern == "full":
        return True
    if pattern == "row":  # this row up to here, and the end of the row above, from this column on
        return key_row == query_row or (key_row == query_row - 1 and key_column >= query_column)
    if pattern == "column":
        return key_column == query_column
    raster_offset = (query_row - key_row) * grid + query_column - key_column
    half = kernel // 2
    return any(
        raster_offset == rows * grid + columns for rows in range(kernel) for columns in range(-half, half + 1)
    )


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_is_its_specification(pattern: str, grid: int, kernel: int) -> None:
    layout = StreamLayout(TEXT, grid)
    slots = range(layout.length)
    wanted = torch.tensor([[may_look(pattern, query, key, grid, kernel) for key in slots] for query in slots])
    assert torch.equal(dense_mask(pattern, layout, conv_kernel=kernel), wanted)


def test_the_layout_counts_the_papers_1280_slots() -> None:
    paper = StreamLayout(text_length=256, grid=32)
    assert (paper.prefix, paper.image_tokens, paper.length) == (257, 1024, 1280)


def test_row_attention_sees_grid_plus_one_image_tokens_and_ends_one_row_up() -> None:
    seen = what_pixel_sees("row", StreamLayout(6, 4), row=2, column=1)
    assert seen.int().tolist() == [[0, 0, 0, 0], [0, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]]


def test_column_attention_sees_its_column_upwards() -> None:
    seen = what_pixel_sees("column", StreamLayout(6, 4), row=2, column=1)
    assert seen.int().tolist() == [[0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def test_convolution_wraps_around_the_edges() -> None:
    """A 3 x 3 kernel on the left edge reaches the right edge of the rows above, as the flat raster has it."""
    seen = what_pixel_sees("conv", StreamLayout(6, 5), row=3, column=0, conv_kernel=3)
    assert seen.int().tolist() == [
        [0, 0, 0, 0, 1],
        [1, 1, 0, 0, 1],
        [1, 1, 0, 0, 1],
        [1, 0, 0, 0, 0],
        [0] * 5,
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_text_is_causal_and_every_image_slot_sees_all_of_it(pattern: str) -> None:
    layout = StreamLayout(TEXT, 4)
    mask = dense_mask(pattern, layout)
    text = mask[: layout.prefix, : layout.prefix]
    assert torch.equal(text, torch.ones_like(text).tril())
    assert mask[layout.prefix :, : layout.prefix].all()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_pattern_looks_ahead_and_each_sees_itself(pattern: str) -> None:
    mask = dense_mask(pattern, StreamLayout(TEXT, 4))
    assert not mask.triu(1).any()
    assert mask.diagonal().all()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_serves_as_a_flex_attention_mask_mod(pattern: str) -> None:
    layout = StreamLayout(TEXT, 4)
    visible = predicate(pattern, layout)
    length = layout.length
    mask = create_mask(lambda batch, head, q, k: visible(q, k), 1, 1, length, length, device="cpu")
    assert torch.equal(mask[0, 0], dense_mask(pattern, layout))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_pieces_of_a_cache_are_the_rows_of_the_mask(pattern: str, grid: int, kernel: int) -> None:
    layout = StreamLayout(TEXT, grid)
    mask = dense_mask(pattern, layout, conv_kernel=kernel)
    for slot in range(layout.length):
        pieces = visible_keys(pattern, layout, slot, kernel)
        keys = torch.cat([torch.arange(layout.length)[piece] for piece in pieces])
        assert torch.equal(keys, mask[slot].nonzero().flatten()), f"slot {slot}"
        if pattern != "conv":
            assert all(isinstance(piece, slice) for piece in pieces), "a regular pattern should need no copy"


def test_a_shorter_mask_is_the_corner_of_the_whole() -> None:
    layout = StreamLayout(TEXT, 4)
    assert torch.equal(dense_mask("row", layout, 9), dense_mask("row", layout)[:9, :9])


def test_the_papers_64_layers() -> None:
    layers = layer_patterns(64)
    assert layers[:6] == ("row", "column", "row", "row", "row", "column")
    assert [number for number, name in enumerate(layers, start=1) if name == "column"] == list(
        range(2, 64, 4)
    )
    assert (layers.count("column"), layers.count("row"), layers.count("conv")) == (16, 47, 1)
    assert layers[-1] == "conv"


@pytest.mark.parametrize(
    ("depth", "layers"), [(1, ("conv",)), (2, ("row", "conv")), (3, ("row", "column", "conv"))]
)
def test_shallow_models_also_end_in_convolution(depth: int, layers: tuple[str, ...]) -> None:
    assert layer_patterns(depth) == layers


def test_layers_compose_into_a_receptive_field() -> None:
    """Against following every path: a slot knows what the slots it looks at knew one layer earlier."""
    layout, patterns = StreamLayout(2, 3), ("row", "column", "conv")
    knows = [{slot} for slot in range(layout.length)]
    for pattern in patterns:
        looks_at = [
            [
                key
                for key in range(layout.length)
                if predicate(pattern, layout, 3)(torch.tensor(q), torch.tensor(key))
            ]
            for q in range(layout.length)
        ]
        knows = [set().union(*(knows[key] for key in keys)) for keys in looks_at]
    wanted = torch.tensor([[key in known for key in range(layout.length)] for known in knows])
    assert torch.equal(receptive_field(patterns, layout, conv_kernel=3), wanted)


def test_two_sparse_layers_see_as_far_as_full_attention() -> None:
    layout = StreamLayout(TEXT, 8)
    everything_so_far = dense_mask("full", layout)
    assert not torch.equal(receptive_field(["row"], layout), everything_so_far)
    assert not torch.equal(receptive_field(["column"], layout), everything_so_far)
    assert torch.equal(receptive_field(["row", "column"], layout), everything_so_far)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: StreamLayout(0, 4), "text_length is 0"),
        (lambda: StreamLayout(4, 1), "grid is 1"),
        (
            lambda: dense_mask("diagonal", StreamLayout(4, 4)),
            "unknown attention pattern 'diagonal'; choose from full",
        ),
        (
            lambda: dense_mask("conv", StreamLayout(4, 4), conv_kernel=4),
            "kernel is 4; it must be a positive odd",
        ),
        (lambda: layer_patterns(0), "depth is 0"),
        (
            lambda: what_pixel_sees("row", StreamLayout(4, 4), 4, 0),
            r"pixel \(4, 0\) lies outside the 4 x 4 grid",
        ),
    ],
)
def test_errors_say_what_is_wrong(broken, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        broken()
