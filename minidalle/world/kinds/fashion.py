"""Fashion and interior design: mannequins and rooms."""
