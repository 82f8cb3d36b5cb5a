"""The ledger says what the code does, names tests that exist, and its file is up to date."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

import pytest
from torch import nn

from minidalle.dvae import DiscreteVAE
from minidalle.ledger import PARTS, Line, every_line, table
from minidalle.presets import preset

ROOT = Path(__file__).parents[1]


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", list(every_line()), ids=lambda line: line.name)
def test_every_line_names_tests_that_exist(line):
    for test in line.tests:
        file, _, name = test.partition("::")
        assert name in names_in(file), test


def test_names_differ_and_a_line_without_a_test_has_a_reason():
    names = [line.name for line in every_line()]
    assert len(names) == len(set(names)) > 35
    with pytest.raises(ValueError, match="halves: without a test there has to be a reason"):
        Line("halves", "sixteen bits", "no")


def test_the_file_is_what_the_code_says():
    text = (ROOT / "minidalle" / "ledger" / "README.md").read_text(encoding="utf-8")
    assert f"<!-- ledger -->\n{table()}\n<!-- /ledger -->" in text, (
        "run minidalle ledger --write minidalle/ledger/README.md"
    )


def test_no_cell_breaks_the_table():
    for row in table().splitlines():
        assert not row.startswith("|") or row.count("|") == 6, row
    assert all(part in table() for part in PARTS)


def test_every_line_can_be_broken():
    spec = importlib.util.spec_from_file_location("ledger_breaks", ROOT / "tools" / "ledger_breaks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    breaks = module.BREAKS
    assert set(breaks) == {line.name for line in every_line() if line.tests}
    for name, (file, old, new) in breaks.items():
        assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1 and old != new, name


# ---------------------------------------------------------------- what no other test holds


def test_the_paper_presets_vocabularies():
    paper = preset("paper")
    assert (paper.tokenizer.vocab_size, paper.dvae.vocab_size) == (16_384, 8_192)
    assert (paper.dalle.text_vocab, paper.dalle.image_vocab) == (16_384, 8_192)


def test_the_paper_presets_pairs():
    training = preset("paper").training
    for task in ("dvae", "dalle"):
        assert (training[task].pictures, training[task].validation) == (250_000_000, 606_000)


def test_the_paper_presets_grid():
    paper = preset("paper")
    assert (paper.image_size, paper.dvae.grid, paper.dvae.grid**2) == (256, 32, 1024)


def test_the_encoder_pools_the_maximum_and_begins_with_7x7():
    encoder = DiscreteVAE(preset("nano").dvae).encoder
    layers = list(encoder.modules())
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    assert convolutions[0].kernel_size == (7, 7) and convolutions[-1].kernel_size == (1, 1)
    assert sum(isinstance(layer, nn.MaxPool2d) for layer in layers) == preset("nano").dvae.downsamplings
