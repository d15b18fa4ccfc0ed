"""The template of a BAST letter: an office may change it without programming, and is told each fault by its key."""

import io
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import language
from custody.errors import InputError
from language.text import error_text, fault_text
from reports.bast.letter_template import MAX_BYTES, SHIPPED, find_template, read_template, shipped_template
from reports.bast.template_keys import BLANKS, RULES, TEXTS

ROOT = SHIPPED.parent.parent


@pytest.fixture(autouse=True)
def english():
    language.use("en")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "bast.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_template(written(folder, text))
    return [fault_text(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_the_shipped_template_says_every_key_and_has_no_fault(code):
    assert shipped_template(code).values.keys() == RULES.keys()


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_every_blank_that_a_text_may_have_is_filled(code):
    template = shipped_template(code)
    for name, blanks in TEXTS.items():
        assert "{" not in template.text(name, **dict.fromkeys(blanks, "x"))


def test_the_example_of_an_office_has_no_fault():
    template = read_template(ROOT / "examples" / "buleleng" / "bast.toml")
    assert template.values["page.size"] == "F4" and len(template.values["basis.list"]) == 3


def test_what_an_office_leaves_out_is_taken_from_the_shipped_template(tmp_path):
    template = read_template(written(tmp_path, '[texts]\ntitle = "SURAT SERAH TERIMA"\n'))
    assert template.values["texts.title"] == "SURAT SERAH TERIMA"
    assert template.values["texts.number"] == shipped_template().values["texts.number"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[texts]\ntitel = 'x'", "bast.toml: texts.titel is no key of this template; did you mean texts.title?"),
        ("[sizes]\nx = 1", "bast.toml: sizes.x is no key"),
        ("color = 'red'", "bast.toml: color is no key"),
        ("[texts]\nnumber = 'No. {numer}'", "texts.number has the blank {numer}; it may have: {number}"),
        ("[texts]\nnumber = '{number!r}'", "texts.number has the blank {number!r}"),
        ("[texts]\nnumber = '{number:>99999999}'", "texts.number has the blank {number:>99999999}"),
        ("[texts]\nnumber = '{number.__class__}'", "texts.number has the blank {number.__class__}"),
        ("[texts]\nname = '{0}'", "texts.name has the blank {0}; it may have: -"),
        ("[texts]\nname = '{}'", "texts.name has the blank {}"),
        ("[texts]\ntitle = 'a { b'", "texts.title has a brace that is not closed; a brace itself is written twice"),
        ("[texts]\ntitle = 7", "texts.title must be a text in quotation marks"),
        ("texts = 'x'", "texts is no key"),
        ("[page]\nsize = 'A3'", "page.size must be one of: A4, F4, Letter"),
        ("[page]\nmargin_left_mm = 500", "page.margin_left_mm must be a number from 10 to 50"),
        ("[page]\nfont_size_pt = true", "page.font_size_pt must be a number from 8 to 14"),
        ("[page]\nfont_size_pt = nan", "page.font_size_pt must be a number from 8 to 14"),
        ("[sections]\norder = ['title', 'titel']", "sections.order must be a list of these, each at most once: letter"),
        ("[sections]\norder = ['title', 'title']", "sections.order must be a list of these"),
        ("[letterhead]\nlines = 'KPU'", "letterhead.lines must be a list of texts"),
        ("[letterhead]\nlines = ['{offices}']", "letterhead.lines has the blank {offices}"),
        ("[basis]\nlist = ['see {1}']", "basis.list has the blank {1}; it may have: -"),
        ("[offices]\n'51.08' = 'x'", "offices must be tables like"),
        ("[offices.'51.08']\nnama = 'x'", "offices must be tables like"),
        ("[[signatures]]\nwho = 'bupati'\ntitle = 'x'", "signatures must be tables [[signatures]]"),
        ("[[signatures]]\nwho = ['giver']\ntitle = 'x'", "signatures must be tables [[signatures]]"),
    ],
)
def test_each_fault_is_one_line_that_names_its_key(tmp_path, text, told):
    lines = faults(tmp_path, text)
    assert len(lines) == 1 and told in lines[0] and "\n" not in lines[0]


def test_all_faults_are_told_at_once(tmp_path):
    assert len(faults(tmp_path, "[texts]\ntitel = 'x'\nname = '{x}'\n[page]\nsize = 'A3'")) == 3


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[texts]\ntitle = 'x", "is no TOML"),
        ("[texts]\ntitle = 'x'".encode("utf-16"), "is not text in UTF-8"),
        (b"[texts]\ntitle = '\xe9'", "is not text in UTF-8"),
        (b"a = " + b"[" * 5000, "is no TOML"),
        (b"#" * (MAX_BYTES + 1), "is no TOML"),
    ],
)
def test_a_file_that_is_no_template_is_refused_in_one_line(tmp_path, data, told):
    with pytest.raises(InputError) as caught:
        read_template(written(tmp_path, data))
    assert told in error_text(caught.value) and "\n" not in error_text(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError):
            read_template(path)


def test_a_file_of_notepad_is_read(tmp_path):
    text = '[texts]\r\ntitle = "Berita — Acara"\r\n'.encode("utf-8-sig")
    assert read_template(written(tmp_path, text)).values["texts.title"] == "Berita — Acara"


@given(st.dictionaries(st.sampled_from(sorted(TEXTS)), st.text(max_size=40), max_size=4))
def test_any_text_is_taken_or_refused_with_its_key(tmp_path_factory, texts):
    import json

    language.use("en")
    path = tmp_path_factory.mktemp("t") / "bast.toml"
    lines = [f"{name} = {json.dumps(words)}" for name, words in texts.items()]
    path.write_text("[texts]\n" + "\n".join(lines).replace("\x7f", ""), "utf-8")
    try:
        template = read_template(path)
    except InputError as error:
        assert all(any(f"texts.{name} " in fault_text(fault) for name in texts) for fault in error.faults)
    else:
        for name in texts:
            assert template.text(name, **dict.fromkeys(BLANKS[f"texts.{name}"], "x")).isprintable()


def test_the_template_of_the_language_comes_before_the_one_for_all(tmp_path):
    assert find_template(tmp_path) is None
    (tmp_path / "bast.toml").touch()
    assert find_template(tmp_path).name == "bast.toml"
    (tmp_path / "bast-en.toml").touch()
    (tmp_path / "bast-id.toml").touch()
    assert find_template(tmp_path).name == "bast-en.toml"


def test_a_logo_is_a_picture_beside_the_template(tmp_path):
    said = "[letterhead]\nlogo = 'logo.png'"
    with pytest.raises(InputError, match=r"letterhead\.logo"):
        read_template(written(tmp_path, said))
    for data in (b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50):
        (tmp_path / "logo.png").write_bytes(data)
        with pytest.raises(InputError, match=r"letterhead\.logo"):
            read_template(written(tmp_path, said))
    picture = io.BytesIO()
    Image.new("RGB", (20, 30), "navy").save(picture, "PNG")
    (tmp_path / "logo.png").write_bytes(picture.getvalue())
    assert read_template(written(tmp_path, said)).logo == picture.getvalue()


def test_the_guide_describes_every_key():
    guide = (ROOT / "docs" / "id" / "surat-bast.md").read_text("utf-8")
    shipped = tomllib.loads((SHIPPED / "bast-id.toml").read_text("utf-8"))
    for key in RULES:
        table, _dot, name = key.partition(".")
        assert f"`{name or table}`" in guide or (table == "texts" and name in shipped["texts"]), key
