"""Captions to token ids and back: byte-level byte-pair encoding (BPE), the way DALL-E reads its captions.

A caption is lower-cased, cut into chunks, and each chunk's UTF-8 bytes are merged, pair by pair, in the order
the merges were learnt in. Every byte is a token, so any text, emoji included, can be written and read back.
`bpe_training.py` holds the algorithm, `tokenizer_file.py` the file; this module holds texts and batches.

    >>> tokenizer = BPETokenizer.train(["low lower lowest"], vocab_size=260, pattern="words")
    >>> tokenizer.tokens("Low lowest")
    ['low', ' lowe', 's', 't']
    >>> tokenizer.encode("Low lowest")
    [257, 259, 115, 116]
    >>> tokenizer.decode([257, 259, 115, 116])
    'low lowest'

The paper reads at most 256 tokens of a vocabulary of 16,384, with 10 % BPE dropout in training (section 2.2).
Left out: special tokens (the model has its own padding and start-of-image), and Unicode normalisation (an
accent typed in two ways makes two different texts).
"""

import operator
import os
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from numbers import Integral

import torch

from minidalle import tokenizer_file
from minidalle.bpe_training import (
    N_BYTES,
    PATTERNS,
    Pair,
    RandomSource,
    apply_merges,
    compile_pattern,
    learn_merges,
    spell_out,
)

PAD = -1  # in a batch: "no token here"; a model puts the padding embedding of that position in its place
CACHED_CHUNKS = 65_536  # bounds the memory; captions rarely have so many different words
CACHED_LENGTH = 64  # characters; a longer chunk is hardly ever met twice


class CaptionError(ValueError):
    """A caption that cannot be read: not a text, empty, broken Unicode, or too long for the model."""


def words(text: str) -> list[str]:
    """The lower-case words of `text`, without punctuation: "Don't (ever) stop!" gives don't, ever, stop."""
    pieces = re.split(r"[\s!\"#$%&()*+,./:;<=>?@\[\\\]^_`{|}~¡¿…“”„«»–—]+", text.lower())
    return [word for piece in pieces if (word := piece.strip("'’‘-"))]


