"""Write what the data card says in figures, and its picture, from the parquet files themselves.

python -m tools.emoji_card            # data/emoji/README.md and data/emoji/styles.png
python -m tools.emoji_card --check    # exit status 1 if the tables are not those of the files
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from minidalle.emoji import FILES, SPLITS, STYLES, emoji, probes
from tools.cards import write_or_check

FOLDER = Path(__file__).parents[1] / "data" / "emoji"
SHOWN = "cupcake"  # training shows it in every style, and it is a probe


def rows(name: str) -> list[dict]:
    """The rows of one file, without pictures."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(FOLDER / FILES[name])
    return table.drop_columns(["image"]).to_pylist()


def counts(title: str, values: Iterable[str], order: tuple[str, ...] | None = None) -> str:
    """How often each value occurs, as a Markdown table; the most frequent first unless an order is given."""
    found = Counter(values)
    names = order or [name for name, _ in found.most_common()]
    return "\n".join([f"| {title} | pictures |", "|---|---:|", *(f"| {n} | {found[n]:,} |" for n in names)])


def styles_by_split(found: list[dict]) -> str:
    """Pictures by style and split."""
    cells = Counter((row["style"], row["split"]) for row in found)
    lines = [f"| style | {' | '.join(SPLITS)} | all |", "|---|" + "---:|" * (len(SPLITS) + 1)]
    for style in (*STYLES, "all"):
        figures = [
            sum(n for (s, p), n in cells.items() if style in (s, "all") and p == split) for split in SPLITS
        ]
        lines.append(f"| {style} | {' | '.join(f'{n:,}' for n in figures)} | {sum(figures):,} |")
    return "\n".join(lines)


def sources(found: list[dict], others: dict[str, list[dict]]) -> str:
    """Package and licence of each style, and of the flags and probes."""
    lines = ["| pictures | from | licence | rows |", "|---|---|---|---:|"]
    parts = {style: [row for row in found if row["style"] == style] for style in STYLES} | others
    for name, part in parts.items():
        for (source, licence), number in Counter((row["source"], row["licence"]) for row in part).items():
            lines.append(f"| {name} | {source} | {licence} | {number:,} |")
    return "\n".join(lines)


def words(files: dict[str, list[dict]]) -> str:
    """Captions, distinct captions, vocabulary and caption length of each file."""
    lines = ["| file | pictures | captions | distinct | words | words a caption |", "|---|" + "---:|" * 5]
    for name, found in files.items():
        texts = [text for row in found for text in row.get("captions", [row["caption"]])]
        split = [re.findall(r"[a-z0-9'-]+", text) for text in texts]
        known = {word for part in split for word in part}
        lengths = [len(part) for part in split]
        length = f"{min(lengths)} to {max(lengths)}, median {statistics.median(lengths):.0f}"
        lines.append(
            f"| `{FILES[name]}` | {len(found):,} | {len(texts):,} | {len(set(texts)):,} | {len(known):,} | {length} |"
        )
    return "\n".join(lines)


def probes_by_split(found: list[dict]) -> str:
    """How many probes have a line drawing that training shows."""
    return counts("the line drawing is in", (row["split"] for row in found))


def tables() -> dict[str, str]:
    """Mark to Markdown: everything that the card says in figures."""
    files = {name: rows(name) for name in FILES}
    found = files["emoji"]
    return {
        "words": words(files),
        "styles": styles_by_split(found),
        "groups": counts("group", (row["group"] for row in found)),
        "sources": sources(found, {"flags": files["flags"], "probes": files["probes"]}),
        "probes": probes_by_split(files["probes"]),
        "countries": counts("country", (row["country"] for row in found if row["country"])),
    }


def picture() -> bytes:
    """One subject in all styles, and its probe, with a caption under each, as PNG."""
    from minidalle import show

    cells = emoji(None).where(lambda facts: facts["subject"] == SHOWN)
    of_style = {facts["style"]: image for image, facts in zip(cells.images, cells.facts, strict=True)}
    captions = {facts["style"]: caption for facts, caption in zip(cells.facts, cells.captions, strict=True)}
    probe = probes().where(lambda facts: facts["subject"] == SHOWN)
    images = np.stack([*(of_style[style] for style in STYLES), probe.images[0]])
    texts = [*(captions[style] for style in STYLES), probe.captions[0]]
    return show.pictures(images, texts, columns=4).png


def main() -> None:
    """Read the command line, write or check the card."""
    if write_or_check(FOLDER / "README.md", tables(), __doc__):
        (FOLDER / "styles.png").write_bytes(picture())


if __name__ == "__main__":
    main()
