"""CLIP: the loss against a plain loop, captions without their padding, ranking, and any OpenCLIP model."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from minidalle.clip import CLIP, CaptionScorer, CLIPConfig, rerank, zero_shot_classify

TINY = CLIPConfig(
    image_size=16, text_vocab=32, text_length=8, width=32, heads=2, image_layers=1, text_layers=1, embed=16
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def build(**changes) -> CLIP:
    torch.manual_seed(0)
    return CLIP(dataclasses.replace(TINY, **changes))


def pairs(n: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.rand(n, 3, 16, 16, generator=seeded(1)), torch.randint(32, (n, 8), generator=seeded(2))


class Brightness:
    """The simplest scorer: a picture fits "bright" as well as it is bright, and "dark" as it is not."""

    def scores(self, images, text):
        light = images.mean(dim=(1, 2, 3))
        return torch.stack([light if word == "bright" else 1 - light for word in text], dim=1)


def shades(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 3, 4, 4)


# ---- the towers and the loss -------------------------------------------------------------------------------


def test_both_towers_give_unit_vectors_of_the_same_length():
    model, (images, text) = build(), pairs()
    for vectors in (model.encode_image(images), model.encode_text(text)):
        assert vectors.shape == (6, 16)
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(6))


def test_the_default_size_suits_two_cpu_cores():
    with torch.device("meta"):
        model = CLIP(CLIPConfig())
        assert 1.0e6 < sum(p.numel() for p in model.parameters()) < 1.5e6
        assert model(torch.empty(2, 3, 64, 64), torch.zeros(2, 32, dtype=torch.long)).logits.shape == (2, 2)


def test_the_loss_is_the_average_of_two_cross_entropies():
    model, (images, text) = build(), pairs()
    pictures, captions = model.encode_image(images), model.encode_text(text)
    scale, total = 1 / 0.07, 0.0
    for i in range(6):
        right = scale * pictures[i] @ captions[i]
        among_captions = sum(torch.exp(scale * pictures[i] @ captions[j]) for j in range(6))
        among_pictures = sum(torch.exp(scale * pictures[j] @ captions[i]) for j in range(6))
        total += (among_captions.log() - right + among_pictures.log() - right) / 12
    out = model(images, text)
    torch.testing.assert_close(out.loss, total)
    torch.testing.assert_close(out.logits[2, 4], scale * pictures[2] @ captions[4])


def test_foils_are_further_captions_for_pictures_and_nothing_for_captions():
    model, (images, text), foils = build(), pairs(), torch.tensor([[4, 4, 2], [7, -1, -1]])
    foils = torch.nn.functional.pad(foils, (0, text.shape[1] - 3), value=-1)
    pictures, captions = model.encode_image(images), model.encode_text(text)
    logits = (pictures @ torch.cat([captions, model.encode_text(foils)]).T) / 0.07
    own = torch.arange(6)
    expected = (logits.logsumexp(1) - logits[own, own]).mean() / 2
    expected = expected + (logits[:, :6].logsumexp(0) - logits[own, own]).mean() / 2
    out = model(images, text, foils)
    torch.testing.assert_close(out.loss, expected)
    torch.testing.assert_close(out.logits, model(images, text).logits)
    assert out.loss > model(images, text).loss


def test_picture_foils_are_further_pictures_for_captions_and_nothing_for_pictures():
    model, (images, text) = build(), pairs()
    damaged = torch.rand(3, 3, 16, 16, generator=seeded(4))
    pictures, captions = model.encode_image(torch.cat([images, damaged])), model.encode_text(text)
    logits = (pictures @ captions.T) / 0.07
    own = torch.arange(6)
    expected = (logits[:6].logsumexp(1) - logits[own, own]).mean() / 2
    expected = expected + (logits.logsumexp(0) - logits[own, own]).mean() / 2
    out = model(images, text, image_foils=damaged)
    torch.testing.assert_close(out.loss, expected)
    torch.testing.assert_close(out.logits, model(images, text).logits)
    foils = text.roll(1, dims=1)
    both, plain = model(images, text, foils, damaged).loss, model(images, text).loss
    torch.testing.assert_close(both - plain, out.loss - plain + model(images, text, foils).loss - plain)


def test_the_order_of_the_pairs_does_not_matter_and_pairing_does():
    model, (images, text) = build().double(), pairs()
    images, order = images.double(), torch.tensor([3, 0, 5, 1, 4, 2])
    loss = model(images, text).loss
    torch.testing.assert_close(model(images[order], text[order]).loss, loss)
    assert (model(images, text[order]).loss - loss).abs() > 1e-4


def test_the_scale_starts_at_one_over_seven_hundredths_and_stops_at_a_hundred_without_dying():
    model, (images, text) = build(), pairs()
    assert model.log_scale.exp().item() == pytest.approx(1 / 0.07)
    with torch.no_grad():
        model.log_scale.fill_(9.0)
    model(images, text).loss.backward()
    assert model.log_scale.item() == pytest.approx(math.log(100))
    assert model.log_scale.grad.abs() > 0


def test_every_parameter_gets_a_gradient():
    model, (images, text) = build(), pairs()
    model(images, text).loss.backward()
    assert [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


# ---- what the towers can and cannot see --------------------------------------------------------------------


def test_padding_does_not_change_a_caption():
    model, text = build(), torch.tensor([[5, 9, 2]])
    padded = torch.full((1, 8), -1)
    padded[:, :3] = text
    torch.testing.assert_close(model.encode_text(padded), model.encode_text(text))
    beside_a_long_one = torch.cat([padded, torch.arange(8)[None]])
    torch.testing.assert_close(model.encode_text(beside_a_long_one)[:1], model.encode_text(text))


def test_the_order_of_the_words_and_the_place_of_a_thing_are_seen():
    model = build()
    caption = torch.tensor([[5, 9, 2]])
    assert (model.encode_text(caption) - model.encode_text(caption.flip(1))).abs().max() > 1e-3
    # With a stem that sees each cell apart, an average over cells could not tell where the red one stands.
    model.stem, image = torch.nn.Conv2d(3, 32, 8, stride=8), torch.full((1, 3, 16, 16), 0.5)
    image[:, 0, 2:6, 2:6] = 1.0
    assert (model.encode_image(image) - model.encode_image(image.roll(8, dims=3))).abs().max() > 1e-3


def test_four_colours_are_learned_in_a_few_seconds():
    model = build()
    colours = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]])
    optimiser, draw = torch.optim.AdamW(model.parameters(), lr=1e-3), seeded(3)

    def squares(labels):  # a coloured square somewhere on grey, and the caption "a <colour> square"
        images = torch.full((len(labels), 3, 16, 16), 0.5)
        for image, label in zip(images, labels, strict=True):
            x, y = torch.randint(10, (2,), generator=draw)
            image[:, y : y + 6, x : x + 6] = colours[label][:, None, None]
        return images, torch.stack([torch.tensor([1, 10 + int(label), 2, -1]) for label in labels])

    classes = torch.arange(4)
    for _ in range(220):
        loss = model(*squares(classes)).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    labels = torch.randint(4, (100,), generator=draw)
    images, _ = squares(labels)
    found = zero_shot_classify(model, images, squares(classes)[1])
    assert (found == labels).float().mean() > 0.9  # chance is 0.25


# ---- scoring, reranking, classifying -----------------------------------------------------------------------


def test_scores_are_cosine_similarities_and_chunks_do_not_change_them(monkeypatch):
    model, (_, text) = build(), pairs()
    images = torch.rand(70, 3, 16, 16, generator=seeded(5))
    scores = model.scores(images, text)
    assert scores.shape == (70, 6) and scores.abs().max() <= 1 + 1e-6 and not scores.requires_grad
    expected = torch.cosine_similarity(
        model.encode_image(images[:, :])[:, None], model.encode_text(text)[None], dim=2
    )
    torch.testing.assert_close(scores, expected.detach())
    for chunk in (1, 7, 70):
        monkeypatch.setattr("minidalle.clip.CHUNK", chunk)
        torch.testing.assert_close(model.scores(images, text), scores)


def test_rerank_puts_the_best_first_and_keeps_the_order_of_equals():
    ranking = rerank(Brightness(), shades(0.2, 0.9, 0.5, 0.9, 0.0), "bright", best=4)
    assert ranking.indices.tolist() == [1, 3, 2, 0]
    assert ranking.scores.tolist() == pytest.approx([0.9, 0.9, 0.5, 0.2])
    assert rerank(Brightness(), shades(0.2, 0.9), ["dark"], best=1).indices.tolist() == [0]


def test_rerank_with_clip_is_the_argsort_of_its_scores():
    model, (_, text) = build(), pairs()
    images = torch.rand(40, 3, 16, 16, generator=seeded(5))
    scores = model.scores(images, text[:1])[:, 0]
    for caption in (text[0], text[:1]):
        ranking = rerank(model, images, caption, best=40)
        assert np.array_equal(ranking.indices.numpy(), np.argsort(-scores.numpy(), kind="stable"))
        torch.testing.assert_close(ranking.scores, scores[ranking.indices])


@pytest.mark.parametrize("best", [0, -1, 4])
def test_more_than_there_are_cannot_be_chosen(best):
    with pytest.raises(ValueError, match=f"best is {best}, of 3 pictures; choose from 1 to 3"):
        rerank(Brightness(), shades(0.1, 0.2, 0.3), "bright", best)


def test_rerank_takes_one_caption():
    with pytest.raises(ValueError, match="one caption, and got 2"):
        rerank(Brightness(), shades(0.1, 0.2, 0.3), ["bright", "dark"], best=1)


def test_zero_shot_classification_names_the_nearest_caption():
    assert zero_shot_classify(Brightness(), shades(0.1, 0.8, 0.4), ["bright", "dark"]).tolist() == [1, 0, 1]


# ---- strings: our CLIP with a tokenizer, or any OpenCLIP model ---------------------------------------------


class Letters:
    """A tokenizer of the package's interface: one token a letter, -1 for padding."""

    def encode_batch(self, texts, length):
        return torch.tensor([[ord(c) - 97 for c in text] + [-1] * (length - len(text)) for text in texts])


