"""The peers' models at our sizes, as each library is meant to be used."""

import warnings
from typing import Any

from comparison import stand_ins
from minidalle.dalle import DALLEConfig


def dalle_pytorch(config: DALLEConfig, patterns: tuple[str, ...], repaired: bool = False) -> Any:
    """dalle-pytorch's DALLE at the sizes of `config`, with its own attention types.

    Its feed-forward layers are gated, and so half as large again as ours; everything else has the same size.

    repaired: with a cache that works. As shipped (1.6.6) `generate_images(use_cache=True)` asks for one and
    `forward_with_cond_scale` does not hand it on, so every token costs a whole stream. The repaired one hands it on,
    and takes the masks that the cache needs (`optimize_for_inference`).
    """
    stand_ins.install("taming", "omegaconf", "pkg_resources")
    warnings.filterwarnings("ignore")
    import dalle_pytorch as peer

    halvings = 2
    vae = peer.DiscreteVAE(
        image_size=config.grid * 2**halvings, num_layers=halvings, num_tokens=config.image_vocab, hidden_dim=8
    )
    model = peer.DALLE(
        dim=config.width, vae=vae, num_text_tokens=config.text_vocab, text_seq_len=config.text_length,
        depth=config.depth, heads=config.heads, dim_head=config.width // config.heads, attn_types=patterns,
        optimize_for_inference=repaired,
    )  # fmt: skip
    if repaired:
        model.forward_with_cond_scale = lambda text, image, cond_scale, cache: model(text, image, cache=cache)
    return model


def llama(config: DALLEConfig) -> Any:
    """Hugging Face's Llama at the sizes of `config`: as many weights in a block as ours, one shared vocabulary."""
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = LlamaConfig(
        vocab_size=config.vocab, hidden_size=config.width, num_hidden_layers=config.depth,
        num_attention_heads=config.heads, num_key_value_heads=config.heads,
        intermediate_size=(8 * config.width // 3 + 15) // 16 * 16, max_position_embeddings=config.layout.length + 1,
        bos_token_id=None, eos_token_id=None, pad_token_id=0,
    )  # fmt: skip
    return LlamaForCausalLM(sizes)


def x_transformer(config: DALLEConfig) -> Any:
    """x-transformers' plain decoder at the sizes of `config`, fused attention on, one shared vocabulary."""
    from x_transformers import AutoregressiveWrapper, Decoder, TransformerWrapper

    layers = Decoder(
        dim=config.width, depth=config.depth, heads=config.heads, attn_dim_head=config.width // config.heads,
        attn_flash=True,
    )  # fmt: skip
    length = config.layout.length + 1
    return AutoregressiveWrapper(
        TransformerWrapper(num_tokens=config.vocab, max_seq_len=length, attn_layers=layers)
    )
