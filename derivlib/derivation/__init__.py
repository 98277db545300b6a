"""What a reader holds after deriving, and everything that can be asked of it."""
