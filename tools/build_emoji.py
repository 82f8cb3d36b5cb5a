"""Build the course's real pictures: emoji in seven paired styles, stacked probes, and flags, as parquet files.

    pip install resvg-py==0.5.0          # beside the course's own packages; npm must be there too
    python -m tools.build_emoji --work build/emoji --out data/emoji
    python -m tools.build_emoji --work build/emoji --out build/emoji/128 --size 128

Run it from the repository's root; it takes about ten minutes on one core, and the second size two. The packages
come by `npm pack`, each at a fixed version and held to its SHA-256 (`tools/emoji/packages.py`). The same packages
give the same pictures, and splits do not depend on which subjects there are (`tools/emoji/splits.py`).

Afterwards `python -m tools.emoji_card` writes the tables and the picture of the data card anew.
"""

import argparse
import io
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from minidalle.emoji import stacked
from tools.emoji import captions, drawing, flags, names, packages
from tools.emoji.captions import STYLES, UNCOLOURED
from tools.emoji.splits import share, splits_of

PROBES = 400
SOURCES = {
    "flat": (packages.FLAT, "MIT"),
    "3d": (packages.RENDERS, "MIT"),
    "cartoon": (packages.NOTO, "Apache-2.0"),
    "sticker": (packages.TWEMOJI, "CC-BY-4.0"),
    "line": (packages.FLAT, "MIT"),
    "stencil": (packages.STENCIL, "MIT"),
    "pixel": (packages.FLAT, "MIT"),
}
DERIVED = {"line": "edges of ", "pixel": "squares of "}
ALIKE = 0.4  # two pictures of one style whose mean difference at 32x32 is below this are the same picture
BLANK = 0.015  # a picture with a smaller share of painted pixels shows nothing


@dataclass(frozen=True)
class Subject:
    """One emoji: `key` is its code points, `phrase` its name in words, with the article."""

    key: str
    emoji: str
    phrase: str
    group: str
    subgroup: str
    tags: tuple[str, ...]

    @property
    def name(self) -> str:
        return captions.subject(self.phrase)


def subjects(folder: Path, sources: dict[str, dict]) -> list[Subject]:
    """Those of Unicode's emoji that are kept, named, and drawn in all styles. Raises ValueError for equal names."""
    meta = packages.read_json(folder / "meta" / "groups.json")
    found: dict[str, Subject] = {}
    for entry in packages.read_json(folder / "en" / "data.json"):
        key, label = packages.key(entry["hexcode"]), captions.plain(entry["label"])
        if "group" not in entry or "200d" in key or label in names.DROPPED:
            continue
        group, subgroup = meta["groups"][str(entry["group"])], meta["subgroups"][str(entry["subgroup"])]
        left_out = subgroup in names.DROPPED_SUBGROUPS and label not in names.KEPT
        if group in ("flags", "component") or left_out or not all(key in icons for icons in sources.values()):
            continue
        entry_of = Subject(
            key, entry["emoji"], captions.phrase(label), group, subgroup, tuple(entry.get("tags", ()))
        )
        if entry_of.name in found:
            raise ValueError(f"{label} and {found[entry_of.name].emoji} are both called {entry_of.name}")
        found[entry_of.name] = entry_of
    return list(found.values())


@dataclass
class Picture:
    """One subject in one style, RGBA, before it is chosen."""

    subject: Subject
    style: str
    image: Image.Image
    split: str

    @property
    def name(self) -> str:
        """What it shows, without colours where the style has none."""
        phrase = self.subject.phrase
        return captions.subject(captions.without_colour(phrase) if self.style in UNCOLOURED else phrase)

    def rank(self) -> tuple[bool, bool, bool]:
        """Of pictures that look or are called alike the lowest stays: seen in training, plain black, a shape."""
        black = self.subject.name.startswith("black ")  # a stencil hatches the other colours
        return self.split != "train", not black, self.subject.subgroup != "geometric"


def chosen(pictures: list[Picture]) -> list[Picture]:
    """Without nearly blank pictures, and of those that look or are called the same in one style only one."""
    looks: dict[str, list[tuple[float, np.ndarray]]] = defaultdict(list)
    called: set[tuple[str, str]] = set()
    kept: list[Picture] = []
    for picture in sorted(pictures, key=Picture.rank):
        sheet = drawing.on_white(picture.image)
        painted = (np.asarray(sheet).min(-1) < 231).mean()
        look = np.asarray(sheet.resize((32, 32), Image.Resampling.BOX)).astype(np.int16)
        mean = (
            look.mean()
        )  # two pictures differ at least as much as their means do, which are quickly compared
        near = (other for grey, other in looks[picture.style] if abs(grey - mean) <= ALIKE)
        same = any(np.abs(look - other).mean() < ALIKE for other in near)
        if painted < BLANK or same or (picture.style, picture.name) in called:
            reason = "blank" if painted < BLANK else "looks like another" if same else "called like another"
            sys.stderr.write(f"left out: {picture.subject.name} in style {picture.style}, {reason}\n")
            continue
        looks[picture.style].append((mean, look))
        called.add((picture.style, picture.name))
        kept.append(picture)
    place = {id(picture): number for number, picture in enumerate(pictures)}
    return sorted(kept, key=lambda picture: place[id(picture)])


