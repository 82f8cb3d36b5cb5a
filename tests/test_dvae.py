"""The discrete VAE: its sizes, its two directions, its loss, and what it says about bad pictures."""

import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import nn

from minidalle.dvae import DiscreteVAE, DVAEConfig, codebook_perplexity, psnr, token_stability
from minidalle.dvae_layers import BottleneckBlock, Standardise, convolution
from minidalle.relaxation import logit_laplace_nll, map_pixels
from minidalle.schedules import cosine_anneal

TINY = DVAEConfig(
    image_size=16,
    vocab_size=24,
    hidden=8,
    downsamplings=2,
    decoder_input=12,
    residual_scale=0.5,
    standardise_logits=False,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def build(**changes) -> DiscreteVAE:
    torch.manual_seed(0)
    return DiscreteVAE(dataclasses.replace(TINY, **changes))


def pictures(n: int = 4, size: int = 16) -> torch.Tensor:
    return torch.rand(n, 3, size, size, generator=seeded(7))


def toy_pictures(size: int = 16) -> torch.Tensor:
    """Eight pictures: a coloured rectangle on grey, each of another colour and at another place."""
    images = torch.full((8, 3, size, size), 0.5)
    for i in range(8):
        colour = torch.tensor([i & 1, i >> 1 & 1, i >> 2 & 1]).float()
        images[i, :, i : i + 7, 12 - i : 16 - i] = colour[:, None, None]
    return images


# ---- sizes -------------------------------------------------------------------------------------------------


def test_the_paper_configuration_has_the_released_parameter_counts():
    with torch.device("meta"):
        model = DiscreteVAE(DVAEConfig.paper())
    assert sum(p.numel() for p in model.encoder.parameters()) == 53_786_240
    assert sum(p.numel() for p in model.decoder.parameters()) == 43_829_766
    assert model.config.grid == 32 and model.config.scale_of_residuals == 1 / 64
    assert model.decoder.codebook.weight.shape == (128, 8192, 1, 1) and model.config.output_maps == 6
    logits = model.logits(torch.empty(2, 3, 256, 256, device="meta"))
    assert logits.shape == (2, 8192, 32, 32)
    assert model.decode_soft(logits).shape == (2, 6, 256, 256)


@pytest.mark.parametrize("downsamplings", [0, 1, 2, 3])
def test_encode_gives_one_code_a_cell_in_raster_order_and_decode_a_picture(downsamplings):
    model, grid = build(downsamplings=downsamplings).eval(), 16 // 2**downsamplings
    images = pictures(2)
    ids = model.encode(images)
    assert ids.shape == (2, grid**2) and ids.dtype == torch.int64
    logits = model.logits(images)
    for cell in range(grid**2):
        assert ids[1, cell] == logits[1, :, cell // grid, cell % grid].argmax()
    painted = model.decode(ids)
    assert painted.shape == images.shape and painted.min() >= 0 and painted.max() <= 1
    assert torch.equal(painted, model.reconstruct(images))


@pytest.mark.parametrize("likelihood", ["logit_laplace", "l2", "l1"])
def test_looking_up_codes_equals_multiplying_by_one_hot_vectors(likelihood):
    model = build(likelihood=likelihood).eval()
    nn.init.normal_(model.decoder.codebook.bias)
    ids = torch.randint(24, (3, 16), generator=seeded())
    one_hot = rearrange(F.one_hot(ids, 24).float(), "b (h w) code -> b code h w", h=4)
    torch.testing.assert_close(model.decode(ids), model.images_from(model.decode_soft(one_hot)))


def test_the_start_is_as_released():
    layer = convolution(64, 128, 3)
    assert layer.weight.std().item() == pytest.approx(1 / math.sqrt(64 * 9), rel=0.02)
    assert layer.weight.mean().abs() < 1e-3 and not layer.bias.any()


# ---- blocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kernels", "n_in"), [((3, 3, 3, 1), 8), ((1, 3, 3, 3), 24)])
def test_a_block_is_four_relu_convolution_pairs_beside_a_skip(kernels, n_in):
    torch.manual_seed(0)
    block, x = BottleneckBlock(n_in, 8, kernels, scale=0.25), torch.randn(2, n_in, 6, 6)
    assert [layer.kernel_size[0] for layer in block.residual] == list(kernels)
    assert [layer.out_channels for layer in block.residual] == [2, 2, 2, 8]
    path = nn.Sequential(*(step for layer in block.residual for step in (nn.ReLU(), layer)))
    skip = x if n_in == 8 else F.conv2d(x, block.skip.weight, block.skip.bias)
    torch.testing.assert_close(block(x), skip + 0.25 * path(x))


def test_upsampling_after_the_1x1_convolutions_equals_upsampling_before_them():
    torch.manual_seed(0)
    late, x = BottleneckBlock(16, 8, (1, 3, 3, 3), scale=0.5, upsample=True), torch.randn(2, 16, 5, 5)
    early = BottleneckBlock(16, 8, (1, 3, 3, 3), scale=0.5)
    early.load_state_dict(late.state_dict())
    doubled = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    torch.testing.assert_close(late(x), early(doubled))


def test_the_residual_scale_is_one_over_the_blocks_squared_unless_given():
    assert DVAEConfig(downsamplings=3, blocks_per_group=1).scale_of_residuals == 1 / 16
    assert DVAEConfig(downsamplings=2, blocks_per_group=2).scale_of_residuals == 1 / 36
    assert DVAEConfig(residual_scale=0.5).scale_of_residuals == 0.5
    blocks = [m for m in build(residual_scale=0.125).modules() if isinstance(m, BottleneckBlock)]
    assert len(blocks) == 6 and {block.scale for block in blocks} == {0.125}


# ---- the loss ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image_size", "downsamplings", "share"), [(256, 3, 192), (64, 3, 192), (64, 2, 48), (64, 1, 12)]
)
def test_the_kl_weight_is_on_the_papers_basis_for_any_grid(image_size, downsamplings, share):
    config = DVAEConfig(image_size=image_size, downsamplings=downsamplings)
    assert (
        config.subpixels_per_code == share
    )  # the paper: 256 * 256 * 3 / 1024 = 192, so beta becomes beta / 192
    assert image_size**2 * 3 / config.grid**2 == share


@pytest.mark.parametrize("likelihood", ["logit_laplace", "l2", "l1"])
def test_the_loss_is_the_negative_elbo_divided_by_the_sub_pixels(likelihood):
    model, images = build(likelihood=likelihood), pictures()
    out = model(images, temperature=0.8, kl_weight=6.6, generator=seeded(3))
    logits = model.logits(images)
    posterior = torch.distributions.Categorical(logits=logits.movedim(1, -1))
    kl = (math.log(24) - posterior.entropy()).sum(dim=(1, 2))
    gumbel = -(-torch.rand(logits.movedim(1, -1).shape, generator=seeded(3)).log()).log()
    maps = model.decode_soft(((logits + gumbel.movedim(-1, 1)) / 0.8).softmax(dim=1))
    if likelihood == "logit_laplace":
        error = logit_laplace_nll(map_pixels(images), maps[:, :3], maps[:, 3:])
    else:
        error = (images - 0.5 - maps).abs() ** (2 if likelihood == "l2" else 1)
    expected = (error.sum(dim=(1, 2, 3)) + 6.6 * kl) / (16 * 16 * 3)
    torch.testing.assert_close(out.loss, expected.mean())
    torch.testing.assert_close(out.kl, kl.mean() / 16)  # nats per position, of 16
    torch.testing.assert_close(out.reconstruction, error.mean())
    assert not out.images.requires_grad and out.images.shape == images.shape


def test_the_loss_does_not_depend_on_the_size_of_the_batch():
    model, images = build().double(), pictures(8).double()

    def losses(batch):  # the temperature is so high that the noise of each picture does not matter
        out = model(batch, temperature=1e9, kl_weight=6.6, generator=seeded())
        return torch.stack([out.loss, out.reconstruction, out.kl])

    once, twice = losses(images), losses(torch.cat([images, images]))
    each = torch.stack([losses(image[None]) for image in images]).mean(dim=0)
    torch.testing.assert_close(once, twice, atol=1e-7, rtol=0)
    torch.testing.assert_close(once, each, atol=1e-7, rtol=0)


def test_the_kl_ignores_the_temperature_of_the_sample():
    model, images = build(), pictures()
    cold, hot = (model(images, temperature, 1.0, seeded()).kl for temperature in (1 / 16, 4.0))
    assert torch.equal(cold, hot)


@pytest.mark.parametrize("standardise", [False, True])
def test_gradients_reach_every_parameter_of_the_encoder_through_the_sample(standardise):
    model = build(standardise_logits=standardise)
    model(pictures(), temperature=1.0, kl_weight=0.0, generator=seeded()).loss.backward()
    silent = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    # (Standardising subtracts the mean, and with it the bias of the encoder's last convolution.)
    assert [name for name in silent if name != "encoder.output.bias"] == []


def test_pictures_go_in_through_phi_and_come_out_through_its_inverse():
    model, images = build(), pictures()
    assert torch.equal(model.logits(images), model.encoder(0.8 * images + 0.1))
    mu = torch.logit(0.8 * images + 0.1)
    maps = torch.cat([mu, torch.randn(mu.shape, generator=seeded())], dim=1)  # ln b does not show
    torch.testing.assert_close(model.images_from(maps), images)
    torch.testing.assert_close(build(likelihood="l2").images_from(images - 0.5), images)


def test_a_scale_below_the_floor_counts_as_the_floor_and_learns_nothing():
    model, images = build(), pictures()
    mu = torch.logit(map_pixels(images)) + 0.01
    far_below, at_the_floor = (torch.full_like(mu, log_b).requires_grad_() for log_b in (-30.0, -7.0))
    below, floor = (
        model.reconstruction_error(torch.cat([mu, b], 1), images) for b in (far_below, at_the_floor)
    )
    torch.testing.assert_close(below, floor)
    torch.testing.assert_close(floor, logit_laplace_nll(map_pixels(images), mu, at_the_floor))
    below.sum().backward()
    assert not far_below.grad.any()


def test_autocast_keeps_the_loss_and_the_token_convolutions_in_full_precision():
    model, images = build(), pictures().contiguous(memory_format=torch.channels_last)
    exact, made = model(images, 1.0, 6.6, seeded()), {}
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _, given, out, name=name: made.update({name: out.dtype}))
    with torch.autocast("cpu", torch.bfloat16):
        mixed = model.to(memory_format=torch.channels_last)(images, 1.0, 6.6, seeded())
    assert mixed.loss.dtype == mixed.logits.dtype == mixed.images.dtype == torch.float32
    full = {name for name, dtype in made.items() if dtype == torch.float32}
    assert full == {"encoder.output", "decoder.codebook"}
    torch.testing.assert_close(mixed.loss, exact.loss, atol=0.02, rtol=0.02)


