"""The course's real pictures: every row is looked at, so that what the data card promises holds."""

import colorsys
import io
import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import datasets
import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from minidalle import emoji as emoji_module
from minidalle.emoji import FILES, SPLITS, STYLES, emoji, emoji_file, flags, probes, stacked
from minidalle.pairs import PairsError
from tools import emoji_card
from tools.cards import stale
from tools.emoji import captions, kinds, names
from tools.emoji.splits import splits_of

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "emoji"
LICENCES = {
    **dict.fromkeys(("flat", "3d", "line", "stencil", "pixel"), ("MIT", "fluent-emoji")),
    "cartoon": ("Apache-2.0", "noto"),
    "sticker": ("CC-BY-4.0", "twemoji"),
}
COLOURED = set(STYLES) - {"line", "stencil"}


def read(name):
    return pyarrow.parquet.read_table(FOLDER / FILES[name]).to_pylist()


@pytest.fixture(scope="module")
def rows():
    return read("emoji")


@pytest.fixture(scope="module")
def flag_rows():
    return read("flags")


@pytest.fixture(scope="module")
def images(rows):
    """uint8 [row, 64, 64, 3]."""
    return np.stack([decoded(row) for row in rows])


@pytest.fixture(scope="module")
def pixels(rows, images):
    """(code points, style) to uint8 [64, 64, 3]."""
    return {(row["hexcode"], row["style"]): image for row, image in zip(rows, images, strict=True)}


def decoded(row):
    image = Image.open(io.BytesIO(row["image"]["bytes"]))
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (64, 64)), row["caption"]
    return np.asarray(image)


# ---------------------------------------------------------------- the pictures


def test_every_picture_decodes_shows_something_and_lies_on_white(images):
    assert images.shape == (8093, 64, 64, 3)  # `decoded` has looked at each
    assert (images.min(-1) < 231).mean((1, 2)).min() > 0.015
    assert images[:, [0, 0, -1, -1], [0, -1, 0, -1]].min() > 250  # the corners


def test_styles_look_as_they_are_called(rows, images):
    dark = {}
    for style in STYLES:
        here = images[[row["style"] == style for row in rows]]
        colourful = here.max(-1) - here.min(-1)
        dark[style] = (here.max(-1) < 128).mean()
        if style in ("line", "stencil"):
            assert colourful.max() <= 8, style
        else:
            assert (colourful > 60).mean() > 0.1, style
        if style == "pixel":  # 16x16 squares of one colour each
            squares = here.reshape(-1, 16, 4, 16, 4, 3)
            assert (squares == squares[:, :, :1, :, :1]).all()
    assert dark["line"] < dark["stencil"]  # strokes against filled shapes


def test_no_picture_is_there_twice_in_one_style(rows, pixels):
    looks = Counter((style, image.tobytes()) for (_, style), image in pixels.items())
    assert max(looks.values()) == 1
    assert max(Counter((row["subject"], row["style"]) for row in rows).values()) == 1


HUES = {  # degrees on the colour circle
    **{"red": (335, 22), "orange": (10, 46), "yellow": (30, 62), "green": (70, 180), "blue": (185, 240)},
    "purple": (245, 310),
}
SHAPES = {"heart", "circle", "square", "diamond", "book", "triangle pointed up", "triangle pointed down"}


def test_colour_words_tell_the_truth(rows, pixels):
    """The middle hue of a shape's coloured pixels is the one that its caption names."""
    checked = Counter()
    for row in rows:
        colour, _, thing = row["subject"].partition(" ")
        if colour not in HUES or thing not in SHAPES or row["style"] not in COLOURED:
            continue
        paint = pixels[row["hexcode"], row["style"]].reshape(-1, 3) / 255
        paint = paint[np.ptp(paint, axis=-1) > 0.25]
        hue = np.median([colorsys.rgb_to_hsv(*pixel)[0] * 360 for pixel in paint])
        low, high = HUES[colour]
        assert low <= hue <= high or (low > high and not high < hue < low), (row["caption"], hue)
        checked[colour] += 1
    assert min(checked[colour] for colour in HUES) >= 10


