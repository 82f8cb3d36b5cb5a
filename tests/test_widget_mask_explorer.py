"""The mask explorer without a browser: who asks, what it sees, and what a page without a kernel shows."""

import pytest
import torch

from minidalle.masks import PATTERNS, StreamLayout, dense_mask, receptive_field
from minidalle.widgets.mask_explorer import TEXT, layers_until_known, mask_explorer

LAYOUT = StreamLayout(3, 4)


def test_layers_are_counted_as_receptive_fields_grow():
    stack, slot = ("row", "column", "conv"), LAYOUT.prefix + 9
    counts = layers_until_known(stack, LAYOUT, slot, 3)
    for number in range(1, 4):
        known = receptive_field(stack[:number], LAYOUT, 3)[slot]
        assert torch.equal(known, (counts >= 0) & (counts <= number))
    assert counts[slot] == 0 and (counts[slot + 1 :] == -1).all()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_one_layer_shows_the_mask(pattern: str):
    explorer = mask_explorer(LAYOUT)
    explorer.pattern.value, explorer.row.value, explorer.column.value = pattern, 2, 1
    assert explorer.slot == LAYOUT.prefix + 9
    mask = dense_mask(pattern, LAYOUT, conv_kernel=3)[explorer.slot]
    assert torch.equal(explorer.counts >= 0, mask)
    assert f"{int(mask[LAYOUT.prefix :].sum())} picture tokens" in explorer.label.value


def test_the_stack_and_its_depth():
    explorer = mask_explorer(LAYOUT, ("row", "column"))
    explorer.depth.value = 6
    assert explorer.patterns == ("row",) * 6
    before = explorer.image.value
    explorer.pattern.value = explorer.all_layers
    assert explorer.depth.value == 2 and explorer.patterns == ("row", "column")
    assert explorer.image.value == explorer.png() != before


def test_a_text_slot_knows_no_picture():
    explorer = mask_explorer(LAYOUT)
    explorer.who.value, explorer.place.value, explorer.depth.value = TEXT, 2, 4
    assert explorer.row.disabled and not explorer.place.disabled
    assert explorer.counts.tolist() == [1, 1, 0] + [-1] * (LAYOUT.length - 3)
    assert "text slot 2" in explorer.alt and "3 text slots and 0 picture tokens" in explorer.alt


def test_the_last_token_has_no_slot():
    explorer = mask_explorer(LAYOUT)
    explorer.row.value = explorer.column.value = 3
    assert explorer.slot == LAYOUT.length - 1 and "row 3, column 2" in explorer.alt


def test_a_page_without_a_kernel_has_the_picture():
    data, about = mask_explorer(LAYOUT)._repr_mimebundle_()
    assert data["image/png"].startswith("iVBOR") and about["image/png"]["alt"] in data["text/plain"]


@pytest.mark.parametrize(("stack", "kernel"), [(("diagonal",), 3), ((), 3), (("conv",), 4), (("row",), 0)])
def test_what_makes_no_sense_is_refused(stack: tuple[str, ...], kernel: int):
    with pytest.raises(ValueError, match=r"must name patterns|kernel"):
        explorer = mask_explorer(LAYOUT, stack, kernel)
        explorer.pattern.value = "conv"
