"""Training: one loop for the dVAE, DALL-E and CLIP, and what it needs (`python -m minidalle.training --help`)."""
