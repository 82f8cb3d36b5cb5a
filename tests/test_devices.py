"""Where to compute, and in which precision."""

import pytest
import torch

from minidalle import devices
from minidalle.devices import bf16_speed, pick_device, pick_precision


def test_auto_is_cuda_where_there_is_one_and_never_mps(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert pick_device() == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert pick_device() == torch.device("cpu")


@pytest.mark.parametrize("name", ["meta", "tpu", "cuda:97"])
def test_a_device_that_is_not_there_is_said(name):
    with pytest.raises(ValueError, match=f"device '{name}' cannot be used here .*; try 'auto' or 'cpu'"):
        pick_device(name)


@pytest.mark.parametrize(
    ("speed", "precision"), [(3.0, "bf16"), (1.21, "bf16"), (1.1, "fp32"), (0.0, "fp32")]
)
def test_a_cpu_uses_bf16_only_where_it_is_measured_to_be_faster(monkeypatch, speed, precision):
    monkeypatch.setattr(devices, "bf16_speed", lambda: speed)
    assert pick_precision("cpu") == precision
    assert pick_precision("mps") == "fp32"


def test_emulated_bf16_is_not_even_timed(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert bf16_speed.__wrapped__() == 0.0


def test_the_measurement_is_quick_and_a_ratio():
    assert 0.0 <= bf16_speed() < 100.0
    assert bf16_speed() == bf16_speed()  # measured once: a run must not change its mind
