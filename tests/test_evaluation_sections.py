"""Every kind of the picture world is asked for, drawn, read and counted; and what is begun before it is drawn."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_model import save_tiny

from minidalle import sampling
from minidalle.checkpoints import load_model, save_model
from minidalle.cli import main
from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.evaluation import prompts, section_tables
from minidalle.evaluation.asking import (
    APART,
    HELD_OUT,
    NEXT_ANGLE,
    SEEN,
    THREE_LETTERS,
    Asked,
    ask,
    chance,
    kinds_of,
    right,
    splits_of,
)
from minidalle.evaluation.prompts import copied_eighth, corner, lower, marks, upper, with_ninth
from minidalle.evaluation.section_run import section_of, sections_of
from minidalle.evaluation.sections import Batch, Effort, batches, chosen, measure, shares
from minidalle.pipeline_find import find_model
from minidalle.pipeline_pictures import to_floats
from minidalle.presets import preset
from minidalle.tokenizer import BPETokenizer
from minidalle.world import KINDS, WORLD, caption, render, render_many, sample_scene
from minidalle.world.facts import facts_of, fields_of
from minidalle.world.judging import load_reader
from minidalle.world.kinds.kind import SECTIONS
from minidalle.world.matrix_reading import read_matrix

EVERY = [kind for section in SECTIONS for kind in kinds_of(section)]


@pytest.fixture(scope="module")
def reader():
    return load_reader(find_model("reader"))


# ---------------------------------------------------------------- what is asked


def test_every_kind_is_in_one_section_or_begun_apart():
    assert sorted([*EVERY, *APART]) == sorted([*KINDS, *WORLD])
    assert len(EVERY) == len(set(EVERY)) and all(kind in kinds_of(section_of(kind)) for kind in EVERY)


@pytest.mark.parametrize("kind", EVERY)
def test_what_is_said_to_be_told_decides_the_caption_and_what_is_not_does_not(kind):
    """A told fact with another value is told in other words; for lists of clothes and rows, by the kind's own words."""
    for split in splits_of(kind):
        for one in ask(kind, split, 6):
            assert one.facts == facts_of(one.scene)
            assert set(one.told) <= set(fields_of(kind))
            if kind in WORLD:
                assert WORLD[kind].is_held_out(one.facts) == (split == HELD_OUT)
                for field in set(one.facts) - set(one.told):
                    values = WORLD[kind].words.get(field, {}).get(one.facts[field], (one.facts[field],))
                    assert len(fields_of(kind)[field]) == 1 or not any(
                        f" {v} " in f" {one.caption} " for v in values
                    )
            else:
                for field in one.told:
                    if field.startswith("color"):
                        assert one.facts[field] in one.caption


def test_nearly_all_facts_are_told():
    told = sum(len(one.told) for kind in EVERY for one in ask(kind, SEEN, 3))
    every = sum(len(one.facts) - ("size" in one.facts) for kind in EVERY for one in ask(kind, SEEN, 3))
    assert told > 0.95 * every


def test_a_reading_that_is_the_facts_is_right_in_everything():
    for kind in EVERY:
        for one in ask(kind, splits_of(kind)[-1], 4):
            assert all(right(one, one.facts).values()), kind


@pytest.mark.parametrize("kind", EVERY)
def test_one_wrong_value_is_noticed(kind):
    one = ask(kind, SEEN, 1)[0]
    for field in one.told:
        others = [value for value in fields_of(kind)[field] if value != one.facts[field]]
        if others:
            assert not right(one, one.facts | {field: others[0]})["all"] or field == "style", field


def test_things_without_a_told_place_may_stand_in_any_order():
    one = ask("pair", SEEN, 1)[0]
    turned = one.facts | {
        "object1": one.facts["object2"], "object2": one.facts["object1"],
        "color1": one.facts["color2"], "color2": one.facts["color1"],
    }  # fmt: skip
    assert right(one, turned)["all"]
    swapped = one.facts | {"color1": one.facts["color2"], "color2": one.facts["color1"]}
    assert right(one, swapped)["color"] and right(one, swapped)["object"]
    assert right(one, swapped)["all"] == (one.facts["object1"] == one.facts["object2"])


