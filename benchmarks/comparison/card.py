"""The row that a processor cannot measure: training on a graphics card, from the log of a run that had one.

Left out: how it is measured (`benchmarks/training_speed.py` prints the lines, `minidalle.dalle_flops` counts).
"""

import re
from pathlib import Path

LOG = Path(__file__).resolve().parents[2] / "data/results/base/speed.txt"
CARD, GOAL = "H100", 0.40
LINE = re.compile(r"dalle +batch +(\d+) .*? (\d+) pictures/s +(\d+) tokens/s (compiled|eager)")


def of_card(log: Path = LOG) -> list[str]:
    """The report's section on the card: one line for each way the transformer of `base` was trained.

    MFU: the share of the card's half-precision peak that the products of the transformer make up. Nothing where there
    is no log, or none of its lines is of the transformer.
    """
    found = LINE.findall(log.read_text(encoding="utf-8")) if log.is_file() else []
    if not found:
        return []
    picture, peak = flops_a_picture(), peak_of_card()
    lines = [
        "| batch | | pictures/s | tokens/s | MFU | goal | |",
        "|---|---|---|---|---|---|---|",
    ]
    best = max(int(rate) for _, rate, _, _ in found)
    for batch, rate, tokens, how in found:
        share = int(rate) * picture / peak
        verdict = ("met" if share >= GOAL else "**missed**") if int(rate) == best else ""
        lines.append(
            f"| {batch} | {how} | {int(rate):,} | {int(tokens):,} | {share:.0%} | {GOAL:.0%} | {verdict} |"
        )
    return [
        f"## Training the transformer of `base` on one {CARD}, bf16",
        f"From [a log](../base/speed.txt) of `python benchmarks/training_speed.py --preset base`, not measured by "
        f"this run: {picture / 1e9:.1f} GFLOP a picture, of {peak / 1e12:.0f} TFLOP/s.",
        "\n".join(lines),
    ]


def flops_a_picture() -> float:
    """What one picture costs in training, forwards and backwards."""
    import torch

    from minidalle.dalle import DALLE
    from minidalle.dalle_flops import training_flops
    from minidalle.presets import preset

    with torch.device("meta"):
        model = DALLE(preset("base").dalle)
    return training_flops(model)


def peak_of_card() -> float:
    """The card's half-precision products, operations a second."""
    from minidalle.devices import PEAKS

    return PEAKS[CARD]
