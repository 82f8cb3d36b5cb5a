"""The ledger's lines on the discrete VAE: its networks, as released, and its training.

Left out: how its codes are read on (`transformer.py`).
"""

from minidalle.ledger.line import Line, of

TRAINED = of("presets", "test_the_paper_preset_trains_as_the_paper_did")

NETWORK = (
    Line(
        "grid",
        "256x256 pixels to 32x32 codes (2.1)",
        lambda p: (
            f"{p.image_size}x{p.image_size} to {p.dvae.grid}x{p.dvae.grid}, {p.dvae.vocab_size:,} codes"
        ),
        "",
        of("ledger", "test_the_paper_presets_grid"),
    ),
    Line(
        "sizes of the networks",
        "53,786,240 and 43,829,766 parameters (released code, counted)",
        "the same, counted on the meta device",
        "",
        of("dvae", "test_the_paper_configuration_has_the_released_parameter_counts"),
    ),
    Line(
        "groups",
        "7x7 in, 4 groups of 2 blocks, widths 1, 2, 4, 8 x 256, max-pooling after 3 of them, 1x1 out (released code)",
        lambda p: (
            f"{p.dvae.downsamplings + 1} groups of {p.dvae.blocks_per_group}, from {p.dvae.hidden} channels"
        ),
        "",
        of("dvae", "test_the_paper_configuration_has_the_released_parameter_counts")
        + of("ledger", "test_the_encoder_pools_the_maximum_and_begins_with_7x7"),
    ),
    Line(
        "blocks",
        "four (ReLU, convolution) pairs, a quarter as wide, kernels 3331 and 1333, a 1x1 skip (released code)",
        "`BottleneckBlock`",
        "",
        of("dvae", "test_a_block_is_four_relu_convolution_pairs_beside_a_skip"),
    ),
    Line(
        "residual scale",
        "1 / n_layers^2 = 1/64 (released code)",
        lambda p: f"1/{1 / p.dvae.scale_of_residuals:.0f}",
        "all presets but `paper` use 0.5, which learns faster on a short schedule",
        of("dvae", "test_the_residual_scale_is_one_over_the_blocks_squared_unless_given"),
    ),
    Line(
        "upsampling",
        "nearest neighbour, x2, before a group's first block (released code)",
        "after that block's 1x1 convolutions",
        "the same numbers at a quarter of the work",
        of("dvae", "test_upsampling_after_the_1x1_convolutions_equals_upsampling_before_them"),
    ),
    Line(
        "codebook",
        "the decoder's 1x1 convolution from 8192 to 128; no table (released code)",
        lambda p: (
            f"1x1 from {p.dvae.vocab_size:,} to {p.dvae.decoder_input}; codes are looked up in its weights"
        ),
        "",
        of("dvae", "test_looking_up_codes_equals_multiplying_by_one_hot_vectors"),
    ),
    Line(
        "first weights",
        "N(0, 1 / (n_in k^2)), biases 0 (released code)",
        "`convolution`",
        "",
        of("dvae", "test_the_start_is_as_released"),
    ),
    Line(
        "token convolutions",
        "first and last stay in fp32 (released code)",
        "outside autocast",
        "",
        of("dvae", "test_autocast_keeps_the_loss_and_the_token_convolutions_in_full_precision"),
    ),
    Line(
        "codes for stage two",
        "argmax of the logits, no noise (2.2)",
        "`DiscreteVAE.encode`",
        "",
        of("dvae", "test_encode_gives_one_code_a_cell_in_raster_order_and_decode_a_picture"),
    ),
)

