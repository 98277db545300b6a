"""Pages generated from the library: its rules and its names."""
