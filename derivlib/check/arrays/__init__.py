"""The judge at large sizes: NumPy's arrays, double precision, and random directions.

Every node is a function of arrays here, written apart from the exact judge and from the engine.
"""