def test_in_front_is_behind_from_the_other_side_but_left_is_left():
    asked = {one.facts["relation"]: one for one in ask("relation", SEEN, 60)}
    swap = {"object1": "object2", "object2": "object1", "color1": "color2", "color2": "color1"}
    for relation, other in (("in front of", "behind"), ("left of", "left of")):
        facts = asked[relation].facts
        turned = {name: facts[swap.get(name, name)] for name in facts} | {"relation": other}
        if turned != facts:
            assert right(asked[relation], turned)["all"] == (relation == "in front of")


def test_an_angle_may_be_one_step_off_for_the_goal_and_round_the_circle():
    scene = sample_scene(0, 0, "train", "angle")
    one = Asked(scene, "", facts_of(scene) | {"angle": "0"}, ("object", "angle"))
    for angle, near in (("0", True), ("15", True), ("345", True), ("30", False), ("180", False)):
        found = right(one, one.facts | {"angle": angle})
        assert found[NEXT_ANGLE] == near and found["angle"] == (angle == "0")


def test_words_of_three_letters_are_counted_apart():
    short, long = (replace_word(word) for word in ("zoo", "pizza"))
    assert right(short, short.facts)[THREE_LETTERS] and THREE_LETTERS not in right(long, long.facts)
    assert not right(short, short.facts | {"word": "zoa"})[THREE_LETTERS]


def replace_word(word: str) -> Asked:
    scene = sample_scene(0, 0, "train", "sign")
    return Asked(scene, "", facts_of(scene) | {"word": word}, ("word",))


def test_guesses():
    assert chance("clock", "color") == 1 / 8 and chance("pair", "object") is None


# ---------------------------------------------------------------- drawing and counting


class Copier:
    """A model that "draws" the true picture of whatever is asked: tokens are numbers of kept pictures."""

    def __init__(self, images: torch.Tensor, wrong: bool = False) -> None:
        self.images, self.clip, self.wrong = images, None, wrong

    class preset:
        image_size = 128

    @property
    def dvae(self):
        return self

    def decode(self, tokens):
        return self.images[tokens[:, 0]]

    def reconstruct(self, images):
        return images


@pytest.mark.parametrize("kind", ["clock", "outfit", "pair"])
def test_true_pictures_score_as_the_ceiling_and_those_of_other_captions_as_chance(reader, kind):
    """A model that ignores its caption: every picture belongs to the caption before."""
    effort = Effort(24)
    batch = Batch(kind, HELD_OUT, ask(kind, HELD_OUT, 24), effort)
    images = to_floats(render_many([one.scene for one in batch.asked], 128, progress=False))
    own = torch.arange(24)[:, None]
    good = measure(Copier(images), reader, batch, own, "cpu")
    assert good["all"]["sample"] == good["all"]["render"] == good["all"]["dvae"]
    assert good["all"]["sample"]["share"] > 0.85
    bad = measure(Copier(images), reader, batch, own.roll(1), "cpu")
    assert bad["all"]["sample"]["share"] < 0.2 and bad["all"]["render"]["share"] > 0.85


def test_the_first_of_k_by_clip_and_any_of_k():
    """A CLIP that always likes the second picture; readings are given."""
    asked = ask("clock", SEEN, 2)
    batch = Batch("clock", SEEN, asked, Effort(2, of=2, ranked=2))

    class Model:
        class preset:
            text_length = 8

        class tokenizer:
            @staticmethod
            def encode_batch(texts, length):
                return torch.zeros(len(texts), length, dtype=torch.int64)

        class clip:
            @staticmethod
            def encode_image(images):
                return images

            @staticmethod
            def encode_text(text):
                return torch.ones(len(text), 1)

    likes = torch.tensor([[0.1], [0.9], [0.2], [0.8]])
    wrong = [one.facts | {"sides": "nothing"} for one in asked]
    found = chosen(Model, batch, likes, [wrong[0], asked[0].facts, asked[1].facts, wrong[1]], "cpu")
    assert found["best"]["sides"]["share"] == 0.5  # right for the first question, wrong for the second
    assert found["any"]["sides"]["share"] == 1.0 and found["average"]["sides"]["share"] == 0.5


