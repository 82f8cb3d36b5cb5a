"""The comparison with peers holds out: what fails costs its own figures, and what was measured is kept."""

import json
import sys
import time
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import compare  # noqa: E402
from comparison.card import GOAL, of_card, peak_of_card  # noqa: E402
from comparison.everything import ROWS  # noqa: E402
from comparison.report import markdown  # noqa: E402
from comparison.rows import Goal, Row  # noqa: E402
from comparison.timing import Side, take_turns  # noqa: E402
from comparison.training import products  # noqa: E402


def broken(_: object) -> None:
    raise RuntimeError("no such kernel\nand more")


def test_a_peer_that_fails_is_told_of_and_the_others_are_timed():
    ours, peer = Side("ours", lambda _: None, "fp32", ours=True), Side("peer", broken, "fp32")
    assert take_turns([ours, peer], 3) == {"peer, fp32": "RuntimeError: no such kernel"}
    assert len(ours.times) == 3 and not peer.times
    with pytest.raises(RuntimeError):
        take_turns([Side("ours", broken, ours=True)], 1)


def test_a_side_that_added_no_memory_has_no_ratio():
    row = Row("a", "A", sides=[{"name": "ours", "precision": "", "memory": 0.0},
                               {"name": "peer", "precision": "", "memory": 3.0}],
              goals=[Goal("ours", "peer", 0.5, "memory")])  # fmt: skip
    assert row.ratios() == []


@pytest.mark.parametrize(("causal", "products_done"), [(None, 6), (False, 7), (True, 3.5)])
def test_fused_attention_is_counted_like_the_products_that_it_is(causal, products_done):
    """Written out, two products forwards and four backwards; fused, the scores are made once more backwards."""
    layer, x = torch.nn.Linear(8, 8, bias=False), torch.randn(2, 3, 10, 8)
    written_out = lambda q: (q @ q.transpose(-1, -2)).softmax(-1) @ q  # noqa: E731
    fused = lambda q: torch.nn.functional.scaled_dot_product_attention(q, q, q, is_causal=causal)  # noqa: E731
    attended = written_out if causal is None else fused
    projected = 2 * 2 * (2 * 3 * 10 * 8 * 8)  # forwards, and backwards to the weight: x needs no gradient
    one_product = 2 * 2 * 3 * 10 * 10 * 8
    assert products(lambda: attended(layer(x)).sum(), layer) == projected + products_done * one_product


def measured(name: str, quick: bool, python: str) -> dict:
    return compare.failure(name, "") | {"error": None, "wall_seconds": 1.0}


def test_a_run_that_was_stopped_goes_on_and_one_of_another_machine_does_not(tmp_path, monkeypatch, capsys):
    first, second, third = list(ROWS)[:3]

    def stopped(name: str, quick: bool, python: str) -> dict:
        if name == third:
            raise KeyboardInterrupt
        return compare.failure(name, "it failed") if name == second else measured(name, quick, python)

    monkeypatch.setattr(compare, "measured", stopped)
    with pytest.raises(KeyboardInterrupt):
        compare.run([first, second, third], False, "python", tmp_path)
    asked = []
    monkeypatch.setattr(compare, "measured", lambda name, *rest: asked.append(name) or measured(name, *rest))
    result = compare.run([first, second, third], False, "python", tmp_path, resume=True)
    assert asked == [second, third] and [row["name"] for row in result["rows"]] == [first, second, third]
    assert json.loads((tmp_path / "speed.json").read_text(encoding="utf-8")) == result
    for machine, quick in ((result["machine"], True), ({"cores": 99}, False)):
        assert compare.earlier_rows(tmp_path, machine, quick) == {}
    assert "are not kept" in capsys.readouterr().out


def test_a_command_that_takes_too_long_ends_with_all_that_it_started():
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    start = time.monotonic()
    assert compare.run_limited([sys.executable, "-c", child], 1.0) == (None, "")
    assert time.monotonic() - start < 30
    code, said = compare.run_limited([sys.executable, "-c", "raise SystemExit('no')"], 60)
    assert code == 1 and said.strip() == "no"


def test_a_rehearsal_says_that_it_is_one():
    machine = {"processor": "some", "cores": 2, "system": "Linux", "python": "3", "torch": "2"}
    result = {
        "machine": machine,
        "rehearsal": True,
        "minutes": 1,
        "rows": [compare.failure("a", "it failed")],
    }
    assert "No figure here is a result" in markdown(result) and "it failed" in markdown(result)


def test_an_environment_that_was_not_finished_is_made_anew(tmp_path):
    python = compare.python_of(tmp_path)
    python.parent.mkdir()
    python.touch()
    assert not compare.installed(tmp_path)
    (tmp_path / "failed.json").write_text("{}")
    assert compare.installed(tmp_path)


def test_the_card_s_row_is_the_formula_applied_to_the_log(tmp_path):
    from minidalle.dalle import DALLE
    from minidalle.dalle_flops import training_flops
    from minidalle.presets import preset

    each = training_flops(DALLE(preset("base").dalle))
    rates = [0.5 * GOAL * peak_of_card() / each, 1.25 * GOAL * peak_of_card() / each]
    log = tmp_path / "speed.txt"
    log.write_text(
        "".join(
            f"dalle  batch   {batch}     62.3 ms      {rate:.0f} pictures/s     1249798 tokens/s {how} (first 21.1 s)\n"
            for batch, rate, how in zip((256, 512), rates, ("eager", "compiled"), strict=True)
        )
        + "dvae   batch   128     45.6 ms      2807 pictures/s (first 7.8 s)\n"
    )
    slow, fast = of_card(log)[-1].splitlines()[2:]
    assert slow.startswith("| 256 | eager |") and slow.endswith("| 20% | 40% |  |")
    assert fast.startswith("| 512 | compiled |") and fast.endswith("| 50% | 40% | met |")
    assert of_card(tmp_path / "none") == []
    assert of_card()[-1].count("**missed**") == 1, "the recorded run: the fastest way is judged, and no other"
