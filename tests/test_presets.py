"""Presets hold every number of a run; `--set name=value` changes one of them."""

import json
from dataclasses import asdict, replace

import pytest
import torch

from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.presets import PRESETS, TASKS, SettingError, TrainingConfig, preset, preset_from_dict
from minidalle.training.settings import FOLLOWS, known_settings, with_settings


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_from_json_as_it_was(name):
    chosen = preset(name)
    assert preset_from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen
    assert chosen.name == name and set(chosen.training) == set(TASKS)


@pytest.mark.parametrize("name", PRESETS)
def test_sizes_that_must_agree_do(name):
    chosen = preset(name)
    for task in ("dvae", "dalle", "clip"):
        for setting, source in FOLLOWS.items():
            known = known_settings(chosen, task)
            expected = chosen.dvae.grid if setting == "dalle.grid" else known[source]
            assert known[setting] == expected, setting


def test_the_paper_preset_has_the_papers_sizes():
    paper = preset("paper")
    with torch.device("meta"):
        dvae, dalle = DiscreteVAE(paper.dvae), DALLE(paper.dalle)
    count = lambda model: sum(parameter.numel() for parameter in model.parameters())  # noqa: E731
    assert count(dvae.encoder) == 53_786_240 and count(dvae.decoder) == 43_829_766
    assert 12.0e9 < count(dalle) < 12.5e9
    assert dalle.layout.length == 1280
    assert paper.dalle.width // paper.dalle.heads == 64
    assert paper.dalle.transformer.layers[-1] == "conv" and len(paper.dalle.transformer.layers) == 64


def test_the_paper_preset_trains_as_the_paper_did():
    """Sections 2.1 and 2.2, appendices A.2 and B.2."""
    dvae, dalle = (preset("paper").training[task] for task in ("dvae", "dalle"))
    assert (dvae.batch_size, dvae.steps, dvae.learning_rate) == (512, 3_000_000, 1e-4)
    assert dvae.learning_rate * dvae.final_share == pytest.approx(1.25e-6)
    assert round(dvae.temperature_share * dvae.steps) == 150_000 and dvae.temperature_end == 1 / 16
    assert round(dvae.kl_share * dvae.steps) == 5_000 and dvae.kl_weight == 6.6
    assert (dvae.beta1, dvae.beta2, dvae.epsilon, dvae.weight_decay) == (0.9, 0.999, 1e-8, 1e-4)
    assert (dvae.ema_decay, dvae.ema_every, dvae.flip) == (0.999, 1, True)
    assert (dalle.batch_size, dalle.steps, dalle.learning_rate, dalle.warmup) == (
        1024,
        430_000,
        4.5e-4,
        5_000,
    )
    assert (dalle.beta1, dalle.beta2, dalle.epsilon, dalle.weight_decay) == (0.9, 0.96, 1e-8, 4.5e-2)
    assert (dalle.clip_norm, dalle.ema_decay, dalle.ema_every, dalle.bpe_dropout) == (4.0, 0.99, 25, 0.1)


def test_the_small_presets_build():
    for name in ("tiny", "nano"):
        chosen = preset(name)
        with torch.device("meta"):
            CLIP(chosen.clip)
            assert DALLE(chosen.dalle).layout.grid == DiscreteVAE(chosen.dvae).config.grid


def test_an_unknown_preset_is_answered_with_the_nearest():
    with pytest.raises(SettingError, match="no preset 'nanno'; did you mean nano"):
        preset("nanno")
    with pytest.raises(SettingError, match="choose from nano, small, base, tiny, paper"):
        preset("xyz")


def test_a_dictionary_of_another_version_names_the_field():
    data = preset("nano").to_dict()
    data["dvae"]["colour_depth"] = 8
    with pytest.raises(SettingError, match="colour_depth"):
        preset_from_dict(data)
    data = preset("nano").to_dict()
    del data["clip"]
    with pytest.raises(SettingError, match="clip"):
        preset_from_dict(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": 0}, "steps is 0; it must be at least 1"),
        ({"learning_rate": -1.0}, "learning_rate is -1.0; it must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; it must be above 0"),
        ({"ema_decay": 1.0}, "ema_decay is 1.0"),
        ({"pictures": 10, "batch_size": 11}, "batch_size 11 is more than the 10 pictures"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(change, message):
    with pytest.raises(SettingError, match=message):
        replace(TrainingConfig(), **change)


# ---------------------------------------------------------------- --set


@pytest.mark.parametrize(
    ("setting", "where", "value"),
    [
        ("dvae.vocab_size=512", ("dvae", "vocab_size"), 512),
        ("dvae.likelihood=l2", ("dvae", "likelihood"), "l2"),
        ("dvae.residual_scale=none", ("dvae", "residual_scale"), None),
        ("dvae.residual_scale=1", ("dvae", "residual_scale"), 1.0),
        ("dvae.standardise_logits=False", ("dvae", "standardise_logits"), False),
        ("dalle.patterns=row,column,row,row,row,conv", ("dalle", "patterns"), ("row", "column", *["row"] * 3, "conv")),
        ("tokenizer.pattern=[a-z]+", ("tokenizer", "pattern"), "[a-z]+"),
        ("clip.width = 64", ("clip", "width"), 64),
    ],
)  # fmt: skip
def test_a_setting_changes_one_number_and_nothing_else(setting, where, value):
    before = preset("nano")
    after = with_settings(before, "dvae", [setting])
    part, field = where
    assert getattr(getattr(after, part), field) == value
    assert asdict(getattr(after, part)) == {**asdict(getattr(before, part)), field: value}
    assert after.training == before.training


def test_training_settings_belong_to_the_task_at_hand():
    after = with_settings(preset("nano"), "dalle", ["training.learning_rate=2e-4", "training.samples=4"])
    assert after.training["dalle"].learning_rate == 2e-4 and after.training["dalle"].samples == 4
    assert after.training["dvae"] == preset("nano").training["dvae"]


def test_what_follows_is_changed_along():
    after = with_settings(
        preset("nano"), "dvae", ["dvae.vocab_size=512", "dvae.downsamplings=2", "image_size=32"]
    )
    assert (after.dalle.image_vocab, after.dalle.grid) == (512, 8)
    assert (after.dvae.image_size, after.clip.image_size) == (32, 32)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("dvae.vocab=512", "no setting 'dvae.vocab'; did you mean dvae.vocab_size"),
        ("learning_rate=1", "no setting 'learning_rate'; did you mean training.learning_rate"),
        ("dalle.grid=16", "dalle.grid follows from dvae.downsamplings: set that instead"),
        ("dvae.vocab_size", "write name=value"),
        ("dvae.vocab_size=many", "dvae.vocab_size is 'many'; it takes a whole number"),
        ("dvae.vocab_size=1.5", "it takes a whole number"),
        ("dvae.vocab_size=inf", "it takes a whole number"),
        ("dvae.vocab_size=true", "it takes a whole number"),
        ("training.flip=2", "it takes true or false"),
        ("training.learning_rate=fast", "it takes a number"),
        ("dvae.likelihood=l3", "choose from logit_laplace, l2, l1"),
        ("dvae.hidden=30", "dvae.hidden=30: hidden is 30; use a multiple of 4"),
        ("training.steps=0", "steps is 0"),
        ("dalle.patterns=row,diagonal", "unknown attention pattern 'diagonal'"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(setting, message):
    with pytest.raises(SettingError, match=message):
        with_settings(preset("nano"), "dvae", [setting])