def test_seeds_do_not_depend_on_what_else_is_asked(reader):
    alone = batches([SECTIONS[-1]], reader, Effort(3))
    among = {(b.kind, b.split): b for b in batches(SECTIONS, reader, Effort(3))}
    assert all(
        among[b.kind, b.split].seeds == b.seeds and among[b.kind, b.split].captions == b.captions
        for b in alone
    )
    assert (
        len(alone[0].captions) == 3
        and len(Batch("clock", SEEN, alone[0].asked, Effort(3, 4, 2)).captions) == 11
    )


def test_shares_leave_out_what_a_caption_does_not_tell():
    one, other = ask("clock", SEEN, 2)
    silent = replace(other, told=("sides",))
    found = shares([one, silent], [one.facts, other.facts])
    assert found["color"]["n"] == 1 and found["sides"]["n"] == 2


# ---------------------------------------------------------------- prompts and matrices


def test_panels_are_cut_where_they_were_laid():
    scene = sample_scene(0, 3, "heldout", "picture prompt")
    image = to_floats(render(scene, 128)[None])
    top, bottom = (to_floats(render(panel, 64)[None]) for panel in scene.panels)
    assert upper(image).equal(top) and lower(image).equal(bottom)


def test_a_prompts_true_lower_half_is_the_same_thing_changed_as_asked(reader):
    asked = ask("picture prompt", HELD_OUT, 40)
    true = to_floats(render_many([one.scene for one in asked], 128, progress=False))
    good, copied = (prompts.scored(reader, asked, part) for part in (lower(true), upper(true)))
    assert good["both"]["share"] > 0.85 and copied["both"]["share"] < 0.3
    assert copied["identity"]["share"] > 0.6  # a copy is the same thing, unchanged


def test_identity_and_change_are_told_apart():
    asked = {one.facts["change"]: one for one in ask("picture prompt", HELD_OUT, 200)}
    repainted = asked["blue"]
    told = {"object": repainted.facts["object"], "color": "blue", "style": "photo"}
    assert marks(repainted, told) == {"identity": True, "change": True, "both": True}
    assert marks(repainted, told | {"color": "green"}) == {"identity": True, "change": False, "both": False}
    assert not marks(repainted, told | {"object": "something else"})["identity"]


def test_the_ninth_cell_is_put_where_it_belongs():
    scene = sample_scene(0, 1, "train", "matrix")
    picture = render(scene, 128)[None]
    assert (with_ninth(picture, picture) == picture).all()
    broken = with_ninth(picture, np.zeros_like(picture))
    where = np.argwhere((broken != picture).any(-1)[0])
    assert len(where) and where.min() >= corner(128)
    assert read_matrix(picture[0])["rule"] == facts_of(scene)["rule"] != read_matrix(broken[0])["rule"]
    copied = copied_eighth(picture)
    side = 40
    start = corner(128)
    assert (
        copied[0, start : start + side, start : start + side]
        == picture[0, start : start + side, start - 42 : start - 2]
    ).all()


# ---------------------------------------------------------------- the command


