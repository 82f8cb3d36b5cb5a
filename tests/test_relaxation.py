"""The formulas of the discrete VAE against torch.distributions, numerical integrals and hand calculations."""

import math

import pytest
import torch
from torch.distributions import (
    Categorical,
    Laplace,
    RelaxedOneHotCategorical,
    SigmoidTransform,
    TransformedDistribution,
    kl_divergence,
)

from minidalle.relaxation import gumbel_softmax, kl_to_uniform, logit_laplace_nll, map_pixels, unmap_pixels


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# ---- the Gumbel-softmax relaxation -------------------------------------------------------------------------


def test_a_sample_is_a_distribution_over_codes_along_the_chosen_dimension():
    logits = torch.randn(2, 5, 3, 3, generator=seeded())
    sample = gumbel_softmax(logits, temperature=0.7, dim=1, generator=seeded())
    assert sample.shape == logits.shape and (sample >= 0).all()
    torch.testing.assert_close(sample.sum(dim=1), torch.ones(2, 3, 3))


@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_the_largest_entry_follows_the_categorical_at_every_temperature(temperature):
    logits = torch.tensor([1.0, 0.0, -1.0, 2.0])
    draws = gumbel_softmax(logits.expand(100_000, 4), temperature, generator=seeded(1)).argmax(dim=-1)
    frequency = torch.bincount(draws, minlength=4) / len(draws)
    torch.testing.assert_close(frequency, logits.softmax(dim=0), atol=0.005, rtol=0)  # 3 standard deviations


@pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
def test_moments_equal_those_of_torch_distributions(temperature):
    logits = torch.tensor([0.5, -0.5, 1.5])
    ours = gumbel_softmax(logits.expand(200_000, 3), temperature, generator=seeded(2))
    torch.manual_seed(3)
    theirs = RelaxedOneHotCategorical(torch.tensor(temperature), logits=logits).sample((200_000,))
    torch.testing.assert_close(ours.mean(dim=0), theirs.mean(dim=0), atol=0.005, rtol=0)
    torch.testing.assert_close(ours.T.cov(), theirs.T.cov(), atol=0.005, rtol=0)


def test_samples_become_one_hot_as_the_temperature_falls():
    logits = torch.randn(1000, 16, generator=seeded())
    sharpness = [
        gumbel_softmax(logits, t, generator=seeded(1)).amax(dim=-1).mean().item()
        for t in (4, 1, 1 / 16, 1e-4)
    ]
    assert sharpness == sorted(sharpness) and sharpness[0] < 0.25 and sharpness[-1] > 0.999


def test_hard_samples_are_one_hot_and_keep_the_gradient_of_the_relaxed_ones():
    logits, weights = (
        torch.randn(50, 8, generator=seeded()).requires_grad_(),
        torch.randn(50, 8, generator=seeded(1)),
    )
    gradients = []
    for hard in (False, True):
        sample = gumbel_softmax(logits, 0.5, generator=seeded(2), hard=hard)
        gradients += torch.autograd.grad((sample * weights).sum(), logits)
    torch.testing.assert_close(sample.sort(dim=-1).values, torch.eye(8)[-1].expand(50, 8))
    torch.testing.assert_close(gradients[0], gradients[1])


def test_the_gradient_is_that_of_the_softmax():
    logits = torch.randn(3, 4, dtype=torch.double, generator=seeded()).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: gumbel_softmax(x, 0.7, generator=seeded(1)), (logits,))


def test_the_same_seed_gives_the_same_sample_in_any_memory_layout():
    logits = torch.randn(2, 6, 4, 4, generator=seeded())
    first, again = (gumbel_softmax(logits, 1.0, dim=1, generator=seeded(5)) for _ in range(2))
    channels_last = logits.contiguous(memory_format=torch.channels_last)
    assert torch.equal(first, again)
    torch.testing.assert_close(first, gumbel_softmax(channels_last, 1.0, dim=1, generator=seeded(5)))
    assert not torch.equal(first, gumbel_softmax(logits, 1.0, dim=1, generator=seeded(6)))


