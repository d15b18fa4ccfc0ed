"""Every kind of finding has a name for tables and says what to do."""

import pytest

from custody.chain.findings import SEVERITY
from reports.chain.finding_rows import finding_title
from services.scanning.advice import advice_on

BY_VERIFY_ALONE = {"PHOTO"}
"""About evidence, in the sentences of `verify`: no page or report of items shows it."""


@pytest.mark.parametrize("code", sorted(SEVERITY.keys() - BY_VERIFY_ALONE))
def test_a_finding_has_a_title_and_an_advice(code: str) -> None:
    assert finding_title(code) != code
    assert advice_on(code)
