"""The picture world's data card says what the world says."""

from tools import world_card
from tools.cards import stale


def test_every_table_is_current():
    assert stale(world_card.CARD, world_card.tables()) == [], "run python -m tools.world_card"


def test_a_stale_table_is_noticed(tmp_path):
    card = tmp_path / "README.md"
    text = world_card.CARD.read_text(encoding="utf-8")
    card.write_text(text.replace("| clock |", "| watch |"), encoding="utf-8")
    assert "kinds" in stale(card, {"kinds": world_card.kinds_table()})


def test_every_section_of_the_post_has_a_kind():
    assert {world_card.section_of(kind) for kind in world_card.kinds()} == set(world_card.SECTIONS)