def test_sections_are_found_by_the_beginning_of_their_name():
    assert sections_of("all") == SECTIONS and sections_of("temporal") == ("temporal knowledge",)
    with pytest.raises(ValueError, match="no section 'temporel knowledge'; did you mean temporal knowledge"):
        sections_of("temporel knowledge")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model folder of random weights that can read the captions of all kinds."""
    folder = tmp_path_factory.mktemp("models") / "small"
    texts = [caption(sample_scene(0, index, mix="world"), 0, index) for index in range(1500)]
    tokenizer = BPETokenizer.train(texts, 600, "words")
    sizes = replace(preset("tiny").with_text_vocab(tokenizer.vocab_size), text_length=60)
    torch.manual_seed(0)
    parts = {"dvae": DiscreteVAE(sizes.dvae), "dalle": DALLE(sizes.dalle), "clip": CLIP(sizes.clip)}
    save_model(folder, sizes, tokenizer, {name: part.state_dict() for name, part in parts.items()})
    return folder


def test_the_command_measures_writes_tables_and_draws_nothing_twice(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    words = ["evaluate", "--model", str(small), "--n", "2", "--of", "2", "--ranked", "1", "--out", str(out)]
    assert main([*words, "--section", "temporal"]) == 0
    found = json.loads((out / "sections.json").read_text())
    assert list(found["kinds"]) == ["decade"] and set(found["kinds"]["decade"]) == {SEEN, HELD_OUT}
    assert found["kinds"]["decade"][SEEN]["decade"]["sample"]["n"] == 2
    assert "| decade | color |" in (out / "SECTIONS.md").read_text()
    assert (out / "temporal-knowledge.png").is_file()
    monkeypatch.setattr(sampling, "sample", lambda *of, **settings: pytest.fail("drawn again"))
    assert main([*words, "--section", "temporal"]) == 0
    assert json.loads((out / "sections.json").read_text()) == found


def test_prompts_and_matrices_stand_beside_their_section(small, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path / "cache"))
    words = ["evaluate", "--model", str(small), "--n", "1", "--of", "1", "--out", str(tmp_path)]
    assert main([*words, "--section", "zero-shot"]) == 0
    found = json.loads((tmp_path / "sections.json").read_text())
    assert set(found["prompts"]) == {"drawn", "copied", "ignored", "dvae", "render"}
    assert set(found["matrices"]) == {"matrix", "matrix new rule", "matrix inverted"}
    text = (tmp_path / "SECTIONS.md").read_text()
    assert "### Picture prompts" in text and "| matrix new rule, held out | rule |" in text
    assert (tmp_path / "picture-prompts.png").is_file() and (tmp_path / "matrix-new-rule.png").is_file()


def test_captions_that_a_model_cannot_read_and_unknown_sections_are_told_in_a_sentence(tmp_path, capsys):
    words = [
        "evaluate",
        "--model",
        str(save_tiny(tmp_path / "tiny")),
        "--n",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main([*words, "--section", "temporal"]) == 1
    assert "tokens" in capsys.readouterr().err
    assert main([*words, "--section", "spatial"]) == 1
    assert "there is no section 'spatial'" in capsys.readouterr().err


def test_tables_name_goals_what_was_reached_and_what_is_not_claimed(monkeypatch):
    monkeypatch.setattr(section_tables, "unclaimed", lambda: frozenset({("clock", "color")}))
    entry = {"share": 0.5, "low": 0.4, "high": 0.6, "n": 10}
    fields = {"color": {"sample": entry, "dvae": entry, "render": entry}}
    results = {"model": "nano", "command": "minidalle evaluate", "size": 64, "kinds": {
        "clock": {SEEN: fields, HELD_OUT: fields}, "single": {HELD_OUT: fields},
    }}  # fmt: skip
    text = section_tables.document(json.loads(json.dumps(results)))
    assert "| one object: its colour | ≥ 98 | 50 (40–60) (missed) |" in text
    assert "| clock | color † | 12 | 50 (40–60) | 50 (40–60) |" in text
    assert "## Controlling attributes" in text and "## Temporal knowledge" not in text


def test_a_model_of_random_weights_completes_prompts_and_matrices(tmp_path, reader, monkeypatch):
    """Only that every part fits: pictures of 16 pixels show nothing."""
    model = load_model(save_tiny(tmp_path / "tiny"))
    monkeypatch.setattr(
        model.tokenizer,
        "encode_batch",
        lambda texts, length: torch.zeros(len(texts), length, dtype=torch.int64),
    )
    found, images = prompts.picture_prompts(model, reader, 3, 0, "cpu")
    assert set(found) == {"drawn", "copied", "ignored", "dvae", "render"} and images.shape == (3, 3, 16, 16)
    half = model.dvae.reconstruct(
        to_floats(render_many([one.scene for one in ask("picture prompt", HELD_OUT, 3)], 16))
    )
    assert images.shape == half.shape


def test_the_reader_of_the_repository_is_named_where_its_fields_are_not_claimed():
    path = Path(__file__).parents[1] / "data" / "results" / "reader" / "reading.json"
    assert path.is_file() and all(len(pair) == 2 for pair in section_tables.unclaimed())
