"""Pictures with captions from anywhere: every layout, every kind of picture, and what is said of faulty ones."""

import io
import json
import subprocess
import sys

import datasets
import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from minidalle import pairs_rows
from minidalle.pairs import Pairs, PairsError, Skipped, pairs_from, stream_pairs
from minidalle.pairs_image import square

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
COLOURS = {"cat": RED, "dog": GREEN, "owl": BLUE}


def picture(colour=RED, size=(20, 20), mode="RGB"):
    return Image.new("RGB", size, colour).convert(mode)


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def draw_animals(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, colour in COLOURS.items():
        picture(colour).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def animals(tmp_path):
    """A folder with a cat, a dog and an owl; how they are described is up to the test."""
    return draw_animals(tmp_path / "animals")


@pytest.fixture
def described(animals):
    lines = ["file_name,text,legs", "cat.png,a red cat,4", 'dog.png,"a dog, green",4', "owl.png,a blue owl,2"]
    (animals / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return animals


def is_colour(image, colour):
    return np.abs(image.astype(int) - colour).max() <= 4


def write_parquet(path, columns, features=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_dict(columns, features=features).to_parquet(path)
    return path


def three_rows(**changes):
    images = [{"bytes": encoded(picture(colour)), "path": None} for colour in COLOURS.values()]
    return {"image": images, "caption": [f"a {name}" for name in COLOURS], "legs": [4, 4, 2]} | changes


IMAGES = datasets.Features(
    {"image": datasets.Image(), "caption": datasets.Value("string"), "legs": datasets.Value("int64")}
)


# ---------------------------------------------------------------- where pairs come from


def test_a_folder_with_a_table_of_captions(described):
    pairs = pairs_from(described, 8)
    assert isinstance(pairs, Pairs) and len(pairs) == 3
    assert pairs.images.shape == (3, 8, 8, 3) and pairs.images.dtype == np.uint8
    assert pairs.captions == ["a red cat", "a dog, green", "a blue owl"]
    assert all(is_colour(image, colour) for image, colour in zip(pairs.images, COLOURS.values(), strict=True))
    assert [facts["legs"] for facts in pairs.facts] == ["4", "4", "2"]
    assert pairs.skipped.count == 0


def test_a_table_as_spreadsheets_write_it(animals):
    """A byte order mark, semicolons, Windows paths and line ends, an empty line, a line break in a caption."""
    (animals / "old").mkdir()
    (animals / "cat.png").rename(animals / "old" / "cat.png")
    text = 'file_name;text\r\nold\\cat.png;"a cat\r\nasleep"\r\n\r\ndog.png;a dog; \r\nowl.png;an owl\r\n'
    (animals / "metadata.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("dog; ", "dog").encode())
    assert pairs_from(animals, 8).captions == ["a cat asleep", "a dog", "an owl"]


def test_lines_of_json_with_several_captions(animals):
    rows = [
        {"file_name": f"{name}.png", "text": [f"a {name}", f"one {name}"], "year": 2024} for name in COLOURS
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    (animals / "metadata.jsonl").write_text(text, encoding="utf-8")
    pairs = pairs_from(str(animals), 8)
    assert pairs.texts[2] == ("a owl", "one owl") and pairs.facts[0]["year"] == 2024
    assert [pairs.caption_of(0, wording) for wording in range(3)] == ["a cat", "one cat", "a cat"]


def test_a_text_file_beside_each_picture(animals):
    for name in COLOURS:
        (animals / f"{name}.txt").write_text(f"a {name}\n\n  the   {name} \n", encoding="utf-8")
    pairs = pairs_from(animals, 8)
    assert pairs.texts == [("a cat", "the cat"), ("a dog", "the dog"), ("a owl", "the owl")]


def test_a_folder_with_splits(tmp_path):
    for split, word in (("train", "seen"), ("test", "new")):
        folder = draw_animals(tmp_path / "all" / split)
        for name in COLOURS:
            (folder / f"{name}.txt").write_text(f"{word} {name}", encoding="utf-8")
    assert pairs_from(tmp_path / "all", 8, split="test").captions[0] == "new cat"


def test_a_folder_without_splits_is_for_training_only(described):
    """Were it read for "test" too, a score would be one of training pictures."""
    with pytest.raises(PairsError, match="animals has no folder test"):
        pairs_from(described, 8, split="test")


@pytest.mark.parametrize("kind", ["images", "bytes"])
def test_a_parquet_file(tmp_path, kind):
    columns = three_rows()
    if kind == "bytes":  # as other libraries write it, without a word about pictures
        columns["image"] = [image["bytes"] for image in columns["image"]]
    path = write_parquet(tmp_path / "some.parquet", columns, IMAGES if kind == "images" else None)
    pairs = pairs_from(path, 8)
    assert pairs.captions == ["a cat", "a dog", "a owl"] and pairs.facts[2] == {"legs": 2}
    assert is_colour(pairs.images[1], GREEN)


def test_columns_under_other_names(tmp_path):
    columns = {"photo": three_rows()["image"], "alt": ["one", "two", "three"], "text": [""] * 3}
    features = datasets.Features(photo=datasets.Image(), alt=IMAGES["caption"], text=IMAGES["caption"])
    path = write_parquet(tmp_path / "some.parquet", columns, features)
    assert pairs_from(path, 8, caption="alt").captions == ["one", "two", "three"]


@pytest.fixture
def hub_layout(tmp_path):
    """A data set as it lies on the Hub: a card that says which files belong to which split."""
    folder = tmp_path / "hub"
    for split, names in (("train", ("00000-of-00002", "00001-of-00002")), ("test", ("00000-of-00001",))):
        for name in names:
            captions = [f"{split} {name[:5]} {animal}" for animal in COLOURS]
            write_parquet(folder / "data" / f"{split}-{name}.parquet", three_rows(caption=captions), IMAGES)
    files = [{"split": split, "path": f"data/{split}-*"} for split in ("train", "test")]
    card = f"---\nconfigs:\n- config_name: default\n  data_files: {json.dumps(files)}\n---\n# Animals\n"
    (folder / "README.md").write_text(card, encoding="utf-8")
    picture().save(folder / "preview.png")  # a picture in the card is no row
    return folder


def test_a_folder_in_the_layout_of_the_hub(hub_layout):
    assert len(pairs_from(hub_layout, 8)) == 6
    assert pairs_from(hub_layout, 8, split="test").captions[1] == "test 00000 dog"


def test_a_name_on_the_hub_is_handed_to_datasets(hub_layout, monkeypatch):
    asked, load = [], datasets.load_dataset

    def from_here(name, config, **options):
        asked.append((name, config, options))
        return load(str(hub_layout), **options)

    monkeypatch.setattr(datasets, "load_dataset", from_here)
    pairs = pairs_from("some-one/animals", 8, split="test", config="small", limit=2, streaming=True)
    assert pairs.captions == ["test 00000 cat", "test 00000 dog"]
    assert asked == [("some-one/animals", "small", {"split": "test", "streaming": True, "data_files": None})]


def test_all_splits_of_a_data_set_at_once(hub_layout):
    splits = datasets.load_dataset(str(hub_layout), streaming=True)
    assert pairs_from(splits, 8, split="test").captions[0] == "test 00000 cat"
    with pytest.raises(PairsError, match="no split 'val'; it has: train, test"):
        pairs_from(splits, 8, split="val")


def test_streaming_reads_no_further_than_asked(hub_layout):
    stream = stream_pairs(hub_layout, 8, limit=1)
    first = next(stream)
    assert first.captions == ("train 00000 cat",) and is_colour(first.image, RED)
    assert list(stream) == []


@pytest.mark.parametrize("streaming", [False, True])
def test_a_data_set_made_and_shuffled_before(streaming):
    data = datasets.Dataset.from_dict(three_rows(), features=IMAGES)
    data = data.to_iterable_dataset() if streaming else data
    assert pairs_from(data.filter(lambda row: row["legs"] == 2), 8).captions == ["a owl"]
    assert sorted(pairs_from(data.shuffle(seed=1), 8).captions) == ["a cat", "a dog", "a owl"]


def test_rows_are_chosen_before_their_pictures_are_decoded(described):
    (described / "cat.png").write_bytes(b"no picture")
    assert pairs_from(described, 8, keep=lambda facts: facts["legs"] == "2").captions == ["a blue owl"]
    pairs = pairs_from(described, 8, keep=lambda facts: facts["file_name"] > "d")
    assert pairs.where(lambda facts: facts["legs"] == "4").captions == ["a dog, green"]


# ---------------------------------------------------------------- every kind of picture


def half_clear(mode):
    """Green on the left, nothing on the right."""
    image = Image.new("RGBA", (20, 20), (0, 255, 0, 255))
    image.paste((0, 0, 0, 0), (10, 0, 20, 20))
    return image.convert(mode)


def clear_palette():
    image = Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, 0, 255, 0])
    image.paste(0, (10, 0, 20, 20))
    return encoded(image, transparency=0)


@pytest.mark.parametrize("contents", [encoded(half_clear("RGBA")), clear_palette()], ids=["alpha", "palette"])
def test_transparency_is_put_on_white(contents):
    image = square(contents, 20)
    assert is_colour(image[:, :9], GREEN) and is_colour(image[:, 11:], WHITE)


def test_grey_with_transparency_is_put_on_white():
    image = square(encoded(half_clear("LA")), 20)
    assert is_colour(image[:, :9], image[0, 0]) and 100 < image[0, 0, 0] < 200
    assert is_colour(image[:, 11:], WHITE)


@pytest.mark.parametrize(
    ("mode", "kind"), [("P", "PNG"), ("P", "GIF"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("RGB", "WEBP")]
)
def test_colours_survive_every_mode(mode, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    image = square(encoded(picture(RED, mode=mode), kind, **options), 8)
    assert image.shape == (8, 8, 3) and is_colour(image, RED)


@pytest.mark.parametrize("mode", ["1", "L", "I;16"])
def test_grey_is_told_by_three_equal_channels(mode):
    bright = np.repeat(np.arange(20) > 9, 20).reshape(20, 20)
    pixels = bright * 65535 if mode == "I;16" else bright * 255
    image = Image.fromarray(pixels.astype(np.uint16 if mode == "I;16" else np.uint8))
    image = square(encoded(image.convert(mode)), 20)
    assert (image[:10] == 0).all() and (image[10:] == 255).all()


def test_sixteen_bits_keep_their_middle():
    pixels = np.full((20, 20), 30000, np.uint16)
    assert is_colour(square(encoded(Image.fromarray(pixels)), 8), (117, 117, 117))


def test_a_photograph_is_turned_as_the_camera_was_held():
    image = picture(RED, (40, 20))
    image.paste(BLUE, (0, 0, 20, 20))  # blue on the left; turned by 90 degrees it is on top
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = square(encoded(image, "JPEG", exif=exif, quality=95), 20, "pad")
    assert is_colour(turned[2:8, 8:12], BLUE) and is_colour(turned[12:18, 8:12], RED)


def three_stripes():
    """40 wide, 20 high: a red quarter, a green half, a blue quarter."""
    image = picture(GREEN, (40, 20))
    image.paste(RED, (0, 0, 10, 20))
    image.paste(BLUE, (30, 0, 40, 20))
    return image


@pytest.mark.parametrize("turn", [0, 90])
def test_crop_takes_the_middle_and_pad_takes_all(turn):
    image = three_stripes().rotate(turn, expand=True)
    assert is_colour(square(image, 16)[1:-1, 1:-1], GREEN)
    padded = np.rot90(square(image, 40, "pad"), -turn // 90)
    assert is_colour(padded[:9], WHITE) and is_colour(padded[31:], WHITE)
    assert is_colour(padded[12:28, :8], RED) and is_colour(padded[12:28, 32:], BLUE)


def test_a_picture_of_the_right_size_keeps_its_bytes():
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    assert np.array_equal(square(encoded(Image.fromarray(pixels)), 16), pixels)
    assert np.array_equal(square(pixels, 16), pixels)


def test_a_large_photograph_is_shrunk_without_shifting():
    image = picture(WHITE, (1200, 1200))
    image.paste((0, 0, 0), (0, 0, 600, 1200))
    small = square(encoded(image, "JPEG", quality=95), 16)
    assert small[:, :7].max() < 20 and small[:, 9:].min() > 235


# ---------------------------------------------------------------- what is said of faults


def spoil(described, fault):
    """Break the folder in one way; the parts of the message that this must give."""
    table = described / "metadata.csv"
    text = table.read_text(encoding="utf-8")
    if fault == "no picture":
        (described / "dog.png").unlink()
        return "metadata.csv, line 3", "there is no file dog.png"
    if fault == "wrong name":
        table.write_text(text.replace("dog.png", "dgo.png"), encoding="utf-8")
        return "line 3", "there is no file dgo.png", "did you mean dog.png?"
    if fault == "no row":
        table.write_text(text.replace("owl.png,a blue owl,2\n", ""), encoding="utf-8")
        return "owl.png", "it has no row in metadata.csv"
    if fault == "no caption":
        table.write_text(text.replace("a red cat", "  "), encoding="utf-8")
        return "line 2", "no caption", "text is empty"
    if fault == "commas":
        table.write_text(text.replace('"', ""), encoding="utf-8")
        return "line 3", "4 columns", "in quotes"
    if fault == "cut off":
        contents = (described / "dog.png").read_bytes()
        (described / "dog.png").write_bytes(contents[: len(contents) // 2])
        return "line 3 (dog.png)", "cannot be decoded"
    if fault == "no picture at all":
        (described / "dog.png").write_text("<html>not found</html>", encoding="utf-8")
        return "line 3 (dog.png)", "it is no picture"
    (described / "dog.png").write_bytes(b"")
    return "line 3 (dog.png)", "cannot be decoded"


FAULTS = [
    "no picture",
    "wrong name",
    "no row",
    "no caption",
    "commas",
    "cut off",
    "no picture at all",
    "empty",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_and_row(described, fault):
    parts = spoil(described, fault)
    with pytest.raises(PairsError) as caught:
        pairs_from(described, 8)
    message = str(caught.value)
    assert all(part in message for part in parts), message
    assert "skip_bad=True" in message and "skipped=Skipped()" in message and "\n" not in message


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_rows_are_left_out_and_counted(described, fault):
    parts = spoil(described, fault)
    with pytest.warns(UserWarning, match="left out") as warned:
        pairs = pairs_from(described, 8, skip_bad=True)
    count = 2 if fault in ("wrong name", "commas") else 1  # then the picture of that row lacks its row, too
    assert pairs.skipped.count == count and len(pairs) == 2
    report = str(warned[-1].message)  # Pillow may have warned before
    assert all(part in report for part in parts), report
    assert len(set(pairs.captions)) == len(pairs)  # no neighbour stands in for the row that is missing


def test_a_report_quotes_the_first_few_reasons():
    skipped = Skipped()
    for number in range(9):
        skipped.add(f"row {number}: bad")
    assert str(skipped) == (
        "9 rows were left out: row 0: bad; row 1: bad; row 2: bad; row 3: bad; row 4: bad; ..."
    )


def test_when_every_row_is_faulty_there_is_an_error_all_the_same(described):
    for name in COLOURS:
        (described / f"{name}.png").write_bytes(b"no picture")
    with (
        pytest.raises(PairsError, match=r"nothing in .* could be used: 3 rows were left out"),
        pytest.warns(UserWarning),
    ):
        pairs_from(described, 8, skip_bad=True)


def test_faults_of_a_parquet_file_are_told_by_row(tmp_path):
    columns = three_rows(caption=["a cat", None, "a owl"])
    columns["image"][2] = {"bytes": b"\x89PNG\r\n\x1a\nnothing", "path": "owl.png"}
    path = write_parquet(tmp_path / "some.parquet", columns, IMAGES)
    with pytest.raises(PairsError, match=r"some\.parquet, row 1: it has no caption: caption is empty"):
        pairs_from(path, 8)
    with pytest.warns(
        UserWarning, match=r"2 rows .*row 1: .*row 2 \(owl\.png\): the picture cannot be decoded"
    ):
        assert pairs_from(path, 8, skip_bad=True).captions == ["a cat"]


@pytest.mark.parametrize("damage", ["cut off", "no parquet", "empty", "bytes changed"])
def test_a_damaged_parquet_file_is_named(tmp_path, damage):
    path = write_parquet(tmp_path / "some.parquet", three_rows(), IMAGES)
    contents = bytearray(path.read_bytes())
    if damage == "bytes changed":
        contents[20:200] = bytes(180)
    path.write_bytes(
        {"cut off": contents[:-100], "no parquet": b"<html>", "empty": b""}.get(damage, bytes(contents))
    )
    with pytest.raises(PairsError, match=r"some\.parquet cannot be read: .+"):
        pairs_from(path, 8, skip_bad=True)


def test_damage_in_the_middle_of_a_parquet_file_is_placed_by_its_row(tmp_path):
    path = tmp_path / "some.parquet"
    noise = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), np.uint8)
    images = [{"bytes": encoded(Image.fromarray(pixels)), "path": None} for pixels in noise]
    datasets.Dataset.from_dict(three_rows(image=images), features=IMAGES).to_parquet(path, batch_size=1)
    layout = pyarrow.parquet.ParquetFile(path).metadata
    column = layout.row_group(2).column(0)
    contents = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    contents[start : start + 40] = b"\xff" * 40
    path.write_bytes(contents)
    with pytest.raises(PairsError, match=r"some\.parquet cannot be read after row 1: .+"):
        pairs_from(path, 8, skip_bad=True)  # what it held cannot be counted


def test_names_with_brackets_are_names(tmp_path):
    """The library `datasets` takes them for patterns."""
    path = write_parquet(tmp_path / "cats [2024]" / "a*[1].parquet", three_rows(), IMAGES)
    assert len(pairs_from(path, 8)) == 3
    with pytest.raises(PairsError, match="rename the folder"):
        pairs_from(path.parent, 8)


def test_a_missing_column_is_told_with_those_there_are(tmp_path, described):
    path = write_parquet(tmp_path / "some.parquet", three_rows(), IMAGES)
    with pytest.raises(PairsError, match="no column 'words'; its columns are: image, caption, legs"):
        pairs_from(path, 8, caption="words")
    table = described / "metadata.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("file_name", "file"), encoding="utf-8")
    with pytest.raises(PairsError, match="has no column file_name; its columns are: file, text, legs"):
        pairs_from(described, 8)
    table.write_text(text.replace("text", "words"), encoding="utf-8")
    with pytest.raises(
        PairsError, match=r'captions that is known .* words, legs.* Choose one: caption="\.\.\."'
    ):
        pairs_from(described, 8)
    assert pairs_from(described, 8, caption="words").captions[0] == "a red cat"


@pytest.mark.parametrize("name", ["metadata.csv", "cat.txt"])
def test_a_wrong_encoding_is_named_with_what_to_do(animals, name):
    if name == "cat.txt":
        for animal in COLOURS:
            (animals / f"{animal}.txt").write_text(animal, encoding="utf-8")
        (animals / name).write_bytes("a café cat".encode("cp1252"))
    else:
        (animals / name).write_bytes("file_name,text\ncat.png,a cat\ndog.png,café\n".encode("cp1252"))
    with pytest.raises(
        PairsError, match=rf"{name}.*not UTF-8 text \(byte 0xE9\).*save it again as UTF-8"
    ) as e:
        pairs_from(animals, 8)
    assert name == "cat.txt" or "line 3" in str(e.value)


def test_a_line_that_is_no_json_is_named(animals):
    (animals / "metadata.jsonl").write_text(
        '{"file_name": "cat.png", "text": "a cat"}\n{"file_name": "dog.png", "text": \n["owl.png"]\n',
        encoding="utf-8",
    )
    with pytest.raises(PairsError, match=r"metadata\.jsonl, line 2: it is no JSON"):
        pairs_from(animals, 8)
    with pytest.warns(UserWarning, match=r"line 3: it is no JSON object.*dog\.png: it has no row"):
        assert pairs_from(animals, 8, skip_bad=True).captions == ["a cat"]


def test_pictures_and_texts_that_lack_each_other(animals):
    for name in ("cat", "dog", "bat"):
        (animals / f"{name}.txt").write_text(name, encoding="utf-8")
    with pytest.warns(UserWarning, match=r"owl\.png: there is no owl\.txt.*bat\.txt: there is no picture"):
        assert pairs_from(animals, 8, skip_bad=True).captions == ["cat", "dog"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nowhere/at/all", "there is no file or folder nowhere/at/all"),
        ("missing.parquet", "there is no file or folder missing.parquet"),
        ("nowhere", "there is no file or folder nowhere; on the Hub a data set is named owner/name"),
        ("some-one/unknown-animals", "no file or folder here, so a data set on the Hub.* cannot be read: .+"),
        (7, "a source is a folder, a parquet file, a data set or its name, not 7"),
    ],
)
def test_a_source_that_is_not_there(source, says):
    with pytest.raises(PairsError, match=says):
        pairs_from(source, 8)


@pytest.fixture
def asked(monkeypatch):
    """The names that the Hub was asked for: a stand-in answers, which has nothing."""
    names = []

    def load(name, *args, **options):
        names.append(name)
        raise ConnectionError("the Hub was asked")

    monkeypatch.setattr(datasets, "load_dataset", load)
    return names


@pytest.mark.parametrize(
    "source",
    [
        *(
            "nowhere",
            "nowhere.zip",
            "animal",
            "./nowhere",
            "./animals/nowhere",
            "animals/nowhere",
            "../some/where",
        ),
        *("~/nowhere/at/all", "nowhere/", "/nowhere", "some/nowhere.parquet", "a/b/c", "a\\b"),
    ],
)
def test_a_slip_in_a_path_is_told_at_once(animals, monkeypatch, asked, source):
    """The Hub would be asked five times, and say something about a data set."""
    monkeypatch.chdir(animals.parent)
    with pytest.raises(PairsError) as told:
        pairs_from(source, 8)
    near = "; did you mean animals?" if source == "animal" else ""
    assert (
        str(told.value)
        == f"there is no file or folder {source}{near}; on the Hub a data set is named owner/name"
    )
    assert asked == []


def test_only_owner_and_name_are_asked_for_on_the_hub(animals, monkeypatch, asked):
    monkeypatch.chdir(animals.parent)
    for source in ("some-one/animals", "some_1/pictures.v2"):
        with pytest.raises(
            PairsError, match=r"no file or folder here, so a data set on the Hub.*: the Hub was asked"
        ):
            pairs_from(source, 8)
    assert asked == ["some-one/animals", "some_1/pictures.v2"]


def test_a_folder_without_pairs(tmp_path, animals):
    (tmp_path / "empty").mkdir()
    with pytest.raises(PairsError, match="empty holds neither pictures nor parquet files"):
        pairs_from(tmp_path / "empty", 8)
    with pytest.raises(
        PairsError, match=r"has pictures but no captions: put a file metadata\.csv beside them"
    ):
        pairs_from(animals, 8)


@pytest.mark.parametrize(
    "options", [{"size": 0}, {"size": 8.0}, {"size": 8, "limit": 0}, {"size": 8, "fit": "squeeze"}]
)
def test_wrong_options_are_told(described, options):
    (name, value) = list(options.items())[-1]
    with pytest.raises(PairsError, match=f"{name} is {value!r}"):
        pairs_from(described, **options)


def test_a_split_that_is_not_there_is_told_with_those_there_are(hub_layout):
    with pytest.raises(PairsError, match=r"hub cannot be read: .*(train|test)"):
        pairs_from(hub_layout, 8, split="holdout")


def test_without_the_library_datasets_folders_can_still_be_read(described, tmp_path, monkeypatch):
    path = write_parquet(tmp_path / "some.parquet", three_rows(), IMAGES)
    monkeypatch.setitem(sys.modules, "datasets", None)
    assert len(pairs_from(described, 8)) == 3
    with pytest.raises(PairsError, match="first: pip install datasets"):
        pairs_from(path, 8)


def test_importing_costs_nothing():
    """The library `datasets` takes seconds to import: only reading needs it."""
    program = "import sys, minidalle.pairs, minidalle.emoji; print('datasets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "False"


def test_the_same_pictures_have_the_same_fingerprint(described):
    one, two = pairs_from(described, 8), pairs_from(described, 8)
    assert one.fingerprint == two.fingerprint != pairs_from(described, 8, limit=2).fingerprint
    assert pairs_rows.CAPTION_COLUMNS[0] == "captions"  # several captions before one
