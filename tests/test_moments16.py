"""Adam's moments in the paper's 16-bit formats: every code, exact rounding, and training beside torch's AdamW."""

import math
from fractions import Fraction
from functools import cache

import pytest
import torch

from minidalle.training.moments16 import BIAS, MEAN, VARIANCE, AdamW16

FORMATS = {"1-6-9": MEAN, "0-6-10": VARIANCE}
each_format = pytest.mark.parametrize("name", FORMATS)


def all_codes(form) -> torch.Tensor:
    """Every 16-bit pattern, in the type that the format keeps them in."""
    patterns = torch.arange(65536, dtype=torch.int32)
    return (patterns - 32768 if form.signed else patterns).to(form.dtype)


def units(name: str, pattern: int) -> int:
    """What a bit pattern stands for, from the definition, as a multiple of the format's smallest number."""
    sign, bits = (pattern >> 15, 9) if name == "1-6-9" else (0, 10)
    field, significand = (pattern >> bits) & 63, pattern & (2**bits - 1)
    size = (2**bits + significand) << (field - 1) if field else significand
    return -size if sign else size


def exact(name: str, pattern: int) -> Fraction:
    """The same as a number: 1.significand * 2**(field - 60), or 0.significand * 2**-59 where the field is 0."""
    return Fraction(units(name, pattern), 2 ** (59 + (9 if name == "1-6-9" else 10)))


@cache
def numbers(name: str) -> list[float]:
    """All numbers of a format from 0 up (float64 holds them); the pattern is the place in the list."""
    smallest = 2.0**-68 if name == "1-6-9" else 2.0**-69
    return [units(name, pattern) * smallest for pattern in range(32768 if name == "1-6-9" else 65536)]


# ---------------------------------------------------------------- the formats


@each_format
def test_every_code_stands_for_the_number_that_its_bits_spell(name):
    form = FORMATS[name]
    for code, value in zip(all_codes(form).tolist(), form.decode(all_codes(form)).tolist()):
        assert value / form.smallest == units(name, code % 65536)


@each_format
def test_decoding_and_encoding_gives_every_code_back(name):
    form = FORMATS[name]
    codes = all_codes(form)
    assert torch.equal(form.encode(form.decode(codes)).to(torch.int32), codes.to(torch.int32))
    assert form.encode(form.decode(codes)).dtype == codes.dtype == form.dtype


def test_the_ranges():
    """The paper, appendix E.2: the largest 1-6-9 number is slightly less than 16."""
    assert MEAN.largest == 16 - 2.0**-6 and VARIANCE.largest == 16 - 2.0**-7
    assert MEAN.smallest == 2.0**-68 and VARIANCE.smallest == 2.0**-69 and BIAS == 60
    for name, form in FORMATS.items():
        assert (form.smallest, form.largest) == (numbers(name)[1], numbers(name)[-1])
    assert MEAN.smallest < 2.0**-24 / 1e12, "float16 underflows long before"


@each_format
def test_rounding_is_to_nearest_and_halves_go_to_even_for_every_gap(name):
    """Between all neighbours: just below the middle, the middle, just above it, in float64."""
    form, values = FORMATS[name], numbers(name)
    low, high = (torch.tensor(part, dtype=torch.float64) for part in (values[:-1], values[1:]))
    middles = (low + high) / 2  # exact
    below = torch.nextafter(middles, torch.zeros_like(middles))
    above = torch.nextafter(middles, torch.full_like(middles, math.inf))
    code = torch.arange(len(values) - 1)
    assert torch.equal(form.encode(below).long(), code)
    assert torch.equal(form.encode(above).long(), code + 1)
    assert torch.equal(form.encode(middles).long(), code + code % 2)


@each_format
def test_float32_is_rounded_as_exact_fractions_are(name):
    form, generator = FORMATS[name], torch.Generator().manual_seed(0)
    x = torch.randn(600, generator=generator) * 2.0 ** torch.randint(-75, 6, (600,), generator=generator)
    x = x if form.signed else x.abs()
    table = numbers(name)
    for given, code in zip(x.tolist(), form.encode(x).tolist()):
        found, size = exact(name, code % 65536), min(abs(Fraction(given)), Fraction(table[-1]))
        place = code % 32768 if form.signed else code
        distances = [
            abs(Fraction(table[near]) - size) for near in range(max(place - 1, 0), min(place + 2, len(table)))
        ]
        assert abs(abs(found) - size) == min(distances)
        assert found == 0 or (found < 0) == (given < 0)


