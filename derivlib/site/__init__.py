"""What the site needs beside Sphinx: the page that answers questions, and cells that are run."""
