"""What a comparison of a derivative says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derivlib.check.claims.comparison import SizesByName, at_sizes
from derivlib.check.scalars.fields import HighPrecision
from derivlib.check.scalars.residues import MODULAR

Method = Literal["exact", "double"]
"""How a derivative is compared: entry by entry, or along random directions."""


@dataclass(frozen=True)
class Verification:
    """What was compared with what, and how.

    ```pycon
    >>> from sympy import MatrixSymbol, Trace, symbols
    >>> from derivlib.check import verify
    >>> n, m = symbols("n m", integer=True, positive=True)
    >>> X = MatrixSymbol("X", n, m)
    >>> verification = verify(Trace(X.T * X), X, 2 * X, {n: 4, m: 3})
    >>> verification.shape, verification.entries, verification.method
    ((4, 3), 12, 'exact')

    ```

    :param sizes: names and values of the sizes.
    :param shape: rows and columns of the derivative; 1×1 for a scalar.
    :param method: "exact" for rational arithmetic, "modular" for integers modulo a random
        prime, "numeric" for high precision, "double" for double precision.
    :param calculus: "entry by entry" if every entry was written out and differentiated,
        "direction by direction" if that would have been too long, by dual numbers, "along
        random directions" if there are too many of them.
    :param points: the number of random points.
    :param seed: the seed of the points.
    :param tolerance: the relative difference allowed; nothing where arithmetic is exact.
    :param versions: the libraries and their versions.
    :param structure: the structured variable whose free entries moved, in words; empty if
        every entry was free.
    :param assumptions: what held at every point, in words.
    :param abstract: whether there were functions that took independent values.
    :param code: the library whose code was found to calculate it at each point; empty if none was
        asked for.
    """

    sizes: SizesByName
    shape: tuple[int, int]
    method: str
    calculus: str
    points: int
    seed: int
    tolerance: float | None
    versions: tuple[tuple[str, str], ...]
    structure: str = ""
    assumptions: tuple[str, ...] = ()
    abstract: bool = False
    code: str = ""

    @property
    def entries(self) -> int:
        """The number of entries compared at each point."""
        rows, cols = self.shape
        return rows * cols

    def __str__(self) -> str:
        rows, cols = self.shape
        entries = "its one entry" if self.entries == 1 else f"all {self.entries} entries"
        points = f"{self.points} random point{'s' * (self.points > 1)}"
        versions = ", ".join(f"{name} {version}" for name, version in self.versions)
        moved = f" by the free entries of the {self.structure}," if self.structure else ""
        where = f" with {', '.join(self.assumptions)}" if self.assumptions else ""
        code = f" The {self.code} code calculates it at each point." if self.code else ""
        return (
            f"The {rows}×{cols} result agrees in {entries} with the derivative{moved} "
            f"found {self.calculus}{at_sizes(dict(self.sizes))}: {self._how()} at {points}"
            f"{where} (seed {self.seed}; {versions}).{code}"
        )

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return f"**Verified.** {self}"

    def _how(self) -> str:
        if self.tolerance is None:
            known = "function that is not rational" if self.method == "modular" else ""
            free = f", every {known or 'abstract function'} taking independent values,"
            how = MODULAR if self.method == "modular" else "exactly"
            return how + free * self.abstract
        if self.method == "double":
            return f"to a relative difference of {self.tolerance:g} in double precision"
        return (
            f"to a relative difference of {self.tolerance:g} "
            f"in {HighPrecision.digits}-digit arithmetic"
        )
