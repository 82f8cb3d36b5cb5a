"""Decks from the lessons themselves. `python3 course.py slides 06` writes build/slides/06_attention_masks.html."""
