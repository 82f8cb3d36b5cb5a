"""How Sphinx shows the lessons: the theme Furo, everything local, nothing run, no program for formulas."""

import latex2mathml.converter
from docutils import nodes
from sphinx.application import Sphinx

project = "minidalle"
html_title = "minidalle: build DALL·E from scratch"
author = project_copyright = "The minidalle authors"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_number_source_lines = False
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 3
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_search_summary = False  # a page that was opened from a disk may not read its neighbours
html_math_renderer = "mathml"
pygments_style = "default"
pygments_dark_style = "github-dark"
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]


def formula(display: str):
    """What Sphinx calls for a formula: write MathML, which browsers draw without a program."""

    def visit(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
        translator.body.append(latex2mathml.converter.convert(node.astext(), display=display))
        raise nodes.SkipNode

    return visit


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (formula("inline"), None), (formula("block"), None))
