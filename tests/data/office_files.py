"""Files as offices save them, of given rows, the same bytes each time: for the tables that tests read."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

Rows = Sequence[Sequence[object]]
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
MADE = datetime(2024, 1, 15)


def book(*sheets: tuple[str, Rows], merged: Sequence[str] = (), first_row: int = 0) -> bytes:
    """A workbook with these sheets; `merged` are ranges of the last sheet whose first cell has the text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        made.set_properties({"created": MADE})
        bold = made.add_format({"bold": True, "align": "center"})
        moment = made.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, rows in sheets:
            page = made.add_worksheet(name)
            for number, row in enumerate(rows, start=first_row):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(number, column, cell, moment)
                    elif cell != "":
                        page.write(number, column, cell)
        for span in merged:
            page.merge_range(span, str(_cell(sheets[-1][1], span)), bold)
    return out.getvalue()


def text(rows: Rows, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def ods(rows: str) -> bytes:
    """A workbook of LibreOffice with these rows, as XML."""
    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in names.items())
    sheet = f'<table:table table:name="Data">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text_of in (
            ("mimetype", kind := "application/vnd.oasis.opendocument.spreadsheet"),
            (
                "META-INF/manifest.xml",
                f'<manifest:manifest xmlns:manifest="{MANIFEST}"><manifest:file-entry '
                f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
            ),
            ("content.xml", f'<?xml version="1.0"?><office:document-content {spaces}>{body}</office:document-content>'),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 15, 0, 0, 0)), text_of, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cell(rows: Rows, span: str) -> object:
    column, row = ord(span[0]) - 65, int(span[1 : span.index(":")]) - 1
    return rows[row][column]