# ---------------------------------------------------------------- the captions


def test_captions_are_neat(rows, flag_rows):
    for row in [*rows, *flag_rows]:
        texts = row["captions"]
        assert texts[0] == row["caption"] and 3 <= len(texts) <= 7 and len(set(texts)) == len(texts)
        for text in texts:
            assert re.fullmatch(r"[a-z0-9][a-z0-9 ,.'-]*[a-z0-9.]", text), text
            assert "  " not in text and " ," not in text and not re.search(r"\b(a|an|the) (a|an|the)\b", text)
            assert not re.search(r"\b(\w+) \1\b", text.replace("tuk tuk", "")), text


def test_captions_name_their_style_and_no_other(rows):
    for row in rows:
        opening, manner = captions.STYLES[row["style"]]
        assert row["captions"][0] == f"{opening} of {phrase_of(row)}"
        assert row["captions"][1].endswith(f" {manner}") and row["captions"][4].endswith(f", {row['style']}")
        for style in set(STYLES) - {row["style"]}:
            assert not any(text.startswith(f"{captions.STYLES[style][0]} ") for text in row["captions"])


def phrase_of(row):
    """The noun phrase of the first caption."""
    return row["caption"].removeprefix(f"{captions.STYLES[row['style']][0]} of ")


def test_articles_are_right(rows):
    """ "An" exactly before a vowel sound; the exceptions are written out here, not taken from the code."""
    an, a = {"hourglass", "x-ray", "suv", "8", "herb"}, {"unicorn", "ewe", "one-piece", "euro"}
    for row in rows:
        article, _, rest = phrase_of(row).partition(" ")
        if article in ("a", "an"):
            word = rest.split()[0]
            vowel = word in an or (word[0] in "aeiou" and word not in a)
            assert (article == "an") == vowel, row["caption"]
        assert row["subject"] == (rest if article in ("a", "an", "the") else phrase_of(row))


def test_uncoloured_styles_name_no_colour(rows):
    colour = re.compile(
        r"\b(red|orange|yellow|green|blue|purple|brown|black|white|gr[ae]y|pink|blond|gold|golden|silver)\b"
    )
    told = 0
    for row in rows:
        style_words = captions.STYLES[row["style"]] if row["style"] == "stencil" else ()
        for text in row["captions"]:
            for words in (*style_words, "on a white background"):
                text = text.replace(words, "")
            if row["style"] in COLOURED:
                told += bool(colour.search(text))
            else:
                assert not colour.search(text), row["captions"]
    assert told > 500  # in colour they are told


def test_tables_of_exceptions_name_subjects_that_exist(rows):
    subjects = {row["subject"] for row in rows if row["style"] == "flat"}
    spoken = [s for places in kinds.COUNTRIES.values() for them in places.values() for s in them.split(", ")]
    assert kinds.NO_KIND | names.HELD_OUT_COLOURS | set(spoken) | set(kinds.NOT_TOLD_OF) <= subjects


def test_the_files_were_built_with_these_tables(rows):
    """Whoever changes a name, a kind or a country builds the files anew."""
    told = {row["hexcode"]: phrase_of(row) for row in rows if row["style"] == "flat"}
    for row in rows:
        texts = captions.captions(told[row["hexcode"]], row["style"], row["subgroup"], [])
        assert (row["captions"][:4], row["captions"][5:]) == (texts[:4], texts[5:])
        keywords = set(row["captions"][4].split(", ")[1:-1])
        name = captions.subject(told[row["hexcode"]])
        assert not keywords & (kinds.NO_TAGS | set(kinds.NOT_TOLD_OF.get(name, "").split(", "))), row[
            "caption"
        ]
        where = captions.country_of(name)
        assert (row["country"], row["country_as"]) == (where or (None, None))


