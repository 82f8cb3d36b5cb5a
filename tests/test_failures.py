"""The gallery of failures: every mistake does the harm that it is shown for, and the cure does not."""

import json
from contextlib import nullcontext

import pytest
import torch

from minidalle.cli import main
from minidalle.dalle import DALLE
from minidalle.failures import FAILURES, cases, cases_dvae, cases_stream, sheet, small
from minidalle.failures.cases_dvae import wrong_axis_kl
from minidalle.failures.cases_stream import LeakyTables, Overlapping, half_blocks, shared_by_replicas
from minidalle.failures.found import SHOWN
from minidalle.failures.sheet import COLORS, run_all
from minidalle.masks import dense_mask
from minidalle.relaxation import kl_to_uniform
from minidalle.training.gradient_scales import GradientScales, ScaledBlocks, transformer_branches

SHORT = {"codebook collapse": 60, "a mask that leaks": 60, "16 bits without scales": 30}


@pytest.fixture(scope="module", autouse=True)
def quick():
    """A dVAE of some updates is good enough for codes, and a few pictures for looks."""
    with pytest.MonkeyPatch.context() as patch:
        trained = small.train_dvae(small.DVAE, 30).model.eval()
        for module in (small, cases_dvae, cases_stream):
            patch.setattr(module, "good_dvae", lambda: trained)
        small.codes.cache_clear()
        yield
    small.codes.cache_clear()


@pytest.mark.slow
def test_the_naive_dvae_collapses_and_the_standardised_one_does_not():
    found = cases.collapse(SHORT["codebook collapse"])
    naive, good = (y[-1] for _, y in found.curves.values())
    assert naive < 0.5 * good


def test_the_wrong_axis_gives_a_negative_kl_that_knows_the_batch():
    logits = torch.randn(4, 64, 2, 2, generator=torch.Generator().manual_seed(0))
    assert wrong_axis_kl(logits).mean() < 0 < wrong_axis_kl(logits[:1]).mean()
    assert kl_to_uniform(logits).min() >= 0
    found = cases.wrong_axis(1)
    (_, wrong), (_, right) = found.curves.values()
    assert min(wrong) < -1 < 0 < wrong[0] and min(right) > 0 and max(right) - min(right) < 0.5


def test_the_leaky_mask_shows_exactly_one_slot_too_many():
    model = DALLE(small.dalle_config())
    tables = LeakyTables(model.layout)
    for pattern in ("row", "column", "conv"):
        right, wrong = dense_mask(pattern, model.layout), tables.dense(pattern, torch.device("cpu"))
        more = wrong & ~right
        assert more.sum() == model.layout.length - 1 and more.diagonal(1).all()


@pytest.mark.slow
def test_a_model_that_sees_the_answer_learns_it_and_draws_nothing():
    found = cases.leak(SHORT["a mask that leaks"])
    leaky, causal = (y[-1] for _, y in found.curves.values())
    assert leaky < causal
    assert set(found.pictures) == {"leaky", "causal"}


def test_overlapping_vocabularies_share_embeddings_and_nothing_else_changes():
    right = small.dalle_config()
    wrong = Overlapping(**{name: getattr(right, name) for name in right.__dataclass_fields__})
    assert wrong.vocab == right.vocab and wrong.start_of_image == right.start_of_image
    image = torch.zeros(1, 64, dtype=torch.int64)
    assert DALLE(wrong).image_ids(image).max() < wrong.text_vocab <= DALLE(right).image_ids(image).min()


def test_gradients_of_half_precision_are_lost_without_scales_and_the_loss_shows_it():
    found = cases.half(SHORT["16 bits without scales"])
    assert list(found.curves) == ["unscaled", "a scale a block"]
    unscaled, scaled = (y[-1] for _, y in found.curves.values())
    assert unscaled > scaled + 0.1


def test_with_a_scale_a_block_gradients_in_half_precision_are_the_true_ones():
    """Scaled in float32 and then rounded; the other way round, up to a tenth of each gradient would be lost."""

    def gradients(start: int, half: bool) -> list[torch.Tensor]:
        torch.manual_seed(0)
        model = DALLE(small.dalle_config())
        scales = GradientScales(2 * model.config.depth)
        scales.thousandths = [start] * len(scales)
        with half_blocks(model) if half else nullcontext():
            scaled = ScaledBlocks(transformer_branches(model.transformer), scales)
            backward, _ = shared_by_replicas(scaled, model)
            assert backward(model(small.data().captions[:8], small.codes()[:8]).loss)
        return [torch.cat([p.grad.flatten() for p in branch.parameters]) for branch in scaled.branches]

    true = gradients(0, half=False)
    for found, right in zip(gradients(13_000, half=True), true, strict=True):
        assert (found - right).norm() < 0.002 * right.norm()
    for found, right in zip(gradients(0, half=True), true, strict=True):
        assert (found - right).norm() > 0.02 * right.norm()


def test_every_failure_has_a_line_of_code_and_its_cure():
    assert len(FAILURES) == 6 and len({failure.name for failure in FAILURES}) == 6
    assert set(cases.STEPS) == {failure.name for failure in FAILURES}
    assert all(failure.mistake != failure.cure for failure in FAILURES) and len(COLORS) == 4


def test_every_failure_runs_and_has_curves_and_pictures_for_the_sheet():
    """Three updates do no harm; but each case goes through all its steps."""
    found = run_all(steps=3)
    assert [failure.name for failure, _ in found] == [failure.name for failure in FAILURES]
    for failure, shown in found:
        assert len(shown.curves) in (2, 4) and shown.verdict.endswith(".")
        assert all(len(x) == len(y) > 1 for x, y in shown.curves.values()), failure.name
        for images in shown.pictures.values():
            assert images.shape == (SHOWN, 3, small.SIZE, small.SIZE) and images.isfinite().all(), (
                failure.name
            )
    assert {failure.name for failure, shown in found if not shown.pictures} == {
        "KL over the wrong axis", "16 bits without scales",
    }  # fmt: skip
    assert sheet(found).png.startswith(b"\x89PNG")


def test_the_command_writes_a_sheet_and_figures(tmp_path, capsys):
    assert main(["failures", "KL over the wrong axis", "--out", str(tmp_path)]) == 0
    assert "KL over the wrong axis: A KL is never negative" in capsys.readouterr().out
    assert (tmp_path / "failures.png").read_bytes().startswith(b"\x89PNG")
    assert list(json.loads((tmp_path / "failures.json").read_text())) == ["KL over the wrong axis"]
    assert main(["failures", "bad luck", "--out", str(tmp_path)]) == 1
    assert "there is no failure 'bad luck'; choose from codebook collapse" in capsys.readouterr().err


def test_a_sheet_says_in_words_what_it_shows():
    found = run_all(["KL over the wrong axis"])
    assert found[0][1].verdict in sheet(found).alt
