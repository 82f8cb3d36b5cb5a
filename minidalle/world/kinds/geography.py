"""Geographic knowledge: landmarks by time and street."""