def test_nothing_is_called_itself(rows):
    for text in (row["captions"][3] for row in rows):
        what, _, kind = text.partition(", ")
        assert not kind or captions.subject(kind) not in what, text  # no "a bird, a bird"


def test_what_speaks_of_a_country_says_so(rows):
    found = {row["subject"]: row for row in rows if row["style"] == "flat" and row["country"]}
    assert found["sushi"]["country"] == "japan"
    assert found["sushi"]["captions"][5:] == [
        "a flat icon of the food of japan",
        "a flat icon of sushi, food from japan",
    ]
    assert found["statue of liberty"]["captions"][6] == (
        "a flat icon of the statue of liberty, a landmark in the united states"
    )
    assert len(found) > 40


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("owl", "an owl"),
        ("unicorn", "a unicorn"),
        ("hourglass done", "an hourglass"),
        ("locked with key", "a padlock with a key"),
        ("Statue of Liberty", "the statue of liberty"),
        ("woman’s hat", "a woman's hat"),
        ("piñata", "a pinata"),
    ],
)
def test_names_become_noun_phrases(label, said):
    assert captions.phrase(label) == said


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("an orange heart", "a heart"),
        ("a light blue heart", "a heart"),
        ("a light bulb", "a light bulb"),
        ("a black 8 ball", "an 8 ball"),
        ("a red gift envelope", "a gift envelope"),
        ("a person with blond hair", "a person with wavy hair"),
        ("a blackboard", "a blackboard"),
    ],
)
def test_without_colour(said, plain):
    assert captions.without_colour(said) == plain


def test_keywords_tell_something_new():
    tags = ["cry", "crying", "sad", "tear", "red", "blue-faced", "100", "zōri", "ass"]
    assert captions.keywords(tags, "crying face") == ["cry", "sad", "tear"]
    assert captions.keywords(tags[4:], "sandal") == ["zori"]


@pytest.mark.parametrize(
    ("said", "subgroup", "tags", "untrue"),
    [
        ("a spider", "animal-bug", ["insect", "web"], "insect"),
        ("a shield", "tool", ["weapon", "metal"], "weapon"),
        ("a black heart", "heart", ["evil", "love"], "evil"),
    ],
)
@pytest.mark.parametrize("style", ["flat", "line"])
def test_keywords_that_lie_are_left_out(said, subgroup, tags, untrue, style):
    keywords = captions.captions(said, style, subgroup, tags)[4].split(", ")
    assert untrue not in keywords and tags[1] in keywords


# ---------------------------------------------------------------- what is held out


def test_splits_hold(rows):
    splits = defaultdict(dict)
    for row in rows:
        splits[row["hexcode"]][row["style"]] = row["split"]
    assert {row["split"] for row in rows} == set(SPLITS)
    for key, of_style in splits.items():
        held = {style: split for style, split in of_style.items() if split != "train"}
        if {"heldout_subject", "heldout_attribute"} & set(held.values()):
            assert len(set(of_style.values())) == 1, key  # in every style
        else:
            assert len(held) <= 1 and of_style["flat"] == "train", key


def test_held_out_pairs_are_not_in_training_under_any_name(rows, pixels):
    """No training picture of the same style looks like a hidden one, and none has its caption."""
    train, hidden = ([r for r in rows if (r["split"] == "train") == t] for t in (True, False))
    told = {text for row in train for text in row["captions"][:4]}
    assert not told & {text for row in hidden for text in row["captions"][:4]}
    small = {key: i.reshape(16, 4, 16, 4, 3).mean((1, 3), dtype=np.float32) for key, i in pixels.items()}
    for style in STYLES:
        seen = np.stack([small[r["hexcode"], style] for r in train if r["style"] == style])
        for row in (row for row in hidden if row["style"] == style):
            nearest = np.abs(seen - small[row["hexcode"], style]).mean((1, 2, 3)).min()
            assert nearest > 1, row["caption"]


