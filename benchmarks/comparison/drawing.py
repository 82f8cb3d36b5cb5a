"""Sampling: pictures drawn token by token from untrained models of one size, captions given."""

import torch

from comparison import peers
from comparison.rows import Goal, Row, importing
from comparison.timing import Side, dtype_of, peak_side, peaks_of, take_turns
from minidalle.dalle import DALLE, DALLEConfig
from minidalle.sampling import sample

PAPER_VOCABULARIES = {"text_vocab": 16_384, "image_vocab": 8_192}
SIZES = DALLEConfig(**PAPER_VOCABULARIES, text_length=32, grid=16, width=256, depth=6, heads=4)
SMALL = DALLEConfig(text_vocab=60, image_vocab=40, text_length=6, grid=4, width=32, depth=2, heads=2)
AXIAL = ("axial_row", "axial_col")


def captions_for(config: DALLEConfig, batch: int) -> torch.Tensor:
    """Captions without padding, which every library reads alike."""
    generator = torch.Generator().manual_seed(0)
    return torch.randint(1, config.text_vocab, (batch, config.text_length), generator=generator)


def sampling_row(quick: bool, batch: int) -> Row:
    """Drawing `batch` pictures: our cached loop, theirs, and a general library's."""
    batch = 2 if quick else batch
    title = f"Sampling, width 256, 6 layers, 32 + 256 tokens, batch {batch}"
    row, config = Row(f"sampling-{batch}", title), SMALL if quick else SIZES
    text = captions_for(config, batch)
    sides, peaks = [], [peak_side(precision) for precision in ("fp32", "bf16")]
    for precision in ("fp32", "bf16"):
        torch.manual_seed(0)
        ours = DALLE(config).to(dtype_of(precision)).eval()
        tokens = batch * config.layout.image_tokens
        alike = {"precision": precision, "amount": tokens, "unit": "tokens/s"}
        sides.append(Side("minidalle", lambda _, model=ours: sample(model, text), ours=True, **alike))
        if precision == "fp32" and (quick or batch <= 8):
            naive = lambda _, model=ours: sample(model, text, use_cache=False)  # noqa: E731
            once = {
                "rounds": 1,
                "warm": False,
                "note": "the whole stream again for every token, as minGPT does",
            }
            sides.append(Side("minidalle, naive loop", naive, **alike, **once))
        sides += drawing_peers(row, config, text, precision, alike)
    for side in sides:
        side.warm &= batch <= 8  # a long go hardly notices what its first call costs
    rounds = 2 if quick or batch > 8 else 3  # one of 64 pictures takes two minutes
    row.missing |= take_turns([*sides, *peaks], rounds)
    row.peaks = peaks_of(peaks)
    row.add(sides)
    repaired, llama, shipped = (2.5, 2.5, 40.0) if batch <= 8 else (3.0, 2.0, 40.0)
    row.goals = [
        Goal("minidalle", "dalle-pytorch, repaired", repaired),
        Goal("minidalle", "Llama generate", llama),
        Goal("minidalle", "dalle-pytorch, shipped", shipped),
    ]
    return row


def drawing_peers(
    row: Row, config: DALLEConfig, text: torch.Tensor, precision: str, alike: dict
) -> list[Side]:
    """dalle-pytorch as shipped, and with its cache repaired; Llama's `generate`."""
    sides, dtype = [], dtype_of(precision)
    repaired = importing(row, "dalle-pytorch", lambda: peers.dalle_pytorch(config, AXIAL, repaired=True))
    if repaired is not None:
        repaired = repaired.to(dtype).eval()
        sides.append(
            Side("dalle-pytorch, repaired", lambda _: repaired.generate_images(text, use_cache=True), **alike)
        )
        if precision == "fp32" and len(text) <= 8:
            shipped = peers.dalle_pytorch(config, AXIAL).eval()  # importing it has worked
            once = {"rounds": 1, "warm": False, "note": "its cache is dropped on the way; one round"}
            sides.append(
                Side(
                    "dalle-pytorch, shipped",
                    lambda _: shipped.generate_images(text, use_cache=True),
                    **alike,
                    **once,
                )
            )
    llama = importing(row, "transformers", lambda: peers.llama(config))
    if llama is not None:
        llama = llama.to(dtype).eval()
        new = config.layout.image_tokens
        options = {"max_new_tokens": new, "min_new_tokens": new, "do_sample": True, "top_k": 0}
        seen = torch.ones_like(text)
        sides.append(
            Side(
                "Llama generate",
                lambda _: llama.generate(text, attention_mask=seen, **options),
                note="every token of one shared vocabulary",
                **alike,
            )
        )
    return sides
