"""What NumPy, JAX and PyTorch write alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from derivlib.code.backends.backend import ATOM, POWER, PRODUCT, SIGN, SUM, Piece, Template, Writer

Pieces = Sequence[Piece]


def _binary(operator: str, binding: int, *, tight: bool) -> Template:
    """An operator; what follows it is in parentheses unless it binds more tightly, if `tight`."""

    def write(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
        left, right = args
        first = left.within(binding)
        if binding == PRODUCT and left.binding == PRODUCT and operator != left.operator != "*":
            first = f"({left.text})" if "@" in (operator, left.operator) else first
        if operator == "@" and left.binding == PRODUCT and left.operator != "@":
            first = f"({left.text})"
        second = right.within(binding + 1 if tight else binding)
        return Piece(f"{first} {operator} {second}", binding, operator)

    return write


def _negated(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    (piece,) = args  # a minus is for the first factor, which is the smallest but for @
    return Piece(f"-{piece.within(SIGN if piece.operator == '@' else PRODUCT)}", SUM)


def _power(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    base, exponent = args
    return Piece(f"{base.within(ATOM)}**{exponent.within(ATOM)}", POWER)


def _entry(w: Writer, index: Any, __: Any, args: Pieces) -> str:
    return f"{args[0].atom}[{w.sizes(index)}]"


def _stack(_: Writer, __: Any, ___: Any, args: Pieces) -> Piece:
    """A product for each row of a matrix of diagonals."""
    left, diagonals, right = args
    scaled = f"({left.within(PRODUCT)} * {diagonals.atom}[:, None, :])"
    return Piece(f"{scaled} @ {right.within(SIGN)}", PRODUCT, "@")


_COMPARISONS = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==",
    "not_equal": "!=", "and": "&", "or": "|",
}  # fmt: skip


def _compared(_: Writer, kind: Any, __: Any, args: Pieces) -> Piece:
    left, right = (piece.within(SIGN) for piece in args)
    return Piece(f"{left} {_COMPARISONS[kind]} {right}", -1)


_WRITTEN_OUT = {
    "ScaledErfc": "scaled_erfc",
    "ScaledErfcIntegral": "scaled_erfc_integral",
    "LogErfc": "log_half_erfc",
}


def functions(prefix: str, **different: str) -> dict[str, str]:
    """The spelling of functions entry by entry.

    :param different: those that are called differently.
    """
    names = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "sqrt", "sign")
    arcs = ("asin", "acos", "atan", "asinh", "acosh", "atanh")
    spelt = {name: f"{prefix}.{name}" for name in names}
    spelt |= {name: f"{prefix}.arc{name[1:]}" for name in arcs}
    return {
        **spelt,
        "Abs": f"{prefix}.abs",
        "Expm1": f"{prefix}.expm1",
        **_WRITTEN_OUT,
        **different,
    }


def _index(w: Writer, index: Any) -> str:
    """What is taken along an axis: one number, a slice or several numbers."""
    if index[0] != "slice":
        return str(list(index)) if len(index) > 1 else str(index[0])
    _, start, stop, step = index
    if stop - start == 1:
        return w.size(start)
    return f"{w.size(start)}:{w.size(stop)}" + (f":{step}" if step != 1 else "")


def _numbers(prefix: str, w: Writer, index: Any) -> str:
    """The same as an expression of Python; JAX takes no list."""
    if index[0] == "slice":
        ends = ", ".join(map(w.size, index[1:] if index[3] != 1 else index[1:3]))
        return w.size(index[1]) if index[2] - index[1] == 1 else f"slice({ends})"
    return _index(w, index) if prefix != "jnp" or len(index) == 1 else f"jnp.array({list(index)})"


def _take(prefix: str) -> Template:
    def write(w: Writer, extra: Any, _: Any, args: Pieces) -> str:
        index, axis = extra
        shown = _index(w, index) if index[0] == "slice" else _numbers(prefix, w, index)
        return f"{args[0].atom}[{':, ' * axis}{shown}]"

    return write


def _put(prefix: str) -> Template:
    def write(w: Writer, extra: Any, shape: Any, args: Pieces) -> str:
        index, axis = extra
        return f"put({args[0].text}, {w.tuple(shape)}, {axis}, {_numbers(prefix, w, index)})"

    return write


def _flattened(shape: Any) -> str:
    """What makes an array of one axis of a matrix with one row or one column."""
    return "" if len(shape) == 2 else ".ravel()"


def called(function: str) -> Template:
    """A function that is called on the arguments."""
    return lambda w, x, s, a: f"{function}({', '.join(piece.text for piece in a)})"


def of_numbers(function: str, of_arrays: Template) -> Template:
    """Python's own function where all arguments are numbers, known from sizes alone."""
    return lambda w, x, s, a: (called(function) if all(w.static) else of_arrays)(w, x, s, a)


