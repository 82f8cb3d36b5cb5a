"""The judge: a small network that reads the fields of a scene back from its picture.

It finds objects the way CenterNet does (Zhou et al. 2019, "Objects as Points"): for each cell of a 16x16 grid it says
how likely an object's centre lies there and, if one does, its shape, colour, size, texture and place in the world. A
picture's reading is then a list of things, from which counts, bindings and relations follow by comparison, so that
the judge needs no idea of what a caption is and cannot be led by one.

It is trained on renders of all combinations, held-out ones too (it has to know them), blurred and noisy ones among
them, so that it does not punish the softness of a dVAE. Left out: sketches have no colour to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from minidalle.world.objects import SHAPES
from minidalle.world.renderer import project
from minidalle.world.scene import BLOCK_STYLES, COLORS, SIZES, TEXTURES, Scene

FIELDS: dict[str, tuple[str, ...]] = {
    "shape": SHAPES,
    "color": tuple(COLORS),
    "size": tuple(SIZES),
    "texture": TEXTURES,
}
"""What is read of each thing, and the values it can take."""

_POSITION_LENGTH = 3
IGNORED = -100


@dataclass(frozen=True)
class JudgeConfig:
    """Sizes of a `Judge`. `width`: channels at half resolution. The grid has image_size / 4 cells a side.

    Raises ValueError for an image_size below 8 or not a multiple of 4.
    """

    image_size: int = 64
    width: int = 32

    def __post_init__(self) -> None:
        if self.image_size < 8 or self.image_size % 4:
            raise ValueError(
                f"image_size is {self.image_size}; the judge reads multiples of 4 from 8 on, such as 64"
            )

    @property
    def grid(self) -> int:
        """Cells a side of the map in which objects are found."""
        return self.image_size // 4


@dataclass(frozen=True)
class ReadThing:
    """One thing as the judge reads it; `position` (x, y, z) is in world units, `score` in [0, 1] is its certainty."""

    shape: str
    color: str
    size: str
    texture: str
    position: tuple[float, float, float]
    score: float


@dataclass(frozen=True)
class Reading:
    """What the judge reads in one picture: its things, from left to right, and its style."""

    things: tuple[ReadThing, ...]
    style: str


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.layers(x))


def _down(n_in: int, n_out: int, kernel: int = 3) -> nn.Sequential:
    layer = nn.Conv2d(n_in, n_out, kernel, stride=2, padding=kernel // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(n_out), nn.ReLU())


class Judge(nn.Module):
    """Pictures to a map of things. `read` is what the evaluation uses; `loss` is what training uses."""

    def __init__(self, config: JudgeConfig = JudgeConfig()) -> None:
        super().__init__()
        self.config = config
        w = config.width
        self.fine = nn.Sequential(_down(3, w, 5), _Residual(w), _down(w, 2 * w), _Residual(2 * w))
        self.coarse = nn.Sequential(
            _down(2 * w, 4 * w), _Residual(4 * w), _down(4 * w, 4 * w), _Residual(4 * w)
        )
        self.join_coarse = nn.Conv2d(4 * w, 2 * w, 1)
        self.join = nn.Sequential(_Residual(2 * w), _Residual(2 * w))
        outputs = 1 + sum(map(len, FIELDS.values())) + _POSITION_LENGTH
        self.head = nn.Conv2d(2 * w, outputs, 1)
        self.style = nn.Linear(4 * w, len(BLOCK_STYLES))
        nn.init.constant_(self.head.bias, 0.0)
        nn.init.constant_(self.head.bias[:1], -4.0)  # few cells hold an object

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Images [batch, 3, height, width] to maps [batch, output, grid, grid] and style logits [batch, style]."""
        fine = self.fine(images * 2 - 1)
        coarse = self.coarse(fine)
        up = F.interpolate(
            self.join_coarse(coarse), size=fine.shape[-2:], mode="bilinear", align_corners=False
        )
        return self.head(self.join(fine + up)), self.style(coarse.mean(dim=(2, 3)))

    def split(self, maps: Tensor) -> dict[str, Tensor]:
        """Maps by name: "presence" [batch, 1, ...], a field's [batch, value, ...], "position" [batch, 3, ...]."""
        sizes = [1, *map(len, FIELDS.values()), _POSITION_LENGTH]
        return dict(zip(("presence", *FIELDS, "position"), maps.split(sizes, dim=1), strict=True))

    def loss(self, images: Tensor, targets: Targets) -> tuple[Tensor, dict[str, float]]:
        """Training loss of images [batch, 3, height, width] against targets; also each part as a float."""
        maps, style = self(images)
        maps = self.split(maps.float())
        parts = {"presence": _presence_loss(maps.pop("presence")[:, 0], targets.heat)}
        cells = {
            name: rearrange(value, "b c h w -> b (h w) c")[targets.batch, targets.cell]
            for name, value in maps.items()
        }
        parts["position"] = F.smooth_l1_loss(cells.pop("position"), targets.position)
        for index, name in enumerate(FIELDS):
            labels = targets.labels[:, index]
            if (labels != IGNORED).any():
                parts[name] = F.cross_entropy(cells[name], labels, ignore_index=IGNORED)
        parts["style"] = F.cross_entropy(style.float(), targets.style)
        return sum(parts.values()), {name: value.item() for name, value in parts.items()}

    @torch.no_grad()
    def read(self, images: Tensor, threshold: float = 0.35) -> list[Reading]:
        """Read images [batch, 3, height, width] in [0, 1]; a thing is a local maximum of presence over `threshold`.

        Reads with the running statistics of training, also in training mode: what stands beside a picture in its
        batch never changes how it is read.
        """
        training = self.training
        self.eval()
        maps, style = self(images)
        self.train(training)
        maps = self.split(maps.float())
        presence = maps.pop("presence").sigmoid()
        peaks = (presence == F.max_pool2d(presence, 3, stride=1, padding=1)) & (presence > threshold)
        readings: list[list[ReadThing]] = [[] for _ in images]
        for b, _, i, j in peaks.nonzero().tolist():
            values = {name: names[int(maps[name][b, :, i, j].argmax())] for name, names in FIELDS.items()}
            position = tuple(round(v, 3) for v in maps["position"][b, :, i, j].tolist())
            readings[b].append(ReadThing(**values, position=position, score=presence[b, 0, i, j].item()))
        return [
            Reading(tuple(sorted(things, key=lambda t: t.position[0])), BLOCK_STYLES[k])
            for things, k in zip(readings, style.argmax(dim=1).tolist(), strict=True)
        ]


