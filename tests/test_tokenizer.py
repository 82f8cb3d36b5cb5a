"""The tokenizer, by use: training, encoding, dropout, batches. Referees: `tokenizers` and `tiktoken`."""

import copy
import doctest
import json
import random
from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
import tiktoken
import tokenizers
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from minidalle import tokenizer as tokenizer_module
from minidalle.bpe_training import PATTERNS, apply_merges, learn_merges
from minidalle.tokenizer import PAD, BPETokenizer, CaptionError, words

SIZES, COLOURS = ["small", "tiny", "large"], ["red", "rosé", "purple", "turquoise", "yellow"]
THINGS = ["cube", "torus", "avocado", "armchair", "hexagonal prism", "snail", "lantern", "daikon radish"]
PLACES = ["under", "behind", "in front of", "to the left of", "on top of", "without"]
CAPTIONS = [
    f"A {size} {colour} {thing} {place} {number % 7} Blue Boxes, don't you think?"
    for number, (size, colour, thing, place) in enumerate(product(SIZES, COLOURS, THINGS, PLACES))
] + ["aaaa aaaaa baaab", "日本の赤い立方体 🟥🟥 naïve café", "  two  spaces\n\nand\tlines 1234"]
EMOJI = "🙋🏽\N{ZERO WIDTH JOINER}\N{FEMALE SIGN}"  # one picture on the screen, of four characters
ODD_TEXTS = [
    "",
    " ",
    "\0\n\r\x1c\x85",
    "ÀÉÎ İstanbul ΣΊΣΥΦΟΣ",
    "こんにちは",
    "نص عربي",
    EMOJI,
    "a" * 300,
    "\ufeff\U0010ffff",
]

patterns = pytest.mark.parametrize("pattern", PATTERNS)
steadily = settings(max_examples=200, deadline=None, derandomize=True)  # no timing, no luck
texts = st.text() | st.text(alphabet="abrd eé'2\n🟥") | st.lists(st.sampled_from(CAPTIONS)).map(" ".join)


@pytest.fixture(scope="module")
def trained() -> dict[str, BPETokenizer]:
    """One tokenizer for each pattern, by the pattern's name."""
    return {pattern: BPETokenizer.train(CAPTIONS, 360, pattern=pattern) for pattern in PATTERNS}


def test_the_example_in_the_documentation_is_true():
    names = {"BPETokenizer": BPETokenizer}
    assert doctest.testmod(tokenizer_module, extraglobs=names) == doctest.TestResults(failed=0, attempted=4)


# --- training ---------------------------------------------------------------------------------------------


def test_a_worked_example():
    tokenizer = BPETokenizer.train(["low Lower LOWEST"], vocab_size=1000, pattern="words")
    lo, low, space_low = 256, 257, 258
    assert tokenizer.merges == [(ord("l"), ord("o")), (lo, ord("w")), (ord(" "), low), (space_low, ord("e"))]
    assert tokenizer.vocab_size == 260, "no other pair occurs twice, so training stops early"
    assert tokenizer.vocabulary[:256] == [bytes([byte]) for byte in range(256)]
    assert tokenizer.vocabulary[256:] == [b"lo", b"low", b" low", b" lowe"]
    assert tokenizer.tokens("low lowest slow") == ["low", " lowe", "s", "t", " ", "s", "low"]
    assert tokenizer.encode("low lowest") == [257, 259, ord("s"), ord("t")]
    assert tokenizer.decode([257, 259, ord("s"), ord("t")]) == "low lowest"


def learn_merges_plainly(chunks: list[bytes], n_merges: int, min_count: int) -> list[tuple[int, int]]:
    """Byte-pair encoding by its definition: count all pairs anew for every merge."""
    rows, merges = [list(chunk) for chunk in chunks], []
    while len(merges) < n_merges:
        counts = Counter(pair for row in rows for pair in pairwise(row))
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < min_count:
            break
        merges.append(best)
        rows = [apply_merges_plainly(row, {best: 255 + len(merges)}) for row in rows]
    return merges


def apply_merges_plainly(ids: list[int], merged_id: dict, dropout: float = 0, rng=random) -> list[int]:
    """Algorithm 1 of the BPE-dropout paper: list what may merge, drop some, do the first, repeat."""
    while True:
        places = [(merged_id[pair], place) for place, pair in enumerate(pairwise(ids)) if pair in merged_id]
        places = [item for item in places if rng.random() >= dropout]
        if not places:
            return ids
        new_id, place = min(places)
        ids = [*ids[:place], new_id, *ids[place + 2 :]]


