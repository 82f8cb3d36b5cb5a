"""The command `minidalle`: what it writes, what it says, and how it ends."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PIL import Image
from tiny_model import save_tiny

import minidalle
from minidalle.cli import main

CAPTION = "a small red cube"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture
def draw(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """`draw(words...)` runs `minidalle draw` in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, model: str = folder) -> tuple[int, str, str]:
        code = main(["draw", *words, "--model", model])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_caption_becomes_a_file(draw, tmp_path: Path):
    code, out, _ = draw(CAPTION, "-n", "3", "--seed", "4", "--out", "cubes.png")
    assert (
        code == 0 and out.startswith("cubes.png: 3 pictures of 'a small red cube'") and out.endswith(" s)\n")
    )
    assert Image.open(tmp_path / "cubes.png").size == (3 * 192 + 2 * 4, 192)


def test_a_caption_needs_no_quotes(draw):
    code, out, _ = draw(*CAPTION.split(), "-n", "1", "--seed", "4")
    assert code == 0 and out.startswith("grid.png: 1 picture of 'a small red cube'")


def test_the_same_seed_gives_the_same_file(draw, tmp_path: Path):
    files = [(tmp_path / name, seed) for name, seed in (("a.png", "1"), ("b.png", "1"), ("c.png", "2"))]
    for path, seed in files:
        assert draw(CAPTION, "--seed", seed, "--out", path.name)[0] == 0
    one, again, other = (path.read_bytes() for path, _ in files)
    assert one == again and one != other


def test_best_of_and_the_default_file(draw, tmp_path: Path):
    settings = ["--temperature", "0.9", "--top-k", "20", "--top-p", "0.9"]
    code, out, _ = draw(CAPTION, "--best", "2", "--of", "5", *settings)
    assert code == 0 and "the best of 5 by CLIP" in out and (tmp_path / "grid.png").is_file()


def test_a_picture_is_completed_in_its_own_pixels(draw, tmp_path: Path):
    Image.effect_noise((40, 30), 90).convert("RGB").save(tmp_path / "given.png")
    words = ["--image", "given.png", "--region", "0,8", "-n", "1"]
    code, out, _ = draw(CAPTION, *words, "--out", "done.png")
    assert code == 0 and "1 picture of" in out
    given = Image.open(tmp_path / "given.png").crop((5, 0, 35, 30)).resize((16, 16), Image.Resampling.BOX)
    done = Image.open(tmp_path / "done.png").resize((16, 16), Image.Resampling.NEAREST)
    upper = (0, 0, 16, 8)
    assert done.crop(upper).tobytes() == given.crop(upper).tobytes() != done.crop((0, 8, 16, 16)).tobytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--image", "given.png"], "go together"),
        (["--region", "0,8"], "go together"),
        (["--image", "given.png", "--region", "0,99"], "0 to 15"),
    ],
)
def test_what_cannot_be_completed_is_told(draw, tmp_path: Path, words: list[str], said: str):
    Image.new("RGB", (20, 20)).save(tmp_path / "given.png")
    code, _, err = draw(CAPTION, *words)
    assert code == 2 and said in err and err.count("\n") == 1


def test_a_file_that_is_no_picture_is_told(draw, tmp_path: Path):
    (tmp_path / "given.png").write_text("not a picture")
    code, _, err = draw(CAPTION, "--image", "given.png", "--region", "0,8")
    assert code == 1 and "cannot identify" in err


def test_unknown_words_are_noted(draw):
    code, out, err = draw("a red 🐱", "-n", "1", "--quiet")
    assert code == 0 and "minidalle draw: note: training never showed '🐱'" in err and "note" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([""], "caption is empty"),
        ([CAPTION, "-n", "0"], "draw: -n is 0; it must be at least 1"),
        ([CAPTION, "-n", "-2"], "-n is -2"),
        (
            [CAPTION, "--best", "5", "--of", "4"],
            "--best is 5, but only 4 are drawn: choose best from 1 to 4, or raise --of",
        ),
        ([CAPTION, "-n", "2", "--best", "1"], "-n and --best both say how many"),
        ([CAPTION, "--of", "4"], "--of is 4, but --best is not given: how many of them shall be kept"),
        ([CAPTION, "--temperature", "0"], "--temperature is 0.0; it must be above 0"),
        ([CAPTION, "--top-p", "2"], "--top-p is 2.0"),
        ([CAPTION, "--out", "grid.gif"], "end it in .png"),
        (["red cube " * 30], "add --truncate"),
        ([CAPTION, "--device", "warp"], "device 'warp' cannot be used"),
    ],
)
def test_bad_input_is_one_sentence_and_code_2(draw, tmp_path: Path, words: list[str], said: str):
    code, out, err = draw(*words, "--quiet")
    assert (code, out) == (2, "") and said in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_is_bad_input(draw):
    code, _, err = draw(CAPTION, model="no-such-model")
    assert code == 2 and "there is no model 'no-such-model'" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("given", ["runs/x", "runs/x/dalle", "runs/x/", "x"])
