"""Matrices are read without a network: every cell, and the rule behind nine of them."""

import numpy as np
import pytest
import torch

from minidalle.world import render, sample_scene
from minidalle.world.facts import facts_of
from minidalle.world.judge import roughen
from minidalle.world.kinds.matrices import matrix
from minidalle.world.kinds.matrix_rules import RULES
from minidalle.world.matrix_reading import KEPT, MATRICES, NO_RULE, looks, read_cells, read_matrix, rules_of
from minidalle.world.stream import Stream


def test_every_look_is_drawn_differently():
    drawn = {read_look.cell() for read_look in looks()}
    assert len(drawn) == len(looks()) > 900
    assert set(KEPT) == set(RULES)


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("size", [64, 128])
def test_facts_are_read_from_sharp_pictures(kind, size):
    for index in range(60):
        scene = sample_scene(11, index, "all", kind)
        assert read_matrix(render(scene, size), scene.invert) == facts_of(scene), index


@pytest.mark.parametrize("kind", MATRICES)
def test_facts_are_read_from_soft_pictures(kind):
    generator = torch.Generator().manual_seed(0)
    right = 0
    for index in range(40):
        scene = sample_scene(12, index, "all", kind)
        image = torch.from_numpy(render(scene, 128)).permute(2, 0, 1)[None] / 255
        soft = roughen(image, generator)[0].permute(1, 2, 0).numpy()
        right += read_matrix(soft, scene.invert) == facts_of(scene)
    assert right >= 38


@pytest.mark.parametrize("rule", RULES)
def test_a_matrix_keeps_its_rule_and_no_other(rule):
    kind = "matrix" if rule in facts_rules("matrix") else "matrix new rule"
    found = 0
    for index in range(400):
        facts = facts_of(sample_scene(13, index, "all", kind))
        if facts["rule"] == rule:
            found += 1
            assert rules_of(matrix(Stream("check", index), facts)) == [rule], index
    assert found > 10


def facts_rules(kind):
    from minidalle.world import WORLD

    return WORLD[kind].fields["rule"]


def test_a_wrong_ninth_cell_breaks_the_rule():
    for index in range(30):
        scene = sample_scene(14, index, "all", "matrix")
        cells, errors = read_cells(render(scene, 128))
        assert errors.max() == 0
        other = next(
            look for look in looks() if look.figure != cells[8].figure and look.fill != cells[8].fill
        )
        assert rules_of([*cells[:8], other]) == []


def test_where_no_rule_is_kept_it_says_so():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    assert read_matrix(noise)["rule"] == NO_RULE
