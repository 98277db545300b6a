"""Pages, executed while the site is built."""
