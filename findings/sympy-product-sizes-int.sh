#!/usr/bin/env bash
# SymPy 1.14.0: the sizes of a product that begins with an explicit matrix are Python's integers.
#
# A MatrixSymbol has sizes of SymPy's: Integer(2), or a Symbol. One would expect the same of every
# matrix expression. But a product takes its number of rows from its first factor and its number of
# columns from its last, and an explicit matrix has sizes of the type int. A sum takes its shape from
# its first term. So 1/A.shape[0] is the exact 1/3 or the float 0.333…, depending on which factor
# comes first, and .is_positive of a size raises an AttributeError. A Kronecker product of the same
# two matrices has SymPy's integers again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.14.0 mpmath==1.3.0
"$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
import sympy
from sympy import KroneckerProduct, Matrix, MatrixSymbol, symbols

n = symbols("n", integer=True, positive=True)
explicit, X = Matrix(3, 3, range(9)), MatrixSymbol("X", 3, n)
print("sympy", sympy.__version__)
for name, expr in {
    "X": X,
    "explicit*X": explicit * X,
    "X.T*explicit": X.T * explicit,
    "explicit*X + X": explicit * X + X,
    "KroneckerProduct(explicit, X)": KroneckerProduct(explicit, X),
}.items():
    print(f"{name}: {', '.join(type(size).__name__ for size in expr.shape)}")
print("1/X.shape[0] =", 1 / X.shape[0])
print("1/(explicit*X).shape[0] =", 1 / (explicit * X).shape[0])
try:
    (explicit * X).shape[0].is_positive
except AttributeError as error:
    print("AttributeError:", error)
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
sympy 1.14.0
X: Integer, Symbol
explicit*X: int, Symbol
X.T*explicit: Symbol, int
explicit*X + X: int, Symbol
KroneckerProduct(explicit, X): Integer, Mul
1/X.shape[0] = 1/3
1/(explicit*X).shape[0] = 0.3333333333333333
AttributeError: 'int' object has no attribute 'is_positive'
SEEN
echo "as described"
