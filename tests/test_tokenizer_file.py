"""The tokenizer's file, by use: readable, written whole or not at all, and never believed when altered."""

import copy
import json
import pickle

import pytest

from minidalle.bpe_training import PATTERNS
from minidalle.tokenizer import BPETokenizer

CAPTIONS = ["a small red cube", "a large rosé torus under 2 red cubes", "naïve café 🟥🟥"] * 2


@pytest.fixture(scope="module")
def trained() -> dict[str, BPETokenizer]:
    """One tokenizer for each pattern, by the pattern's name."""
    return {pattern: BPETokenizer.train(CAPTIONS, 300, pattern=pattern) for pattern in PATTERNS}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_saved_tokenizer_comes_back_equal(trained, tmp_path, pattern):
    path = tmp_path / "new folder" / "tokenizer.json"
    trained[pattern].save(path)
    loaded = BPETokenizer.load(str(path))
    assert loaded == trained[pattern] and loaded.encode(CAPTIONS[0]) == trained[pattern].encode(CAPTIONS[0])
    assert [file.name for file in path.parent.iterdir()] == ["tokenizer.json"]
    empty = BPETokenizer([], lower=False)
    empty.save(path)
    assert BPETokenizer.load(path) == empty


def test_the_file_can_be_read_by_people(trained, tmp_path):
    BPETokenizer([(108, 111), (256, 119), (0xC3, 0xA9)], "words").save(tmp_path / "t.json")
    text = (tmp_path / "t.json").read_bytes().decode("utf-8")
    assert (
        '  "merges": [\n    [108, 111, "lo"],\n    [256, 119, "low"],\n    [195, 169, "é"]\n  ]\n}\n' in text
    )
    assert '"lower": true,\n  "pattern": " ?[a-zA-Z]+|[^a-zA-Z]",\n  "vocab_size": 259,\n' in text
    assert "\r" not in text


def test_a_file_cut_off_anywhere_is_named(trained, tmp_path):
    path = tmp_path / "cut.json"
    trained["paper"].save(path)
    whole = path.read_bytes()
    for length in [*range(0, len(whole) - 2, 97), len(whole) - 2]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"cut\.json is cut off or damaged"):
            BPETokenizer.load(path)


def swap_merges(data):
    data["merges"][0], data["merges"][1] = data["merges"][1], data["merges"][0]


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda data: data.update(format="something"), "is not a tokenizer file"),
        (lambda data: data.update(version=2), "format version 2; this program reads 1"),
        (lambda data: data.update(lower=False), "altered"),
        (lambda data: data.update(lower=1), "altered"),
        (lambda data: data.update(pattern="[a-z]+"), "altered"),
        (lambda data: data.update(pattern="("), "altered"),
        (lambda data: data.update(vocab_size=299), "altered"),
        (lambda data: data.pop("sha256"), "altered"),
        (lambda data: data["merges"].pop(), "altered"),
        (lambda data: data["merges"][0].pop(), "altered"),
        (lambda data: data["merges"][0].__setitem__(2, "??"), "altered"),
        (lambda data: data["merges"][0].__setitem__(0, 999), "altered"),
        (lambda data: data.update(merges=None), "altered"),
        (swap_merges, "altered"),
    ],
)
def test_an_altered_file_is_named(trained, tmp_path, alter, message):
    path = tmp_path / "altered.json"
    trained["paper"].save(path)
    data = json.loads(path.read_text(encoding="utf-8"))
    alter(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"altered\.json.*{message}"):
        BPETokenizer.load(path)


@pytest.mark.parametrize("content", [b"[]", b"7", b"\xff\xfe{}", b"[" * 100_000])
def test_another_file_is_no_tokenizer(tmp_path, content):
    (tmp_path / "other.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.json"):
        BPETokenizer.load(tmp_path / "other.json")
    with pytest.raises(FileNotFoundError, match=r"no tokenizer file at .*missing\.json"):
        BPETokenizer.load(tmp_path / "missing.json")


def test_a_full_disk_leaves_the_earlier_file_whole(trained, tmp_path, monkeypatch):
    path = tmp_path / "tokenizer.json"
    trained["paper"].save(path)

    def fill_the_disk(self, text, **_):
        self.write_bytes(text[:100].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        trained["words"].save(path)
    assert BPETokenizer.load(path) == trained["paper"]
    assert len(list(tmp_path.iterdir())) == 1, "no half-written file is left behind"


def test_equality_needs_the_same_merges_pattern_and_case():
    tokenizer = BPETokenizer([(97, 98)])
    assert tokenizer == BPETokenizer([(97, 98)], "[a-z]+|[^a-z]") and tokenizer != "tokenizer"
    others = [
        BPETokenizer([(97, 99)]),
        BPETokenizer([(97, 98)], "words"),
        BPETokenizer([(97, 98)], lower=False),
    ]
    for other in others:
        assert tokenizer != other and tokenizer.fingerprint() != other.fingerprint()
    assert repr(tokenizer) == "BPETokenizer(vocab_size=257, pattern='paper', lower=True)"


def test_copies_for_worker_processes_are_equal(trained):
    for copied in (copy.deepcopy(trained["words"]), pickle.loads(pickle.dumps(trained["words"]))):
        assert copied == trained["words"] and copied.encode(CAPTIONS[0]) == trained["words"].encode(
            CAPTIONS[0]
        )
