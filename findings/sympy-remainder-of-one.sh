#!/usr/bin/env bash
# SymPy 1.13.3: for a positive integer m, Mod(1, m) is 1 - m.
#
# A remainder by m lies between 0 and m - 1, so 1 - m is wrong for every m except 1, and numbers put
# in for m afterwards give -3 instead of 1. Mod(2, m) stays as it is, and is right. It touches matrices:
# the entries of a Kronecker product are written with remainders of the index, so the term k = 1 of a
# sum over such entries has an index below 0. 1.14.0 leaves Mod(1, m) as it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sympy==1.13.3 mpmath==1.3.0
"$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
import sympy
from sympy import KroneckerProduct, MatrixSymbol, Mod, symbols

m = symbols("m", integer=True, positive=True)
k = symbols("k", integer=True, nonnegative=True)
print("sympy", sympy.__version__)
print("Mod(1, m) =", Mod(1, m))
print("Mod(1, m) at m = 4:", Mod(1, m).subs(m, 4), "and Mod(1, 4) =", Mod(1, 4))
print("Mod(2, m) =", Mod(2, m))
entry = KroneckerProduct(MatrixSymbol("A", 1, 1), MatrixSymbol("b", m, 1))[k, 0]
print("entry k of A ⊗ b:", entry)
print("entry 1 of A ⊗ b:", entry.subs(k, 1))
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
sympy 1.13.3
Mod(1, m) = 1 - m
Mod(1, m) at m = 4: -3 and Mod(1, 4) = 1
Mod(2, m) = Mod(2, m)
entry k of A ⊗ b: A[0, 0]*b[Mod(k, m), 0]
entry 1 of A ⊗ b: A[0, 0]*b[1 - m, 0]
SEEN
echo "as described"
