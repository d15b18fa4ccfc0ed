"""The guides: one order of steps in both languages, words that the page has, few printed pages."""

import re

import pypdfium2
import pytest

from language.catalogue import forms, read
from tests.support.pdf_text import text_of
from tools.release.guide import GUIDES, guide
from tools.release.parts import ROOT, File, Files, program


@pytest.fixture(scope="module")
def files() -> Files:
    """The program's files, with the guides as they stand in the checkout."""
    return program() | {source: File((ROOT / source).read_bytes()) for _lang, source in GUIDES.values()}


INSTALLING = ("PANDUAN-PEMASANGAN.pdf", "INSTALL-GUIDE.pdf")
SIZES = dict.fromkeys(INSTALLING, (2, 5)) | {"PANDUAN-HALAMAN.pdf": (7, 15)}
"""Printed pages and pictures; up to eight are two sheets, folded to a booklet."""


def words(name: str) -> str:
    return (ROOT / GUIDES[name][1]).read_text("utf-8")


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_few_pages_with_its_pictures_and_the_same_bytes_each_time(name: str, files: Files, tmp_path) -> None:
    data = guide(name, "0.9.0", files)
    if name == "INSTALL-GUIDE.pdf":  # drawn as the others are
        assert data == guide(name, "0.9.0", files)
    document = pypdfium2.PdfDocument(data)
    pages, most = SIZES[name]
    assert len(document) == pages
    pictures = [found for page in document for found in page.get_objects(filter=[3])]
    assert len(pictures) == words(name).count("![") == most
    (tmp_path / name).write_bytes(data)
    printed = " ".join(text_of(tmp_path / name).split())
    assert all(heading in printed for heading in re.findall(r"^## (.*)", words(name), re.MULTILINE))
    assert "**" not in printed and "`" not in printed and "](" not in printed


def test_both_guides_have_the_same_steps_commands_and_pictures() -> None:
    one, other = (words(name) for name in INSTALLING)
    for what in (r"^## (\d)", r"^python main\.py (\w+)", r"images/(\S+)\)"):
        assert re.findall(what, one, re.MULTILINE) == re.findall(what, other, re.MULTILINE)


@pytest.mark.parametrize(("name", "lang"), [(name, lang) for name, (lang, _source) in GUIDES.items()])
def test_what_a_guide_says_to_press_stands_on_the_page(name: str, lang: str) -> None:
    known = {
        form.casefold()
        for message in read("id")
        if message.id
        for form in forms(message.string if lang == "id" else message.id)
    }
    pressed = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", words(name))
    assert len(pressed) > 8
    assert [each for each in pressed if not any(text.startswith(each.casefold()) for text in known)] == []