def row(picture: Picture) -> dict:
    """A picture as a row of the data set."""
    subject, style = picture.subject, picture.style
    texts = captions.captions(subject.phrase, style, subject.subgroup, list(subject.tags))
    package, licence = SOURCES[style]
    country = captions.country_of(subject.name)
    return {
        "image": {"bytes": drawing.lossless(drawing.on_white(picture.image)), "path": None},
        "caption": texts[0],
        "captions": texts,
        "subject": picture.name,
        "style": style,
        "group": subject.group,
        "subgroup": subject.subgroup,
        "country": country[0] if country else None,
        "country_as": country[1] if country else None,
        "emoji": subject.emoji,
        "hexcode": subject.key,
        "source": f"{DERIVED.get(style, '')}{package}",
        "licence": licence,
        "split": picture.split,
    }


def probes(rows: list[dict], every: list[Subject]) -> list[dict]:
    """Pictures for "the exact same ... as a line drawing": those whose line drawing is hidden come first."""
    cells = {(entry["hexcode"], entry["style"]): entry for entry in rows}
    both = [s for s in every if (s.key, "flat") in cells and (s.key, "line") in cells]
    both.sort(key=lambda s: (cells[s.key, "line"]["split"] == "train", share("probe", s.key)))
    found = []
    for subject in both[:PROBES]:
        top, bottom = cells[subject.key, "flat"], cells[subject.key, "line"]
        image = stacked(*(np.asarray(Image.open(io.BytesIO(e["image"]["bytes"]))) for e in (top, bottom)))
        found.append(
            {
                "image": {"bytes": drawing.lossless(Image.fromarray(image)), "path": None},
                "caption": f"the exact same {subject.name} on the top as a line drawing on the bottom",
                "subject": subject.name,
                "top_style": "flat",
                "bottom_style": "line",
                "emoji": subject.emoji,
                "hexcode": subject.key,
                "source": top["source"],
                "licence": top["licence"],
                "split": bottom["split"],
            }
        )
    return found


def save(rows: list[dict], path: Path) -> None:
    """Write rows as parquet, with the column types that the library `datasets` reads back."""
    import datasets

    text = datasets.Value("string")
    kinds = {"image": datasets.Image(), "captions": datasets.Sequence(text)}
    features = datasets.Features({name: kinds.get(name, text) for name in rows[0]})
    path.parent.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_list(rows, features=features).to_parquet(path, batch_size=1000)
    sys.stderr.write(f"{path}: {len(rows)} rows, {path.stat().st_size:,} bytes\n")


def read_sources(folder: Path) -> dict[str, dict]:
    """Style to (key to icon), for the five styles that are not derived."""
    found = {
        style: packages.icons(packages.fetch(SOURCES[style][0], folder)) for style in ("flat", "stencil")
    }
    found["cartoon"] = packages.icons(packages.fetch(packages.NOTO, folder))
    found["3d"] = packages.files(packages.fetch(packages.RENDERS, folder) / "assets", ".webp")
    found["sticker"] = packages.files(packages.fetch(packages.TWEMOJI, folder) / "dist" / "svg", ".svg")
    return found


def drawn(subject: Subject, sources: dict[str, dict], folder: Path) -> dict[str, Image.Image]:
    """The subject in all styles at drawing.KEPT pixels, kept in `folder` for the next time."""
    paths = {style: folder / style / f"{subject.key}.png" for style in STYLES}
    if not all(path.is_file() for path in paths.values()):
        icons = {style: sources[style][subject.key] for style in sources}
        for style, image in drawing.in_styles(icons).items():
            paths[style].parent.mkdir(parents=True, exist_ok=True)
            image.save(paths[style], compress_level=1)
    return {style: Image.open(path).convert("RGBA") for style, path in paths.items()}


def main() -> None:
    """Read the command line, build the three files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=Path("build/emoji"), help="packages and large pictures")
    parser.add_argument("--out", type=Path, default=Path("data/emoji"))
    parser.add_argument("--size", type=int, default=64)
    args = parser.parse_args()

    sources = read_sources(args.work)
    every = subjects(packages.fetch(packages.NAMES, args.work), sources)
    pictures = []
    for number, subject in enumerate(every, 1):
        splits = splits_of(subject.key, subject.name)
        for style, image in drawn(subject, sources, args.work / "drawn").items():
            pictures.append(Picture(subject, style, drawing.shrink(image, args.size), splits[style]))
        sys.stderr.write(f"\r{number}/{len(every)}")
    sys.stderr.write("\n")
    rows = [row(picture) for picture in chosen(pictures)]
    save(rows, args.out / f"emoji_{args.size}.parquet")
    save(probes(rows, every), args.out / f"probes_{args.size}.parquet")
    save(
        flags.rows(packages.fetch(packages.FLAGS, args.work), args.size),
        args.out / f"flags_{args.size}.parquet",
    )


if __name__ == "__main__":
    main()
