"""Every text that a user may see is there in Indonesian, whole and current."""

import string
from functools import cache
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from language.catalogue import TRANSLATED, compiled, forms, gather, of_python, po_path, read


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts(message: Message) -> list[str]:
    return forms(message.id)


def strings(catalogue: Catalog) -> dict[str, list[str]]:
    return {str(message.id): forms(message.string) for message in catalogue if message.id}


@cache
def translated(language: str) -> Catalog:
    return read(language)


@pytest.fixture(scope="module")
def marked() -> list[Message]:
    return [message for message in gather() if message.id]


def test_texts_are_gathered_as_they_are_marked():
    source = """say(f"{_('inside')} {n}"), ngettext('one', 'many', n), N_('two ' 'parts'), _(name), other('no')"""
    assert list(of_python(source)) == ["inside", ("one", "many"), "two parts"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_sources_is_translated(marked, language):
    catalogue = translated(language)
    missing = [
        message.id for message in marked if (known := catalogue.get(message.id)) is None or not all(forms(known.string))
    ]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_a_guess_or_of_a_text_that_is_gone(marked, language):
    catalogue = [message for message in translated(language) if message.id]
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert {str(message.id) for message in catalogue} - {str(message.id) for message in marked} == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_blanks_of_its_text(language):
    for message in translated(language):
        if message.id and all(forms(message.string)):
            # A form for every count may have any blank that one of the English forms has.
            needed, known = (mix(*map(blanks, texts(message))) for mix in (set.intersection, set.union))
            assert all(needed <= blanks(form) <= known for form in forms(message.string)), message.id


def test_every_text_can_be_filled(marked):
    for message in marked:
        for text in texts(message):
            names = blanks(text)
            assert all(name.isidentifier() for name in names), text
            text.format(**dict.fromkeys(names, 1))


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_current(language):
    with po_path(language).with_suffix(".mo").open("rb") as file:
        assert strings(read_mo(file)) == strings(read_mo(BytesIO(compiled(translated(language))))), "run `make texts`"


@pytest.mark.parametrize("words", ["kepala log", "kepala-kepala", "diterima oleh induk", "masih terbuka pada"])
def test_indonesian_has_one_word_for_a_logs_head_and_for_admitting_a_station(words: str) -> None:
    assert not [said for said in strings(translated("id")).values() if words in " ".join(said).lower()]
