"""Combining unrelated concepts: things in the shape of others, things made of materials."""