def test_clip_can_read_strings_through_a_tokenizer():
    model, (images, _) = build(), pairs()
    by_ids = model.scores(images, Letters().encode_batch(["cat", "dog"], 8))
    assert torch.equal(CaptionScorer(model, Letters()).scores(images, ["cat", "dog"]), by_ids)


# ---- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (torch.zeros(2, 9, dtype=torch.long), "9 tokens long; this model reads at most 8"),
        (torch.tensor([[1, 32]]), "from 1 to 32; expected 0 to 31, or -1"),
        (torch.tensor([[1, -2]]), "from -2 to 1"),
        (torch.tensor([[1, -1], [-1, -1]]), r"captions \[1\] hold nothing but padding"),
        (torch.zeros(2, 4), "float32"),
        (torch.zeros(4, dtype=torch.long), r"shape \(4,\); expected token ids \[batch, length\]"),
    ],
)
def test_bad_captions_are_explained(text, message):
    with pytest.raises(ValueError, match=message):
        build().encode_text(text)


def test_bad_pictures_and_pairs_are_explained():
    model, (images, text) = build(), pairs()
    with pytest.raises(ValueError, match="32x32 pixels; this model reads 16x16"):
        model.encode_image(torch.zeros(1, 3, 32, 32))
    with pytest.raises(ValueError, match="6 pictures but 5 captions"):
        model(images, text[:5])
    with pytest.raises(ValueError, match="image_size is 20"):
        dataclasses.replace(TINY, image_size=20)
    with pytest.raises(ValueError, match="width is 30"):
        dataclasses.replace(TINY, width=30)
