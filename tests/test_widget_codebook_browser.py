"""The codebook browser: codes by use, their number, and cells that really have them."""

import pytest
import torch

from minidalle.dvae import DiscreteVAE, DVAEConfig
from minidalle.widgets.codebook_browser import PATCHES, CodebookBrowser, codebook_browser


@pytest.fixture(scope="module")
def browser() -> CodebookBrowser:
    torch.manual_seed(0)
    dvae = DiscreteVAE(DVAEConfig(image_size=16, vocab_size=12, hidden=8, downsamplings=2))
    return codebook_browser(dvae, torch.rand(5, 3, 16, 16))


def test_codes_come_by_use_and_the_unused_are_left_out(browser: CodebookBrowser):
    uses = [browser.times[code].item() for code in browser.order]
    assert uses == sorted(uses, reverse=True) and sum(uses) == 5 * 16 and min(uses) > 0
    assert browser.rank.max == len(browser.order)


def test_every_page_says_how_often(browser: CodebookBrowser):
    pages = set()
    for rank in (1, len(browser.order)):
        browser.rank.value = rank
        assert browser.code == browser.order[rank - 1]
        assert f"code {browser.code}, number {rank} of" in browser.alt
        assert f"{browser.times[browser.code]} cells of 5 pictures" in browser.label.value
        pages.add(browser.png())
    assert len(pages) == 2


def test_patches_are_cells_of_this_code_in_the_middle(browser: CodebookBrowser):
    browser.rank.value = 1
    patches = browser.patches()
    assert patches.shape[0] == min(PATCHES, browser.times[browser.code]) and patches.shape[1:] == (3, 12, 12)
    cells = browser.images.unfold(2, 4, 4).unfold(3, 4, 4)  # [n, 3, 4, 4, y, x]
    own = {tuple(cell.flatten().tolist()) for cell in cells.permute(0, 2, 3, 1, 4, 5).flatten(0, 2)
           [(browser.ids == browser.code).flatten()]}  # fmt: skip
    assert all(tuple(patch[:, 4:8, 4:8].flatten().tolist()) in own for patch in patches)


def test_it_is_a_picture_without_a_kernel(browser: CodebookBrowser):
    data, about = browser._repr_mimebundle_()
    assert data["image/png"] and about["image/png"]["alt"] == browser.alt


def test_pictures_are_asked_for(browser: CodebookBrowser):
    with pytest.raises(ValueError, match="expected"):
        codebook_browser(browser.dvae, torch.rand(3, 16, 16))
