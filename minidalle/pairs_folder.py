"""A folder of pictures with captions, read row by row: metadata.csv, metadata.jsonl, or NAME.txt beside NAME.jpg.

The same layouts as `imagefolder` of the library `datasets`, read here so that a fault names the file, the line and the
picture, and so that one fault need not end the reading. Left out: decoding (`pairs_image.py`), parquet files
and the Hub (`pairs_rows.py`).
"""

import csv
import difflib
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from minidalle.pairs_image import PairsError

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"}
TABLES = ("metadata.csv", "metadata.tsv", "metadata.jsonl")

Line = tuple[str, dict[str, Any] | None, str]
"""Where a row stands ("metadata.csv, line 3"), its columns, and what is wrong with it ("" for a good one)."""


def has_table(folder: Path) -> bool:
    """Whether a table of captions lies in the folder."""
    return any((folder / name).is_file() for name in TABLES)


def folder_lines(folder: Path) -> Iterator[Line]:
    """The rows of a folder, each with "image", the path of its file, in its columns.

    A row without its picture, and a picture without its row, come as faults. Raises PairsError for a folder without
    captions, and for a table of captions that cannot be read at all.
    """
    tables = [folder / name for name in TABLES if (folder / name).is_file()]
    if len(tables) > 1:
        raise PairsError(f"{folder} has {tables[0].name} and {tables[1].name}: keep the one that holds")
    pictures = sorted(_pictures(folder))
    if tables:
        yield from _with_table(folder, tables[0], pictures)
    elif any(path.with_suffix(".txt").is_file() for path in pictures):
        yield from _with_texts(folder, pictures)
    elif not pictures:
        raise PairsError(f"{folder} holds neither pictures nor parquet files")
    else:
        raise PairsError(
            f"{folder} has pictures but no captions: put a file metadata.csv beside them, with the columns file_name "
            "and text, or a NAME.txt beside each NAME.jpg"
        )


def _pictures(folder: Path) -> Iterator[Path]:
    hidden = lambda path: any(part.startswith(".") for part in path.relative_to(folder).parts)  # noqa: E731
    return (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and not hidden(path))


def _with_table(folder: Path, table: Path, pictures: list[Path]) -> Iterator[Line]:
    """Rows in the table's order, then the pictures that no row names."""
    known = {path.relative_to(folder).as_posix(): path for path in pictures}
    named = set()
    rows = _json_lines(table) if table.suffix == ".jsonl" else _table_lines(table)
    for where, columns, fault in rows:
        if columns is not None and not fault:
            name = str(columns.get("file_name") or "").replace("\\", "/").removeprefix("./")
            named.add(name)
            columns = {**columns, "image": known.get(name, folder / name)}
            if not name:
                fault = "it names no file: the column file_name is empty"
            elif not columns["image"].is_file():
                fault = f"there is no file {name} in {folder}{_meant(name, known)}"
        yield where, columns, fault
    for name in sorted(set(known) - named):
        yield f"{folder / name}", None, f"it has no row in {table.name}"


def _with_texts(folder: Path, pictures: list[Path]) -> Iterator[Line]:
    """One row a picture: every line of its text file is a caption."""
    for path in pictures:
        text = path.with_suffix(".txt")
        try:
            captions = text.read_text(encoding="utf-8-sig").splitlines()
            yield str(path), {"image": path, "text": captions}, ""
        except FileNotFoundError:
            yield str(path), None, f"there is no {text.name} beside it"
        except UnicodeDecodeError as error:
            yield str(text), None, _not_utf8(error)
    have = {path.with_suffix("") for path in pictures}
    for text in sorted(folder.rglob("*.txt")):
        if text.with_suffix("") not in have:
            yield str(text), None, "there is no picture of the same name beside it"


def _decoded(table: Path) -> str:
    try:
        return table.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = table.read_bytes()[: error.start].count(b"\n") + 1
        raise PairsError(f"{table}, line {line}: {_not_utf8(error)}") from error


def _not_utf8(error: UnicodeDecodeError) -> str:
    byte = error.object[error.start]
    return (
        f"it is not UTF-8 text (byte 0x{byte:02X}): save it again as UTF-8 "
        '("CSV UTF-8" in a spreadsheet, "encoding" in an editor)'
    )


def _table_lines(table: Path) -> Iterator[Line]:
    """The rows of a table whose first line names the columns, separated by commas, semicolons or tabs."""
    text = _decoded(table)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip() for name in next(reader, [])]
    _need_file_name(table, names)
    before = reader.line_num
    try:
        for cells in reader:
            where, before = f"{table}, line {before + 1}", reader.line_num
            if not cells:
                continue
            if len(cells) != len(names):
                hint = ": put a caption with commas in quotes" if len(cells) > len(names) else ""
                yield where, None, f"it has {len(cells)} columns, the first line names {len(names)}{hint}"
            else:
                yield where, dict(zip(names, cells, strict=True)), ""
    except csv.Error as error:
        raise PairsError(f"{table}, line {reader.line_num}: {error}") from error


def _json_lines(table: Path) -> Iterator[Line]:
    """The rows of a file with one JSON object a line."""
    for number, text in enumerate(_decoded(table).split("\n"), 1):
        where = f"{table}, line {number}"
        if not text.strip():
            continue
        try:
            columns = json.loads(text)
        except json.JSONDecodeError as error:
            yield where, None, f"it is no JSON ({error.msg} at character {error.pos + 1})"
            continue
        if not isinstance(columns, dict):
            yield where, None, 'it is no JSON object, such as {"file_name": "cat.jpg", "text": "a cat"}'
            continue
        _need_file_name(table, columns)
        yield where, columns, ""


def _need_file_name(table: Path, names: Iterable[str]) -> None:
    if "file_name" not in names:
        raise PairsError(f"{table} has no column file_name; its columns are: {', '.join(names) or 'none'}")


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""