@dataclass(frozen=True)
class Targets:
    """What a batch shows, for `Judge.loss`.

    heat: [batch, grid, grid], 1 at a thing's centre. style: [batch]. For each thing of the batch, in one row after the
    other: batch, cell: [thing], its picture and its cell of the grid, row by row; labels: [thing, field] positions in
    `FIELDS`, `IGNORED` where there is nothing to read; position: [thing, 3] in world units.
    """

    heat: Tensor
    batch: Tensor
    cell: Tensor
    labels: Tensor
    position: Tensor
    style: Tensor

    def to(self, device: str | torch.device) -> Targets:
        """The same on another device."""
        return Targets(*(getattr(self, field.name).to(device) for field in fields(self)))


def targets_of(scenes: Sequence[Scene], config: JudgeConfig) -> Targets:
    """The targets of scenes. A thing's centre is the middle of its height; `heat` falls off around it as a Gaussian."""
    grid = config.grid
    heat = torch.zeros(len(scenes), grid, grid)
    axis = torch.arange(grid) + 0.5
    batch, cell, labels, position = [], [], [], []
    for b, scene in enumerate(scenes):
        for thing in scene.things:
            x, y, z = thing.position
            u, v, _ = project(scene.camera, (x, y + 0.45 * thing.scale, z))
            i, j = (min(max(int(w * grid), 0), grid - 1) for w in (v, u))
            spread = torch.exp(-((axis[:, None] - i - 0.5) ** 2 + (axis[None] - j - 0.5) ** 2) / (2 * 0.8**2))
            heat[b] = torch.maximum(heat[b], spread)
            values = {name: names.index(getattr(thing, name)) for name, names in FIELDS.items()}
            if scene.style == "sketch":
                values["color"] = IGNORED
            batch.append(b)
            cell.append(i * grid + j)
            labels.append(list(values.values()))
            position.append([x, y, z])
    style = torch.tensor([BLOCK_STYLES.index(scene.style) for scene in scenes])
    return Targets(
        heat,
        torch.tensor(batch),
        torch.tensor(cell),
        torch.tensor(labels),
        torch.tensor(position).float(),
        style,
    )


def _presence_loss(logits: Tensor, heat: Tensor) -> Tensor:
    """The penalty-reduced focal loss of CornerNet and CenterNet, per object; logits and heat [batch, grid, grid]."""
    p = logits.sigmoid().clamp(1e-5, 1 - 1e-5)
    centre = heat > 0.999
    found = (1 - p) ** 2 * p.log() * centre
    empty = (1 - heat) ** 4 * p**2 * (1 - p).log() * ~centre
    return -(found.sum() + empty.sum()) / centre.sum().clamp_min(1)


def roughen(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images [batch, 3, height, width] blurred, noisy, brighter or darker: what a dVAE may do to them.

    generator: on the CPU; on a graphics card the noise comes from the card's own.
    """

    def chance() -> float:
        return torch.rand((), generator=generator).item()

    size = images.shape[-1]
    if chance() < 0.6:
        small = int(size * (0.4 + 0.5 * chance()))
        images = F.interpolate(images, size=(small, small), mode="bilinear", antialias=True)
        images = F.interpolate(images, size=(size, size), mode="bicubic" if chance() < 0.5 else "bilinear")
    if chance() < 0.4:
        own = generator if images.device.type == "cpu" else None
        strength = 0.03 * chance()
        images = images + strength * torch.randn(images.shape, generator=own, device=images.device)
    return (images * (0.94 + 0.12 * chance())).clamp(0, 1)
