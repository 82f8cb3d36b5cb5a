"""Time every path of attention side by side, forwards and backwards: where `minidalle/attention_choice.py` comes from.

    python benchmarks/attention_paths.py [--sizes 32+8 32+16 256+32] [--dtype bfloat16]
    python benchmarks/attention_paths.py --device cuda --dtype bfloat16 --batch 64

A size is caption slots + the picture's tokens a side. Paths take turns, and the median counts: on a CPU processor
milliseconds of one thread, which other work on the machine disturbs little; on a card wall time, compiling left out.
"against dense" is dense attention's time divided by the path's: above 1 the path is faster. "of peak" is how much of
the device's own matrix product, timed in between, the path reaches, counting only pairs of slots that the pattern
sees: it is below what a profiler says for a path that works on hidden pairs too. `*`: what `attend` takes.

FlexAttention has no backward pass on a CPU, so it is timed on a card alone. A CPU without bfloat16 instructions
emulates them; such figures say nothing (training then takes float32: `devices.pick_precision`).
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from minidalle.attention import (
    BLOCKED,
    PatternTables,
    attend_blocks,
    attend_dense,
    attend_flex,
    attend_products,
)
from minidalle.attention_choice import fastest_form
from minidalle.attention_flex import flex_fits
from minidalle.devices import pick_precision
from minidalle.masks import PATTERNS, StreamLayout

PRODUCTS = 6  # matrix products a pair of slots takes part in: scores and result, and two gradients of each
LARGE = {"cpu": 1024, "cuda": 8192}  # side of the matrices that show the device's peak


def paths(
    pattern: str, tables: PatternTables, like: Tensor
) -> dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]]:
    """The forms that can do a pattern on queries such as `like`, by name."""
    mask = None if pattern == "full" else tables.dense(pattern, like.device)
    bias = tables.bias(pattern, like.device, like.dtype)
    found = {
        "dense": lambda q, k, v: attend_dense(q, k, v, mask),
        "products": lambda q, k, v: attend_products(q, k, v, bias),
    }
    if pattern in BLOCKED:
        found["blocks"] = lambda q, k, v: attend_blocks(q, k, v, pattern, tables)
    if flex_fits(like.device, like.dtype, like.shape[-1]):
        found["flex"] = lambda q, k, v: attend_flex(q, k, v, pattern, tables)
    return found


def seconds(work: Callable[[], object], device: torch.device) -> float:
    """One run: processor seconds on a CPU, wall seconds elsewhere."""
    if device.type == "cpu":
        start = time.process_time()
        work()
        return time.process_time() - start
    torch.cuda.synchronize(device)
    start = time.perf_counter()
    work()
    torch.cuda.synchronize(device)
    return time.perf_counter() - start


def there_and_back(form: Callable[..., Tensor], qkv: list[Tensor]) -> Callable[[], object]:
    """Forwards, and backwards to queries, keys and values."""

    def work() -> object:
        out = form(*qkv)
        return torch.autograd.grad(out, qkv, out.detach())

    return work


def measure(works: dict[str, Callable[[], object]], device: torch.device, rounds: int) -> dict[str, float]:
    """Median seconds of each, taking turns; each runs twice before."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 2):
        for name, work in works.items():
            spent = seconds(work, device)
            if turn >= 2:
                taken[name].append(spent)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(size: str, pattern: str, args: argparse.Namespace) -> None:
    """Measure one pattern at one size, and print a row for each form."""
    text, grid = map(int, size.split("+"))
    layout, device, dtype = StreamLayout(text, grid), torch.device(args.device), getattr(torch, args.dtype)
    tables, shape = PatternTables(layout), (args.batch, args.heads, layout.length, args.dim)
    qkv = [torch.randn(shape, device=device, dtype=dtype, requires_grad=True) for _ in range(3)]
    side = LARGE[device.type]
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    works = {name: there_and_back(form, qkv) for name, form in paths(pattern, tables, qkv[0]).items()} | {
        "peak": lambda: left @ right
    }
    taken = measure(works, device, args.rounds)
    peak = 2 * side**3 / taken.pop("peak")
    seen = int(tables.dense(pattern, device).sum())
    needed = PRODUCTS * 2 * args.dim * seen * args.batch * args.heads
    chosen = fastest_form(pattern, layout, layout.length, device, dtype, args.dim, gradients=True)
    for name, spent in taken.items():
        print(
            f"{size:>7} {pattern:7} {seen / layout.length**2:5.0%} seen {'*' if name == chosen else ' '}{name:9}"
            f"{1e3 * spent:9.2f} ms {taken['dense'] / spent:6.2f} against dense {needed / spent / peak:5.0%} of peak"
        )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16", "float16"])
    parser.add_argument("--sizes", nargs="+", default=["32+8", "32+16", "256+32"])
    parser.add_argument("--patterns", nargs="+", default=list(PATTERNS), choices=list(PATTERNS))
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    if args.device == "cpu":
        torch.set_num_threads(1)
    what = torch.cuda.get_device_name() if args.device == "cuda" else "CPU, one thread"
    print(
        f"{what}, torch {torch.__version__}, {args.dtype}, batch {args.batch}, {args.heads} heads of {args.dim}"
    )
    if args.device == "cpu" and args.dtype == "bfloat16" and pick_precision("cpu") != "bf16":
        print("this CPU is no faster in bfloat16, or emulates it: minidalle trains in float32 here")
    for size in args.sizes:
        for pattern in args.patterns:
            show(size, pattern, args)


if __name__ == "__main__":
    main()
