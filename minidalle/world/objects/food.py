"""Food and plants, with what is inside them."""