_FUNCTIONS = {
    "outer": "outer", "kron": "kron", "tril": "tril", "triu": "triu", "diagonal_matrix": "diag",
    "solve": "linalg.solve", "inverse": "linalg.inv",
}  # fmt: skip


def _fill(prefix: str) -> Template:
    """An array of equal entries; PyTorch has no such function of a number that is calculated."""

    def write(w: Writer, _: Any, shape: Any, args: Pieces) -> Piece | str:
        (number,) = args
        if prefix == "torch" and not w.static[0]:
            zeros = f"torch.zeros({w.tuple(shape)}{w.like()})"
            return Piece(f"{zeros} + {number.within(SUM)}", SUM)
        return f"{prefix}.full({w.tuple(shape)}, {number.text}{w.like(number.text)})"

    return write


def _where(prefix: str) -> Template:
    def write(w: Writer, _: Any, shape: Any, args: Pieces) -> str:
        test, yes, no = (piece.text for piece in args)
        if shape and not any(w.shapes[1:]):  # numbers alone would be of the library's own type
            if w.static[2]:
                no = f"{prefix}.asarray({no}{w.like(no)})"
            elif w.static[1]:
                yes = f"{prefix}.asarray({yes}{w.like(yes)})"
        return f"{prefix}.where({test}, {yes}, {no})"

    return write


def _explicit(prefix: str, make: str) -> Template:
    """A matrix that is written entry by entry.

    :param make: the function that makes an array of lists of numbers.
    """

    def write(w: Writer, shape: Any, _: Any, args: Pieces) -> str:
        rows, cols = map(int, shape)
        entries = [piece.text for piece in args]
        if not all(w.static):  # a helper finds the type that the entries have in common
            flat = f"explicit({w.model()}, {', '.join(entries)})"
            return flat if 1 in (rows, cols) else f"{flat}.reshape({rows}, {cols})"
        lines = [", ".join(entries[i : i + cols]) for i in range(0, len(entries), cols)]
        number = "1j" if any("1j" in entry for entry in entries) else "1.0"
        whole = all(re.fullmatch(r"-?\d+", entry) for entry in entries)
        inner = ", ".join(entries if 1 in (rows, cols) else [f"[{line}]" for line in lines])
        return f"{prefix}.{make}([{inner}]{w.like('0' if whole else number)})"

    return write


def block(prefix: str) -> Template:
    """A matrix of blocks."""

    def write(_: Writer, extra: Any, shape: Any, args: Pieces) -> str:
        rows, cols, _ = extra
        lines = (", ".join(p.text for p in args[i * cols : (i + 1) * cols]) for i in range(rows))
        flat = ".ravel()" if len(shape) == 1 else ""
        return f"{prefix}.block([{', '.join(f'[{line}]' for line in lines)}]){flat}"

    return write


