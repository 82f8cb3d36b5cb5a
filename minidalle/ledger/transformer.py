"""The ledger's lines on the transformer: its sizes, its attention, its training, and drawing with it.

Left out: many machines and sixteen bits (`machines.py`).
"""

from minidalle.ledger.line import Line, of

TRAINED = of("presets", "test_the_paper_preset_trains_as_the_paper_did")

NETWORK = (
    Line(
        "12 billion",
        "64 layers, 62 heads of 64, width 3968 (B.1)",
        lambda p: (
            f"{p.dalle.depth} layers, {p.dalle.heads} heads of {p.dalle.width // p.dalle.heads}, "
            f"width {p.dalle.width}"
        ),
        "a block's inside is not stated: as GPT-2's, layer norm before each half, GELU, an MLP four times as wide; nor "
        "whether tables are tied: here they are not",
        of("dalle_config", "test_the_papers_model_has_12_billion_parameters")
        + of("presets", "test_the_paper_preset_has_the_papers_sizes"),
    ),
    Line(
        "embeddings",
        "text: token + position; picture: token + row + column (2.2)",
        "`DALLE.embed`",
        "",
        of("dalle", "test_embeddings_are_token_plus_position_or_row_plus_column"),
    ),
    Line(
        "one softmax",
        "over text and picture keys together (B.1)",
        "in every form of attention",
        "",
        of("attention", "test_attention_is_the_formula_over_the_visible_keys")
        + of("attention", "test_one_query_on_pieces_is_the_last_row_of_attention"),
    ),
    Line(
        "text and picture",
        "text is causal, every picture token sees all text (B.1)",
        "`masks.on_stream`",
        "",
        of("masks", "test_text_is_causal_and_every_image_slot_sees_all_of_it"),
    ),
    Line(
        "row attention",
        "offsets 0 ... W in raster order, so it ends one row up (figure 11a)",
        "`masks.row`",
        "",
        of("masks", "test_row_attention_sees_grid_plus_one_image_tokens_and_ends_one_row_up"),
    ),
    Line(
        "column attention",
        "the same column in this row and those above, on transposed states (figure 11b, c)",
        "`masks.column`; transposed by `attend_blocks`",
        "",
        of("masks", "test_column_attention_sees_its_column_upwards")
        + of("attention", "test_blocks_agree_with_the_mask_forwards_and_backwards"),
    ),
    Line(
        "convolutional attention",
        "a causal 11x11 neighbourhood with wrap-around (figure 11d)",
        "`masks.conv`",
        "the anchor is not stated: here the kernel's last row is the present one",
        of("masks", "test_convolution_wraps_around_the_edges"),
    ),
    Line(
        "which layer is what",
        "column where (i - 2) mod 4 = 0, the last convolutional, else row (B.1)",
        "`masks.layer_patterns`",
        "`nano`, `small` and `base` take all patterns in turn: by the rule six layers would have one of columns",
        of("masks", "test_the_papers_64_layers"),
    ),
    Line(
        "sparse blocks",
        "block size 32 (author)",
        "whole rows and columns, 32 long at the paper's size, by reshaping",
        "the same products without a library of sparse kernels",
        of("attention", "test_blocks_agree_with_the_mask_forwards_and_backwards"),
    ),
    Line(
        "transformer's first weights",
        "not stated",
        "GPT-2's: N(0, 0.02^2), what writes to the stream divided by sqrt(2 depth)",
        "the stream's variance then does not grow with depth",
        of(
            "transformer",
            "test_initial_weights_are_gpt2s",
            "test_the_residual_stream_starts_out_nearly_unchanged_at_any_depth",
        ),
    ),
)