@each_format
def test_too_large_is_clamped_and_too_small_is_zero(name):
    form = FORMATS[name]
    large = torch.tensor([form.largest, 15.999, 16.0, 1e30, math.inf])
    assert (form.decode(form.encode(large)) == form.largest).all()
    small = torch.tensor([0.0, form.smallest / 2, form.smallest / 4, 1e-45])
    assert (form.decode(form.encode(small)) == 0).all()
    assert form.decode(form.encode(torch.tensor([form.smallest * 0.5001]))) == form.smallest
    if form.signed:
        assert torch.equal(form.decode(form.encode(-large)), -form.decode(form.encode(large)))
        assert torch.signbit(form.decode(form.encode(torch.tensor([-0.0]))))


def test_halves_and_shapes_are_taken_as_they_come():
    x = torch.tensor([[1.0, -2.5], [0.0, 3.0]])
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        assert torch.equal(MEAN.decode(MEAN.encode(x.to(dtype))), x)


def test_what_has_no_code_is_refused():
    with pytest.raises(ValueError, match="NaN has no code"):
        MEAN.encode(torch.tensor([1.0, math.nan]))
    for bad in (math.nan, -1.0, -1e-40):
        with pytest.raises(ValueError, match="NaN or a negative number"):
            VARIANCE.encode(torch.tensor([1.0, bad]))
    with pytest.raises(ValueError, match="pass what encode gave"):
        VARIANCE.decode(MEAN.encode(torch.ones(1)))


# ---------------------------------------------------------------- the optimiser


