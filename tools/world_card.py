"""Write what the picture world's data card says in figures: kinds, captions, splits, and the reader's table.

python -m tools.world_card                # data/world/README.md
python -m tools.world_card --check        # exit status 1 if the tables are not what the world says
"""

import json
import re
import statistics
from functools import cache
from pathlib import Path

from minidalle.evaluation.reading import reader_table, summary
from minidalle.evaluation.statistics import wilson
from minidalle.world import KINDS, SECTIONS, WORLD, caption, sample_scene
from minidalle.world.facts import facts_of, fields_of
from minidalle.world.sample import shares_of
from minidalle.world.splits import RULE_OF_KIND, is_held_out
from tools.cards import write_or_check

ROOT = Path(__file__).parents[1]
CARD = ROOT / "data" / "world" / "README.md"
READING = ROOT / "data" / "results" / "reader" / "reading.json"
NAMING = ROOT / "data" / "results" / "world" / "naming.json"
COUNT, SEED = 400, 40_000
BLOCK_SECTIONS = {
    "single": SECTIONS[0], "texture": SECTIONS[0], "count": SECTIONS[0], "pair": SECTIONS[1],
    "relation": SECTIONS[1], "triple": SECTIONS[1], "sketch": SECTIONS[4],
}  # fmt: skip


def section_of(kind: str) -> str:
    """The section of the post that a kind is a twin of."""
    return WORLD[kind].section if kind in WORLD else BLOCK_SECTIONS[kind]


def kinds() -> list[str]:
    """All kinds, in the order of the post's sections."""
    return sorted((*KINDS, *WORLD), key=lambda kind: SECTIONS.index(section_of(kind)))


def rules(kind: str) -> str:
    """What is held out, in words."""
    if kind not in WORLD:
        return RULE_OF_KIND[kind]
    if WORLD[kind].never_shown or WORLD[kind].share == 0:
        return "everything, in this mix"
    return "; ".join(rule.name for rule in WORLD[kind].held_out)


def kinds_table() -> str:
    """Every kind: its section, fields with the number of their values, its share of training, what is held out."""
    shares = shares_of("world")
    lines = ["| section of the post | kind | fields (values) | share | held out |", "|---|---|---|---:|---|"]
    for kind in kinds():
        fields = ", ".join(f"{name} ({len(values)})" for name, values in fields_of(kind).items())
        share = 100 * shares.get(kind, 0.0) / sum(shares.values())
        lines.append(
            f"| {section_of(kind)} | {kind} | {fields} | {f'{share:.1f} %' if share else 'never'} | {rules(kind)} |"
        )
    return "\n".join(lines)


@cache
def captions_of(kind: str) -> dict[str, tuple[str, ...]]:
    """COUNT captions of a kind in wordings that training uses, and as many in those that it never does."""
    scenes = [sample_scene(SEED, index, "all", kind) for index in range(COUNT)]
    return {
        name: tuple(caption(scene, SEED, index, held_out) for index, scene in enumerate(scenes))
        for name, held_out in (("training", False), ("rephrased", True))
    }


def captions_table() -> str:
    """Wordings, distinct captions and lengths of every kind."""
    lines = [
        "| kind | wordings | distinct captions | words a caption | an example |",
        "|---|---:|---:|---|---|",
    ]
    for kind in kinds():
        texts = captions_of(kind)["training"]
        lengths = [len(text.split()) for text in texts]
        length = f"{min(lengths)} to {max(lengths)}, median {statistics.median(lengths):.0f}"
        frames = len(WORLD[kind].frames) if kind in WORLD else "grammar"
        lines.append(f"| {kind} | {frames} | {len(set(texts))} of {len(texts)} | {length} | {texts[0]} |")
    return "\n".join(lines)


def words_table() -> str:
    """The vocabulary of all captions, and of the wordings that training never uses."""
    lines = [
        "| captions | distinct | words | longest, in words | words that the others lack |",
        "|---|---:|---:|---:|---:|",
    ]
    texts = {
        name: [t for kind in kinds() for t in captions_of(kind)[name]] for name in ("training", "rephrased")
    }
    known = {
        name: {w for text in found for w in re.findall(r"[a-z0-9'-]+", text)} for name, found in texts.items()
    }
    for name, other in (("training", "rephrased"), ("rephrased", "training")):
        longest = max(len(text.split()) for text in texts[name])
        lines.append(
            f"| {name} | {len(set(texts[name])):,} | {len(known[name]):,} | {longest} | "
            f"{len(known[name] - known[other]):,} |"
        )
    return "\n".join(lines)


def splits_table() -> str:
    """How many combinations of facts each kind has, and how many scenes drawn without a rule are held out."""
    lines = ["| kind | combinations of facts | held out, in percent of scenes |", "|---|---:|---:|"]
    for kind in kinds():
        scenes = [sample_scene(SEED, index, "all", kind) for index in range(COUNT)]
        share = 100 * sum(map(is_held_out, scenes)) / COUNT
        possible = 1
        for values in fields_of(kind).values():
            possible *= max(len(values), 1)
        seen = len({tuple(facts_of(scene).items()) for scene in scenes})
        combinations = f"{possible:,}" if possible >= seen else f"{seen:,}"
        lines.append(f"| {kind} | at most {combinations} | {share:.0f} |")
    return "\n".join(lines)


def naming_table() -> str:
    """How many pictures were named right by a viewer who had seen no caption, and those that were not."""
    pictures = json.loads(NAMING.read_text(encoding="utf-8"))["pictures"]
    right = sum(picture["score"] == "right" for picture in pictures)
    low, high = wilson(right, len(pictures))
    lines = [
        f"{right} of {len(pictures)} pictures were named right: {100 * right / len(pictures):.1f} % "
        f"({100 * low:.1f} to {100 * high:.1f}). The others:",
        "",
        "| caption | named | |",
        "|---|---|---|",
    ]
    for picture in pictures:
        if picture["score"] != "right":
            answer = picture["answer"].replace("|", "/")
            lines.append(f"| {picture['caption']} | {answer} | {picture.get('note', picture['score'])} |")
    return "\n".join(lines)


def tables() -> dict[str, str]:
    """Mark to Markdown: everything that the card says in figures."""
    found = {
        "kinds": kinds_table(),
        "captions": captions_table(),
        "words": words_table(),
        "splits": splits_table(),
        "naming": naming_table(),
    }
    if READING.is_file():
        results = json.loads(READING.read_text(encoding="utf-8"))
        found["reader"] = f"{summary(results)}\n\n{reader_table(results)}"
    return found


def main() -> None:
    """Read the command line, write or check the card."""
    write_or_check(CARD, tables(), __doc__)


if __name__ == "__main__":
    main()
