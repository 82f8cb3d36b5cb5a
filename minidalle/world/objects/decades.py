"""Phones, televisions, lamps and cars as each decade made them."""
