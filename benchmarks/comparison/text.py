"""Byte-pair encoding: learning merges from captions, and encoding captions never seen before."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from comparison.corpus import captions
from comparison.rows import Goal, Row, importing
from comparison.timing import Side, apart, take_turns
from minidalle.tokenizer import BPETokenizer

GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
"""GPT-2's cut as tiktoken writes it, which is its fastest form; on ASCII it cuts as our "gpt2" does."""


def encode_row(quick: bool) -> Row:
    """Captions that no tokenizer has seen, to ids: one after another, or as the batch that a library offers."""
    row = Row("encoding", "Encoding unseen captions, 16,384 tokens, GPT-2's cut")
    size, vocab = (0.02, 400) if quick else (4.0, 16_384)
    words = 2_000 if quick else 200_000
    ours = BPETokenizer.train(captions(size, 0, words), vocab, pattern="gpt2", lower=False)
    texts = captions(size, 1, words)
    megabytes = sum(map(len, texts)) / 1e6
    alike = {"amount": megabytes, "unit": "MB/s"}

    def fresh() -> BPETokenizer:
        return BPETokenizer(ours.merges, "gpt2", lower=False)

    def each(tokenizer: BPETokenizer) -> list[list[int]]:
        return [tokenizer.encode(text) for text in texts]

    sides = [
        Side("minidalle, warm", lambda _: each(ours), ours=True, **alike),
        Side("minidalle, cold", each, ours=True, ready=fresh, warm=False, **alike),
    ]
    sides += encode_peers(row, ours, texts, each(ours), alike)
    row.missing |= take_turns(sides, 2 if quick else 5)
    row.add(sides)
    row.goals = [
        Goal("minidalle, warm", "tiktoken", 0.95),
        Goal("minidalle, cold", "tokenizers, a batch", 1.2),
        Goal("minidalle, warm", "open_clip", 1.0),
    ]
    return row


def encode_peers(
    row: Row, ours: BPETokenizer, texts: list[str], ids: list[list[int]], alike: dict[str, Any]
) -> list[Side]:
    """tiktoken and HF tokenizers with our merges, and open_clip with its own vocabulary."""
    sides = []
    known = importing(row, "tiktoken", lambda: tiktoken_like(ours))
    if known:
        row.notes.append(agreement("tiktoken", [known.encode_ordinary(text) for text in texts], ids))
        sides.append(Side("tiktoken", lambda _: [known.encode_ordinary(text) for text in texts], **alike))
    made = importing(row, "tokenizers", lambda: hugging_face(ours))
    if made:
        row.notes.append(agreement("tokenizers", [found.ids for found in made.encode_batch(texts)], ids))
        sides.append(
            Side(
                "tokenizers, a batch",
                lambda known: known.encode_batch(texts),
                ready=lambda: hugging_face(ours),
                warm=False,
                **alike,
            )
        )
    clip = importing(row, "open_clip", open_clip_tokenizer)
    if clip:
        sides.append(
            Side(
                "open_clip",
                lambda _: [clip.encode(t) for t in texts],
                note="a vocabulary of its own",
                **alike,
            )
        )
    row.missing["minbpe"] = (
        "no package of it is published; its loop is quadratic, and measured at 0.2 MB/s before"
    )
    return sides


def agreement(peer: str, theirs: list[list[int]], ours: list[list[int]]) -> str:
    """How often a peer reads a caption exactly as we do."""
    same = sum(a == b for a, b in zip(theirs, ours, strict=True))
    return f"{peer} gives the same ids for {same:,} of {len(ours):,} captions."


def tiktoken_like(ours: BPETokenizer) -> Any:
    """A tiktoken encoding with our merges, ids and cut."""
    import tiktoken

    ranks = {token: rank for rank, token in enumerate(ours.vocabulary)}
    return tiktoken.Encoding("ours", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})