def test_hidden_colours_of_things_are_never_told_in_training(rows):
    hidden = [row for row in rows if row["split"] == "heldout_attribute"]
    assert {(r["subject"], r["style"]) for r in hidden} == {
        (subject, style) for subject in names.HELD_OUT_COLOURS for style in COLOURED
    }
    said = " | ".join(text for row in rows if row["split"] == "train" for text in row["captions"])
    for subject in names.HELD_OUT_COLOURS:
        colour, thing = subject.split()
        assert subject not in said and f"{colour} " in said and re.search(rf"\b\w+ {thing}\b", said)


def test_splits_do_not_move(rows):
    """They depend on code points and names alone; a subject added later moves none."""
    assert splits_of("1f98a", "fox")["flat"] == "heldout_subject"
    assert Counter(row["split"] for row in rows)["heldout_subject"] == 35 * 7
    for row in rows:
        if row["style"] in COLOURED:
            assert splits_of(row["hexcode"], row["subject"])[row["style"]] == row["split"]


# ---------------------------------------------------------------- flags, probes, licences


def test_flags(flag_rows):
    assert len(flag_rows) == 249 and len({row["code"] for row in flag_rows}) == 249
    by_name = {row["country"]: row for row in flag_rows}
    assert by_name["Brazil"]["capital"] == "Brasília" and by_name["Brazil"]["continent"] == "South America"
    assert by_name["France"]["caption"] == "the flag of france"
    assert "the flag of the country whose capital is paris" in by_name["France"]["captions"]
    assert by_name["Netherlands"]["caption"] == "the flag of the netherlands"
    assert not any("country" in text for text in by_name["Greenland"]["captions"])
    assert by_name["Burundi"]["capital"] == "Gitega"  # since 2019; the package is older
    for disputed in ("Israel", "Palestine", "Western Sahara"):
        assert by_name[disputed]["capital"] is None and "capital" not in " ".join(
            by_name[disputed]["captions"]
        )
    assert not any("country" in text for text in by_name["Taiwan"]["captions"])
    capitals = Counter(t for r in flag_rows for t in r["captions"] if "the country whose capital" in t)
    assert max(capitals.values()) == 1 and len(capitals) > 190  # no two countries share one
    white, red = decoded(by_name["Japan"])[14, 32], decoded(by_name["Japan"])[32, 32]
    assert white.min() > 240 and red[0] > 150 > red[1]
    assert decoded(by_name["Nepal"])[22:30, 45:55].min() > 240  # what lies outside of its pennants
    assert decoded(by_name["Japan"])[32, 2].max() < 200  # the edge that keeps its white apart


def test_probes_are_stacked_from_the_emoji(pixels):
    found = read("probes")
    hidden = [row["split"] != "train" for row in found]
    assert len(found) == 400 and hidden == sorted(hidden, reverse=True) and sum(hidden) == 142
    for row in found:
        both = (pixels[row["hexcode"], style] for style in ("flat", "line"))
        assert np.array_equal(decoded(row), stacked(*both)), row["caption"]
        assert row["caption"] == (
            f"the exact same {row['subject']} on the top as a line drawing on the bottom"
        )


def test_stacking_halves_each_picture():
    top, bottom = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 100, np.uint8)
    top[::2] = 201
    picture = stacked(top, bottom)
    assert (picture[:4, 2:6] == 101).all() and (picture[4:, 2:6] == 100).all()
    assert (picture[:, :2] == 255).all() and (picture[:, 6:] == 255).all()
    with pytest.raises(ValueError, match="two squares of one even size"):
        stacked(top, bottom[:4])


