"""Folders of weights: whole or not there, checked by hash, never unpickled."""

import errno
import hashlib
import json
import os
import pickle
from pathlib import Path

import pytest
import torch

from minidalle import checkpoints
from minidalle.checkpoints import (
    CheckpointError,
    check,
    load_model,
    read_tensors,
    save_model,
    tensor_bytes,
    verify,
    write_folder,
)
from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.presets import preset
from minidalle.tokenizer import BPETokenizer

FILES = {"a.bin": b"first" * 100, "b.json": b'{"x": 1}\n'}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---------------------------------------------------------------- folders


def test_a_folder_holds_what_was_given_and_a_manifest_that_sha256sum_would_agree_with(tmp_path):
    write_folder(tmp_path / "deep" / "folder", FILES)
    found = contents(tmp_path / "deep" / "folder")
    manifest = json.loads(found.pop("manifest.json"))
    assert found == FILES
    assert manifest["a.bin"] == {"bytes": 500, "sha256": hashlib.sha256(b"first" * 100).hexdigest()}
    assert verify(tmp_path / "deep" / "folder") == []
    assert os.listdir(tmp_path / "deep") == ["folder"]  # nothing unfinished is left beside it


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    write_folder(tmp_path / "m", FILES)
    write_folder(tmp_path / "m", {"c.bin": b"new"})
    assert set(contents(tmp_path / "m")) == {"c.bin", "manifest.json"}
    assert os.listdir(tmp_path) == ["m"]


def test_leftovers_of_a_killed_run_are_no_obstacle(tmp_path):
    (tmp_path / "m.tmp").mkdir()
    (tmp_path / "m.tmp" / "half").write_bytes(b"x")
    (tmp_path / "m.old.tmp").mkdir()
    write_folder(tmp_path / "m", FILES)
    write_folder(tmp_path / "m", FILES)
    assert verify(tmp_path / "m") == [] and os.listdir(tmp_path) == ["m"]


@pytest.mark.parametrize("call", range(5))
def test_a_disk_that_fills_up_at_any_moment_leaves_the_previous_folder_whole(tmp_path, monkeypatch, call):
    """Every file is flushed to the disk, and then the folder: five calls, the last after the renaming."""
    write_folder(tmp_path / "m", FILES)
    real, calls = os.fsync, []

    def fsync(handle):
        calls.append(handle)
        if len(calls) == call + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    monkeypatch.setattr(checkpoints.os, "fsync", fsync)
    with pytest.raises(CheckpointError, match=r"m could not be written .No space left on device.: make room"):
        write_folder(tmp_path / "m", {"a.bin": b"second", "b.json": b"{}"})
    assert len(calls) == call + 1
    assert verify(tmp_path / "m") == []
    after_renaming = call == 4
    assert contents(tmp_path / "m")["a.bin"] == (b"second" if after_renaming else FILES["a.bin"])
    assert os.listdir(tmp_path) == ["m"]


def test_a_folder_with_anything_else_in_it_is_never_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    for name in (".", str(tmp_path)):
        with pytest.raises(CheckpointError, match=r"holds thesis.txt, which is no part of a checkpoint"):
            write_folder(Path(name), FILES)
    assert os.listdir(tmp_path) == ["thesis.txt"]
    write_folder(tmp_path / "m", FILES)
    (tmp_path / "m" / ".DS_Store").write_bytes(b"a file manager was here")
    write_folder(tmp_path / "m", FILES)
    assert verify(tmp_path / "m") == []


def test_where_the_last_renaming_fails_the_previous_folder_is_put_back(tmp_path, monkeypatch):
    """As on Windows, while another program has one of the new files open."""
    write_folder(tmp_path / "m", FILES)
    real = os.replace

    def replace(old, new):
        if str(old).endswith("m.tmp"):
            raise PermissionError(errno.EACCES, "Access is denied")
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(CheckpointError, match=r"could not be written .Access is denied."):
        write_folder(tmp_path / "m", {"a.bin": b"second"})
    assert verify(tmp_path / "m") == [] and contents(tmp_path / "m")["a.bin"] == FILES["a.bin"]
    assert os.listdir(tmp_path) == ["m"]


