"""A sheet of labels as a PDF."""

import io

from labels.sheet import write_sheets
from labels.stock import STOCKS
from tests.support.label_examples import contents

SHEET = STOCKS["a4-3x7"]


def pdf(chosen=None, sheet=SHEET, **options) -> bytes:
    out = io.BytesIO()
    write_sheets(out, contents() if chosen is None else chosen, sheet, title="Label Buleleng", **options)
    return out.getvalue()
