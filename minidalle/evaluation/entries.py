"""Reading the results of an evaluation: where an entry stands, how it is printed, and whether it may be claimed.

Left out: tables (`section_tables.py`, `goals.py`).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from minidalle.evaluation.asking import NEAR_ANGLES
from minidalle.world.facts import fields_of

READING = Path(__file__).parents[2] / "data" / "results" / "reader" / "reading.json"


@cache
def unclaimed(size: int) -> frozenset[tuple[str, str]]:
    """The (kind, field) pairs that the shipped reader does not read well enough for claims about pictures of `size`
    pixels; none where it was not measured (`READING` is no part of an installed package).

    Of pictures smaller than the reader's own it must also read renders of half its size.
    """
    from minidalle.evaluation.reading import TRUSTED, claimed

    if not READING.is_file():
        return frozenset()
    results = json.loads(READING.read_text(encoding="utf-8"))
    small = size < results["size"]
    found = set()
    for kind, fields in results["kinds"].items():
        for field, entry in fields.items():
            if not claimed(entry) or (small and entry["small"]["share"] < TRUSTED):
                found.add((kind, field))
            if "near" in entry and entry["near"]["share"] < TRUSTED:
                found |= {(kind, name) for name in NEAR_ANGLES}
    return frozenset(found)


def is_claimed(kind: str, field: str, size: int) -> bool:
    """Whether the reader may be believed about a row of a table, for pictures of `size` pixels: a field of a kind, the
    fields that it is about ("color" of color1 and color2, "word of three letters" of the word), or "all" of them."""
    about = field.split(",")[0].split(" of ")[0]
    names = [name for name in fields_of(kind) if name != "size"]
    if field in NEAR_ANGLES:
        names = [field]  # an angle may be read well to within a step, and less well exactly
    elif field != "all":
        names = [name for name in names if about in (name, name.rstrip("123456789"))]
    return not any((kind, name) in unclaimed(size) for name in names)


def doubt(kind: str, field: str, size: int) -> str:
    """The mark of a row that is not claimed."""
    return "" if is_claimed(kind, field, size) else " †"


def percent(entry: dict[str, Any] | None, interval: bool = False) -> str:
    """A share in percent, with its interval if wanted; nothing for none."""
    if not entry:
        return ""
    text = f"{100 * entry['share']:.0f}"
    return f"{text} {between(entry)}" if interval else text


def between(entry: dict[str, Any]) -> str:
    """The interval of a share in percent, in brackets."""
    return f"({100 * entry['low']:.0f}–{100 * entry['high']:.0f})"


def at(results: dict[str, Any], where: tuple[str, ...], column: str = "sample") -> dict[str, Any] | None:
    """The entry at a path; that of a field has columns."""
    found: Any = results
    for name in where:
        found = found.get(name) if isinstance(found, dict) else None
    return found.get(column) if isinstance(found, dict) and "share" not in found else found
