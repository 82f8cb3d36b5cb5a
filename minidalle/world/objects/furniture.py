"""Furniture and what stands in a room."""