class BPETokenizer:
    """A byte-level BPE tokenizer. It never changes: train or load another one instead.

    merges:  pairs of ids, in the order learnt; pair k makes id 256 + k.
    pattern: where to cut: "paper", "words", "gpt2" (see PATTERNS), or a regex (see `compile_pattern`).
    lower:   lower-case every text first (paper section 2.2).
    Raises ValueError for merges that cannot have been learnt, and for a faulty pattern.

    Equal tokenizers (==) have the same merges, pattern and `lower`, and so give the same ids to every text.
    """

    def __init__(self, merges: Iterable[Pair], pattern: str = "paper", lower: bool = True) -> None:
        self.pattern = PATTERNS.get(pattern, pattern)  # as a regular expression
        self.lower = bool(lower)
        self._chunks = compile_pattern(pattern)
        self._merges = tuple((operator.index(left), operator.index(right)) for left, right in merges)
        self.vocabulary = spell_out(self._merges)  # the bytes of every token, by id
        self._merged_id = {pair: N_BYTES + k for k, pair in enumerate(self._merges)}
        self._cache: dict[str, list[int]] = {}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        pattern: str = "paper",
        lower: bool = True,
        progress: bool = False,
        min_count: int = 2,
    ) -> "BPETokenizer":
        """Learn merges from `texts`, the most frequent pair first (ties: see `bpe_training.py`).

        vocab_size: tokens wanted, the 256 bytes included (paper: 16,384). There are fewer when no pair is
                    left that occurs `min_count` times (paper: not stated): see its `vocab_size`.
        progress:   show a progress bar.
        Raises ValueError for a vocabulary below 256, and CaptionError for a text that `split` cannot read.
        """
        if vocab_size < N_BYTES:
            raise ValueError(f"vocab_size is {vocab_size}; it must be at least {N_BYTES}, one for each byte")
        if min_count < 1:
            raise ValueError(f"min_count is {min_count}; it must be at least 1")
        if isinstance(texts, str):
            raise ValueError("texts is one str; pass a list of texts, as in train([text], ...)")
        untrained = cls((), pattern, lower)
        counts = Counter(chain.from_iterable(map(untrained.split, texts)))
        chunk_counts = {chunk.encode("utf-8"): count for chunk, count in counts.items()}
        return cls(learn_merges(chunk_counts, vocab_size - N_BYTES, min_count, progress), pattern, lower)

    @property
    def merges(self) -> list[Pair]:
        """The merges, in the order learnt: pairs of ids; pair k makes id 256 + k."""
        return list(self._merges)

    @property
    def vocab_size(self) -> int:
        """The number of tokens; ids are in [0, vocab_size)."""
        return len(self.vocabulary)

    def split(self, text: str) -> list[str]:
        """The chunks of `text`, lower-cased if `lower`; joined, they give it back.

        Raises CaptionError if `text` is not a str, or holds half a character (a lone surrogate).
        """
        _check_text(text)
        chunks = self._chunks.findall(text.lower() if self.lower else text)
        return [chunk for chunk in chunks if chunk]

    def encode(
        self, text: str, dropout: float = 0.0, rng: RandomSource | torch.Generator | int | None = None
    ) -> list[int]:
        """The ids of `text`, each in [0, vocab_size); an empty text has none.

        dropout: the probability in [0, 1] of passing over a merge (BPE dropout; paper: 0.1, training only).
                 One caption is then met in many spellings, all of which decode to the same text.
        rng:     a seed, or a generator of `random`, NumPy or torch, for dropout; needed if that is above 0.
        Raises CaptionError as `split` does, and ValueError for dropout outside [0, 1] or without `rng`.
        """
        source = _random_source(dropout, rng)
        ids: list[int] = []
        for chunk in self.split(text):
            if source is not None:
                ids += apply_merges(chunk.encode("utf-8"), self._merged_id, dropout, source)
            else:
                known = self._cache.get(chunk)
                ids += self._encode_chunk(chunk) if known is None else known
        return ids

    def _encode_chunk(self, chunk: str) -> list[int]:
        ids = apply_merges(chunk.encode("utf-8"), self._merged_id)
        if len(chunk) <= CACHED_LENGTH:
            if len(self._cache) >= CACHED_CHUNKS:
                self._cache.clear()  # simple, and rare: the common words are back after a few captions
            self._cache[chunk] = ids
        return ids

    def encode_batch(
        self,
        texts: Sequence[str],
        length: int,
        dropout: float = 0.0,
        rng: RandomSource | torch.Generator | int | None = None,
        truncate: bool = False,
    ) -> torch.Tensor:
        """Captions as one int64 tensor [batch, length], each row filled up with PAD = -1 (paper: length 256).

        dropout, rng: see `encode`.
        truncate:     cut a caption that is too long, instead of raising.
        Raises CaptionError for a caption that is empty, no str, broken Unicode, or above `length` tokens.
        """
        if isinstance(texts, str):
            raise CaptionError("got one str where a list of captions is expected: pass [caption]")
        if length < 1:
            raise ValueError(f"length is {length}; it must be at least 1")
        texts, source = list(texts), _random_source(dropout, rng)
        rows = []
        for number, text in enumerate(texts, start=1):
            try:
                ids = self.encode(text, dropout, source)
                if not text.strip():
                    raise CaptionError("caption is empty: write what the picture should show")
                if len(ids) > length and not truncate:
                    raise CaptionError(
                        f"caption is {len(ids)} tokens; this model reads at most {length}: "
                        "shorten it or pass truncate=True"
                    )
            except CaptionError as error:
                if len(texts) == 1:
                    raise
                raise CaptionError(f"{error} (caption {number} of {len(texts)}: {text!r:.60})") from None
            rows.append(ids[:length] + [PAD] * (length - len(ids)))
        return torch.tensor(rows, dtype=torch.int64).reshape(len(texts), length)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids` (a list, array or tensor [token]); PAD is passed over.

        Bytes that are no valid UTF-8, as when truncation cuts a character in two, become U+FFFD.
        Raises ValueError for any other id outside [0, vocab_size), and for all but a row of whole numbers.
        """
        try:
            row = [operator.index(token) for token in (ids.tolist() if hasattr(ids, "tolist") else ids)]
        except TypeError:
            raise ValueError(
                f"expected one row of token ids, not {ids!r:.60}; decode a batch row by row"
            ) from None
        spelt = b"".join(self._bytes_of(token) for token in row if token != PAD)
        return spelt.decode("utf-8", errors="replace")

    def tokens(self, text: str) -> list[str]:
        """The pieces that `text` is read as, to look at (see `piece`)."""
        return [self.piece(token) for token in self.encode(text)]

    def piece(self, token: int) -> str:
        """One token, to look at: a byte that is only part of a character shows as <f0>, a new line as \\n."""
        return tokenizer_file.printable(self._bytes_of(operator.index(token)))

    def _bytes_of(self, token: int) -> bytes:
        if not 0 <= token < self.vocab_size:
            raise ValueError(
                f"there is no token {token} in this vocabulary: ids are 0 to {self.vocab_size - 1}"
            )
        return self.vocabulary[token]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file that people can read (see `tokenizer_file.py`). Raises OSError if it cannot."""
        tokenizer_file.write(path, self._merges, self.pattern, self.lower)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "BPETokenizer":
        """Read a file written by `save`, and check that it is whole.

        Raises FileNotFoundError, or ValueError for a file cut off, altered or of another kind; both name it.
        """
        return cls(*tokenizer_file.read(path))

    def fingerprint(self) -> str:
        """SHA-256 (hex) of merges, pattern and `lower`: equal tokenizers have equal fingerprints."""
        return tokenizer_file.fingerprint(self._merges, self.pattern, self.lower)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BPETokenizer) and self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash(self.__reduce__())

    def __reduce__(self) -> tuple:
        # What is copied, or sent to a worker process: all but the cache.
        return BPETokenizer, (self._merges, self.pattern, self.lower)

    def __repr__(self) -> str:
        name = {regex: name for name, regex in PATTERNS.items()}.get(self.pattern, self.pattern)
        return f"BPETokenizer(vocab_size={self.vocab_size}, pattern={name!r}, lower={self.lower})"


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise CaptionError(f"caption must be a text (str), not {type(text).__name__}: {text!r:.60}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CaptionError(
            f"caption has half a character (U+{ord(text[error.start]):04X}) at position {error.start}: "
            "it was probably cut inside an emoji; type it again"
        ) from None


def _random_source(dropout: float, rng: object) -> RandomSource | None:
    """What to draw from, or None where there is nothing to draw."""
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout is {dropout}; it is a probability, from 0 to 1")
    if dropout == 0:
        return None
    if isinstance(rng, Integral):
        return random.Random(int(rng))
    if isinstance(rng, torch.Generator):
        seed = torch.randint(2**62, (), generator=rng, device=rng.device)
        return random.Random(int(seed))
    if not hasattr(rng, "random"):
        raise ValueError(f"dropout {dropout} needs rng: a seed, or a random-number generator; got {rng!r}")
    return rng
