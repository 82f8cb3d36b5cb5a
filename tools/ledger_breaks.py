"""How to break the code behind each line of the ledger: one small, plausible mistake a line.

Name of the line -> (file, what stands there once, the mistake). `break_ledger.py` makes them one at a time.
"""

PRESETS, MASKS, ATTENTION = "minidalle/presets/sizes.py", "minidalle/masks.py", "minidalle/attention.py"
DVAE, LAYERS, RELAXATION = "minidalle/dvae.py", "minidalle/dvae_layers.py", "minidalle/relaxation.py"
DALLE, TRANSFORMER, TOKENIZER = "minidalle/dalle.py", "minidalle/transformer.py", "minidalle/tokenizer.py"
SCHEDULES, CROPS, OPTIMISER = (
    "minidalle/schedules.py",
    "minidalle/training/crops.py",
    "minidalle/training/optimiser.py",
)
CONFIGS, MERGES = "minidalle/presets/training.py", "minidalle/bpe_training.py"

TEXT = {
    "pairs": (PRESETS, '"pictures": 250_000_000', '"pictures": 25_000_000'),
    "stream": (MASKS, "return self.text_length + self.grid**2\n", "return self.text_length + 1 + self.grid**2\n"),
    "vocabularies": (PRESETS, "vocab_size=16_384", "vocab_size=16_383"),
    "lower case": (TOKENIZER, "text.lower() if self.lower else text", "text"),
    "caption length": (TOKENIZER, "if len(ids) > length and not truncate:", "if len(ids) > length + 1 and not truncate:"),
    "BPE": (MERGES, "queue = [(-count, pair)", "queue = [(count, pair)"),
    "pre-split": (MERGES, 'r"[a-z]+|[^a-z]"', 'r"[a-z]+|[^a-z]+"'),
    "BPE dropout": (CONFIGS, "    bpe_dropout: float = 0.1\n    caption_variants: int = 8\n    likelihood",
                    "    bpe_dropout: float = 0.3\n    caption_variants: int = 8\n    likelihood"),
    "padding": (DALLE, "padding = self.config.text_vocab + torch.arange(self.layout.text_length, device=text.device)",
                "padding = self.config.text_vocab + 0 * torch.arange(self.layout.text_length, device=text.device)"),
    "padding is seen": (MASKS, "return (k <= q) & ((k < layout.prefix) | image_rule(q - k))",
                        "return (k <= q) & ((k < layout.prefix - 1) | image_rule(q - k))"),
    "start of image": (DALLE, "start = text.new_full((len(text), 1), self.config.start_of_image)",
                       "start = text.new_full((len(text), 1), self.config.image_offset)"),
    "no overlap": (DALLE, "return self.start_of_image + 1\n", "return self.start_of_image\n"),
    "padding in the loss": (DALLE, "self.losses(hidden, self.text_ids(text)[:, 1:], image)",
                            "self.losses(hidden, torch.where(text == PAD, -100, text)[:, 1:], image)"),
}  # fmt: skip

VAE = {
    "grid": (PRESETS, "    image_size=256,\n", "    image_size=128,\n"),
    "sizes of the networks": (LAYERS, "vocab_size=8192, hidden=256, blocks", "vocab_size=8192, hidden=252, blocks"),
    "groups": (LAYERS, "[nn.MaxPool2d(2)] if group", "[nn.AvgPool2d(2)] if group"),
    "blocks": (LAYERS, "skip, y = self.skip(x), self.residual[0](F.relu(x))", "skip, y = self.skip(x), self.residual[0](x)"),
    "residual scale": (LAYERS, "* self.blocks_per_group) ** 2", "* self.blocks_per_group)"),
    "upsampling": (LAYERS, "F.interpolate(y, scale_factor=2)", "F.interpolate(y, scale_factor=2, mode='bilinear')"),
    "codebook": (LAYERS, "F.embedding(ids, columns) + self.codebook.bias", "F.embedding(ids, columns)"),
    "first weights": (LAYERS, "std=1.0 / math.sqrt(n_in * kernel**2)", "std=1.0 / math.sqrt(n_in * kernel)"),
    "token convolutions": (LAYERS, "with without_autocast(x.device):\n            return self.output(in_full_precision(x))",
                           "return self.output(x)"),
    "codes for stage two": (DVAE, "self.logits(images).argmax(dim=1)", "gumbel_softmax(self.logits(images), 1.0, dim=1).argmax(dim=1)"),
    "relaxation": (RELAXATION, ".clamp_min_(torch.finfo(uniform.dtype).tiny).log_().neg_().log_().neg_()",
                   ".clamp_min_(torch.finfo(uniform.dtype).tiny).log_().neg_().log_()"),
    "likelihood": (RELAXATION, "torch.exp(-log_scale) + log_scale + math.log(2.0)", "torch.exp(-log_scale) + log_scale"),
    "phi": (RELAXATION, "return (1 - 2 * epsilon) * images + epsilon", "return (1 - epsilon) * images + epsilon"),
    "KL": (DVAE, "kl = kl_to_uniform(logits).mean()", "kl = kl_to_uniform(logits / temperature).mean()"),
    "KL basis": (DVAE, "kl_weight / self.config.subpixels_per_code * kl", "kl_weight / 192 * kl"),
    "KL weight": (SCHEDULES, "end: float = 6.6, steps: int = 5_000", "end: float = 6.6, steps: int = 50_000"),
    "temperature": ("minidalle/training/dvae_task.py",
                    "temperature = cosine_anneal(step, 1.0, config.temperature_end, share(config.temperature_share, total))",
                    "temperature = cosine_anneal(step, 1.0, config.temperature_end, total)"),
    "dVAE learning rate": (SCHEDULES, "end: float = 1.25e-6, steps: int = 1_200_000", "end: float = 1.25e-6, steps: int = 120_000"),
    "dVAE optimiser": (PRESETS, "batch_size=512, steps=3_000_000", "batch_size=512, steps=300_000"),
    "dVAE crops": (CROPS, "if rng.random() < 0.5 else crop", "if rng.random() < 0.0 else crop"),
}  # fmt: skip

