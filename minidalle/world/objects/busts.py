"""A bust, a mirror, and other things to look at from all sides."""
