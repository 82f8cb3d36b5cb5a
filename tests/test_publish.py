"""Decks and site: whole, readable without a network, and true to the lessons that they are made from."""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest

from tools.publish.pages import lessons, mathml, page, title
from tools.publish.site.__main__ import BESIDE, build, main, moved
from tools.publish.slides.__main__ import deck, staged
from tools.publish.slides.__main__ import main as write_decks

LESSONS = lessons()
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
FETCHED = re.compile(
    r"<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//|@import|url\(\s*[\"']?http"
)
"""What would make a browser ask the network for something. (A link that a person may click does not.)"""


def texts(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown"]


# ---------------------------------------------------------------- pages


def test_formulas_become_mathml_and_code_and_dollars_stay():
    made = mathml(r"Where $p_i > 0$, `$x$` costs \$5 or $6:" + "\n\n$$\\sum_i p_i = 1$$\n\n```\n$y$\n```\n")
    assert made.count("<math") == 2 and made.count('display="block"') == 1
    assert "`$x$`" in made and "\n$y$\n" in made and r"\$5 or $6:" in made


@every_lesson
def test_every_formula_is_understood(path: Path):
    """A command that the converter does not know is left in the page as it stands."""
    for source in texts(path):
        for formula in re.findall(r"<math.*?</math>", mathml(source), flags=re.DOTALL):
            assert "\\" not in formula, f"not understood: {formula}"


@every_lesson
def test_a_page_keeps_each_picture_and_says_what_it_shows(path: Path):
    given = [o for cell in nbformat.read(path, 4).cells for o in cell.get("outputs", [])]
    said = [o.metadata["image/png"]["alt"] for o in given if "image/png" in o.get("data", {})]
    made = [o for cell in page(path).cells for o in cell.get("outputs", [])]
    shown = [o.data["text/html"] for o in made if "<img" in o.get("data", {}).get("text/html", "")]
    assert [html.unescape(re.search(r'alt="([^"]+)"', image)[1]) for image in shown] == said


def test_a_lesson_that_is_not_there_is_told_which_are():
    with pytest.raises(ValueError, match="no lesson begins with '77'; there are 00_draw"):
        lessons(["77"])
    assert [path.stem for path in lessons(["00"])] == ["00_draw"]


# ---------------------------------------------------------------- decks


@every_lesson
def test_a_deck_is_whole_and_asks_nobody_for_anything(path: Path):
    made = deck(path)
    assert not FETCHED.search(made), FETCHED.search(made)
    assert "Reveal.initialize" in made and "RevealNotes" in made
    headings = [source.splitlines()[0] for source in texts(path) if source.startswith(("# ", "## "))]
    assert made.count("<section") >= 2 * len(headings)
    notes = sum(cell.metadata.get("slideshow", {}).get("slide_type") == "notes" for cell in page(path).cells)
    assert made.count('<aside class="notes">') == notes >= 2, "at least two speaker notes"


def test_slides_follow_headings_and_short_texts_share_the_slide_of_their_code():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(
        cells=[text("# T"), text("## A"), code("1"), text("long " * 60), code("2"), text("## B"), code("3")]
    )
    notebook.cells.insert(6, text("say", metadata={"slideshow": {"slide_type": "notes"}}))
    types = [cell.metadata.slideshow.slide_type for cell in staged(notebook).cells]
    assert types == ["slide", "slide", "-", "subslide", "subslide", "slide", "notes", "-"]


def test_answers_wait_for_a_vote_and_words_about_a_picture_stand_below_it():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    drawn = nbformat.v4.new_output("display_data", {"text/html": '<img class="figure" alt="a house">'})
    notebook = nbformat.v4.new_notebook(
        cells=[
            text("# T"),
            text("## A\nLong enough to wrap: **Predict, then\nrun:** two?"),
            code("1", outputs=[drawn]),
            text("A house."),
        ]
    )
    notebook.cells += [
        code("2", outputs=[drawn]),
        text("long " * 99),
        code("3"),
        text("**Predict, then run:**"),
    ]
    types = [cell.metadata.slideshow.slide_type for cell in staged(notebook).cells]
    assert types == ["slide", "slide", *["subslide", "fragment"], *["subslide"] * 4]


def test_the_command_writes_the_decks_that_are_asked_for(tmp_path: Path, capsys):
    assert write_decks(["00", "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["00_draw.html"]
    with pytest.raises(SystemExit):
        write_decks(["77", "--out", str(tmp_path)])
    assert "no lesson begins with '77'" in capsys.readouterr().err


# ---------------------------------------------------------------- the site


def found(site: Path, stem: str) -> set[str]:
    """Pages that the search of a site knows for the stem of a word, in titles and in texts."""
    said = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(said.removeprefix("Search.setIndex(").removesuffix(")"))
    pages = [index[part].get(stem, []) for part in ("terms", "titleterms")]
    return {index["docnames"][i] for some in pages for i in (some if isinstance(some, list) else [some])}


@pytest.mark.slow
def test_the_site_holds_every_lesson_and_reads_and_searches_without_a_network(tmp_path: Path):
    out = tmp_path / "site"
    build(out)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in out.glob("*.html")}
    assert {"index", "search", *BESIDE, *(path.stem for path in LESSONS)} <= set(pages)
    for name, text in pages.items():
        assert not FETCHED.search(text), (name, FETCHED.search(text))
        for address in re.findall(r'(?:href|src)="([^"#?:]+)["#?]', text):
            assert (out / address).exists(), f"{name}: {address} leads nowhere"
    for path in LESSONS:
        assert title(nbformat.read(path, 4)).split(":")[0] in pages["index"]
    assert {path.stem for path in LESSONS} <= found(out, "built"), "each ends with what was built"
    assert "03_discrete_autoencoder" in found(out, "gumbel") and "ledger" in found(out, "gumbel")
    assert {"10_clip_and_reranking", "lecturers"} <= found(out, "rerank") and not found(out, "zebrafish")
    assert main(["--out", str(out)]) == 0  # a site is replaced by its successor


def test_links_lead_to_pages_and_pictures_from_the_network_are_words(tmp_path: Path):
    """A copy of the course with badges in its README is as quiet as this one."""
    text = "[![Open](https://e.org/a.svg)](https://e.org/b) ![a](https://e.org/c.png) [g](TEACHING.md#day) [l](x.md)"
    readme = tmp_path / "README.md"
    readme.write_text(text, encoding="utf-8")
    said = moved(readme, tmp_path, {"lecturers": tmp_path / "TEACHING.md"})
    assert said == "[Open](https://e.org/b) a [g](lecturers.md#day) l"


def test_a_folder_that_is_no_site_is_left_alone(tmp_path: Path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path)])
    assert "holds something that is no site" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").exists()
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "mine.txt")])