TRAINING = (
    Line(
        "relaxation",
        "Gumbel-softmax (2.1)",
        "`gumbel_softmax`",
        "all presets but `paper` standardise the logits before it: on a short schedule few codes are used without",
        of("relaxation", "test_moments_equal_those_of_torch_distributions"),
    ),
    Line(
        "likelihood",
        "logit-Laplace; maps 1 to 3 are mu, 4 to 6 ln b (A.3)",
        lambda p: f"{p.dvae.likelihood}, {p.dvae.output_maps} maps",
        "`nano`, `small` and `base` use squared error, which is sharp sooner; ln b counts as -7 where it is less, so "
        "that flat floors do not sink it",
        of(
            "relaxation",
            "test_the_density_integrates_to_one",
            "test_the_density_is_a_laplace_pushed_through_a_sigmoid",
        )
        + of("dvae", "test_a_scale_below_the_floor_counts_as_the_floor_and_learns_nothing"),
    ),
    Line(
        "phi",
        "(1 - 2e) x / 255 + e, e = 0.1; shown is its inverse of sigmoid(mu) (A.3)",
        "`map_pixels`, `unmap_pixels`, on pixels in [0, 1]",
        "",
        of("relaxation", "test_phi_squeezes_pixels_into_the_open_interval_and_back")
        + of("dvae", "test_pictures_go_in_through_phi_and_come_out_through_its_inverse"),
    ),
    Line(
        "KL",
        "of the posterior at temperature 1, whatever the sample's (author), to a uniform prior (2.1)",
        "`kl_to_uniform`, ln K minus the entropy, position by position",
        "",
        of("relaxation", "test_kl_is_zero_for_uniform_and_ln_k_for_one_hot_at_every_position")
        + of("dvae", "test_the_kl_ignores_the_temperature_of_the_sample"),
    ),
    Line(
        "KL basis",
        "the loss is divided by 256 x 256 x 3: 6.6 on the sum is 6.6/192 on the mean (A.2)",
        lambda p: f"divided by the {p.dvae.subpixels_per_code} sub-pixels that a code stands for",
        "so that a weight means the same on every grid",
        of(
            "dvae",
            "test_the_kl_weight_is_on_the_papers_basis_for_any_grid",
            "test_the_loss_is_the_negative_elbo_divided_by_the_sub_pixels",
        ),
    ),
    Line(
        "KL weight",
        "0 to 6.6 over 5,000 updates, then fixed (A.2, author)",
        lambda p: (
            f"0 to {p.training['dvae'].kl_weight} over "
            f"{p.training['dvae'].kl_share * p.training['dvae'].steps:,.0f}, on a cosine"
        ),
        "squared errors are far smaller than nats: beside them the weight ends at 0.002 (`small`) or 0.004",
        of("schedules", "test_the_paper_schedules_start_end_and_stay") + TRAINED,
    ),
    Line(
        "temperature",
        "1 to 1/16 over 150,000 updates on a cosine; a linear one diverged (A.2)",
        lambda p: (
            f"1 to 1/{1 / p.training['dvae'].temperature_end:.0f} over "
            f"{p.training['dvae'].temperature_share * p.training['dvae'].steps:,.0f}, on a cosine"
        ),
        "`nano`, `small` and `base` end at 1/8, half-way through their short runs",
        of("training", "test_temperature_kl_weight_and_learning_rate_follow_their_schedules") + TRAINED,
    ),
    Line(
        "dVAE learning rate",
        "1e-4 to 1.25e-6 over 1.2 million updates on a cosine (A.2)",
        lambda p: (
            f"{p.training['dvae'].learning_rate:g} to "
            f"{p.training['dvae'].learning_rate * p.training['dvae'].final_share:g}, or `dvae_learning_rate`"
        ),
        "a preset's cosine ends with the run, since a run may be planned in minutes",
        of("schedules", "test_the_paper_schedules_start_end_and_stay"),
    ),
    Line(
        "dVAE optimiser",
        "AdamW 0.9, 0.999, 1e-8, decay 1e-4; average 0.999; batch 512; 3 million updates (A.2)",
        lambda p: (
            "AdamW {0.beta1}, {0.beta2}, {0.epsilon:g}, decay {0.weight_decay:g}; average {0.ema_decay}; "
            "batch {0.batch_size}; {0.steps:,} updates; clipped at {0.clip_norm:g}".format(p.training["dvae"])
        ),
        "clipping is not stated; no decay for gains and biases",
        TRAINED,
    ),
    Line(
        "dVAE crops",
        "a full square, resized by area to 9/8 ... 12/8, cropped at random, mirrored (A.2)",
        "`training/crops.py`, for photographs",
        "no training here calls it: the course's pictures are drawn square and at the right size",
        of("crops", "test_the_dvae_crops_anywhere_and_mirrors_half", "test_resizing_is_by_area"),
    ),
)
