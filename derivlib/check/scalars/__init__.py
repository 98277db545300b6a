"""What entries are made of: SymPy expressions, exact or precise numbers, dual numbers."""
