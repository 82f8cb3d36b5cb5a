"""Schedules are pure functions of the step: the paper's dVAE ones, a warm-up, and their edges."""

import itertools
import math

import pytest

from minidalle import schedules


@pytest.mark.parametrize(
    ("schedule", "start", "end", "steps"),
    [
        (schedules.dvae_temperature, 1.0, 1 / 16, 150_000),
        (schedules.dvae_kl_weight, 0.0, 6.6, 5_000),
        (schedules.dvae_learning_rate, 1e-4, 1.25e-6, 1_200_000),
    ],
)
def test_the_paper_schedules_start_end_and_stay(schedule, start, end, steps):
    assert schedule(0) == pytest.approx(start)
    assert schedule(steps // 2) == pytest.approx((start + end) / 2)
    assert schedule(steps) == pytest.approx(end)
    assert schedule(10 * steps) == pytest.approx(end)


def test_cosine_follows_half_a_cosine():
    for step in range(0, 101, 10):
        expected = 2.0 + (5.0 - 2.0) * (1 + math.cos(math.pi * step / 100)) / 2
        assert schedules.cosine_anneal(step, 5.0, 2.0, 100) == pytest.approx(expected)
    first, middle = (
        schedules.cosine_anneal(s, 1, 0, 100) - schedules.cosine_anneal(s + 1, 1, 0, 100) for s in (0, 50)
    )
    assert middle > 10 * first  # slow at the ends, fast in the middle


def test_linear_moves_in_equal_parts_and_constant_does_not_move():
    assert [schedules.linear(step, 1.0, 3.0, 4) for step in range(6)] == pytest.approx([1, 1.5, 2, 2.5, 3, 3])
    assert {schedules.constant(step, 0.3) for step in (0, 7, 10**9)} == {0.3}


def test_warmup_climbs_to_the_peak_and_falls_to_the_end():
    rates = [schedules.warmup_cosine(step, peak=1.0, warmup=4, steps=24, final=0.1) for step in range(30)]
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert rates[4] == max(rates) and all(a > b for a, b in itertools.pairwise(rates[4:25]))
    assert rates[14] == pytest.approx(0.55) and rates[24:] == pytest.approx([0.1] * 6)
    assert schedules.warmup_cosine(0, peak=1.0, warmup=0, steps=10) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: schedules.linear(-1, 0, 1, 10), "step is -1"),
        (lambda: schedules.warmup_cosine(-1, 1.0, 2, 10), "step is -1"),
        (lambda: schedules.cosine_anneal(1, 0, 1, 0), "0 steps"),
        (lambda: schedules.warmup_cosine(1, 1.0, 10, 10), "warmup is 10 of 10 steps"),
    ],
)
def test_bad_steps_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_rate_is_halved_at_plateaus_and_five_times_at_most():
    assert schedules.plateau_halvings([]) == schedules.plateau_halvings([3.0, 2.0, 1.0]) == 0
    assert schedules.plateau_halvings([1.0, 1.0, 1.0]) == 0  # waited for twice
    assert schedules.plateau_halvings([1.0, 1.0, 1.1, 1.2]) == 1
    assert (
        schedules.plateau_halvings([1.0, 1.1, 1.1, 0.9, 1.0, 1.0, 1.0]) == 1
    )  # the best was beaten in between
    assert schedules.plateau_halvings([1.0] * 7) == 2
    assert (
        schedules.plateau_halvings([1.0] * 100) == 5 and schedules.plateau_halvings([1.0] * 100, most=9) == 9
    )
