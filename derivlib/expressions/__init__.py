"""How expressions are built, taken apart and put together again; no calculus."""