@steadily
@given(st.lists(st.binary(max_size=12) | st.text("ab", max_size=12).map(str.encode)), st.integers(1, 3))
def test_fast_training_finds_the_merges_that_the_definition_gives(chunks, min_count):
    expected = learn_merges_plainly(chunks, 20, min_count)
    assert learn_merges(Counter(chunks), 20, min_count) == expected
    assert learn_merges(Counter(reversed(chunks)), 20, min_count) == expected, (
        "the order of texts must not matter"
    )


@patterns
@pytest.mark.parametrize("min_count", [1, 2])
def test_training_finds_the_merges_of_the_tokenizers_library(pattern, min_count):
    ours = BPETokenizer.train(CAPTIONS, 700, pattern=pattern, min_count=min_count)
    # Its symbols are characters, ordered by code point: byte b becomes character 256 + b, so ties fall alike.
    symbol = [chr(256 + byte) for byte in range(256)]
    chunks = [chunk for caption in CAPTIONS for chunk in ours.split(caption)]
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=700, min_frequency=min_count, initial_alphabet=symbol, show_progress=False
    )
    theirs.train_from_iterator(
        ["".join(symbol[byte] for byte in chunk.encode()) for chunk in chunks], trainer
    )
    vocabulary = theirs.get_vocab()
    merges = json.loads(theirs.to_str())["model"]["merges"]
    assert ours.merges == [(vocabulary[left], vocabulary[right]) for left, right in merges]
    assert ours.vocab_size == len(vocabulary) > 360


def test_training_equals_that_of_a_byte_level_tokenizer_out_of_the_box():
    """As above, with none of our code on their side: their lower-casing, cutting and bytes."""
    captions = [caption for caption in CAPTIONS if caption.isascii()]
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.normalizer = tokenizers.normalizers.Lowercase()
    cut = pre_tokenizers.Split(tokenizers.Regex("[a-z]+|[^a-z]"), "isolated")
    theirs.pre_tokenizer = pre_tokenizers.Sequence(
        [cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    theirs.train_from_iterator(
        captions, trainers.BpeTrainer(vocab_size=330, initial_alphabet=alphabet, show_progress=False)
    )
    merges = [
        (left.encode(), right.encode()) for left, right in json.loads(theirs.to_str())["model"]["merges"]
    ]
    ours = BPETokenizer.train(captions, 330, min_count=1)
    assert len(merges) == 330 - 256
    assert [(ours.vocabulary[left], ours.vocabulary[right]) for left, right in ours.merges] == merges


def test_training_is_deterministic_and_reads_any_iterable():
    shuffled = random.Random(0).sample(CAPTIONS, len(CAPTIONS))
    first, second = (BPETokenizer.train(iter(order), 380) for order in (CAPTIONS, shuffled))
    assert first == second and hash(first) == hash(second) and first.fingerprint() == second.fingerprint()
    assert BPETokenizer.train([], 400).vocab_size == 256
    assert BPETokenizer.train(CAPTIONS, 256).merges == []
    assert BPETokenizer.train(CAPTIONS, 300, progress=True).vocab_size == 300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((CAPTIONS, 255), "vocab_size is 255; it must be at least 256"),
        (("one text", 300), "texts is one str"),
        (([b"bytes"], 300), "must be a text .str., not bytes"),
        ((CAPTIONS, 300, "(a)|b"), "capturing group"),
        ((CAPTIONS, 300, "wrods["), "not one of paper, words, gpt2"),
        ((CAPTIONS, 300, "paper", True, False, 0), "min_count is 0"),
    ],
)
def test_training_says_what_is_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        BPETokenizer.train(*arguments)


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        ([(97, 256)], "can only join smaller ids"),
        ([(97, -1)], "can only join smaller ids"),
        ([(97, 98), (98, 99), (256, 99), (97, 257)], "two merges make the same bytes, b'abc'"),
    ],
)
def test_merges_that_cannot_have_been_learnt_are_refused(merges, message):
    with pytest.raises(ValueError, match=message):
        BPETokenizer(merges)


# --- cutting into chunks ----------------------------------------------------------------------------------


