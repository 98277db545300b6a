"""How the page is laid out for every reader."""
