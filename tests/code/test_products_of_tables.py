"""Products with every Hessian and Jacobian of the tables, against the matrix written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from expressions import CASES, DERIVATIONS, HESSIANS, JACOBIANS, derivation
from sympy import S
from test_compiled import MORE, SIZES, arguments_of, assumed_of, concrete, is_abstract

from derivlib import InputError, UnsupportedError, derive, hessian
from derivlib.check import size_symbols
from derivlib.derivation.code_task import source_of
from derivlib.derivation.layout import Layout

DERIVED = {
    **{f"Jacobian, {name}": lambda name=name: derivation(name) for name in JACOBIANS},
    **{f"Hessian, {name}": lambda case=case: hessian(*case) for name, case in HESSIANS.items()},
    **{f"case, {name}": lambda case=case: hessian(*case) for name, case in CASES.items()},
    **{f"more, {name}": lambda case=case: derive(*case) for name, case in MORE.items()},
    **{
        f"premised, {name}": lambda name=name: derivation(name)
        for name, (_, _, premises) in DERIVATIONS.items()
        if premises and "structure" not in premises
    },
}


def at_a_point(d):
    """Arrays for everything that a derivation is made of, by name, and the whole matrix there."""
    sizes = {size: SIZES[size.name] for size in size_symbols(*d._asked.parts, d.wrt)}
    source = source_of(d, "numpy", value=True, name=None, sizes=None)
    values = arguments_of(source, sizes, assumed_of(d))
    numbers = {str(size): number for size, number in sizes.items()}
    matrix = np.asarray(called(d.to_function(), {**numbers, **name_by(values)}))
    rows = int(S(d.result.shape[0]).xreplace(sizes)) if d.result.is_Matrix else 1
    return sizes, {**numbers, **name_by(values)}, matrix.reshape(rows, -1)


def name_by(values):
    return {str(symbol): value for symbol, value in values.items()}


def called(function, given):
    """What a function gives for what it takes of some arrays."""
    known = {argument.name for argument in function._listing.arguments}
    return function(**{name: value for name, value in given.items() if name in known})


def products_of(d):
    for form in ("product",) if d.order == 2 else ("product", "transposed product"):
        yield form, d.to_function(form=form)


@pytest.mark.parametrize("name", DERIVED)
def test_products_are_those_of_the_whole_matrix(name):
    try:
        d = concrete(DERIVED[name]())
    except UnsupportedError:
        return  # a case that has no second derivative
    if not d.wrt.is_Matrix or (d.order == 1 and d.layout is not Layout.JACOBIAN):
        with pytest.raises(InputError, match='form="product" is for'):
            d.to_function(form="product")
        return
    if is_abstract(d):
        with pytest.raises(InputError, match="abstract"):
            d.to_function(form="product")
        return
    sizes, given, matrix = at_a_point(d)
    rng = np.random.default_rng(5)
    for form, function in products_of(d):
        direction = function._listing.arguments[1]
        shape = tuple(int(S(size).xreplace(sizes)) for size in direction.shape)
        column = rng.normal(size=math.prod(shape))
        laid_out = column.reshape(shape, order="F")
        product = np.ravel(called(function, {**given, direction.name: laid_out}), order="F")
        wanted = (matrix.T if form == "transposed product" else matrix) @ column
        np.testing.assert_allclose(product, wanted, rtol=1e-9, atol=1e-9 * (1 + abs(wanted).max()))
