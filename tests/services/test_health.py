"""Checks of this computer, for `doctor`."""

import pytest

from services.health import lacks_fixes


@pytest.mark.parametrize(
    ("version", "fixed_in"),
    [
        ((3, 11, 9), "3.11.10"),
        ((3, 11, 10), None),
        ((3, 12, 5), "3.12.6"),
        ((3, 12, 6), None),
        ((3, 13, 0), None),
        ((3, 15, 0), None),
    ],
)
def test_a_python_without_security_fixes_is_told_with_the_one_that_has_them(version, fixed_in):
    assert lacks_fixes(version) == fixed_in
