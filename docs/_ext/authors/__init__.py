"""What starts an author off."""