def hugging_face(ours: BPETokenizer) -> Any:
    """A tokenizer of the `tokenizers` library with our merges, ids and cut."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    letters = byte_letters()
    spelled = ["".join(letters[byte] for byte in token) for token in ours.vocabulary]
    vocab = {token: number for number, token in enumerate(spelled)}
    merges = [(spelled[left], spelled[right]) for left, right in ours.merges]
    tokenizer = Tokenizer(models.BPE(vocab, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def byte_letters() -> list[str]:
    """The letter that stands for each byte in GPT-2's files, which that library works on."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in kept else chr(next(spare)) for byte in range(256)]


def open_clip_tokenizer() -> Any:
    """OpenCLIP's tokenizer."""
    from comparison import stand_ins

    stand_ins.install("torchvision")
    from open_clip.tokenizer import SimpleTokenizer

    return SimpleTokenizer()


def training_row(quick: bool) -> Row:
    """Learning merges from captions, each library in a process of its own so that its memory can be told."""
    megabytes, vocab, rounds = (0.02, 400, 1) if quick else (50.0, 16_384, 3)
    row = Row("bpe-training", f"BPE training, {megabytes:g} MB of captions, {vocab:,} tokens, GPT-2's cut")
    trainers: dict[str, Callable[[str, int], Iterator[Any]]] = {
        "minidalle": ours_trained,
        "tokenizers": hugging_face_trained,
        "rustbpe": rust_trained,
        "YouTokenToMe": yttm_trained,
    }
    row.missing["minbpe"] = "no package of it is published; at this size it would take hours"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "captions.txt")
        Path(path).write_text("\n".join(captions(megabytes, 0)), encoding="utf-8")
        sides = [Side(name, trainer, ours=name == "minidalle") for name, trainer in trainers.items()]
        memory: dict[str, list[float]] = {side.name: [] for side in sides}
        for _ in range(rounds):
            for side in sides:
                measured = importing(row, side.name, lambda side=side: apart(side.work, path, vocab))
                if measured is not None:
                    side.times.append(measured[0])
                    memory[side.name].append(measured[1])
    for side in sides:
        if side.times:
            side.extra["memory"] = statistics.median(memory[side.name])
    row.add(sides)
    row.goals = [
        Goal("minidalle", "tokenizers", 2.0),
        Goal("minidalle", "rustbpe", 1 / 1.3),
        Goal("minidalle", "tokenizers", 0.5, "memory"),
        Goal("minidalle", "YouTokenToMe", 1.0),
    ]
    row.notes.append(
        "memory: how much training raises the peak of a process that already holds all captions."
    )
    return row


def lines(path: str) -> list[str]:
    """The captions of a file, one a line."""
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def ours_trained(path: str, vocab: int) -> Iterator[Any]:
    """Our training, as `timing.apart` wants it: ready, then trained."""
    texts = lines(path)
    yield
    yield BPETokenizer.train(texts, vocab, pattern="gpt2", lower=False).vocab_size


def hugging_face_trained(path: str, vocab: int) -> Iterator[Any]:
    """HF tokenizers."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    texts, tokenizer = lines(path), Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocab, initial_alphabet=alphabet, show_progress=False)
    yield
    tokenizer.train_from_iterator(texts, trainer)
    yield tokenizer.get_vocab_size()


def rust_trained(path: str, vocab: int) -> Iterator[Any]:
    """rustbpe."""
    import rustbpe

    texts, tokenizer = lines(path), rustbpe.Tokenizer()
    yield
    tokenizer.train_from_iterator(iter(texts), vocab, pattern=GPT2)
    yield tokenizer.vocab_size


def yttm_trained(path: str, vocab: int) -> Iterator[Any]:
    """YouTokenToMe, which reads the file itself, cuts at spaces and merges letters instead of bytes."""
    import youtokentome

    yield
    youtokentome.BPE.train(path, path + ".model", vocab, n_threads=1)
    yield vocab