def test_eight_pictures_can_be_learned_by_heart():
    model = build(likelihood="l2", standardise_logits=True, residual_scale=1.0, hidden=16)
    images, optimiser = toy_pictures(), torch.optim.AdamW(model.parameters())
    before = psnr(model.reconstruct(images), images)
    for step in range(200):
        optimiser.param_groups[0]["lr"] = cosine_anneal(step, 4e-3, 1e-4, 200)
        temperature = cosine_anneal(step, 1.0, 1 / 8, 150)
        loss = model(images, temperature, kl_weight=0.0, generator=seeded(step)).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval()
    after = psnr(model.reconstruct(images), images)
    assert after > 20 and after > before + 6  # all grey is 15.8 dB
    assert codebook_perplexity(model.encode(images), 24) > 4


# ---- standardised logits -----------------------------------------------------------------------------------


def test_standardised_logits_have_mean_zero_and_the_learned_scale_in_training():
    model = build(standardise_logits=True, logit_scale=2.5)
    logits = rearrange(model.logits(pictures(8)), "b code h w -> code (b h w)")
    torch.testing.assert_close(logits.mean(dim=1), torch.zeros(24), atol=1e-4, rtol=0)
    torch.testing.assert_close(logits.std(dim=1, correction=0), torch.full((24,), 2.5), rtol=0.02, atol=0)
    assert model.standardise.scale.shape == ()  # one scale, learned, shared by all codes


