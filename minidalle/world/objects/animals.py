"""Animals, each with a body, legs, a neck and a head that other animals can take (`mixing.py`)."""
