"""The words of a profile in place of ours: whole words, never a blank, and nothing at all without a profile."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.plan.profile import LevelName, Profile, Word
from language import LevelWords, Terms, _, in_terms, ngettext, use_terms
from language.in_words import (
    level_choices,
    level_heading,
    level_inside,
    level_short,
    level_title,
    level_word,
    tree_levels,
)
from language.text import zone
from services.plan.profiles import terms_of

WORDS = {
    "en": {"sub-district": "cluster", "TPS": "school", "box": "crate", "boxes": "crates"},
    "id": {"TPS": "sekolah"},
}
LEVELS = {
    "warehouse": {"id": LevelWords("Dinas", "Dinas"), "en": LevelWords("Office", "Offices")},
    "district": {"id": LevelWords("Rayon", "Rayon"), "en": LevelWords("Cluster", "Clusters", "CL")},
    "polling_station": {"id": LevelWords("SD", "SD", "SD"), "en": LevelWords("School", "Schools")},
}


def terms(zone: str = "") -> Terms:
    return Terms(WORDS, LEVELS, {}, {}, {}, zone=zone)


@pytest.fixture(autouse=True)
def _spoken() -> Iterator[None]:
    use_terms(terms())
    yield
    use_terms(None)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("By sub-district", "By cluster"),
        ("Sub-district", "Cluster"),
        ("TPS 3 of {count}", "School 3 of {count}"),
        ("one TPS", "one school"),
        ("Gone. TPS shut", "Gone. School shut"),
        ("boxes in a box", "crates in a crate"),
        ("{box} in a boxer's inbox", "{box} in a boxer's inbox"),
        ("TPSX, TPS-1", "TPSX, school-1"),
    ],
)
def test_whole_words_are_replaced_as_they_begin(ours, theirs):
    assert in_terms(ours, "en") == theirs
    assert _(ours) == theirs


def test_both_forms_of_a_count_are_in_the_terms():
    assert ngettext("{count} box", "{count} boxes", 1) == "{count} crate"
    assert ngettext("{count} box", "{count} boxes", 2) == "{count} crates"


@given(st.text(alphabet="TPSbox {}-sub.district", max_size=60))
def test_blanks_stay_and_without_a_profile_every_text_stays(text):
    use_terms(terms())
    shown = in_terms(text, "en")
    assert [part for part in shown.split("{")[1:] if "}" in part and part.split("}")[0] == "box"] == [
        part for part in shown.split("{")[1:] if part.startswith("box}")
    ]
    use_terms(None)
    assert in_terms(text, "en") == text


def test_a_profile_whose_words_have_braces_breaks_no_text():
    words = (Word("en", "TPS", "{sekolah}"), Word("en", "box", "a\nb"))
    names = tuple(
        LevelName(level, "{x}", "{y}", "{z}", "{z}", "{s}") for level in ("warehouse", "district", "polling_station")
    )
    use_terms(terms_of(Profile("odd", "Odd", "Odd", "free", "", names, words=words)))
    assert _("TPS {count}").format(count=3) == "(sekolah) 3"
    assert "{" not in level_heading("district") and "\n" not in _("one box")


def test_levels_are_called_as_the_profile_says():
    assert tree_levels() == ("warehouse", "district", "polling_station")
    assert level_word("district") == "Cluster" and level_inside("district") == "cluster"
    assert level_heading("district") == "Clusters (CL)" and level_title("district") == "Cluster (CL)"
    assert level_short("district") == "CL" and level_short("polling_station") == "School"
    assert level_choices() == "Office, Cluster, School, Vendor, Carrier"


def test_a_short_name_that_is_the_name_is_not_said_twice():
    use_terms(Terms(WORDS, {"district": {"en": LevelWords("TPS", "TPS", "TPS")}}, {}, {}, {}))
    assert level_heading("district") == "TPS" and level_title("district") == "TPS"


def test_the_clock_of_a_profile_is_that_of_all_places():
    assert zone("SD-01") == ("UTC", 0)
    use_terms(terms("WIT"))
    assert zone("SD-01") == zone("51.08") == ("WIT", 9)
