"""Rules for every file in the repository, and some more for the package: checked here so that no one must."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "minidalle"
TEXT = {".py", ".md", ".ipynb", ".toml", ".yml", ".txt", ".cfg", ".json", ".jsonl", ".sh", ""}

# Places and hosts of one machine mean nothing to a reader elsewhere. Each word has a ~ in it, which is taken
# out before use, so that this file obeys too.
FORBIDDEN = [
    rule.replace("~", "")
    for rule in (
        r"/wor~k/|/roo~t/|/hom~e/\w|/User~s/\w|[A-Z]:\\\\?User~s|\.\./\.lib~rary|\.\./sha~red",
        r"py~pi\.org|python~hosted|download\.pyto~rch|registry\.np~m|deb\.deb~ian|/opt/wh~eels|/opt/py~pi",
        r"sub~agent|before-s~top",
    )
]

# The order in which the lessons build the package; each room may import only rooms above it.
ROOMS = [
    {"bpe_training", "tokenizer", "relaxation", "schedules", "dvae", "masks", "devices"},
    {"attention", "transformer"},
    {"dalle"},
    {"sampling"},
    {"clip"},
    {"presets", "checkpoint_folders", "checkpoints"},
    {"world"},
    {"data", "pairs", "emoji"},
    {"pipeline", "show"},
    {"training"},
    {"evaluation", "failures"},
    {"checks", "grading", "ledger", "widgets"},
    {"doctor", "cli", "__init__", "__main__"},
]


def tracked() -> list[Path]:
    """The repository's files; without git (a downloaded archive), whatever lies in its visible folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not {".venv", "runs", "__pycache__"} & set(path.parts)]
    return sorted(path for path in files if path.is_file())


FILES = tracked()
MODULES = sorted(PACKAGE.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


# ---------------------------------------------------------------- every file


def test_no_file_names_a_machine_or_a_host():
    found = []
    for path in FILES:
        if path.suffix in TEXT and path.stat().st_size < 3 * 2**20:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found += [
                    f"{name(path)}:{number}: {hit}" for rule in FORBIDDEN for hit in re.findall(rule, line)
                ]
    assert not found


def test_the_rules_above_see_what_they_should():
    for bad in ("/wor~k/main", "at /roo~t/.cache", "https://py~pi.org/simple", r"C:\User~s\me", "/hom~e/me"):
        assert any(re.search(rule, bad.replace("~", "")) for rule in FORBIDDEN), bad
    for good in ("framework/", "network/x", "the tree's root/leaf", "a homework/assignment", "user/home"):
        assert not any(re.search(rule, good) for rule in FORBIDDEN), good


def test_no_file_is_too_large_for_git():
    assert [name(path) for path in FILES if path.stat().st_size > 16 * 2**20] == []


def test_no_pickles():
    """A pickle runs code when it is opened: weights travel as safetensors, everything else as JSON."""
    assert [
        name(path) for path in FILES if path.suffix in {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin"}
    ] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".py"], ids=name)
def test_it_is_python(path: Path):
    compile(path.read_text(encoding="utf-8"), str(path), "exec")


def test_no_test_is_skipped_or_expected_to_fail():
    for path in (ROOT / "tests").rglob("*.py"):
        marks = re.findall(r"pytest\.(?:mark\.)?(?:sk" r"ip|xf" r"ail)\w*", path.read_text(encoding="utf-8"))
        assert not marks, f"{name(path)}: {marks}"


# ---------------------------------------------------------------- the package


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_and_functions_are_short(path: Path):
    """Modules about 200 lines, functions about 40: a longer one is usually two ideas."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 280
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, (
                f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
            )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_is_left_undone(path: Path):
    assert not re.findall(r"TODO|FIXME|NotImplementedError", path.read_text(encoding="utf-8"))


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the name of what is called as it stands there: `open`, `torch.load`, `a.read_text`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def opens_text_without_encoding(called: str, call: ast.Call) -> bool:
    """Whether the call uses whatever encoding the machine prefers for text (on Windows not UTF-8)."""
    if any(word.arg in ("encoding", None) for word in call.keywords):
        return False
    if called.endswith((".read_text", ".write_text")):
        return True
    if called != "open" and not called.endswith("path.open"):
        return False
    texts = [*call.args, *(word.value for word in call.keywords if word.arg == "mode")]
    return not any(isinstance(text, ast.Constant) and "b" in str(text.value) for text in texts)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_text_files_are_utf8_and_nothing_is_unpickled(path: Path):
    for called, call in calls(parse(path)):
        where = f"{name(path)}:{call.lineno}: {ast.unparse(call)}"
        assert not opens_text_without_encoding(called, call), f'{where}: say encoding="utf-8"'
        assert called not in {"torch.save", "pickle.load", "pickle.loads", "pickle.dump", "pickle.dumps"}, (
            where
        )
        words = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert called != "torch.load" or words.get("weights_only") == "True", where
        assert words.get("allow_pickle", "False") == "False", where
    imported = {alias.name.split(".")[0] for alias in imports(parse(path))}
    assert not imported & {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def imports(tree: ast.Module) -> Iterator[ast.alias]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from node.names
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield ast.alias(node.module)
            yield from (ast.alias(f"{node.module}.{alias.name}") for alias in node.names)


def level(module: str) -> int | None:
    """How far down in ROOMS a dotted name like "minidalle.world.scene" lives; None outside the rooms.

    A part of a room that has a file of its own, `clip_layers`, lives where `clip` does.
    """
    package, room, *_ = [*module.split("."), ""]
    if package != "minidalle":
        return None
    for name in (room, room.split("_")[0]):
        for depth, rooms in enumerate(ROOMS):
            if name in rooms:
                return depth
    return None


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_each_room_imports_only_rooms_above_it(path: Path):
    room = path.relative_to(PACKAGE).with_suffix("").parts[0]
    here = level(f"minidalle.{room}")
    assert here is not None, f"{room} is a new room: give it a place in ROOMS"
    for alias in imports(parse(path)):
        there = level(alias.name)
        assert there is None or there <= here, f"{room} imports {alias.name}, which is built later"
