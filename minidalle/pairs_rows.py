"""Rows of pictures with captions, wherever they lie: the rows are found and named here, not yet decoded.

A folder of pictures (`pairs_folder.py`), a parquet file, a folder in the Hub's layout, a data set on the Hub, or one
that the library `datasets` has made already. That library is imported when it is first needed.
"""

import contextlib
import difflib
import glob
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minidalle.pairs_folder import folder_lines, has_table
from minidalle.pairs_image import PairsError

IMAGE_COLUMNS = ("image", "img", "picture", "photo", "jpg", "jpeg", "png", "webp")
CAPTION_COLUMNS = ("captions", "caption", "text", "txt", "texts", "sentences", "sentence", "description")
"""Names looked for, in this order, where no column is named."""


@dataclass(frozen=True)
class Row:
    """One picture that is not decoded yet.

    where: the file and the row, as an error names it. columns: everything else that the row says.
    fault: what is wrong with the row, "" for a good one.
    """

    where: str
    image: Any = None
    captions: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""


def rows_from(
    source: Any,
    split: str = "train",
    image: str | None = None,
    caption: str | None = None,
    config: str | None = None,
    streaming: bool = False,
) -> Iterator[Row]:
    """The rows of a source; see `pairs.pairs_from` for what a source is, and the errors."""
    name, lines = _lines(source, split, config, streaming)
    first = next(lines, None)
    if first is None:
        raise PairsError(f"{name} has no rows")
    chosen: list[str] | None = None
    for where, columns, fault in itertools.chain([first], lines):
        if columns is None or fault:
            yield Row(where, fault=fault)
            continue
        if chosen is None:
            chosen = [
                _column(name, "pictures", image, IMAGE_COLUMNS, columns),
                _column(name, "captions", caption, CAPTION_COLUMNS, columns),
            ]
        yield _row(where, columns, *chosen)


def _row(where: str, columns: Mapping[str, Any], image: str, caption: str) -> Row:
    texts = columns.get(caption)
    texts = [texts] if isinstance(texts, str) else texts
    if texts is not None and not (isinstance(texts, list | tuple) and all(isinstance(t, str) for t in texts)):
        return Row(where, fault=f"its {caption} is {texts!r:.60}, neither a text nor a list of texts")
    captions = tuple(clean for clean in (" ".join(text.split()) for text in texts or ()) if clean)
    if not captions:
        return Row(where, fault=f"it has no caption: {caption} is empty")
    if columns.get(image) is None:
        return Row(where, fault=f"it has no picture: {image} is empty")
    rest = {name: value for name, value in columns.items() if name not in (image, caption)}
    return Row(where, columns[image], captions, rest)


def _column(
    source: str, what: str, wanted: str | None, known: tuple[str, ...], columns: Iterable[str]
) -> str:
    """The column to read; PairsError, naming those there are, where it is missing."""
    columns = list(columns)
    for name in known if wanted is None else (wanted,):
        if name in columns:
            return name
    looked = f"no column {wanted!r}" if wanted else f"no column for the {what} that is known by its name"
    option = {"pictures": "image", "captions": "caption"}[what]
    raise PairsError(
        f'{source} has {looked}; its columns are: {", ".join(columns)}. Choose one: {option}="..."'
    )