def test_patterns_cut_as_they_say():
    cut = {name: BPETokenizer([], pattern=name).split("Two 12cm cubes!") for name in PATTERNS}
    assert cut["paper"] == ["two", " ", "1", "2", "cm", " ", "cubes", "!"]
    assert cut["words"] == ["two", " ", "1", "2", "cm", " cubes", "!"]
    assert cut["gpt2"] == ["two", " 12", "cm", " cubes", "!"]
    assert BPETokenizer([], "words", lower=False).split("Two  Cubes") == ["Two", " ", " Cubes"]


def test_under_the_paper_pattern_only_letters_merge(trained):
    merged = trained["paper"].vocabulary[256:]
    assert len(merged) > 100
    for token in merged:
        assert (token.isalpha() and token.islower()) if token.isascii() else len(token) <= 4


@steadily
@given(st.text(alphabet=[chr(code) for code in range(128)] + list(" '\n1atsl,") * 8, max_size=30))
def test_the_gpt2_pattern_cuts_ascii_as_gpt2_does(text):
    pieces = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True).pre_tokenize_str(text)
    assert BPETokenizer([], "gpt2", lower=False).split(text) == [
        text[start:end] for _, (start, end) in pieces
    ]


@steadily
@given(texts, st.sampled_from([*PATTERNS, r"\w+", "a*", "", "x(?=y)"]))
def test_chunks_joined_give_the_text_back_whatever_the_pattern(text, pattern):
    chunks = BPETokenizer([], pattern, lower=False).split(text)
    assert "".join(chunks) == text
    assert all(chunks)


# --- encoding and decoding --------------------------------------------------------------------------------


