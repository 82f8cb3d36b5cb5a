"""Our package and its peers, timed side by side: the rows behind `benchmarks/compare.py`."""
