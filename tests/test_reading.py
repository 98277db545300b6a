"""Derivatives read as a textbook prints them: what each case of simplification comes to."""

from __future__ import annotations

import pytest
from expressions import derivation

from derivlib import text

READ = {
    "Stein loss, of the estimate": "G⁻ᵀ - U⁻ᵀ",
    "Stein loss, of the truth": "U⁻ᵀ - U⁻ᵀ*Gᵀ*U⁻ᵀ",
    "trace of a power of a Gram matrix": "6*X*(Xᵀ*X)**2",
    "trace of a power of an outer Gram matrix": "6*X*(Xᵀ*X)**2",
    "trace of a power of a product": "4*Aᵀ*(Uᵀ*Aᵀ)**3",
    "log-determinant of a multiple": "n/t",
    "log-determinant of a mean": "(G + U)⁻ᵀ",
    "determinant of a multiple": "t**n*det(U)*U⁻ᵀ",
    "canonical correlation": (
        "1/sqrt((wᵀ*B*w)*(xᵀ*A*x))*Xᵀ*x"
        " - (xᵀ*A*x)*(xᵀ*X*w)/(2*((wᵀ*B*w)*(xᵀ*A*x))**(3/2))*(B + Bᵀ)*w"
    ),
}


@pytest.mark.parametrize("name", READ)
def test_simplified_derivatives_read_well(name):
    assert text(derivation(name).result) == READ[name]
