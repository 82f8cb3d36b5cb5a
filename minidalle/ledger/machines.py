"""The ledger's lines on training across many machines in sixteen bits.

Left out: what those machines would cost today (`costs.py`).
"""

from minidalle.ledger.line import Line, of

LINES = (
    Line(
        "gradient scales",
        "one for each residual block, 128 in all; the identity path in fp32 (2.4, appendix D)",
        lambda p: f"`ScaledBlocks`, two a layer: {2 * p.dalle.depth}",
        "for float16; bfloat16, which our runs use, needs none",
        of("gradient_scales", "test_without_scales_gradients_in_float16_vanish_and_with_them_they_are_right"),
    ),
    Line(
        "rule of the scales",
        "from M 2^13, x 2^(1/1000) if finite, else / sqrt 2 and a pause of 125 updates, in M 2^7 ... M 2^24 (D)",
        "`GradientScales`, in whole thousandths of a power of two",
        "",
        of("gradient_scales", "test_the_rule_against_exact_fractions_over_thousands_of_updates"),
    ),
    Line(
        "filter",
        "activation gradients that are not finite become 0 (figure 4)",
        "`filtered`, where a gradient enters and leaves a block",
        "",
        of("gradient_scales", "test_what_leaves_a_block_is_filtered_and_unscaled_in_float32"),
    ),
    Line(
        "sixteen-bit moments",
        "mean 1-6-9, variance 0-6-10, clipped at 5 (B.2)",
        "`moments16.AdamW16`",
        "half the memory of AdamW; our small models keep 32 bits",
        of("moments16", "test_float32_is_rounded_as_exact_fractions_are")
        + of("moments16", "test_one_update_is_the_papers_formula_on_rounded_moments"),
    ),
    Line(
        "PowerSGD",
        "fixed Gaussian Q, Householder, 1e-6 I, error buffers (2.5, appendix E)",
        "`powersgd.PowerSGD`, a hook of DistributedDataParallel",
        "",
        of("powersgd", "test_the_models_gradients_are_the_serial_reference_update_after_update")
        + of("powersgd", "test_columns_that_depend_on_each_other_still_give_a_basis"),
    ),
    Line(
        "compression",
        "rank 896 at 12 billion saves 86 %; 1 - 5r / 8d (2.5, E.1)",
        "`compression_rate`",
        "",
        of("powersgd", "test_the_papers_compression_rates"),
    ),
    Line(
        "sharding",
        "parameters over the 8 GPUs of a machine (2.5)",
        "FSDP2 block by block, `--engine fsdp`; or whole replicas, `--engine ddp`",
        "torch's own engine, not ours; over all processes, not those of one machine",
        of("several", "test_two_processes_have_the_losses_and_weights_of_one")
        + of("several", "test_a_checkpoint_in_shards_is_whole_and_goes_on_in_one_process"),
    ),
    Line(
        "recomputed activations",
        "in the backward pass (2.4)",
        "the scales' hooks allow it (`torch.utils.checkpoint`)",
        "not switched on in our runs, whose activations fit",
        of("gradient_scales", "test_recomputed_activations_give_the_same_gradients"),
    ),
    Line(
        "what stays in fp32",
        "gains, biases, embeddings, unembeddings and logits (D)",
        "all weights and moments; products, the logits' too, are made in bfloat16 under autocast",
        "the paper's float16 has too narrow a range for them; bfloat16 has float32's",
    ),
    Line(
        "the machines",
        "1024 V100s of 16 GB",
        "two processor cores, or one card",
        "nobody has them at home; what the paper's size costs on today's cards stands below",
    ),
)