def test_half_precision_logits_are_sampled_in_full_precision():
    logits = torch.zeros(4, 512, dtype=torch.bfloat16)
    assert gumbel_softmax(logits, 1.0, generator=seeded()).dtype == torch.float32
    assert kl_to_uniform(logits).abs().max() < 1e-6


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_not_above_zero_is_refused(temperature):
    with pytest.raises(ValueError, match="must be above 0"):
        gumbel_softmax(torch.zeros(2, 3), temperature)


# ---- the KL to the uniform prior ---------------------------------------------------------------------------


def test_kl_is_zero_for_uniform_and_ln_k_for_one_hot_at_every_position():
    one_hot = torch.nn.functional.one_hot(torch.arange(12).view(1, 3, 4), 512).movedim(-1, 1) * 1e4
    torch.testing.assert_close(
        kl_to_uniform(torch.full((2, 512, 3, 4), 7.0)), torch.zeros(2, 3, 4), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(kl_to_uniform(one_hot), torch.full((1, 3, 4), math.log(512)))


def test_kl_equals_torch_distributions():
    logits = 3 * torch.randn(2, 11, 3, 3, dtype=torch.double, generator=seeded())
    posterior = Categorical(logits=logits.movedim(1, -1))
    expected = kl_divergence(posterior, Categorical(logits=torch.zeros_like(posterior.logits)))
    torch.testing.assert_close(kl_to_uniform(logits), expected)


def test_the_written_out_gradient_of_the_kl_is_right():
    logits = torch.randn(2, 5, 2, 3, dtype=torch.double, generator=seeded()).requires_grad_()
    assert torch.autograd.gradcheck(kl_to_uniform, (logits,))
    extreme = (1e4 * torch.eye(5)[None, :, :, None]).requires_grad_()
    assert torch.autograd.grad(kl_to_uniform(extreme).sum(), extreme)[0].isfinite().all()


# ---- pixels and the logit-Laplace density ------------------------------------------------------------------


def test_phi_squeezes_pixels_into_the_open_interval_and_back():
    grey = torch.arange(256) / 255
    torch.testing.assert_close(map_pixels(torch.tensor([0.0, 0.5, 1.0])), torch.tensor([0.1, 0.5, 0.9]))
    torch.testing.assert_close(unmap_pixels(map_pixels(grey)), grey)
    assert unmap_pixels(torch.tensor([0.0, 0.05, 0.95, 1.0])).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("mu", "scale"), [(0.0, 1.0), (1.3, 0.4), (-2.0, 0.2), (0.5, 0.9)])
def test_the_density_integrates_to_one(mu, scale):
    edges = torch.linspace(0, 1, 400_001, dtype=torch.double)
    x = (edges[1:] + edges[:-1]) / 2
    nll = logit_laplace_nll(x, torch.tensor(mu, dtype=x.dtype), torch.tensor(scale, dtype=x.dtype).log())
    assert (torch.exp(-nll).sum() / len(x)).item() == pytest.approx(1, abs=2e-3)


def test_the_density_is_a_laplace_pushed_through_a_sigmoid():
    x = torch.rand(500, generator=seeded()).double() * 0.8 + 0.1
    mu, log_scale = torch.randn(2, 500, dtype=torch.double, generator=seeded(1))
    reference = TransformedDistribution(Laplace(mu, log_scale.exp()), [SigmoidTransform()])
    torch.testing.assert_close(logit_laplace_nll(x, mu, log_scale), -reference.log_prob(x))


def test_the_likeliest_location_is_the_pixel_itself():
    x, mu = torch.tensor(0.3, dtype=torch.double), torch.linspace(-3, 3, 6001, dtype=torch.double)
    best = mu[logit_laplace_nll(x, mu, torch.zeros_like(mu)).argmin()]
    assert torch.sigmoid(best).item() == pytest.approx(0.3, abs=1e-3)
