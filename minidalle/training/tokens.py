"""Pictures as codes: the frozen dVAE reads every training picture once, and the codes are kept.

They lie in OUT/tokens/ as safetensors, under a name made of the hashes of the dVAE's weights and of the
pictures, so codes of another dVAE or of other pictures are never mistaken for them. DALL-E needs nothing else of a
picture, nor does a CLIP that is shown painted pictures alone: with that folder, they train on a machine where the
pictures never were.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm.auto import tqdm

from minidalle.checkpoints import (
    CheckpointError,
    json_bytes,
    read_json,
    read_tensors,
    tensor_bytes,
    verify,
    write_folder,
)
from minidalle.data import WorldPictures
from minidalle.dvae import DiscreteVAE
from minidalle.training.own import OwnPictures
from minidalle.training.pictures import to_images
from minidalle.training.state import Say

CHUNK = 64
FILE, ABOUT = "codes.safetensors", "about.json"


def fingerprint(codes: Tensor) -> str:
    """SHA-256 (hex) of codes [picture, grid * grid]. Read again on another machine, which rounds in its own way, a few
    may be others: a run must not go on with those."""
    return hashlib.sha256(codes.to(torch.int32).contiguous().numpy().astype("<i4").tobytes()).hexdigest()


def kept_codes(
    folder: Path, dvae_hash: str, count: int, seed: int, split: str, mix: str
) -> tuple[WorldPictures, Tensor] | None:
    """Pictures that were read before, by what they are: without their pixels, which then need not be on this machine,
    and their codes. None where there are no such codes that are whole."""
    wanted = {"dvae": dvae_hash, "count": count, "seed": seed, "split": split, "mix": mix}
    for path in folder.glob(f"*/{ABOUT}"):
        about = read_json(path)
        if all(about.get(key) == value for key, value in wanted.items()) and not verify(path.parent):
            nothing = np.empty((count, 0, 0, 3), np.uint8)
            pictures = WorldPictures(nothing, seed, split, about["pictures"], mix)
            return pictures, read_tensors(path.parent / FILE)["codes"]
    return None


@torch.no_grad()
def picture_codes(
    dvae: DiscreteVAE,
    dvae_hash: str,
    pictures: WorldPictures | OwnPictures,
    folder: Path,
    device: str,
    progress: bool,
    say: Say,
) -> Tensor:
    """The argmax codes of every picture, int32 [picture, grid * grid], from `folder` if they are there.

    Read in full precision, as at drawing time: rounding would flip codes. Where the codes cannot be kept (a full
    disk), that is said, and training goes on with them.
    """
    name = hashlib.sha256(f"{dvae_hash} {pictures.fingerprint}".encode()).hexdigest()[:24]
    kept, shape = folder / name / FILE, (len(pictures), dvae.config.grid**2)
    if kept.is_file():
        problems = verify(folder / name)
        codes = {} if problems else read_tensors(kept)
        if "codes" in codes and codes["codes"].shape == shape:
            return codes["codes"]
        say(f"{'; '.join(problems) or f'{kept} holds something else'}: reading the pictures again")
    codes = torch.empty(shape, dtype=torch.int32, device=device)
    dvae, chunk = dvae.eval().to(device), CHUNK if device == "cpu" else 8 * CHUNK
    exact = torch.backends.cudnn.flags(
        enabled=True, allow_tf32=False
    )  # a card's usual float32 convolutions are not
    with (
        exact,
        tqdm(total=len(pictures), desc="reading pictures", unit="picture", disable=not progress) as bar,
    ):
        for start in range(0, len(pictures), chunk):
            images = to_images(pictures.images[start : start + chunk], device)
            codes[start : start + chunk] = dvae.encode(images).int()
            bar.update(len(images))
    codes = codes.cpu()
    about = {
        "dvae": dvae_hash,
        "pictures": pictures.fingerprint,
        "count": len(pictures),
        "seed": pictures.seed,
    }
    about |= {"split": pictures.split, "mix": pictures.mix}
    try:
        write_folder(folder / name, {FILE: tensor_bytes({"codes": codes}), ABOUT: json_bytes(about)})
    except CheckpointError as error:
        say(f"{error}. Training goes on; the next run reads the pictures again")
    return codes
