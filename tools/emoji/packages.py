"""The packages that the pictures and names come from: fetched by `npm pack`, held to their SHA-256, read.

Nothing here names a registry: npm asks the one that it is set up for. Left out: drawing (`drawing.py`).
"""

import hashlib
import json
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """One package at one version; `sha256` is that of the file that `npm pack` brings."""

    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


NAMES = Package(
    "emojibase-data", "15.3.2", "d9b21dc77f1cfc56b9b9fc219989bb574c1ed129b6c8a0bb8044f5f37eea200d"
)  # not 16 or later: their keywords hold slang and single words cut out of phrases
FLAT = Package(
    "@iconify-json/fluent-emoji-flat",
    "1.2.6",
    "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
)
STENCIL = Package(
    "@iconify-json/fluent-emoji-high-contrast",
    "1.2.6",
    "0b92d48c90d2200bd499e3cdd09a127ca6a8c8ddefd34c35eb5a1e4994012ae0",
)
RENDERS = Package(
    "@lobehub/fluent-emoji-3d", "1.1.0", "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58"
)
NOTO = Package(
    "@iconify-json/noto", "1.2.9", "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"
)
TWEMOJI = Package(
    "@discordapp/twemoji", "16.0.1", "2278fd609501e20dc646a546c1d7bbcab86a4c38010ded12b45e61f9687b9d0a"
)
FLAGS = Package("flag-icons", "7.5.0", "c0b80bf0e08006a60f56621d6bc49f8c7131f4d1fef6737a165a673431f4b518")


def fetch(package: Package, folder: Path) -> Path:
    """The unpacked package, in a folder of its own inside `folder`. Raises ValueError for other contents."""
    plain = re.sub(r"[@/]", "-", package.name).strip("-")
    unpacked = folder / f"{plain}-{package.version}"
    if not unpacked.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8")
        archive = folder / done.stdout.split()[-1]
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != package.sha256:
            raise ValueError(f"{package} has SHA-256 {found}; this script was written for {package.sha256}")
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
    return unpacked / "package"


def key(hexcode: str) -> str:
    """A code point sequence in the form that joins all packages: lower case, "-", without variation selectors."""
    return "-".join(part for part in re.split(r"[-_ ]", hexcode.lower()) if part != "fe0f")


def read_json(path: Path) -> dict | list:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def icons(package: Path) -> dict[str, str]:
    """Key to SVG text for an icon collection. Icons that are not square get a wider view box, never a stretch."""
    collection, characters = read_json(package / "icons.json"), read_json(package / "chars.json")
    found: dict[str, str] = {}
    for code, name in characters.items():
        while name not in collection["icons"] and name in collection.get("aliases", {}):
            name = collection["aliases"][name]["parent"]
        if name in collection["icons"]:
            found.setdefault(key(code), _svg(collection["icons"][name], collection))
    return found


def _svg(icon: dict, collection: dict) -> str:
    width, height = (icon.get(side, collection.get(side, 16)) for side in ("width", "height"))
    side = max(width, height)
    left = icon.get("left", 0) - (side - width) / 2
    top = icon.get("top", 0) - (side - height) / 2
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    box = f'viewBox="{left} {top} {side} {side}" width="{side}" height="{side}"'
    return f"<svg {names} {box}>{icon['body']}</svg>"


def files(folder: Path, ending: str) -> dict[str, Path]:
    """Key to file, for files that are named by their code points."""
    return {key(path.stem): path for path in sorted(folder.glob(f"*{ending}"))}
