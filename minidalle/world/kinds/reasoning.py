"""Zero-shot visual reasoning: two-panel pictures, picture prompts, Raven's matrices."""
