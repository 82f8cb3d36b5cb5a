"""How good is a model? Captions of every kind are drawn, read back by the judge, and counted."""
