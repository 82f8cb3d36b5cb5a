"""Those who wear clothes, a penguin and a mannequin, and the garments."""
