"""Where to compute, and in which precision: asked of the machine, not assumed.

Left out: settings that make a result depend on the machine (`--threads`, autocast), which callers choose.
"""

import time
from functools import cache

import torch

WORTH_IT = 1.2  # bf16 rounds more: it has to be this many times as fast as fp32


PEAKS = {
    "H100": 989e12, "H200": 989e12, "A100": 312e12, "L4": 121e12, "T4": 65e12, "RTX 4090": 165e12, "RTX 3090": 71e12,
}  # fmt: skip
"""Half-precision products of matrices, in operations a second without sparsity, as the makers state them."""


def peak_flops(device: str | torch.device) -> float | None:
    """What a graphics card multiplies at most, operations a second in half precision; None where it is not known."""
    if torch.device(device).type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((peak for part, peak in PEAKS.items() if part in name), None)


def pick_device(name: str = "auto") -> torch.device:
    """ "auto" is CUDA where there is a GPU, else the CPU; never Apple's MPS, which has been silently wrong.

    Raises ValueError for a device that is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.empty(0, device=name).device
        if device.type == "meta":
            raise RuntimeError("it holds shapes without numbers")
        return device
    except (RuntimeError, AssertionError, TypeError) as error:
        said = str(error).splitlines()[0].partition(". ")[0]
        raise ValueError(f"device {name!r} cannot be used here ({said}); try 'auto' or 'cpu'") from None


def pick_precision(device: str | torch.device) -> str:
    """ "bf16" where this device multiplies it faster, else "fp32"."""
    kind = torch.device(device).type
    if kind == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    return "bf16" if kind == "cpu" and bf16_speed() > WORTH_IT else "fp32"


@cache
def bf16_speed() -> float:
    """How many times as fast as fp32 this CPU multiplies bf16, measured in a few tenths of a second.

    0 where PyTorch would emulate it. A processor that lists bf16 instructions may still be slower with them: those
    for vectors alone (AVX-512 BF16 without AMX) are. One thread's own processor time is taken, since a clock on the
    wall would measure what else the machine does.
    """
    if not torch.backends.mkldnn.is_available() or not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return 0.0  # some builds come without oneDNN
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _seconds(torch.float32) / _seconds(torch.bfloat16)
    finally:
        torch.set_num_threads(threads)


def _seconds(dtype: torch.dtype) -> float:
    """Processor time of one product in a precision: the least of a dozen."""
    left, right = torch.ones(1024, 256, dtype=dtype), torch.ones(256, 512, dtype=dtype)
    times = []
    for _ in range(12):
        start = time.thread_time()
        left @ right
        times.append(time.thread_time() - start)
    return max(min(times), 1e-6)  # a coarse clock may say 0
