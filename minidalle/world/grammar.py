"""English in general: a noun's article and its plural, and lists of things.

Left out: what a caption says (`captions.py` for the blocks world, `kinds/` for all others), and letters as drawn on
signs (`words.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

VOWELS = tuple("aeiou")
"""First letters of the world's words that ask for "an"; it has none like "hour" or "unicorn"."""


def with_article(phrase: str) -> str:
    """A phrase behind its indefinite article: "an orange cone", "a cone"."""
    return f"{'an' if phrase.startswith(VOWELS) else 'a'} {phrase}"


def plural(noun: str) -> str:
    """The plural of a noun: "bookshelves", "strawberries"."""
    if noun.endswith("lf"):
        return f"{noun[:-1]}ves"
    if noun.endswith("y") and not noun[:-1].endswith(VOWELS):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def listed(items: Sequence[str]) -> str:
    """One or more phrases in a row: "a mug", "a mug and a cat", "a mug, a cat and a house"."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]
