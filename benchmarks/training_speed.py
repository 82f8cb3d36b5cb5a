"""Pictures a second that each part of a preset is trained on, and where a card's time goes.

    python benchmarks/training_speed.py --preset base [--parts dalle dvae read clip] [--batch 256 512] [--profile FILE]

Random pictures, captions and codes, forwards, backwards and the optimiser's step, in bfloat16 on a card. The median of
rounds of ten updates, after a warm-up in which compiling falls. "mfu" is the share of the card's half-precision
products that the transformer's own (`dalle_flops.training_flops`) make up. "read": the dVAE reads pictures as codes.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable

import torch

from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.devices import peak_flops, pick_device
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset, preset
from minidalle.training.loop import fuse
from minidalle.training.optimiser import clip_gradients, make_optimiser

ROUND, ROUNDS = 10, 5


def update_of(
    part: str, chosen: Preset, batch: int, device: torch.device, compiled: bool
) -> Callable[[], object]:
    """One update of a part, ready to be called."""
    images = torch.rand(batch, 3, chosen.image_size, chosen.image_size, device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    text = torch.randint(0, chosen.tokenizer.vocab_size, (batch, chosen.text_length), device=device)
    codes = torch.randint(0, chosen.dvae.vocab_size, (batch, chosen.dvae.grid**2), device=device)
    made = {"dalle": DALLE, "dvae": DiscreteVAE, "read": DiscreteVAE, "clip": CLIP}[part]
    config = {"dalle": chosen.dalle, "clip": chosen.clip}.get(part, chosen.dvae)
    model = made(config).to(device, memory_format=torch.channels_last).train(part != "read")
    if part == "read":
        return torch.no_grad()(lambda: model.encode(images))
    if compiled and hasattr(model, "compiled_parts"):
        fuse(model, chosen.training[part])
    optimiser = make_optimiser(model, chosen.training[part])
    losses = {
        "dalle": lambda: model(text, codes).loss,
        "dvae": lambda: model(images, 0.5, 0.01).loss,
        "clip": lambda: model(images, text).loss,
    }
    bf16 = device.type == "cuda"

    def update() -> None:
        with torch.autocast("cuda", dtype=torch.bfloat16) if bf16 else contextlib.nullcontext():
            loss = losses[part]()
        loss.backward()
        clip_gradients(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    return update


def seconds(update: Callable[[], object], device: torch.device, rounds: int = ROUNDS) -> float:
    """The median time of an update."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(ROUND):
            update()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) / ROUND)
    return statistics.median(times)


def profiled(update: Callable[[], object]) -> str:
    """Where a card's time goes in ten updates: a table of its kernels, the longest first."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
        for _ in range(ROUND):
            update()
        torch.cuda.synchronize()
    return found.key_averages().table(sort_by="self_cuda_time_total", row_limit=40, max_name_column_width=90)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="base")
    parser.add_argument("--parts", nargs="+", default=["dalle", "dvae", "read", "clip"])
    parser.add_argument("--batch", type=int, nargs="+", help="pictures an update (default: the preset's)")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--eager", action="store_true", help="also without torch.compile")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", help="write a profile of the transformer's updates to this file")
    args = parser.parse_args()
    chosen, device = preset(args.preset), pick_device(args.device)
    peak = peak_flops(device)
    for part in args.parts:
        for batch in args.batch or [512 if part == "read" else chosen.training[part].batch_size]:
            for compiled in (True, False) if args.eager and part == "dalle" else (True,):
                start = time.perf_counter()
                update = update_of(part, chosen, batch, device, compiled)
                update()
                first, each = time.perf_counter() - start, seconds(update, device, args.rounds)
                line = f"{part:6} batch {batch:5} {1e3 * each:8.1f} ms {batch / each:9.0f} pictures/s"
                if part == "dalle":
                    flops, tokens = training_flops(DALLE(chosen.dalle)), chosen.dalle.layout.length
                    line += f" {batch / each * tokens:11.0f} tokens/s {'compiled' if compiled else 'eager'}"
                    line += f" mfu {batch / each * flops / peak:.3f}" if peak else ""
                print(f"{line} (first {first:.1f} s)", flush=True)
                if args.profile and part == "dalle" and compiled and device.type == "cuda":
                    with open(args.profile, "w", encoding="utf-8") as file:
                        file.write(profiled(update))


if __name__ == "__main__":
    main()
