"""The picture world's data card says what the world says."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("world_card", ROOT / "tools" / "world_card.py")
world_card = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(world_card)


def test_every_table_is_current():
    assert world_card.stale(world_card.CARD, world_card.tables()) == [], "run python -m tools.world_card"


def test_a_stale_table_is_noticed(tmp_path):
    card = tmp_path / "README.md"
    text = world_card.CARD.read_text(encoding="utf-8")
    card.write_text(text.replace("| clock |", "| watch |"), encoding="utf-8")
    assert "kinds" in world_card.stale(card, {"kinds": world_card.kinds_table()})


def test_every_section_of_the_post_has_a_kind():
    assert {world_card.section_of(kind) for kind in world_card.kinds()} == set(world_card.SECTIONS)