def test_at_evaluation_running_statistics_are_used_and_neighbours_do_not_matter():
    layer, torch_layer = Standardise(5, 2.0), nn.BatchNorm2d(5, affine=False)
    for seed in range(20):
        batch = 3 + 2 * torch.randn(4, 5, 6, 6, generator=seeded(seed))
        torch.testing.assert_close(layer(batch), 2 * torch_layer(batch))
    torch.testing.assert_close(layer.eval()(batch), 2 * torch_layer.eval()(batch))

    model, images = build(standardise_logits=True), pictures(8)
    model.logits(images)
    alone, together = model.eval().logits(images[:1]), model.logits(images)[:1]
    torch.testing.assert_close(alone, together)


@pytest.mark.parametrize("codes", [5, 64, 500])
def test_the_gradient_of_standardising_is_the_same_in_every_memory_layout(codes):
    logits, weights = torch.randn(2, 8, codes, 4, 4, generator=seeded())
    gradients = []
    for layout in (torch.contiguous_format, torch.channels_last):
        layer = Standardise(codes, 2.0)
        x = logits.clone(memory_format=layout).requires_grad_()
        (layer(x) * weights).sum().backward()
        gradients.append((x.grad, layer.scale.grad))
    normal = F.batch_norm(logits.double().requires_grad_(), None, None, training=True)
    expected = (normal * weights).sum()  # d/ds of s * normal, summed over all codes
    for gradient, of_scale in gradients:
        torch.testing.assert_close(gradient, gradients[0][0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(of_scale.double(), expected, atol=1e-2, rtol=1e-4)


# ---- measures ----------------------------------------------------------------------------------------------


def test_perplexity_counts_the_codes_in_use():
    assert codebook_perplexity(torch.arange(16).view(4, 4), 512) == pytest.approx(16)
    assert codebook_perplexity(torch.zeros(9, dtype=torch.long), 512) == 1
    assert codebook_perplexity(torch.tensor([0, 0, 0, 1]), 8) == pytest.approx(
        4 / 3**0.75
    )  # exp of 2 ln 2 - 3/4 ln 3
    ids = torch.tensor([[7, 7, 7], [1, 2, 7]])
    foreground = torch.tensor([[False, False, False], [True, True, False]])
    assert codebook_perplexity(ids, 8, foreground) == pytest.approx(2)
    with pytest.raises(ValueError, match="no cells to count"):
        codebook_perplexity(ids, 8, foreground & False)
    with pytest.raises(ValueError, match="ids run from 1 to 7; expected 0 to 3"):
        codebook_perplexity(ids, 4)


def test_psnr_in_decibels():
    black = torch.zeros(2, 3, 4, 4)
    assert psnr(black, black + 0.1) == pytest.approx(20, abs=1e-4)
    assert psnr(black, black + 1) == pytest.approx(0)
    assert psnr(black, black) == math.inf
    half_right, mask = black.clone(), torch.zeros(2, 4, 4, dtype=torch.bool)
    half_right[:, :, :2], mask[:, :2] = 0.1, True
    assert psnr(black, half_right) == pytest.approx(
        20 + 10 * math.log10(2), abs=1e-4
    )  # a background flatters
    assert psnr(black, half_right, mask) == pytest.approx(20, abs=1e-4)
    with pytest.raises(ValueError, match="cannot be compared"):
        psnr(black, black[:1])
    with pytest.raises(ValueError, match="no pixels"):
        psnr(black, black, mask & False)


def test_token_stability_is_the_share_of_codes_that_noise_leaves_alone():
    model, images = build(standardise_logits=True), pictures(8)
    model.logits(images)
    shares = [token_stability(model, images, noise) for noise in (0.0, 0.01, 0.5)]
    assert shares[0] == 1 and shares == sorted(shares, reverse=True) and shares[2] < 0.9
    assert model.training  # left as it was
    noisy = (images + 0.5 * torch.randn(images.shape, generator=seeded(0))).clamp(0, 1)
    same = model.eval().encode(images) == model.encode(noisy)
    assert shares[2] == pytest.approx(same.float().mean().item())


# ---- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(1, 3, 16, 16, dtype=torch.uint8), "uint8.*/ 255"),
        (torch.zeros(1, 3, 32, 32), "32x32 pixels; this model reads 16x16"),
        (torch.zeros(1, 4, 16, 16), r"\(1, 4, 16, 16\); expected \[batch, 3, 16, 16\]"),
        (torch.zeros(1, 16, 16, 3), "b h w c -> b c h w"),
        (torch.zeros(3, 16, 16), r"expected \[batch, 3, 16, 16\]"),
        (torch.full((1, 3, 16, 16), 255.0), "from 255 to 255; expected 0 to 1"),
        (torch.full((1, 3, 16, 16), -0.5), "from -0.5 to -0.5"),
        (torch.full((1, 3, 16, 16), float("nan")), "NaN"),
    ],
)
def test_bad_pictures_are_explained(images, message):
    for use in (build().encode, lambda x: build()(x, 1.0, 0.0)):
        with pytest.raises(ValueError, match=message):
            use(images)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (torch.zeros(1, 15, dtype=torch.long), r"shape \(1, 15\); expected whole numbers \[batch, 16\]"),
        (torch.zeros(1, 16), "float32"),
        (torch.full((1, 16), 24), "from 24 to 24; this codebook has 0 to 23"),
        (torch.full((1, 16), -1), "from -1 to -1"),
    ],
)
def test_bad_codes_are_explained(ids, message):
    with pytest.raises(ValueError, match=message):
        build().decode(ids)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_size": 18}, "18 cannot be halved 2 times without a remainder; use a multiple of 4"),
        ({"hidden": 10}, "hidden is 10; use a multiple of 4"),
        ({"vocab_size": 0}, "vocab_size is 0"),
        ({"likelihood": "mse"}, "'mse'; choose"),
    ],
)
def test_impossible_configurations_are_explained(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(TINY, **changes)