def test_a_folder_that_cannot_be_made_is_an_error_in_a_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")
    with pytest.raises(CheckpointError, match="could not be written"):
        write_folder(tmp_path / "file" / "m", FILES)


def alter(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1  # a single bit
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: alter(folder / "a.bin"), "a.bin was altered: its SHA-256 is"),
        (lambda folder: (folder / "a.bin").write_bytes(b"first"), "a.bin is cut off: it has 5 bytes and should"),
        (lambda folder: (folder / "a.bin").unlink(), "a.bin is missing"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing"),
        (lambda folder: (folder / "manifest.json").write_bytes(b'{"a.bin": {"by'), "manifest.json is damaged"),
        (lambda folder: (folder / "manifest.json").write_bytes(b"[1]"), "manifest.json is damaged"),
    ],
)  # fmt: skip
def test_damage_is_told_of_by_file(tmp_path, damage, message):
    write_folder(tmp_path / "m", FILES)
    damage(tmp_path / "m")
    with pytest.raises(CheckpointError, match=f"{message}.*fetch it again, or train anew"):
        check(tmp_path / "m")
    assert len(verify(tmp_path / "m")) == 1


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path):
    assert verify(tmp_path / "nowhere") == [f"there is no folder {tmp_path / 'nowhere'}"]