def _lines(source: Any, split: str, config: str | None, streaming: bool) -> tuple[str, Iterator]:
    """What to call the source, and its lines."""
    if isinstance(source, dict):  # all splits of a data set, as load_dataset gives them
        if split not in source:
            raise PairsError(
                f"the data set has no split {split!r}; it has: {', '.join(map(str, source)) or 'none'}"
            )
        source = source[split]
    if hasattr(source, "cast_column"):
        return "the data set", _dataset_lines("the data set", lambda: source)
    if not isinstance(source, str | os.PathLike):
        raise PairsError(f"a source is a folder, a parquet file, a data set or its name, not {source!r:.60}")
    path = Path(os.path.expanduser(source))
    if path.is_dir():
        inner = path / split if (path / split).is_dir() else path
        if not has_table(inner) and any(path.rglob("*.parquet")):
            if glob.has_magic(str(path)):
                raise PairsError(
                    f"{path}: the library datasets takes *, ? and [ for patterns; rename the folder"
                )
            return str(path), _dataset_lines(str(path), lambda: _load(str(path), config, split, True))
        if inner == path and split != "train":  # else all pictures would pass for those of that split
            raise PairsError(
                f"{path} has no folder {split}: the splits of a folder lie in folders of that name"
            )
        return str(inner), folder_lines(inner)
    if path.is_file():
        if path.suffix != ".parquet":
            raise PairsError(f"{path} is no parquet file; give that, or the folder that the pictures lie in")
        return str(path), _dataset_lines(
            str(path), lambda: _load("parquet", None, "train", True, _exactly(path)), path
        )
    name = os.fspath(source)
    if not _on_the_hub(source, path):
        raise PairsError(
            f"there is no file or folder {name}{_near(path)}; on the Hub a data set is named owner/name"
        )
    title = f"{name} (no file or folder here, so a data set on the Hub)"
    return title, _dataset_lines(title, lambda: _load(name, config, split, streaming))


def _on_the_hub(source: str | os.PathLike, path: Path) -> bool:
    """Whether a source that is not here can be a name on the Hub, "owner/name". A bare name, "./pictures", and
    "pictures/cats" where there is a folder "pictures", are slips: asking for them takes long, and tells little."""
    named = isinstance(source, str) and re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", source)
    return bool(named) and path.suffix != ".parquet" and not path.parent.exists()


def _near(path: Path) -> str:
    """What is here under a name that is nearly the one of a path that is not."""
    with contextlib.suppress(OSError):
        close = difflib.get_close_matches(path.name, os.listdir(path.parent), n=1, cutoff=0.7)
        return f"; did you mean {path.parent / close[0]}?" if close else ""
    return ""


def _exactly(path: Path) -> str:
    """A path for the library `datasets`, which takes *, ? and [ in paths for patterns."""
    return glob.escape(str(path))


def _load(path: str, config: str | None, split: str, streaming: bool, files: str | None = None) -> Any:
    import datasets

    return datasets.load_dataset(path, config, split=split, streaming=streaming, data_files=files)


def _dataset_lines(
    name: str, load: Callable[[], Any], parquet: Path | None = None
) -> Iterator[tuple[str, dict[str, Any] | None, str]]:
    """The rows of a data set, with pictures left undecoded, so that one that is damaged is one row's fault.

    parquet: the file they lie in, if it is one.
    """
    try:
        import datasets
    except ImportError:
        raise PairsError(f"to read {name}, first: pip install datasets") from None
    number = -1
    try:
        data = load()
        for column, kind in (data.features or {}).items():
            if isinstance(kind, datasets.Image):
                data = data.cast_column(column, datasets.Image(decode=False))
        for number, columns in enumerate(data):
            yield f"{name}, row {number}", dict(columns), ""
    except Exception as error:  # whatever readers and networks raise, a learner gets one sentence
        number = number if parquet is None else max(number, last_readable(parquet))
        raise PairsError(f"{name} cannot be read{_after(number)}: {_sentence(error)}") from error


def last_readable(parquet: Path) -> int:
    """The last row of a parquet file before damage, -1 where there is none. It is read ahead by several threads, so
    where a reader stops says little; here one row group is read after the other."""
    import pyarrow.parquet

    rows = 0
    try:
        with pyarrow.parquet.ParquetFile(parquet) as file:
            for group in range(file.num_row_groups):
                file.read_row_group(group, use_threads=False)
                rows += file.metadata.row_group(group).num_rows
    except Exception:  # the damage, which the caller tells of
        pass
    return rows - 1


def _after(number: int) -> str:
    return f" after row {number}" if number >= 0 else ""


def _sentence(error: BaseException) -> str:
    """What the first cause says, in one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    said = (str(error).strip().splitlines() or [""])[0]
    return f"{said[:300] or type(error).__name__}"
