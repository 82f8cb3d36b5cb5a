"""The lessons for those who do not run them: decks for a lecture, and a site to read, both without a network."""
