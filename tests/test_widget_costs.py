"""The cost explorer shows what the formulas of the ledger say."""

import pytest

from minidalle.ledger.costs import CARDS, row
from minidalle.widgets.costs import cost_explorer


def test_it_agrees_with_the_ledgers_table():
    explorer = cost_explorer("H100 80 GB", 64)
    card = next(card for card in CARDS if card.name == "H100 80 GB")
    _, kept, held, fits, computing, sending, hours = row(explorer.model, card, 64, 1024, 430_000)
    assert [f"{number:.1f}" for number in (*explorer.memory, *explorer.seconds)] == [
        kept,
        held,
        computing,
        sending,
    ]
    assert (explorer.fits, f"{explorer.days * 24:,.0f}") == (fits, hours)
    assert explorer.alt.startswith("64 x H100 80 GB as shards: 3.8 GB kept") and "days" in explorer.alt


def test_replicas_fit_on_no_card_and_thin_factors_save_traffic():
    explorer = cost_explorer(count=512, sharing="replicas")
    _, sending = explorer.seconds
    before = explorer.image.value
    assert explorer.fits == "no" and "days" not in explorer.alt
    explorer.sharing.value = "replicas, thin factors"
    assert explorer.seconds[1] < 0.2 * sending
    assert explorer.image.value != before and explorer.image.value[:4] == b"\x89PNG"


def test_half_the_peak_takes_twice_as_long():
    whole, half = cost_explorer(share=0.8), cost_explorer(share=0.4)
    assert half.seconds[0] == pytest.approx(2 * whole.seconds[0])


@pytest.mark.parametrize("wrong", [{"card": "V100"}, {"count": 3}, {"sharing": "luck"}, {"share": 0}])
def test_what_is_not_there_is_refused(wrong):
    with pytest.raises(ValueError, match=r"choose from|from 0\.05"):
        cost_explorer(**wrong)
