"""The file of a tokenizer: JSON that people can read, written whole or not at all, and checked when read.

    {
      "format": "minidalle-bpe",
      "version": 1,
      "sha256": "…",
      "lower": true,
      "pattern": " ?[a-zA-Z]+|[^a-zA-Z]",
      "vocab_size": 258,
      "merges": [
        [108, 111, "lo"],
        [256, 119, "low"]
      ]
    }

A merge is [left id, right id, the piece that they make]: the ids count, the piece is to look at.
Left out: other programs' formats, and pickles, which can run code when they are read.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from minidalle.bpe_training import N_BYTES, Pair, compile_pattern, spell_out

FORMAT, VERSION = "minidalle-bpe", 1


def fingerprint(merges: Sequence[Pair], pattern: str, lower: bool) -> str:
    """SHA-256 (hex) of all that decides the ids of a text."""
    content = json.dumps([merges, pattern, lower], separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def printable(token: bytes) -> str:
    """A token, to look at: a byte that is only part of a character shows as <f0>, a line break as \\n."""
    # "surrogateescape" gives such a byte a character of its own, U+DC80 to U+DCFF, which no text can hold.
    return "".join(
        character
        if character.isprintable()
        else f"<{ord(character) - 0xDC00:02x}>"
        if "\udc80" <= character <= "\udcff"
        else ascii(character)[1:-1]
        for character in token.decode("utf-8", errors="surrogateescape")
    )


def write(path: str | os.PathLike[str], merges: Sequence[Pair], pattern: str, lower: bool) -> None:
    """Write the file (and its folder). An earlier one stays whole until the new one is complete.

    Raises OSError if it cannot be written; nothing half-written is left behind.
    """
    tokens = spell_out(merges)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "sha256": fingerprint(merges, pattern, lower),
        "lower": lower,
        "pattern": pattern,
        "vocab_size": len(tokens),
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    pieces = [printable(token) for token in tokens[N_BYTES:]]
    rows = [json.dumps([*pair, piece], ensure_ascii=False) for pair, piece in zip(merges, pieces)]
    lines.append('  "merges": [' + ",".join(f"\n    {row}" for row in rows) + "\n  ]")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> tuple[list[Pair], str, bool]:
    """The merges, the pattern and `lower` of a file made by `write`.

    Raises FileNotFoundError, or ValueError for a file cut off, altered or of another kind; both name it.
    """
    path, advice = Path(path), "fetch it again, or train anew"
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no tokenizer file at {path}: check the path, or train and save one"
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # not JSON, or not UTF-8
        raise ValueError(f"tokenizer file {path} is cut off or damaged ({error}): {advice}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f'{path} is not a tokenizer file: its "format" is not "{FORMAT}"')
    if data.get("version") != VERSION:
        found = data.get("version")
        raise ValueError(f"tokenizer file {path} has format version {found!r}; this program reads {VERSION}")
    try:
        merges = [(left, right) for left, right, _ in data["merges"]]
        pieces = [piece for _, _, piece in data["merges"]]
        pattern, lower = data["pattern"], data["lower"]
        compile_pattern(pattern)
        tokens = spell_out(merges)
        whole = data["sha256"] == fingerprint(merges, pattern, lower) and data["vocab_size"] == len(tokens)
        whole = whole and pieces == [printable(token) for token in tokens[N_BYTES:]]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"tokenizer file {path} was altered ({error!r}): {advice}") from None
    if not whole:
        raise ValueError(f"tokenizer file {path} was altered, it does not fit its SHA-256: {advice}")
    return merges, pattern, lower