HELPERS = {
    "scaled_exp": '''
def scaled_exp(Z, axis):
    """exp(Z) up to a factor for each line along the axis: none overflows, and they cancel."""
    return {lib}.exp(Z - {lib}.amax(Z, axis, keepdims=True))
''',
    "exp_remainder": '''
def exp_remainder(z, k):
    """(exp(z) - 1 - z - ... - z**(k-1)/(k-1)!) / z**k for small z, by its series."""
    total = 1.0
    for i in range(k + 24, k, -1):
        total = 1 + total * z / i
    return total / math.factorial(k)
''',
    "erfc_fraction": '''
def erfc_fraction(z):
    """The t for which 1 / (z + 1 / (2 * t)) is sqrt(pi) * exp(z**2) * erfc(z), where z >= 2."""
    t = z
    for k in range(60, 1, -1):
        t = z + k / (2 * t)
    return t
''',
    "scaled_erfc": '''
def scaled_erfc(z):
    """exp(max(z, 0)**2) * erfc(z), without overflow."""
    near, far = {lib}.where(z < 2, z, 2.0), {lib}.where(z < 2, 2.0, z)
    scaled = {lib}.exp({lib}.where(near > 0, near, 0.0)**2) * {erfc}(near)
    return {lib}.where(z < 2, scaled, 1 / (math.sqrt(math.pi) * (far + 0.5 / erfc_fraction(far))))
''',
    "scaled_erfc_integral": '''
def scaled_erfc_integral(z):
    """exp(max(z, 0)**2) * (exp(-z**2) / sqrt(pi) - z * erfc(z)), without cancellation."""
    near, far = {lib}.where(z < 2, z, 2.0), {lib}.where(z < 2, 2.0, z)
    least = {lib}.where(near < 0, near, 0.0)
    difference = {lib}.exp(-(least**2)) / math.sqrt(math.pi) - near * scaled_erfc(near)
    fraction = 1 / (math.sqrt(math.pi) * (1 + 2 * far * erfc_fraction(far)))
    return {lib}.where(z < 2, difference, fraction)
''',
    "log_half_erfc": '''
def log_half_erfc(z):
    """log(erfc(z) / 2), without overflow."""
    positive, other = {lib}.where(z > 0, z, 0.0), {lib}.where(z > 0, 0.0, z)
    far = {lib}.log(0.5 * scaled_erfc(positive)) - positive**2
    return {lib}.where(z > 0, far, {lib}.log1p(-0.5 * {erfc}(-other)))
''',
    "commutation": '''
def commutation(m, n):
    """Which rows of an identity matrix make up the commutation matrix of m×n matrices."""
    return {lib}.arange(m * n).reshape(n, m).T.ravel()
''',
    "blocks": '''
def blocks(A, k):
    """A, or one of k matrices A after the other, in each of k blocks on the diagonal."""
    rows, cols = A.shape[-2:]
    eye = {lib}.eye(k{like_A})
    return (eye[:, None, :, None] * A[..., :, None, :]).reshape(k * rows, k * cols)
''',
    "spread": '''
def spread(A, k):
    """Each entry of A, or the k entries of k matrices A, on the diagonal of a k×k block."""
    rows, cols = A.shape[-2:]
    entries = A.swapaxes(0, 1) if A.ndim > 2 else A[:, None]
    return (entries[..., None] * {lib}.eye(k{like_A})[:, None]).reshape(rows * k, cols * k)
''',
    "single_entry": '''
def single_entry(shape, index, **like):
    """A matrix of zeros with a single one."""
    result = {lib}.zeros(shape, **like)
    result[index] = 1
    return result
''',
    "explicit": '''
def explicit(like, *entries):
    """An array of entries, of the type that they and `like` have in common."""
    return {lib}.array(entries, {lib}.result_type(like, *entries))
''',
    "convolution_matrix": '''
def convolution_matrix(a, n, mode):
    """The matrix whose product with n numbers is their convolution with a."""
    k, full = len(a), len(a) + n - 1
    short, long = sorted((k, n))
    first = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    rows = {"full": full, "same": long, "valid": long - short + 1}[mode]
    i = {lib}.arange(rows)[:, None] - {lib}.arange(n) + first
    return {lib}.where((i >= 0) & (i < k), a[i % k], 0)
''',
    "column_basis": '''
def column_basis(mode, k, n, **like):
    """The matrix B with vec(S) = B c, for the matrix S of n shifts of a column c of length k."""
    short, long = sorted((k, n))
    first = {"same": (short - 1) // 2, "valid": short - 1}.get(mode, 0)
    rows = {"circulant": k, "same": long, "valid": long - short + 1}.get(mode, k + n - 1)
    i = np.arange(rows)[:, None] - np.arange(n) + first
    i = i % k if mode == "circulant" else i
    return {lib}.asarray(1.0 * (i.T.reshape(-1, 1) == np.arange(k)), **like)
''',
    "basis": '''
def basis(structure, n, **like):
    """The matrix B with vec(X) = B θ, for the free entries θ of a structured n×n matrix X."""
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    if "toeplitz" in structure:
        entry = abs(i - j) if structure.startswith("symmetric") else j - i + n - 1
        free = np.ones((n, n), bool)
    else:
        free = {"diagonal": i == j, "upper triangular": i <= j}.get(structure, i >= j)
        order = np.zeros((n, n), int)
        order.T[free.T] = np.arange(free.sum())
        mirrored = structure == "symmetric"
        entry = np.where(free, order, order.T if mirrored else 0)
        free = free | mirrored
    result = np.zeros((n * n, entry.max() + 1))
    result[(i + j * n)[free], entry[free]] = 1
    return {lib}.asarray(result, **like)
''',
}
"""Functions that code calls, with the name of the library left open."""


def helpers(prefix: str, like: str, erfc: str, **different: str) -> dict[str, str]:
    """The helpers as a library has them.

    :param like: the keywords that make an array like A.
    :param erfc: what its complementary error function is called.
    :param different: those that are written differently.
    """
    written = {
        name: code.replace("{lib}", prefix).replace("{like_A}", like).replace("{erfc}", erfc)
        for name, code in HELPERS.items()
    }
    return {**written, **different}


