"""Internal and external structure: cross-sections, macro photographs, x-rays."""
