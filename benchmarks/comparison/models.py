"""What surrounds the transformer: sparse attention by itself, the dVAE, CLIP's scores, and the renderer."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from comparison import stand_ins
from comparison.rows import Goal, Row, importing
from comparison.timing import Side, dtype_of, peak_side
from comparison.training import PRECISIONS, autocast, measure, side_of
from minidalle.attention import PatternTables, attend
from minidalle.clip import CLIP, CLIPConfig
from minidalle.clip_open import OpenCLIP
from minidalle.dvae import DiscreteVAE, DVAEConfig
from minidalle.masks import StreamLayout


def attention_row(quick: bool) -> Row:
    """One layer's attention at the paper's 1280 slots, forwards and backwards, against torch's own."""
    layout = StreamLayout(6, 4) if quick else StreamLayout(256, 32)
    row = Row("attention", f"Sparse attention alone, {layout.length} slots, 4 heads of 64, there and back")
    tables, cpu = PatternTables(layout), torch.device("cpu")
    sides, peaks = [], [peak_side(precision) for precision in PRECISIONS]
    for precision in PRECISIONS:
        shape = (1, 4, layout.length, 64)
        qkv = [torch.randn(shape, dtype=dtype_of(precision), requires_grad=True) for _ in range(3)]
        for pattern in ("row", "column", "conv"):
            mask = tables.dense(pattern, cpu)
            ours = lambda q, k, v, pattern=pattern: attend(q, k, v, pattern, tables)  # noqa: E731
            masked = lambda q, k, v, mask=mask: F.scaled_dot_product_attention(q, k, v, mask)  # noqa: E731
            sides.append(Side(f"minidalle, {pattern}", there_and_back(ours, qkv), precision, True))
            sides.append(Side(f"masked, {pattern}", there_and_back(masked, qkv), precision))
        dense = lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)  # noqa: E731
        sides.append(Side("dense, causal", there_and_back(dense, qkv), precision))
    measure(row, sides, peaks, 2 if quick else 7)
    row.goals = [
        *(Goal(f"minidalle, {pattern}", f"masked, {pattern}", 3.0) for pattern in ("row", "column")),
        *(Goal(f"minidalle, {pattern}", "dense, causal", 1.7) for pattern in ("row", "column")),
    ]
    row.notes.append(
        "masked and dense are torch's scaled_dot_product_attention; conv has no sparse form on a CPU."
    )
    return row


def there_and_back(form: Callable[..., Tensor], qkv: list[Tensor]) -> Callable[[Any], object]:
    """Forwards, and backwards to queries, keys and values."""

    def work(_: Any) -> object:
        out = form(*qkv)
        return torch.autograd.grad(out, qkv, out.detach())

    return work


def dvae_row(quick: bool) -> Row:
    """A dVAE's update: the released layers in our form and in OpenAI's; dalle-pytorch's layers in its way and ours."""
    batch, size, hidden, vocab = (2, 16, 8, 32) if quick else (32, 64, 64, 512)
    row = Row("dvae", f"dVAE step, {size}×{size} pictures, batch {batch}")
    images = torch.rand(batch, 3, size, size)
    sides, peaks = [], [peak_side(precision) for precision in PRECISIONS]
    for precision in PRECISIONS:
        config = DVAEConfig(size, 3, vocab, hidden, standardise_logits=False, likelihood="l2")
        model = DiscreteVAE(config).to(memory_format=torch.channels_last)
        last = images.contiguous(memory_format=torch.channels_last)
        loss = lambda model=model, images=last: model(images, 0.9, 0.0).loss  # noqa: E731
        sides.append(side_of("minidalle", model, loss, precision, batch, True, "the released layers"))

        def released(precision: str = precision) -> Side:
            model = Released(size, hidden, vocab)
            note = "the released layers, as released"
            return side_of("OpenAI's release", model, lambda: model(images), precision, batch, False, note)

        def lucid(ours: bool, precision: str = precision, last: Tensor = last) -> Side:
            model, given = lucid_vae(size, vocab), last if ours else images
            model = model.to(memory_format=torch.channels_last) if ours else model
            name = "minidalle, its layers" if ours else "dalle-pytorch"
            note = "dalle-pytorch's layers, trained by our optimiser in our memory format" if ours else ""
            loss = lambda: model(given, return_loss=True)  # noqa: E731
            return side_of(name, model, loss, precision, batch, ours, note)

        made = [
            importing(row, "OpenAI's release", released),
            importing(row, "dalle-pytorch", lambda: lucid(False)),
            importing(row, "dalle-pytorch", lambda: lucid(True)),
        ]
        sides += [side for side in made if side is not None]
    measure(row, sides, peaks, 2 if quick else 3)
    row.goals = [
        Goal("minidalle, its layers", "dalle-pytorch", 2.2),
        Goal("minidalle", "OpenAI's release", 2.2),
    ]
    return row


