"""Inferring contextual details: styles, times of day, words on signs."""
