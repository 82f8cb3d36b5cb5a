"""Temporal knowledge: things by decade."""
