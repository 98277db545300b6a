"""What the site needs beside Sphinx: so far the page that answers questions."""
