"""A model as a whole: its dVAE, its loss on pairs of no training, and its pictures as a crowd."""

import pytest
import torch

from minidalle.evaluation.asking import HELD_OUT, SEEN, ask
from minidalle.evaluation.quality import (
    crowds,
    frechet,
    held_back_loss,
    quality_lines,
    reader_features,
    reconstruction,
)
from minidalle.evaluation.rows import EVALUATION_SEED
from minidalle.evaluation.sections import Batch, Effort
from minidalle.pipeline_pictures import to_floats
from minidalle.training.dvae_task import foreground
from minidalle.world import caption, render_many, sample_scene

COUNT = 24


def root(matrix):
    """The square root of a symmetric matrix without negative directions."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors * values.clamp_min(0).sqrt() @ vectors.T


def test_frechet_is_that_of_the_symmetric_formula():
    generator = torch.Generator().manual_seed(0)
    one = torch.randn(400, 12, generator=generator, dtype=torch.float64)
    two = 1 + one[torch.randperm(400, generator=generator)] @ torch.randn(
        12, 12, generator=generator, dtype=torch.float64
    )
    first, second = torch.cov(one.T), torch.cov(two.T)
    half = root(first)
    wanted = (one.mean(0) - two.mean(0)).square().sum() + (
        first + second - 2 * root(half @ second @ half)
    ).trace()
    assert frechet(one, two) == pytest.approx(float(wanted), rel=1e-6)
    assert frechet(one, one) == pytest.approx(0, abs=1e-9)
    shifted = one + torch.arange(12)
    assert frechet(one, shifted) == pytest.approx(sum(n * n for n in range(12)))


def drawn_by(model, tokens_of):
    """Two batches of questions, and what a model drew for them."""
    batches = [Batch("pair", split, ask("pair", split, COUNT), Effort(COUNT)) for split in (SEEN, HELD_OUT)]
    size = model.preset.image_size
    return [
        (batch, tokens_of(to_floats(render_many([one.scene for one in batch.asked], size, progress=False))))
        for batch in batches
    ]


def test_a_crowd_of_true_codes_is_as_far_as_the_dvae_and_noise_is_farther(nano, reader):
    with torch.no_grad():
        perfect = crowds(nano, reader, drawn_by(nano, nano.dvae.encode))
        noise = crowds(nano, reader, drawn_by(nano, lambda images: torch.randint(512, (len(images), 256))))
    assert perfect["pictures"] == 2 * COUNT
    assert perfect["drawn"] == pytest.approx(perfect["through the dVAE"])
    assert noise["drawn"] > 3 * perfect["drawn"] and 0 < perfect["other renders"] < noise["drawn"]


def test_features_are_what_a_kind_is_told_by(reader):
    images = torch.rand(2, 3, 128, 128)
    fields, _, kinds = reader.asked(["pair", "pair"])
    with torch.no_grad():
        _, kind = reader(images, fields, kinds)
        assert torch.allclose(reader.kind(reader_features(reader, images).float()), kind, atol=1e-5)


def test_the_loss_is_that_of_the_likelihood_and_grows_with_wrong_captions(nano, monkeypatch):
    scenes = [sample_scene(EVALUATION_SEED, index) for index in range(COUNT)]
    found = held_back_loss(nano, scenes)
    texts = [caption(scene, EVALUATION_SEED, index) for index, scene in enumerate(scenes)]
    words = nano.tokenizer.encode_batch(texts, nano.preset.text_length)
    with torch.no_grad():
        codes = nano.dvae.encode(to_floats(render_many(scenes, 64, progress=False)))
        nats = -nano.dalle.log_likelihood(words, codes).mean() / codes.shape[1]
    assert found["picture"] == pytest.approx(float(nats), rel=1e-5) and found["pictures"] == COUNT
    monkeypatch.setattr("minidalle.evaluation.quality.caption", lambda scene, seed, index: texts[index - 1])
    dealt = held_back_loss(nano, scenes)
    assert dealt["text"] == pytest.approx(found["text"]) and dealt["picture"] > 1.1 * found["picture"]


def test_what_a_picture_shows_is_found_in_cut_things_too():
    scenes = [sample_scene(0, index, kind="cross-section") for index in range(8)]
    assert any(scene.cut for scene in scenes)
    masks = foreground(scenes, render_many(scenes, 32, progress=False))
    assert masks.float().mean(dim=(1, 2)).min() > 0.02 and masks.float().mean() < 0.9


def test_what_a_picture_shows_is_found_in_both_of_two_panels():
    scenes = [sample_scene(0, index, kind="two panels") for index in range(4)]
    masks = foreground(scenes, render_many(scenes, 32, progress=False))
    assert masks[:, :16].any((1, 2)).all() and masks[:, 16:].any((1, 2)).all() and masks.float().mean() < 0.6


def test_reconstruction_and_everything_else_is_told_in_words(nano):
    scenes = [sample_scene(EVALUATION_SEED, index) for index in range(COUNT)]
    found = reconstruction(nano.dvae, scenes)
    assert 15 < found["foreground_psnr"] < found["psnr"] < 35 and 0.5 < found["token_stability"] < 1
    loss, crowd = {"pictures": 7, "text": 0.5, "picture": 1.25}, {
        "pictures": 1234, "drawn": 2.0, "through the dVAE": 1.0, "other renders": 0.1,
    }  # fmt: skip
    text = "\n".join(quality_lines({"quality": {"reconstruction": found, "loss": loss, "crowds": crowd}}))
    assert f"{found['foreground_psnr']:.1f} dB on the foreground" in text and "0.500 nats" in text
    assert "from 1,234 true renders" in text and "2.00 of as many drawn" in text
    assert quality_lines({}) == []