def train(make_optimiser, steps: int = 200, size: float = 1.0) -> tuple[list[float], torch.Tensor]:
    """Least squares with noisy batches; `size` multiplies the loss. Losses (as of size 1) and the last weights."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.Tanh(), torch.nn.Linear(32, 4))
    target = torch.randn(16, 4)
    optimiser = make_optimiser(model.parameters())
    losses = []
    for _ in range(steps):
        x = torch.randn(64, 16)
        loss = (model(x) - x @ target).square().mean()
        (loss * size).backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return losses, torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


SETTINGS = {"lr": 1e-2, "betas": (0.9, 0.96), "eps": 1e-8, "weight_decay": 4.5e-2}


def distance(first: torch.Tensor, second: torch.Tensor) -> float:
    """Relative difference, root mean square."""
    return float((first - second).norm() / second.norm())


def test_with_float32_moments_it_is_torchs_adamw():
    ours = train(lambda p: AdamW16(p, sixteen_bits=False, variance_limit=math.inf, **SETTINGS))
    torchs = train(lambda p: torch.optim.AdamW(p, **SETTINGS))
    assert distance(ours[1], torchs[1]) < 1e-4


def test_200_updates_end_within_one_percent_of_torchs_adamw():
    ours, torchs = train(lambda p: AdamW16(p, **SETTINGS)), train(lambda p: torch.optim.AdamW(p, **SETTINGS))
    assert torchs[0][-1] < torchs[0][0] / 4, "the problem is learned"
    assert 1e-6 < distance(ours[1], torchs[1]) < 1e-2
    assert math.isclose(ours[0][-1], torchs[0][-1], rel_tol=1e-2)


def test_gradients_whose_squares_float16_cannot_hold_train_as_well():
    """The point of the formats: gradients of 1e-6 and less, whose squares are 0 in float16."""
    settings = SETTINGS | {"eps": 1e-20}
    ours = train(lambda p: AdamW16(p, **settings), size=2.0**-20)
    torchs = train(lambda p: torch.optim.AdamW(p, **settings), size=2.0**-20)
    assert torch.tensor(2.0**-40).half() == 0
    assert distance(ours[1], torchs[1]) < 1e-2


def test_one_update_is_the_papers_formula_on_rounded_moments():
    weight = torch.nn.Parameter(torch.tensor([0.5]))
    optimiser = AdamW16([weight], lr=0.1, betas=(0.5, 0.5), eps=1e-8, weight_decay=0.2)
    expected, mean, variance = 0.5, 0.0, 0.0
    for step, gradient in enumerate([0.3, -0.7], 1):
        weight.grad = torch.tensor([gradient])
        optimiser.step()
        mean, variance = (mean + gradient) / 2, (variance + gradient**2) / 2
        update = (mean / (1 - 0.5**step)) / (math.sqrt(variance / (1 - 0.5**step)) + 1e-8)
        expected = expected * (1 - 0.1 * 0.2) - 0.1 * update
        mean = MEAN.decode(MEAN.encode(torch.tensor(mean))).item()
        variance = VARIANCE.decode(VARIANCE.encode(torch.tensor(variance))).item()
        assert math.isclose(weight.item(), expected, rel_tol=1e-6)
        assert MEAN.decode(optimiser.state[weight]["mean"]).item() == mean != gradient / 2
        assert VARIANCE.decode(optimiser.state[weight]["variance"]).item() == variance


def test_the_running_variance_is_clipped_at_5_before_it_is_used():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimiser = AdamW16([weight], lr=1.0, betas=(0.0, 0.0), weight_decay=0.0)
    weight.grad = torch.tensor([10.0])
    optimiser.step()
    assert VARIANCE.decode(optimiser.state[weight]["variance"]).item() == 5.0
    assert math.isclose(weight.item(), -10 / math.sqrt(5), rel_tol=1e-6)


def test_moments_take_half_the_memory_and_gains_keep_theirs_in_float32():
    matrix, gain = torch.nn.Parameter(torch.ones(4, 4)), torch.nn.Parameter(torch.ones(4))
    optimiser = AdamW16([{"params": [matrix]}, {"params": [gain], "sixteen_bits": False}])
    (matrix.sum() + gain.sum()).backward()
    optimiser.step()
    kinds = [[optimiser.state[p][name].dtype for name in ("mean", "variance")] for p in (matrix, gain)]
    assert kinds == [[torch.int16, torch.uint16], [torch.float32, torch.float32]]


def test_a_resumed_run_goes_on_bit_for_bit():
    def fresh():
        weights = [
            torch.nn.Parameter(torch.linspace(-1, 1, 12).view(3, 4)),
            torch.nn.Parameter(torch.ones(4)),
        ]
        groups = [{"params": weights[:1]}, {"params": weights[1:], "sixteen_bits": False}]
        return weights, AdamW16(groups, lr=0.01)

    def advance(weights, optimiser, first, stop):
        for step in range(first, stop):
            for weight in weights:
                weight.grad = torch.cos(weight.detach() * 40 + step)
            optimiser.step()

    weights, optimiser = fresh()
    advance(weights, optimiser, 0, 5)
    kept = [weight.detach().clone() for weight in weights], optimiser.state_dict()
    again, resumed = fresh()
    with torch.no_grad():
        for weight, value in zip(again, kept[0]):
            weight.copy_(value)
    resumed.load_state_dict(kept[1])
    assert resumed.state[again[0]]["mean"].dtype == torch.int16
    advance(weights, optimiser, 5, 9)
    advance(again, resumed, 5, 9)
    assert all(torch.equal(a, b) for a, b in zip(again, weights))


def test_a_gradient_that_is_not_a_number_leaves_the_moments():
    weight = torch.nn.Parameter(torch.ones(2))
    optimiser = AdamW16([weight])
    weight.grad = torch.ones(2)
    optimiser.step()
    before = optimiser.state[weight]["mean"].clone(), weight.detach().clone()
    weight.grad = torch.tensor([1.0, math.nan])
    with pytest.raises(ValueError, match="skip updates"):
        optimiser.step()
    assert torch.equal(optimiser.state[weight]["mean"], before[0]) and torch.equal(weight.detach(), before[1])


def test_wrong_settings_are_told_of():
    weight = torch.nn.Parameter(torch.ones(2))
    for wrong in ({"betas": (0.9, 1.0)}, {"lr": -1.0}, {"eps": 0.0}):
        with pytest.raises(ValueError, match="must be"):
            AdamW16([weight], **wrong)
    with pytest.raises(ValueError, match="autocast"):
        AdamW16([torch.nn.Parameter(torch.ones(2).half())])
