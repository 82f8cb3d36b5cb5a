"""The lessons as a site. `python3 course.py site` writes build/site/index.html and what belongs to it."""