def common(prefix: str, make: str = "array") -> dict[str, Template]:
    """Templates in which only the name of the library differs.

    :param make: what its function is called that makes an array of numbers.
    """
    return {
        **{kind: called(f"{prefix}.{name}") for kind, name in _FUNCTIONS.items()},
        "add_diagonal": called("add_diagonal"),
        "maximum": of_numbers("max", called(f"{prefix}.maximum")),
        "minimum": of_numbers("min", called(f"{prefix}.minimum")),
        "add": _binary("+", SUM, tight=False),
        "subtract": _binary("-", SUM, tight=True),
        "multiply": _binary("*", PRODUCT, tight=True),
        "divide": _binary("/", PRODUCT, tight=True),
        "matmul": _binary("@", PRODUCT, tight=True),
        "dot": _binary("@", PRODUCT, tight=True),
        "negate": _negated,
        "power": _power,
        "compare": _compared,
        "transpose": lambda w, x, s, a: f"{a[0].atom}.T",
        "conjugate": lambda w, x, s, a: f"{a[0].atom}.conj()",
        "real": lambda w, x, s, a: f"{a[0].atom}.real",
        "imag": lambda w, x, s, a: f"{a[0].atom}.imag",
        "sum": lambda w, x, s, a: f"{a[0].atom}.sum()",
        "amax": lambda w, axis, s, a: (
            f"{prefix}.amax({a[0].text}{'' if axis is None else f', {axis}'})"
        ),
        "sum_axis": lambda w, axis, s, a: f"{a[0].atom}.sum({axis})",
        "trace": lambda w, x, s, a: f"{a[0].atom}.trace()",
        "entry": _entry,
        "column": lambda w, x, s, a: f"{a[0].atom}[:, None]",
        "flat": lambda w, x, s, a: f"{a[0].atom}[:, 0]",
        "as_matrix": lambda w, shape, s, a: f"{a[0].atom}.reshape({w.sizes(shape) or '()'})",
        "diagonal": lambda w, x, s, a: f"{a[0].atom}.diagonal()",
        "where": _where(prefix),
        "fill": _fill(prefix),
        "explicit": _explicit(prefix, make),
        "block": block(prefix),
        "zeros": lambda w, x, s, a: f"{prefix}.zeros({w.tuple(s)}{w.like()})",
        "eye": lambda w, x, s, a: f"{prefix}.eye({w.size(s[0])}{w.like()})",
        "vec": lambda w, x, s, a: f"{a[0].atom}.T.ravel()",
        "unvec": lambda w, shape, s, a: f"{a[0].atom}.reshape({w.sizes(shape[::-1])}).T",
        "blocks": lambda w, k, s, a: f"blocks({a[0].text}, {w.size(k)})",
        "spread": lambda w, k, s, a: f"spread({a[0].text}, {w.size(k)})",
        "stack_blocks": lambda w, k, s, a: f"blocks({a[0].text}, {w.size(k)})",
        "stack_spread": lambda w, k, s, a: f"spread({a[0].text}, {w.size(k)})",
        "single_entry": lambda w, index, s, a: (
            f"single_entry({w.tuple(s)}, {w.tuple(index)}{w.like()})"
        ),
        "convolution_matrix": lambda w, x, s, a: (
            f'convolution_matrix({a[0].text}, {w.size(x[0])}, "{x[1]}"){_flattened(s)}'
        ),
        "column_basis": lambda w, x, s, a: (
            f'column_basis("{x[0]}", {", ".join(map(w.size, x[1:]))}{w.like("0")}){_flattened(s)}'
        ),
        "basis": lambda w, x, s, a: f"basis({x[0]!r}, {w.size(x[1])}{w.like('0')})",
        "matrix_power": lambda w, k, s, a: f"{prefix}.linalg.matrix_power({a[0].text}, {k})",
        "exp_remainder": lambda w, k, s, a: f"exp_remainder({a[0].text}, {k})",
        "scaled_exp": lambda w, axis, s, a: f"scaled_exp({a[0].text}, {axis})",
        "take": _take(prefix),
        "put": _put(prefix),
        "stack": _stack,
        "rows": lambda w, x, s, a: f"{prefix}.broadcast_to({a[0].text}, {w.tuple(s)})",
        "cols": lambda w, x, s, a: f"{prefix}.broadcast_to({a[0].atom}[:, None], {w.tuple(s)})",
        "permute_rows": lambda w, of, s, a: f"{a[0].atom}[commutation({w.sizes(of)})]",
        "permute_cols": lambda w, of, s, a: f"{a[0].atom}[:, commutation({w.sizes(of[::-1])})]",
    }
