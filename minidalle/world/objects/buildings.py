"""Houses, shops and landmarks."""