def test_every_row_names_its_source_and_licence(rows, flag_rows):
    attribution = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for row in rows:
        licence, package = LICENCES[row["style"]]
        assert row["licence"] == licence and package in row["source"] and re.search(r" \d+\.", row["source"])
        assert f"`{row['style']}`" in attribution and licence in attribution
    assert {(row["licence"], row["source"].split()[0]) for row in flag_rows} == {("MIT", "flag-icons")}
    texts = set(re.findall(r"\(licences/([\w.-]+)\)", attribution))
    assert texts == {path.name for path in (FOLDER / "licences").iterdir()}


# ---------------------------------------------------------------- reading them


def test_emoji_by_split_and_style(rows, pixels):
    drawings = emoji("train", "line")
    wanted = [row for row in rows if (row["split"], row["style"]) == ("train", "line")]
    assert drawings.captions == [row["caption"] for row in wanted]
    assert drawings.images.shape == (len(wanted), 64, 64, 3) and drawings.images.dtype == np.uint8
    assert np.array_equal(drawings.images[7], pixels[wanted[7]["hexcode"], "line"])
    assert drawings.facts[7]["emoji"] == wanted[7]["emoji"] and len(drawings.texts[7]) >= 5
    assert len(emoji("heldout_attribute")) == 35
    stickers = emoji(None, "sticker")
    assert len(stickers) == 1166
    food = stickers.where(lambda facts: (facts["country"], facts["country_as"]) == ("mexico", "food"))
    assert [facts["subject"] for facts in food.facts] == ["taco", "burrito", "tamale"]
    landmarks = stickers.where(lambda facts: facts["country_as"] == "landmark")
    assert {facts["country"] for facts in landmarks.facts} == {
        "japan",
        "the united states",
        "saudi arabia",
        "chile",
    }
    assert emoji("heldout_attribute", "flat", size=32).images.shape == (7, 32, 32, 3)


def test_flags_and_probes_as_pairs():
    assert flags().images.shape == (249, 64, 64, 3)
    assert "the flag of the country whose capital is paris" in {t for texts in flags().texts for t in texts}
    assert (len(probes()), len(probes(seen=True)), len(probes(seen=False))) == (400, 258, 142)


def test_unknown_names_are_told():
    with pytest.raises(PairsError, match="there is no split 'test'; choose one of train, heldout_pair_val"):
        emoji("test")
    with pytest.raises(PairsError, match="there is no style 'sketch'; choose one of flat, 3d"):
        emoji("train", "sketch")
    with pytest.raises(PairsError, match="choose one of emoji, flags, probes"):
        emoji_file("faces")


def test_the_folder_is_a_data_set_in_the_layout_of_the_hub():
    data = datasets.load_dataset(str(FOLDER), "flags", split="pictures", streaming=True)
    first = next(iter(data))
    assert first["country"] == "Afghanistan" and first["image"].size == (64, 64)


# ---------------------------------------------------------------- the card, and the wheel


def test_the_card_says_what_the_files_say():
    assert stale(FOLDER / "README.md", emoji_card.tables()) == [], "run python -m tools.emoji_card"


def test_a_stale_card_is_noticed(tmp_path):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    (tmp_path / "README.md").write_text(text.replace("| line | 989", "| line | 990"), encoding="utf-8")
    assert stale(tmp_path / "README.md", emoji_card.tables()) == ["styles"]


def test_they_are_found_in_a_wheel_too(tmp_path, monkeypatch):
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    inside = wheel["sources"]["data/emoji"]
    assert "data/emoji" in wheel["only-include"] and "data/emoji" in build["targets"]["sdist"]["only-include"]
    assert (FOLDER, ROOT / inside) == emoji_module.SHELVES
    monkeypatch.setattr(emoji_module, "SHELVES", (tmp_path / "none", tmp_path / "_emoji"))
    with pytest.raises(PairsError, match=r"emoji_64\.parquet did not come with this installation: install"):
        emoji()
    (tmp_path / "_emoji").mkdir()
    (tmp_path / "_emoji" / FILES["flags"]).write_bytes((FOLDER / FILES["flags"]).read_bytes())
    assert len(flags()) == 249
