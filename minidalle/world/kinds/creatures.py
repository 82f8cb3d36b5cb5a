"""Animal illustrations: chimeras, dressed vegetables, emoji."""
