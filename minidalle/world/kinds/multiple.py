"""Multiple objects: stacks, outfits, collections."""
