"""What a page and the whole site must be."""
