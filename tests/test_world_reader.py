"""The reader: asked of a kind's fields, it answers with their values, and it can learn to be right."""

import dataclasses
import json

import pytest
import torch

from minidalle.world import KINDS, WORLD, render, sample_scene
from minidalle.world.facts import facts_of, fields_of
from minidalle.world.reader import SIGNS, WORD, Reader, ReaderConfig
from minidalle.world.words import LONGEST

CONFIG = ReaderConfig.of_world(32, 8)


def build(config: ReaderConfig = CONFIG) -> Reader:
    torch.manual_seed(0)
    return Reader(config)


def pictures(scenes, size=32):
    return torch.stack([torch.from_numpy(render(s, size)).permute(2, 0, 1) / 255 for s in scenes])


def test_it_can_be_asked_everything_that_has_facts():
    assert set(dict(CONFIG.kinds)) == {kind for kind in (*KINDS, *WORLD) if fields_of(kind)}
    values = dict(CONFIG.values)
    for kind in dict(CONFIG.kinds):
        for name, known in fields_of(kind).items():
            assert name == WORD or set(known) <= set(values[name])


def test_its_sizes_survive_json():
    again = ReaderConfig.from_dict(json.loads(json.dumps(dataclasses.asdict(CONFIG))))
    assert again == CONFIG


def test_every_answer_is_a_value_of_its_field_even_untrained():
    model, kinds = build(), list(dict(CONFIG.kinds))
    scenes = [sample_scene(1, 0, "all", kind) for kind in kinds]
    for kind, told in zip(kinds, model.read(pictures(scenes), kinds), strict=True):
        assert list(told) == list(fields_of(kind))
        for name, value in told.items():
            assert name == WORD or value in dict(CONFIG.values)[name]


def test_answers_do_not_depend_on_what_else_is_in_the_batch():
    model, kinds = build().eval(), ["clock", "triple", "single"]
    images = pictures([sample_scene(1, 0, "all", kind) for kind in kinds])
    alone = [model.read(images[i : i + 1], kinds[i : i + 1])[0] for i in range(3)]
    assert model.read(images, kinds) == alone


def test_targets_and_answers_are_each_others_inverse():
    model = build()
    for kind in dict(CONFIG.kinds):
        facts = facts_of(sample_scene(2, 1, "all", kind))
        assert model._told(kind, model.targets(kind, facts)) == facts


def test_a_word_is_read_letter_by_letter():
    config = ReaderConfig(32, 8, (("sign", ("object", WORD)),), (("object", ("shop", "box")),))
    model = build(config)
    assert len(model.questions_of("sign")) == 1 + LONGEST
    facts = {"object": "box", WORD: "quay7"}
    assert model._told("sign", model.targets("sign", facts)) == facts
    assert SIGNS == " abcdefghijklmnopqrstuvwxyz0123456789"  # the weights of every reader are in this order


def test_the_loss_is_chance_at_first_and_learns_one_batch_by_heart():
    scenes = [sample_scene(4, i, "all", kind) for kind in ("clock", "single") for i in range(6)]
    kinds, facts, images = [s.kind for s in scenes], [facts_of(s) for s in scenes], pictures(scenes)
    model = build(dataclasses.replace(CONFIG, width=16))
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    first = None
    for _ in range(60):
        loss, parts = model.loss(images, kinds, facts)
        first = first or parts["facts"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert 1.0 < first < 4.0
    assert parts["facts"] < 0.15
    model.train()
    assert sum(a == b for a, b in zip(model.read(images, kinds), facts, strict=True)) >= 6


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="does not know opera: train it again"):
        build().read(torch.rand(1, 3, 32, 32), ["opera"])


@pytest.mark.parametrize(
    ("shape", "kinds", "said"),
    [
        ((1, 3, 64, 64), ["clock"], r"\[batch, 3, 32, 32\], and these are \[1, 3, 64, 64\]"),
        ((3, 32, 32), ["clock"], "resize"),
        ((2, 3, 32, 32), ["clock"], "2 pictures and 1 kinds"),
    ],
)
def test_what_it_cannot_read_is_told_in_a_sentence(shape, kinds, said):
    with pytest.raises(ValueError, match=said):
        build().read(torch.rand(shape), kinds)


def test_no_pictures_have_no_facts():
    assert build().read(torch.rand(0, 3, 32, 32), []) == []


@pytest.mark.parametrize("word", ["skyscraper", "naïve"])
def test_a_word_that_it_has_no_letters_for_is_named(word):
    facts = facts_of(sample_scene(0, 0, "all", "sign")) | {WORD: word}
    with pytest.raises(ValueError, match=f"{word!r} cannot be asked for"):
        build().targets("sign", facts)


def test_the_loss_of_a_sheet_is_the_mean_over_all_answers_that_are_asked_for():
    """Written out picture by picture and question by question."""
    scenes = [
        sample_scene(4, i, "all", kind) for i, kind in enumerate(("clock", "single", "clock", "single"))
    ]
    kinds, facts, images = [s.kind for s in scenes], [facts_of(s) for s in scenes], pictures(scenes)
    model = build()
    answers, looks_like = model(images, *(model.asked(kinds)[part] for part in (0, 2)))
    asked = [
        -answers[place, question].log_softmax(-1)[target]
        for place, (kind, told) in enumerate(zip(kinds, facts, strict=True))
        for question, target in enumerate(model.targets(kind, told))
    ]
    names = list(model.kinds)
    kind = torch.stack([-looks_like[n].log_softmax(-1)[names.index(k)] for n, k in enumerate(kinds)]).mean()
    loss, parts = model.loss(images, kinds, facts)
    torch.testing.assert_close(parts["facts"], torch.stack(asked).mean())
    torch.testing.assert_close(loss.detach(), (torch.stack(asked).mean() + 0.2 * kind).detach())
    assert not parts["facts"].requires_grad