TRAINING = (
    Line(
        "losses",
        "averaged apart, then 1/8 text + 7/8 picture (2.2)",
        lambda p: f"{p.dalle.text_weight:g} : {p.dalle.image_weight:g}",
        "",
        of("dalle", "test_the_loss_written_out"),
    ),
    Line(
        "optimiser",
        "AdamW 0.9, 0.96, 1e-8, decay 4.5e-2, norm clipped at 4 (B.2)",
        lambda p: (
            "AdamW {0.beta1}, {0.beta2}, {0.epsilon:g}, decay {0.weight_decay:g}, "
            "clipped at {0.clip_norm:g}".format(p.training["dalle"])
        ),
        "decay is for matrices that multiply, not for embeddings, gains and biases: what it left out is not stated; "
        "`small` takes Muon for its blocks' matrices, which makes more of a short run",
        TRAINED
        + of("training", "test_weight_decay_is_for_matrices_that_multiply")
        + of("training", "test_clipping_equals_torchs_and_leaves_what_is_not_finite"),
    ),
    Line(
        "learning rate",
        "5,000 updates up to 4.5e-4, halved five times at plateaus (B.2)",
        lambda p: (
            f"{p.training['dalle'].warmup:,} up to {p.training['dalle'].learning_rate:g}, then a cosine; "
            "`plateau_halvings` has the halvings"
        ),
        "a run planned in minutes has a known end, and no time to wait for plateaus",
        of(
            "schedules",
            "test_the_rate_is_halved_at_plateaus_and_five_times_at_most",
            "test_warmup_climbs_to_the_peak_and_falls_to_the_end",
        ),
    ),
    Line(
        "average of the weights",
        "0.99, taken every 25 updates (B.2)",
        lambda p: "{0.ema_decay}, every {0.ema_every}".format(p.training["dalle"]),
        "begins faster, so that a short run forgets its start",
        of("training", "test_the_average_follows_its_formula") + TRAINED,
    ),
    Line(
        "length of the run",
        "batch 1024, 430,000 updates (B.2)",
        lambda p: "batch {0.batch_size:,}, {0.steps:,} updates".format(p.training["dalle"]),
        "",
        TRAINED,
    ),
    Line(
        "DALL-E crops",
        "a square from 3/8 ... 5/8 of the surplus, resized to 1 ... 9/8, cropped at random, no mirror (B.2)",
        "`training/crops.py`, for photographs",
        "no training here calls it: the course's pictures are drawn square and at the right size",
        of("crops", "test_dalle_crops_near_the_middle_and_mirrors_nothing"),
    ),
)

RESULTS = (
    Line(
        "sampling",
        "temperature 1 (2.6)",
        "`sample(..., temperature=1.0)`, the default, exact for the model's own distribution",
        "",
        of("sampling", "test_whole_pictures_are_drawn_as_often_as_they_are_likely"),
    ),
    Line(
        "reranking",
        "the best of 512 by CLIP (2.6); the post shows 32 of them; more than 32 to choose from gain less",
        "`draw(..., best=8, of=512)` by our CLIP; `rerank` takes one of OpenCLIP's too",
        "`of` is 8 times `best` unless given",
        of("clip", "test_rerank_with_clip_is_the_argsort_of_its_scores"),
    ),
    Line(
        "completion",
        "any rectangle that reaches the bottom right corner (post)",
        "`Pipeline.complete`: the tokens outside of the rectangle stay, those within are drawn",
        "what stands in a row below its first, on its left, is kept, and cannot help to draw what comes before it",
        of("sampling", "test_known_tokens_stay_and_the_rest_continues_from_them")
        + of("completion", "test_cells_are_given_where_no_pixel_is_drawn"),
    ),
    Line(
        "picture prompts",
        "the top 15 of 32 rows of tokens are given, the rest is drawn (post)",
        "the upper half of two panels is given",
        "two panels of one size, so that the lower one can be compared with the upper one",
        of(
            "completion",
            "test_cells_are_given_where_no_pixel_is_drawn",
            "test_what_is_given_stays_pixel_for_pixel",
        ),
    ),
    Line(
        "matrices",
        'Raven\'s, sets B to E, greedy; caption "a sequence of geometric shapes."; inverted too (post)',
        "matrices of our own with that caption, inverted too",
        "the tests themselves are not ours to ship; ours have one right ninth cell, which a program finds",
        of("world_reasoning", "test_the_ninth_cell_stands_at_the_bottom_right_and_inverted_is_inverted"),
    ),
)
