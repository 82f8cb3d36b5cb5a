"""What happens to one prediction: filters against plain loops, and drawing by the inverse distribution."""

import pytest
import torch

from minidalle.sampling import draw_code, filter_logits, filter_top_k, filter_top_p, uniforms


def random_logits(batch: int = 50, codes: int = 12) -> torch.Tensor:
    return torch.randn(batch, codes, dtype=torch.float64, generator=torch.Generator().manual_seed(4)) * 2


@pytest.mark.parametrize("k", [1, 3, 11, 12, 40])
def test_top_k_keeps_the_k_largest(k: int) -> None:
    logits = random_logits()
    for before, after in zip(logits.tolist(), filter_top_k(logits, k).tolist(), strict=True):
        largest = sorted(before, reverse=True)[:k]
        assert after == [x if x in largest else float("-inf") for x in before]


def test_top_k_keeps_ties() -> None:
    kept = filter_top_k(torch.tensor([[1.0, 2.0, 2.0, 0.0]]), 1)
    assert kept.isfinite().tolist() == [[False, True, True, False]]


@pytest.mark.parametrize("p", [0.01, 0.5, 0.9, 0.999, 1.0])
def test_top_p_keeps_the_fewest_codes_that_reach_p(p: float) -> None:
    logits = random_logits()
    for before, after in zip(logits, filter_top_p(logits, p), strict=True):
        probabilities = before.softmax(-1).tolist()
        kept, mass = set(), 0.0
        for code in sorted(range(12), key=lambda code: -probabilities[code]):
            kept.add(code)
            mass += probabilities[code]
            if mass >= p:
                break
        assert after.isfinite().nonzero().flatten().tolist() == sorted(kept)
        assert torch.equal(after[after.isfinite()], before[after.isfinite()])


def test_top_p_prefers_the_lower_code_among_equals() -> None:
    assert filter_top_p(torch.zeros(1, 4), 0.5).isfinite().tolist() == [[True, True, False, False]]


def test_filters_apply_in_order_temperature_top_k_top_p() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    kept = filter_logits(logits, temperature=1.0, top_k=2, top_p=0.6)
    assert kept.isfinite().tolist() == [[True, False, False, False]]  # among the two left, 0.5 is 62.5 %
    hot = filter_logits(logits, temperature=2.0, top_k=2, top_p=0.6)
    assert hot.isfinite().tolist() == [[True, True, False, False]]  # at temperature 2 it is only 56 %
    torch.testing.assert_close(hot[0, :2], logits[0, :2] / 2)


# Drawing


def test_codes_are_drawn_as_often_as_they_are_probable() -> None:
    """Chi-square with a fixed seed; one code in twelve has probability 0 and must never appear."""
    logits = random_logits(batch=1)
    logits[0, 5] = float("-inf")
    count = 40_000
    codes = draw_code(logits.expand(count, -1), uniforms([0], count)[0])
    observed, expected = codes.bincount(minlength=12).double(), logits[0].softmax(-1) * count
    assert observed[5] == 0
    possible = expected > 0
    statistic = ((observed - expected)[possible] ** 2 / expected[possible]).sum()
    assert statistic < 29.6  # 10 degrees of freedom, p = 0.001


def test_the_ends_of_the_interval_fall_on_possible_codes() -> None:
    logits = torch.tensor([[float("-inf"), 0.0, 1.0, float("-inf")]])
    assert draw_code(logits, torch.tensor([0.0], dtype=torch.float64)).tolist() == [1]
    just_below_one = torch.tensor([1 - 2**-53], dtype=torch.float64)
    assert draw_code(logits, just_below_one).tolist() == [2]
    assert draw_code(torch.randn(1, 8192), just_below_one).item() < 8192
