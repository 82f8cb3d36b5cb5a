"""Sheets show every kind; the numbered ones give nothing away and can be scored."""

import json

import numpy as np
from PIL import Image

from minidalle.cli import main
from minidalle.world import KINDS, WORLD, caption, sample_scene
from minidalle.world.sheet import WIDE, _font, _rows, _wrapped, draw_sheet, examples


def test_every_kind_is_shown_twice_under_its_section():
    shown = examples()
    kinds = [example.kind for example in shown]
    assert all(kinds.count(name) == 2 for name in (*KINDS, *WORLD)) and len(kinds) == 2 * len({*kinds})
    rows = _rows(shown)
    assert [example for _, row in rows for example in row] == shown
    headings = [section for section, _ in rows if section]
    assert len(headings) == len(set(headings)) == len({example.section for example in shown})


def test_captions_are_wrapped_within_their_column():
    font = _font(13)
    for text in (
        "a cat",
        "the exact same purple armchair on the top as a stained glass window on the bottom",
    ):
        lines = _wrapped(text, font, WIDE)
        assert " ".join(lines) == text and all(font.getlength(line) <= WIDE for line in lines)


def test_a_sheet_is_as_high_as_its_rows():
    few = examples(each=1)[:9]
    short, long = draw_sheet(few[:2], 32), draw_sheet(few, 32)
    assert long.width == short.width and long.height > 1.8 * short.height
    edge = np.asarray(long)[-10:]
    assert (edge == 255).all()


def test_the_commands_write_sheets_and_a_key(tmp_path, capsys, monkeypatch):
    shown = examples(4, each=1)[:10]
    monkeypatch.setattr("minidalle.world.sheet.examples", lambda seed: shown)
    folder = tmp_path / "new" / "folder"
    assert main(["world", "sheet", "--out", str(folder), "--size", "32", "64"]) == 0
    assert main(["world", "names", "--out", str(folder), "--size", "32", "--seed", "4"]) == 0
    assert "sheet-64.png: 10 pictures" in capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == {
        "sheet-32.png",
        "sheet-64.png",
        "names-32.png",
        "key.json",
    }
    key = json.loads((folder / "key.json").read_text())
    assert list(key) == [str(k) for k in range(1, 11)]
    assert [entry["kind"] for entry in key.values()] != [example.kind for example in shown], "another order"
    for entry in key.values():
        scene = sample_scene(entry["seed"], entry["index"], entry["split"], entry["kind"])
        assert entry["caption"] == caption(scene, entry["seed"], entry["index"])
    with Image.open(folder / "names-32.png") as image:
        assert image.width == Image.open(folder / "sheet-32.png").width
    assert main(["world", "sheet", "--out", str(folder), "--size", "500"]) == 2
    assert "choose 8 to" in capsys.readouterr().err
