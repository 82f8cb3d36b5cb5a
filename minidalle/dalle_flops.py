"""How much a transformer multiplies: what its speed is measured against.

Left out: how much a device multiplies (`devices.peak_flops`).
"""

from minidalle.dalle import DALLE
from minidalle.masks import dense_mask


def training_flops(model: DALLE) -> float:
    """Multiplications and additions that an update makes for one picture, forwards and backwards.

    Six for each weight of a matrix that a slot meets, and for attention twelve for each pair of slots that the pattern
    shows and each channel: one product forwards is two operations, and there are two as large backwards. Masked pairs,
    embeddings and what is not a product of matrices are left out. The model may be on the meta device.
    """
    config, layout = model.config, model.layout
    block = (4 + 2 * config.mlp_ratio) * config.width**2  # queries, keys, values, output; the two of the MLP
    heads = (layout.text_length - 1) * model.text_head.weight.numel()
    heads += layout.image_tokens * model.image_head.weight.numel()
    masks = [
        dense_mask(pattern, layout, conv_kernel=config.conv_kernel) for pattern in config.transformer.layers
    ]
    seen = sum(int(mask.sum()) for mask in masks)
    return 6.0 * (layout.length * config.depth * block + heads) + 12.0 * config.width * seen
