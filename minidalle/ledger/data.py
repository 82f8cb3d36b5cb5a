"""The ledger's lines on the pairs that the paper learned from, and on the scores that it reached.

Left out: our own scores (`evaluation/`).
"""

from minidalle.ledger.line import Line, of

LINES = (
    Line(
        "pairs",
        "250 million: Conceptual Captions, Wikipedia, a filtered YFCC100M; about 606,000 held back (2.3)",
        lambda p: f"{p.training['dalle'].pictures:,}, and {p.training['dalle'].validation:,} held back",
        "the preset's count alone: the course's own pictures are drawn, and other pairs are the reader's own",
        of("ledger", "test_the_paper_presets_pairs"),
    ),
    Line(
        "filters",
        "English captions; aspect ratios from 1/2 to 2",
        "a folder of pairs is taken as it is; faulty rows are named",
        "nothing is gathered from the web here, so nothing has to be filtered",
    ),
)

SCORES = (
    Line(
        "strangers' pictures",
        "MS-COCO: FID within 2 of the best before, best by 6 at blur radius 1; CUB: 40 worse",
        "facts that a picture shows, counted by a judge and a reader; Fréchet distance to drawn pictures",
        "those pictures are not ours to ship, and a model of another world has no place in their tables",
    ),
    Line(
        "people",
        "preferred to DF-GAN for realism in 90.0 %, for match in 93.3 %",
        "no people are asked",
        "a course cannot ask them anew for every model; its judge is a program, with its own errors measured",
    ),
)
