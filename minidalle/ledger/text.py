"""The ledger's lines on captions and the stream. Left out: how the stream is read (`transformer.py`)."""

from minidalle.ledger.line import Line, of

LINES = (
    Line(
        "stream",
        "256 text and 1024 picture tokens, 1280 in all (2.2)",
        lambda p: f"{p.dalle.text_length} + {p.dalle.grid**2} = {p.dalle.layout.length}",
        "start-of-image takes a slot, and the last picture token is never an input; nothing stands before the first "
        "caption token, which is given and not predicted: the paper names no start of text",
        of("masks", "test_the_layout_counts_the_papers_1280_slots"),
    ),
    Line(
        "vocabularies",
        "16,384 text, 8,192 picture (2.2)",
        lambda p: f"{p.dalle.text_vocab:,} text, {p.dalle.image_vocab:,} picture",
        "",
        of("ledger", "test_the_paper_presets_vocabularies"),
    ),
    Line(
        "lower case",
        "captions are lower-cased (2.2)",
        "`BPETokenizer(lower=True)`, the default",
        "",
        of("tokenizer", "test_every_text_comes_back"),
    ),
    Line(
        "caption length",
        "at most 256 BPE tokens (2.2)",
        lambda p: f"at most {p.text_length}: longer captions are refused, or cut on demand",
        "the paper does not say what it did with longer ones",
        of("tokenizer", "test_a_caption_that_is_too_long_is_refused_or_cut_on_demand"),
    ),
    Line(
        "BPE",
        "byte-pair encoding (2.2, Sennrich et al.)",
        "byte-level merges, the most frequent pair first",
        "",
        of("tokenizer", "test_training_finds_the_merges_of_the_tokenizers_library"),
    ),
    Line(
        "pre-split",
        "what is not a-z stands alone; digits, signs and spaces never merge (author)",
        'pattern "paper" of `tokenizer.py`',
        "the small presets merge a word with the space before it, which shortens their captions",
        of("tokenizer", "test_under_the_paper_pattern_only_letters_merge"),
    ),
    Line(
        "BPE dropout",
        "10 %, in training only (2.2)",
        lambda p: (
            f"{100 * p.training['dalle'].bpe_dropout:.0f} %, a word in one of 64 spellings, drawn at every sight"
        ),
        "merging anew each time would be slow; beside a card each wording has one spelling, drawn before training",
        of("presets", "test_the_paper_preset_trains_as_the_paper_did")
        + of("training", "test_dropout_passes_over_one_merge_in_ten")
        + of("tokenizer", "test_dropout_has_the_distribution_of_the_published_algorithm"),
    ),
    Line(
        "padding",
        "one learned embedding for each of the 256 positions (2.2)",
        lambda p: f"{p.dalle.text_length} ids of their own, from {p.dalle.text_vocab:,} on",
        "",
        of("dalle", "test_every_position_has_a_padding_embedding_of_its_own"),
    ),
    Line(
        "padding is seen",
        "attention to padding is not masked (2.2)",
        "no mask knows of padding",
        "",
        of("masks", "test_text_is_causal_and_every_image_slot_sees_all_of_it"),
    ),
    Line(
        "start of image",
        "a token of its own (2.2)",
        lambda p: f"id {p.dalle.start_of_image:,}, between text and picture",
        "",
        of("dalle", "test_the_stream_is_caption_padding_start_and_all_picture_codes_but_the_last"),
    ),
    Line(
        "no overlap",
        "not stated",
        "text, padding, start and picture ids follow one another",
        "a shared id would mean two things at once",
        of("dalle", "test_the_parts_of_the_vocabulary_do_not_overlap"),
    ),
    Line(
        "padding in the loss",
        "not stated",
        "counted",
        "every caption then has as many terms, and a batch's loss is the mean of its captions'",
        of("dalle", "test_the_loss_written_out", "test_a_batchs_losses_are_the_mean_of_its_pairs_losses"),
    ),
)
