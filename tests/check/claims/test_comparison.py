"""How two values that differ are told apart in a message."""

from fractions import Fraction

import pytest

from derivlib.check.claims.comparison import Difference

LONG = 3**70


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (Fraction(1, 3), Fraction(10), "F has 1/3, G has 10"),
        (
            Fraction(10**40 + 1, LONG),
            Fraction(-(10**40), LONG),
            "F has about 3994957.55659, G has about -3994957.55659",
        ),
        (
            Fraction(10**40 + 1, LONG),
            Fraction(10**40, LONG),
            f"F has {10**40 + 1}/{LONG}, G has {10**40}/{LONG}",
        ),
    ],
    ids=["short", "long", "long and close"],
)
def test_numbers_are_short_where_that_tells_them_apart(left, right, told):
    assert Difference(left, right, (0, 1)).told("F", "G", {}).endswith(f"differs: {told}")