class Released(nn.Module):
    """OpenAI's released encoder and decoder, trained with the same loss as ours: Gumbel-softmax, squared error."""

    def __init__(self, size: int, hidden: int, vocab: int) -> None:
        super().__init__()
        from dall_e import Decoder, Encoder

        options = {"n_hid": hidden, "n_blk_per_group": 1, "vocab_size": vocab, "requires_grad": True}
        with (
            torch.no_grad()
        ):  # its first weights are drawn in place, which torch forbids for what wants a gradient
            self.encoder, self.decoder = Encoder(**options), Decoder(**options)

    def forward(self, images: Tensor) -> Tensor:
        """The loss of images [batch, 3, height, width] in [0, 1]."""
        codes = F.gumbel_softmax(self.encoder(images).float(), tau=0.9, dim=1)
        return F.mse_loss(self.decoder(codes)[:, :3].float(), images)


def lucid_vae(size: int, vocab: int) -> nn.Module:
    """dalle-pytorch's dVAE, of about as much work as the released one."""
    stand_ins.install("taming", "omegaconf", "pkg_resources")
    from dalle_pytorch import DiscreteVAE as Peer

    sizes = {"num_layers": 3, "hidden_dim": 128, "num_resnet_blocks": 2, "codebook_dim": 256}
    return Peer(image_size=size, num_tokens=vocab, **sizes)


def clip_row(quick: bool) -> Row:
    """Scoring pictures by one caption: our CLIP, and OpenCLIP's transformer of the same width, layers and patches."""
    count, width, layers = (4, 64, 1) if quick else (512, 384, 6)
    row = Row(
        "clip",
        f"CLIP scoring of {count} pictures of 64×64, width {width}, {layers} layers, 8×8 pixels a token",
    )
    images = torch.rand(count, 3, 64, 64)
    config = CLIPConfig(
        width=width, heads=max(2, width // 64), image_layers=layers, text_layers=2, embed=width
    )
    sides, peaks = [], [peak_side(precision) for precision in PRECISIONS]
    text = torch.randint(0, config.text_vocab, (1, 16))
    for precision in PRECISIONS:
        alike = {"precision": precision, "amount": count, "unit": "pictures/s"}
        ours = CLIP(config).eval()

        def score(_: Any, model: CLIP = ours, precision: str = precision) -> None:
            with torch.no_grad(), autocast(precision):
                model.scores(images, text)

        sides.append(Side("minidalle", score, ours=True, note="with its convolutional stem", **alike))
        peer = importing(row, "open_clip", lambda: open_clip_model(width, layers))
        if peer is not None:
            sides += clip_peers(peer, images, alike)
    measure(row, sides, peaks, 2)  # a round takes more than a minute
    row.goals = [
        Goal("minidalle", "open_clip, one batch", 1.3),
        Goal("minidalle, its model", "open_clip, one batch", 1.3),
    ]
    return row


def clip_peers(peer: nn.Module, images: Tensor, alike: dict[str, Any]) -> list[Side]:
    """OpenCLIP's model in one batch, in chunks, and behind our own scoring."""
    precision, scorer = alike["precision"], OpenCLIP(peer, lambda texts: torch.zeros(1, 16, dtype=torch.long))

    def whole(_: Any) -> None:
        with torch.no_grad(), autocast(precision):
            F.normalize(peer.encode_image(images), dim=-1)

    def chunks(_: Any) -> None:
        with torch.no_grad(), autocast(precision):
            torch.cat([F.normalize(peer.encode_image(part), dim=-1) for part in images.split(32)])

    def behind(_: Any) -> None:
        with autocast(precision):
            scorer.scores(images, ["a caption"])

    note = (
        "OpenCLIP's model behind our `draw(clip=...)`: its resizing included, which its own sides are spared"
    )
    return [
        Side("open_clip, one batch", whole, **alike),
        Side("open_clip, chunks of 32", chunks, **alike),
        Side("minidalle, its model", behind, ours=True, note=note, **alike),
    ]


def open_clip_model(width: int, layers: int) -> nn.Module:
    """OpenCLIP's CLIP with random weights."""
    stand_ins.install("torchvision")
    from open_clip.model import CLIP as Peer

    vision = {"layers": layers, "width": width, "head_width": 64, "patch_size": 8, "image_size": 64}
    text = {"context_length": 16, "vocab_size": 1024, "width": width, "heads": width // 64, "layers": 2}
    return Peer(embed_dim=width, vision_cfg=vision, text_cfg=text).eval()


def render_row(quick: bool) -> Row:
    """Antialiased pictures of 64×64 pixels on one core. Nobody else draws these scenes, so there is no peer."""
    from minidalle.world import render, sample_scene

    row = Row("rendering", "Rendering, 64×64, antialiased")
    count = 4 if quick else 200
    sides = []
    for mix in ("blocks", "world"):
        scenes = [sample_scene(5, index, mix=mix) for index in range(count)]
        draw = lambda _, scenes=scenes: [render(scene, 64) for scene in scenes]  # noqa: E731
        sides.append(Side(f"minidalle, {mix}", draw, "", True, amount=count, unit="pictures/s"))
    measure(row, sides, [], 2 if quick else 3)
    for side in row.sides:
        row.notes.append(f"{side['name']}: {side['rate']:.0f} pictures a second (goal: 100).")
    return row