def as_tokenizers(ours: BPETokenizer) -> tokenizers.Tokenizer:
    """The same merges and pattern in the `tokenizers` library, with its own byte-level cutting."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]  # GPT-2's characters for the 256 bytes
    others = [byte for byte in range(256) if byte not in visible]
    character = {byte: chr(byte) for byte in visible} | {byte: chr(256 + n) for n, byte in enumerate(others)}
    spelt = ["".join(character[byte] for byte in token) for token in ours.vocabulary]
    vocabulary = {token: number for number, token in enumerate(spelt)}
    merges = [(spelt[left], spelt[right]) for left, right in ours.merges]
    theirs = tokenizers.Tokenizer(models.BPE(vocabulary, merges))
    cut = pre_tokenizers.Split(tokenizers.Regex(ours.pattern), "isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    theirs.pre_tokenizer = pre_tokenizers.Sequence([cut, bytes_only])
    return theirs


def as_tiktoken(ours: BPETokenizer) -> tiktoken.Encoding:
    ranks = {token: rank for rank, token in enumerate(ours.vocabulary)}
    return tiktoken.Encoding("ours", pat_str=ours.pattern, mergeable_ranks=ranks, special_tokens={})


@pytest.fixture(scope="module")
def referees(trained):
    """For each pattern: our tokenizer, `tokenizers` and `tiktoken`, all with the same merges."""
    return [(ours, as_tokenizers(ours), as_tiktoken(ours)) for ours in trained.values()]


def check_ids(referees, text: str) -> None:
    for ours, by_tokenizers, by_tiktoken in referees:
        ids = ours.encode(text)
        assert ids == by_tokenizers.encode(text.lower()).ids, (ours, text)
        assert ids == by_tiktoken.encode_ordinary(text.lower()), (ours, text)
        assert ids == ours.encode(text), "the second time, from the cache"
        assert ours.decode(ids) == text.lower()


@steadily
@given(text=texts)
def test_ids_equal_those_of_tokenizers_and_tiktoken_on_any_text(referees, text):
    check_ids(referees, text)


def test_ids_equal_those_of_tokenizers_and_tiktoken_on_thousands_of_texts(referees):
    rng = random.Random(0)
    pieces = [*" ".join(CAPTIONS).split(), *ODD_TEXTS, *"aaabbbcde  \n'1é🟥"]
    for text in ODD_TEXTS:
        check_ids(referees, text)
    for _ in range(2000):
        check_ids(referees, rng.choice(["", " ", " "]).join(rng.choices(pieces, k=rng.randint(1, 12))))


@steadily
@given(texts, st.sampled_from([*PATTERNS, "[ab]+"]), st.booleans())
def test_every_text_comes_back(text, pattern, lower):
    tokenizer = BPETokenizer([(97, 98), (32, 256), (0xC3, 0xA9)], pattern, lower)
    assert tokenizer.decode(tokenizer.encode(text)) == (text.lower() if lower else text)


def test_case_is_kept_on_demand():
    keeps = BPETokenizer.train(["UP up"] * 2, 300, pattern="words", lower=False)
    assert keeps.tokens("UP up Up") == ["UP", " up", " ", "U", "p"]


def test_a_very_long_word_is_no_trap(trained):
    assert trained["paper"].decode(trained["paper"].encode("ab" * 100_000)) == "ab" * 100_000


def test_the_cache_is_bounded_and_changes_nothing(trained, monkeypatch):
    monkeypatch.setattr(tokenizer_module, "CACHED_CHUNKS", 10)
    tokenizer = copy.deepcopy(trained["words"])
    for caption in CAPTIONS * 2:
        ids = tokenizer.encode(caption)
        assert ids == trained["words"].encode(caption)
        ids.clear()  # whoever gets the ids may change them
        assert len(tokenizer._cache) <= 10
    tokenizer.encode("a" * 10_000)
    assert max(map(len, tokenizer._cache)) <= tokenizer_module.CACHED_LENGTH


def test_decode_reads_lists_arrays_and_tensors_and_passes_over_padding(trained):
    tokenizer = trained["words"]
    ids = tokenizer.encode("a red cube")
    for row in (ids, tuple(ids), np.array(ids), torch.tensor(ids), [*ids, PAD, PAD], list(torch.tensor(ids))):
        assert tokenizer.decode(row) == "a red cube"
    assert tokenizer.decode([]) == ""
    assert tokenizer.decode([0xF0, 0x9F]) == "\N{REPLACEMENT CHARACTER}"
    for wrong in (tokenizer.vocab_size, -2):
        with pytest.raises(ValueError, match=f"no token {wrong} in this vocabulary: ids are 0 to 359"):
            tokenizer.decode([wrong])
    for wrong in (torch.tensor([ids]), [1.5], "text", 7):
        with pytest.raises(ValueError, match="expected one row of token ids"):
            tokenizer.decode(wrong)


def test_pieces_can_be_looked_at(trained):
    assert BPETokenizer([]).tokens("aé\n🟥"[:3]) == ["a", "<c3>", "<a9>", "\\n"]
    assert "".join(trained["words"].tokens("Two blue boxes")) == "two blue boxes"


def test_words():
    assert words("Don't (ever) draw a red-ish CUBE, a 'café' & 3 日本!") == [
        *["don't", "ever", "draw", "a", "red-ish", "cube", "a", "café", "3", "日本"]
    ]
    assert words(" -- ?!\n") == []


# --- dropout ----------------------------------------------------------------------------------------------


def test_dropout_0_is_plain_encoding_and_1_gives_the_bytes(trained):
    for tokenizer, text in product(trained.values(), [*CAPTIONS, *ODD_TEXTS]):
        assert tokenizer.encode(text, dropout=0.0, rng=1) == tokenizer.encode(text)
        assert tokenizer.encode(text, dropout=1.0, rng=1) == list(text.lower().encode())


@steadily
@given(text=texts, dropout=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_every_spelling_decodes_to_the_same_text(trained, text, dropout, seed):
    for tokenizer in trained.values():
        ids = tokenizer.encode(text, dropout, random.Random(seed))
        assert tokenizer.decode(ids) == text.lower()
        assert ids == tokenizer.encode(text, dropout, seed), "the same seed gives the same spelling"


def test_more_dropout_gives_longer_spellings(trained):
    rng, tokenizer = random.Random(0), trained["paper"]
    lengths = [sum(len(tokenizer.encode(c, p, rng)) for c in CAPTIONS) for p in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert lengths == sorted(set(lengths))
    assert lengths[1] < 1.3 * lengths[0], "a tenth of the merges dropped must not mean mostly bytes"


def test_dropout_has_the_distribution_of_the_published_algorithm():
    merges = BPETokenizer.train(["low lower lowest newest widest"] * 3, 270, pattern="words")._merged_id
    draws, fast, plain = 20_000, random.Random(1), random.Random(2)
    ours = Counter(tuple(apply_merges(b" lowest", merges, 0.3, fast)) for _ in range(draws))
    theirs = Counter(tuple(apply_merges_plainly(list(b" lowest"), merges, 0.3, plain)) for _ in range(draws))
    assert len(ours) > 10
    distance = sum(abs(ours[spelling] - theirs[spelling]) for spelling in ours | theirs) / (2 * draws)
    assert distance < 0.025, (
        "two samples of one distribution differ by about 0.01; a slightly wrong rule by far more"
    )


def test_dropout_draws_from_the_generator_that_it_is_given(trained):
    text = CAPTIONS[0]
    for make in (random.Random, np.random.default_rng, lambda seed: torch.Generator().manual_seed(seed)):
        first, again, other = make(5), make(5), make(6)
        ids = [trained["words"].encode(text, 0.5, first) for _ in range(4)]
        assert ids == [trained["words"].encode(text, 0.5, again) for _ in range(4)]
        assert ids != [trained["words"].encode(text, 0.5, other) for _ in range(4)]
        assert ids[0] != ids[1], "one generator goes on: each epoch meets other spellings"
    with pytest.raises(ValueError, match="needs rng: a seed"):
        trained["words"].encode(text, 0.5)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="it is a probability, from 0 to 1"):
            trained["words"].encode(text, wrong, 0)


# --- batches ----------------------------------------------------------------------------------------------


def test_a_batch_is_padded_to_one_length(trained):
    tokenizer = trained["words"]
    captions = ["A cube", "A large purple avocado 🟥"]
    batch = tokenizer.encode_batch(captions, length=16)
    assert batch.shape == (2, 16) and batch.dtype == torch.int64
    for row, caption in zip(batch.tolist(), captions):
        ids = tokenizer.encode(caption)
        assert row == ids + [PAD] * (16 - len(ids))
        assert tokenizer.decode(row) == caption.lower()
    assert tokenizer.encode_batch([], length=16).shape == (0, 16)


def test_dropout_in_a_batch_differs_from_row_to_row_and_repeats_by_seed(trained):
    batch = trained["words"].encode_batch([CAPTIONS[0]] * 4, 80, dropout=0.3, rng=3)
    assert len(set(map(tuple, batch.tolist()))) == 4
    assert torch.equal(batch, trained["words"].encode_batch([CAPTIONS[0]] * 4, 80, dropout=0.3, rng=3))


def test_a_caption_that_is_too_long_is_refused_or_cut_on_demand(trained):
    tokenizer, text = trained["words"], "a red cube " * 30
    ids = tokenizer.encode(text)
    message = (
        rf"^caption is {len(ids)} tokens; this model reads at most 32: shorten it or pass truncate=True$"
    )
    with pytest.raises(CaptionError, match=message):
        tokenizer.encode_batch([text], length=32)
    assert tokenizer.encode_batch([text], length=32, truncate=True).tolist() == [ids[:32]]
    assert tokenizer.encode_batch([text], length=len(ids)).tolist() == [ids], "exactly full is not too long"
    with pytest.raises(CaptionError, match=f"is {len(ids)} tokens; this model reads at most {len(ids) - 1}:"):
        tokenizer.encode_batch([text], length=len(ids) - 1)
    with pytest.raises(ValueError, match="length is 0"):
        tokenizer.encode_batch(["a cube"], length=0)


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("", "caption is empty: write what the picture should show"),
        (" \n\t", "caption is empty"),
        (None, r"caption must be a text \(str\), not NoneType: None"),
        (7, r"caption must be a text \(str\), not int: 7"),
        (b"a cube", r"caption must be a text \(str\), not bytes"),
        ("a cube \ud83d", r"half a character \(U\+D83D\) at position 7"),
    ],
)
def test_captions_that_cannot_be_read_are_refused(trained, caption, message):
    with pytest.raises(CaptionError, match=message) as alone:
        trained["paper"].encode_batch([caption], length=32)
    assert "caption 1 of 1" not in str(alone.value)
    with pytest.raises(CaptionError, match=message + r".*\(caption 2 of 3: "):
        trained["paper"].encode_batch(["a cube", caption, "a cube"], length=32)


def test_one_caption_is_no_list(trained):
    with pytest.raises(CaptionError, match=r"pass \[caption\]"):
        trained["paper"].encode_batch("a cube", length=32)


def test_emoji_and_other_languages_are_captions(trained):
    for caption in [EMOJI, "🟥", "こんにちは", "ΣΊΣΥΦΟΣ"]:
        row = trained["paper"].encode_batch([caption], length=64)[0]
        assert trained["paper"].decode(row) == caption.lower()