def test_tensors_that_were_read_no_longer_need_their_file(tmp_path):
    """Mapped into memory they would change with it, and Windows would not let it go."""
    path = tmp_path / "a.safetensors"
    path.write_bytes(tensor_bytes({"a": torch.ones(5000)}))
    tensors = read_tensors(path)
    with open(path, "r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert torch.equal(tensors["a"], torch.ones(5000))


# ---------------------------------------------------------------- models


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    tokenizer = BPETokenizer.train(["a red cube on a green cube", "a red cone"], 270, "words")
    sizes = preset("tiny").with_text_vocab(tokenizer.vocab_size)
    return sizes, tokenizer, DiscreteVAE(sizes.dvae), DALLE(sizes.dalle), CLIP(sizes.clip)


@pytest.fixture
def folder(parts, tmp_path):
    sizes, tokenizer, dvae, dalle, clip = parts
    weights = {"dvae": dvae.state_dict(), "dalle": dalle.state_dict(), "clip": clip.state_dict()}
    save_model(tmp_path / "model", sizes, tokenizer, weights, words=["red", "a"], about={"psnr": 20.5})
    return tmp_path / "model"


def test_a_model_comes_back_as_it_was_saved(parts, folder):
    sizes, tokenizer, *models = parts
    loaded = load_model(folder)
    assert loaded.preset == sizes and loaded.tokenizer == tokenizer
    assert loaded.config["words"] == ["a", "red"] and loaded.config["about"] == {"psnr": 20.5}
    for mine, theirs in zip(models, (loaded.dvae, loaded.dalle, loaded.clip), strict=True):
        assert not theirs.training
        for (name, a), b in zip(mine.state_dict().items(), theirs.state_dict().values(), strict=True):
            assert b.dtype == a.dtype and torch.equal(a.to(torch.bfloat16).to(a.dtype), b), name


def test_large_weights_lie_in_several_files_and_come_back_whole(parts, folder, tmp_path, monkeypatch):
    """None above the limit; one that is missing, or that the manifest does not list, is told of by name."""
    sizes, tokenizer, dvae, dalle, _ = parts
    monkeypatch.setattr(checkpoints.shards, "__defaults__", (30_000,))
    weights = {"dvae": dvae.state_dict(), "dalle": dalle.state_dict()}
    save_model(tmp_path / "large", sizes, tokenizer, weights)
    files = sorted(tmp_path.glob("large/dalle-*.safetensors"))
    assert len(files) > 2 and max(file.stat().st_size for file in files) <= 30_000
    assert files[0].name == f"dalle-1-of-{len(files)}.safetensors"
    whole, found = load_model(folder).dalle.state_dict(), load_model(tmp_path / "large").dalle.state_dict()
    assert list(whole) == list(found) and all(whole[key].equal(found[key]) for key in whole)
    files[1].unlink()
    with pytest.raises(CheckpointError, match="dalle-2-of"):
        load_model(tmp_path / "large")


def test_a_tensor_larger_than_the_limit_has_a_file_of_its_own():
    tensors = {"a": torch.zeros(10), "b": torch.zeros(5000), "c": torch.zeros(10)}
    files = checkpoints.shards("x", tensors, most=4096)
    assert list(files) == ["x-1-of-3.safetensors", "x-2-of-3.safetensors", "x-3-of-3.safetensors"]
    assert list(checkpoints.shards("x", tensors)) == ["x.safetensors"]


def test_weights_are_stored_at_half_size_unless_told_otherwise(parts, folder, tmp_path):
    sizes, tokenizer, dvae, dalle, _ = parts
    weights = {"dvae": dvae.state_dict(), "dalle": dalle.state_dict()}
    save_model(tmp_path / "full", sizes, tokenizer, weights, dtype=None)
    small, full = ((path / "dalle.safetensors").stat().st_size for path in (folder, tmp_path / "full"))
    assert 1.8 < full / small < 2.0  # the header takes some
    assert load_model(tmp_path / "full").clip is None
    images = torch.rand(2, 3, 16, 16)
    assert torch.equal(load_model(tmp_path / "full").dvae.encode(images), dvae.eval().encode(images))


def test_the_files_are_readable_by_other_programs(folder):
    assert {"config.json", "tokenizer.json", "dvae.safetensors", "manifest.json"} < set(os.listdir(folder))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["format"] == "minidalle-model" and config["preset"]["dvae"]["vocab_size"] == 32
    assert not list(folder.parent.glob("*.tmp"))


@pytest.mark.parametrize("name", ["dalle.safetensors", "tokenizer.json", "config.json"])
def test_an_altered_model_is_not_loaded(folder, name):
    alter(folder / name)
    with pytest.raises(CheckpointError, match=f"{name} was altered"):
        load_model(folder)


UNLISTED = ["config.json", "tokenizer.json", "dvae.safetensors", "dalle.safetensors", "clip.safetensors"]


@pytest.mark.parametrize("name", UNLISTED)
def test_a_file_that_the_manifest_does_not_list_is_not_trusted(folder, name):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest[name]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(CheckpointError, match=rf"manifest.json does not list {name}"):
        load_model(folder)


def rewrite(folder: Path, name: str, data: bytes) -> None:
    """Put other contents into a model folder, hashes and all: what a stranger could send."""
    files = contents(folder)
    del files["manifest.json"]
    write_folder(folder, {**files, name: data})


class Trap:
    def __reduce__(self):
        return (os.mkdir, ("trapped",))


def test_a_pickle_in_a_models_clothes_is_refused_and_not_run(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rewrite(folder, "dvae.safetensors", pickle.dumps(Trap()))
    with pytest.raises(CheckpointError, match=r"dvae.safetensors is missing or damaged"):
        load_model(folder)
    assert not Path("trapped").exists()


def test_a_model_of_another_kind_or_version_is_refused(folder):
    config = json.loads((folder / "config.json").read_bytes())
    rewrite(folder, "config.json", json.dumps({**config, "version": 99}).encode())
    with pytest.raises(CheckpointError, match=r"this program reads 'minidalle-model' 1"):
        load_model(folder)
    del config["preset"]["dvae"]
    rewrite(folder, "config.json", json.dumps(config).encode())
    with pytest.raises(CheckpointError, match=r"does not fit this version.*dvae"):
        load_model(folder)


def test_weights_of_other_sizes_are_refused(folder):
    config = json.loads((folder / "config.json").read_bytes())
    config["preset"]["dvae"]["vocab_size"] = 64
    rewrite(folder, "config.json", json.dumps(config).encode())
    with pytest.raises(CheckpointError, match=r"dvae.safetensors does not fit the configuration beside it"):
        load_model(folder)
