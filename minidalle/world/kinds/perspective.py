"""Perspective and three dimensions: views, angles, lenses, voxels, mirrors."""