NETWORK = {
    "12 billion": (PRESETS, "width=3968, depth=64, heads=62", "width=3968, depth=60, heads=62"),
    "embeddings": (DALLE, "(self.row[:, None] + self.column[None, :])", "(self.column[:, None] + self.row[None, :])"),
    "one softmax": (ATTENTION, "weights = joined.softmax(dim=-1, dtype=torch.float32 if q.dtype in HALF else None).to(q.dtype)",
                    "weights = torch.cat([score.softmax(-1) for score in scores], -1)"),
    "text and picture": (MASKS, "return (k <= q) & ((k < layout.prefix) | image_rule(q - k))",
                         "return ((k <= q) & image_rule(q - k)) | (k < layout.prefix)"),
    "row attention": (MASKS, "lambda offset: offset <= layout.grid)", "lambda offset: offset < layout.grid)"),
    "column attention": (MASKS, "lambda offset: offset % layout.grid == 0)", "lambda offset: offset % (layout.grid + 1) == 0)"),
    "convolutional attention": (MASKS, "clamp(0, kernel - 1)\n", "clamp(0, kernel // 2)\n"),
    "which layer is what": (MASKS, "if (i - 2) % 4 == 0 else", "if (i - 1) % 4 == 0 else"),
    "sparse blocks": (ATTENTION, "above = F.pad(blocks, (0, 0, 0, 0, 1, 0))[:, :-1]", "above = blocks"),
    "transformer's first weights": (TRANSFORMER, "std=INIT_STD / math.sqrt(2 * self.config.depth)", "std=INIT_STD"),
}  # fmt: skip

TRAINING = {
    "losses": (DALLE, "image_weight: float = 7.0", "image_weight: float = 1.0"),
    "optimiser": (CONFIGS, "    beta2: float = 0.96\n", "    beta2: float = 0.99\n"),
    "learning rate": (SCHEDULES, "return min(halved, most)", "return halved"),
    "average of the weights": (OPTIMISER, "decay = min(self.decay, (1 + self.count) / (10 + self.count))", "decay = self.decay"),
    "length of the run": (PRESETS, "batch_size=1024, steps=430_000", "batch_size=1024, steps=43_000"),
    "DALL-E crops": (CROPS, "MIDDLE = (3 / 8, 5 / 8)", "MIDDLE = (0, 1)"),
    "sampling": ("minidalle/sampling.py", "cumulative = logits.double().softmax(-1).cumsum(-1)",
                 "cumulative = (1.2 * logits.double()).softmax(-1).cumsum(-1)"),
    "reranking": ("minidalle/clip.py", ".sort(descending=True, stable=True)\n    return Ranking", ".sort(stable=True)\n    return Ranking"),
    "picture prompts": ("minidalle/pipeline_complete.py", "((ends[:, None] <= upper)", "((ends[:, None] < upper)"),
    "matrices": ("minidalle/world/kinds/matrices.py", 'layout="grid", invert=invert)', 'layout="grid")'),
    "completion": ("minidalle/sampling.py", "ids = torch.cat([text, start, known + config.image_offset], dim=1)",
                   "ids = torch.cat([text, start, torch.zeros_like(known) + config.image_offset], dim=1)"),
}  # fmt: skip

SCALES, MOMENTS, POWER = (
    "minidalle/training/gradient_scales.py",
    "minidalle/training/moments16.py",
    "minidalle/training/powersgd.py",
)
MACHINES = {
    "gradient scales": (SCALES, "return (filtered(gradient) * ctx.scale).to(ctx.dtype), None",
                        "return filtered(gradient).to(ctx.dtype) * ctx.scale, None"),
    "rule of the scales": (SCALES, "WINDOW = 125", "WINDOW = 124"),
    "filter": (SCALES, "return filtered(gradient) / ctx.scale, None", "return gradient.float() / ctx.scale, None"),
    "sixteen-bit moments": (MOMENTS, "VARIANCE = Format16(signed=False, significand=10)",
                            "VARIANCE = Format16(signed=False, significand=9)"),
    "PowerSGD": (POWER, "self.errors[parameters[number]] = self._pack(matrix - mean)",
                 "self.errors[parameters[number]] = self._pack(mean - matrix)"),
    "compression": (POWER, "return 1 - rank * (shards + 2) / (2 * width * shards)", "return 1 - rank * (shards + 2) / (width * shards)"),
    "sharding": ("minidalle/training/several.py", "return slice(self.rank * each, (self.rank + 1) * each)", "return slice(0, each)"),
    "recomputed activations": (SCALES, "return x.view_as(x)", "return x + 1e-3 * torch.rand_like(x)"),
}  # fmt: skip

BREAKS: dict[str, tuple[str, str, str]] = TEXT | VAE | NETWORK | TRAINING | MACHINES
