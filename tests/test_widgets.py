"""The caption editor without a browser: its words, its pictures, and what a page without a kernel shows."""

import asyncio
import base64
import html
import re

import pytest
from tiny_model import save_tiny

import minidalle
from minidalle.pipeline import Pipeline
from minidalle.tokenizer import CaptionError
from minidalle.widgets import caption_editor, captions, live
from minidalle.widgets.captions import FAMILIES, TEMPLATE, choices_for, with_articles
from minidalle.world import COLORS, RELATIONS, SHAPES, TEXTURES
from minidalle.world.captions import NUMBERS, RELATION_WORDS


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    model = minidalle.load(save_tiny(tmp_path_factory.mktemp("models") / "tiny"))
    model.words = frozenset()  # so that families are whole
    return model


def test_a_bracket_is_a_dropdown(model: Pipeline):
    editor = caption_editor(model, "a [small] [red|blue] cube", n=2)
    assert [word.options for word in editor.words] == [("small", "large"), ("red", "blue")]
    assert editor.caption == "a small red cube"
    editor.words[1].value = "blue"
    assert editor.caption == "a small blue cube" and "a small blue cube" in editor.label.value


def test_the_grid_follows_and_is_remembered(model: Pipeline):
    editor = caption_editor(model, "a [red|blue] cube", seed=3, n=2)
    red = editor.image.value
    assert red == model.draw("a red cube", n=2, seed=3)._repr_png_()
    editor.words[0].value = "blue"
    assert editor.image.value == model.draw("a blue cube", n=2, seed=3)._repr_png_() != red
    editor.seed.value = 4
    assert editor.image.value == model.draw("a blue cube", n=2, seed=4)._repr_png_()
    drawn, model_draw = [], model.draw
    model.draw = lambda *args, **settings: drawn.append(args) or model_draw(*args, **settings)
    try:
        editor.seed.value = 3
        editor.words[0].value = "red"
    finally:
        del model.draw
    assert editor.image.value == red and drawn == []


def test_quick_changes_draw_once(model: Pipeline, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(captions, "PAUSE", 0.01)
    editor = caption_editor(model, "a [red|blue|green|pink] cube", n=1)
    refreshed, refresh = [], editor.refresh
    editor.refresh = lambda: refreshed.append(editor.caption) or refresh()

    async def hurry() -> None:
        for colour in ("blue", "green", "pink"):
            editor.words[0].value = colour
        await asyncio.sleep(0.1)

    asyncio.run(hurry())
    assert refreshed == ["a pink cube"] and "pink" in editor.label.value


def test_a_change_in_the_cell_that_shows_the_editor_is_in_its_picture(model: Pipeline):
    editor = caption_editor(model, "a [red|blue] cube", n=1)

    async def cell() -> None:
        editor.words[0].value = "blue"
        data, about = editor._repr_mimebundle_()
        assert "a blue cube" in about["image/png"]["alt"]
        assert base64.b64decode(data["image/png"]) == model.draw("a blue cube", n=1)._repr_png_()

    asyncio.run(cell())


def test_old_grids_are_forgotten(model: Pipeline, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(captions, "KEPT", 2)
    editor = caption_editor(model, "a [red|blue|green] cube", n=1)
    for colour in ("blue", "green"):
        editor.words[0].value = colour
    assert len(editor._grids) == 2


def test_a_drawing_that_fails_is_told_in_words_and_the_next_one_is_drawn(
    model: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    editor, draw = caption_editor(model, "a [red|blue|green] cube", n=1), model.draw
    red = editor.image.value

    def fail(caption: str, **settings) -> None:
        raise RuntimeError("out of <memory>") if "blue" in caption else KeyboardInterrupt

    monkeypatch.setattr(model, "draw", fail, raising=False)
    editor.words[0].value = "blue"
    said = "1 picture of 'a blue cube', seed 0: not drawn (out of <memory>). Above are still 1 picture of 'a red cube'"
    assert html.unescape(editor.label.value).startswith(said) and "<memory>" not in editor.label.value
    with pytest.raises(KeyboardInterrupt):
        editor.words[0].value = "green"
    assert "not drawn (KeyboardInterrupt)" in editor.label.value
    data, about = editor._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == editor.image.value == red
    assert "a red cube" in about["image/png"]["alt"]
    monkeypatch.setattr(model, "draw", draw, raising=False)
    editor.seed.value = 1
    assert (
        editor.label.value == html.escape("1 picture of 'a green cube', seed 1") and editor.image.value != red
    )


def test_the_first_drawing_that_fails_is_an_error(model: Pipeline):
    with pytest.raises(CaptionError, match="tokens; this model reads at most"):
        caption_editor(model, "a [red|blue] " + "cube " * 40)


def test_without_a_kernel_there_is_a_picture(model: Pipeline):
    editor = caption_editor(model, n=2)
    data, about = editor._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == editor.image.value
    assert live.WIDGET in data and about["image/png"]["alt"] == editor.alt
    caption = "a small red cube on top of a large green cube"
    assert (
        data["text/plain"]
        == f"<Caption editor: 2 pictures of {caption!r}, seed 0; run this cell to change its words>"
    )


def test_articles_fit():
    assert with_articles("a orange cube on a armchair") == "an orange cube on an armchair"
    assert with_articles("an red cube and an orange") == "a red cube and an orange"
    assert with_articles("a cube") == "a cube"


def test_families_are_the_worlds_own_words():
    known = [set(COLORS), set(TEXTURES) - {"plain"}, set(SHAPES), set(NUMBERS.values()) - {"one"}]
    families = [set(family) for family in FAMILIES]
    assert all(words in families for words in known)
    wordings = {words[0] for words in RELATION_WORDS.values()}
    assert wordings in families and len(RELATIONS) == 5
    assert all(choices_for(word) for word in re.findall(r"\[(.*?)\]", TEMPLATE))


def test_words_that_training_never_showed_are_not_offered():
    assert choices_for("red", {"red", "blue", "of"}) == ["red", "blue"]
    assert choices_for("on top of", {"on", "top", "of", "under"}) == ["on top of", "under"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a cube", "has no"),
        ("a [elephant]", "is in no family"),
        ("a [red|]", "empty choice"),
        ("a []", "empty choice"),
    ],
)
def test_templates_that_make_no_sense(model: Pipeline, template: str, said: str):
    with pytest.raises(ValueError, match=said):
        caption_editor(model, template)


def test_the_sentence_is_escaped(model: Pipeline):
    editor = caption_editor(model, "a <b>[red|blue]</b> cube", n=1)
    texts = [part.value for part in editor.box.children[0].children if hasattr(part, "value")]
    assert any("&lt;b&gt;" in text for text in texts) and "<b>" not in editor.label.value