def test_a_training_folder_is_told_to_be_packed(draw, tmp_path: Path, monkeypatch, given: str):
    """What `minidalle train --out runs/x` writes holds weights, but is no model folder yet."""
    (tmp_path / "runs/x/dalle/checkpoints/step-000100").mkdir(parents=True)
    if given == "x":
        monkeypatch.chdir(tmp_path / "runs")
    code, _, err = draw(CAPTION, model=given)
    folder = Path(given if given != "runs/x/dalle" else "runs/x")
    said = f"{folder} is a training folder, not a model folder"
    assert (
        code == 2
        and f"{said}: pack what was trained into one, minidalle pack {folder} {folder / 'model'}" in err
    )
    assert len(err.splitlines()) == 1 and "fetch" not in err
    save_tiny(tmp_path / "runs/x/model")
    assert f"{said}: its model is {folder / 'model'}\n" in draw(CAPTION, model=given)[2]
    assert draw(CAPTION, "-n", "1", "--quiet", model=str(folder / "model"))[0] == 0


def test_a_training_folder_with_a_tokenizer_only_is_one(draw, tmp_path: Path):
    (tmp_path / "runs/x/tokenizer").mkdir(parents=True)
    save_tiny(tmp_path / "runs/x/checkpoints/tiny")  # a shelf of models, as in data/
    assert all("training folder" not in draw(CAPTION, model=given)[2] for given in ("runs", "runs/x"))
    (tmp_path / "runs/x/tokenizer/tokenizer.json").write_text("{}", encoding="utf-8")
    assert "minidalle pack runs/x runs/x/model" in draw(CAPTION, model="runs/x")[2]


def test_what_goes_wrong_is_told_in_one_sentence(draw, folder: str, tmp_path: Path):
    code, _, err = draw(CAPTION, "-n", "1", "--quiet", "--out", "no/such/folder/grid.png")
    assert code == 2 and "there is no folder" in err and len(err.splitlines()) == 1
    damaged = save_tiny(tmp_path / "damaged")
    (damaged / "dvae.safetensors").unlink()
    code, _, err = draw(CAPTION, model=str(damaged))
    assert code == 1 and "dvae.safetensors is missing" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "words", [[], ["paint"], ["draw"], ["draw", "x", "-n", "many"], ["doctor", "--fast"]]
)
def test_mistyped_commands_end_with_code_2(words: list[str]):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2


def test_every_command_explains_itself(capsys: pytest.CaptureFixture):
    for command in ("draw", "train", "pack", "unpack", "curves", "evaluate", "world", "doctor"):
        with pytest.raises(SystemExit) as end:
            main([command, "--help"])
        assert end.value.code == 0 and "usage: minidalle " + command in capsys.readouterr().out


def test_commands_of_other_rooms_are_plugged_in(capsys: pytest.CaptureFixture, tmp_path: Path):
    assert main(["train", "paintings", "--out", str(tmp_path)]) == 1
    assert "there is no task 'paintings'" in capsys.readouterr().err
    assert main(["pack", str(tmp_path), str(tmp_path / "model")]) == 1
    assert "minidalle train tokenizer" in capsys.readouterr().err


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    for name in [name for name in sys.modules if name.startswith("minidalle.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "minidalle.training.curves", None)
    monkeypatch.setattr("minidalle.cli.EXTRAS", {"minidalle": "notebooks"})
    assert main(["curves", "runs"]) == 1
    assert 'pip install "minidalle[notebooks]"' in capsys.readouterr().err


def fresh(code: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_and_explaining_import_little():
    """A cold `minidalle draw` must be quick, and works without the extras: see what each step imports."""
    heavy = (
        "{'torch', 'numba', 'datasets', 'matplotlib', 'IPython', 'pandas', 'ipywidgets'} & set(sys.modules)"
    )
    code = f"""
import sys, json, contextlib, io
import minidalle, minidalle.cli
seen = [sorted({heavy})]
minidalle.cli.build_parser("draw").parse_args(["draw", "a red cube"])
seen.append(sorted({heavy}))
minidalle.load, minidalle.CaptionError
seen.append(sorted({heavy}))
print(json.dumps(seen))
"""
    assert json.loads(fresh(code)) == [[], [], ["torch"]]


def test_the_version_is_the_projects(capsys: pytest.CaptureFixture):
    table = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert minidalle.__version__ == table["project"]["version"]
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"minidalle {minidalle.__version__}\n"
    assert set(minidalle.__all__) <= set(dir(minidalle)) and not hasattr(minidalle, "paint")
