"""A profile is read from a TOML file: those that come with Serah are sound, and every fault is told with its line."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.errors import InputError
from custody.plan.levels import TREE
from db.store import open_store
from language import chosen, use, use_terms
from language.text import fault_text
from reports.bast.letter_template import shipped_template
from services.plan.custodians import is_named
from services.plan.profile_file import MAX_BYTES, SHIPPED, read_profile, shipped_profiles
from services.plan.profiles import record_profile, terms_of
from tests.support.ledger_examples import around, signer

GOOD = """\
name = "ujian"
id = "Ujian"
en = "Exams"
codes = "free"
zone = "WITA"

[[level]]
role = "store"
id = "Dinas"
en = "Office"

[[level]]
role = "area"
id = "Rayon"
en = "Cluster"

[[level]]
role = "end"
id = "Sekolah"
en = "School"
words = ["sd"]

[[need]]
kind = "box"
id = "Kotak"
en = "Box"
level = "SD"
per_place = 2
unit = "buah"

[[phase]]
code = "I"
id = "Tahap I"
en = "Phase I"
kinds = ["box"]
"""


def faults_of(tmp_path: Path, text: str | bytes) -> list[str]:
    file = tmp_path / "own.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as raised:
        read_profile(str(file))
    return [fault_text(fault) for fault in raised.value.faults] or [str(raised.value)]


def read(tmp_path: Path, text: str):
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    return read_profile(str(file))


def test_six_profiles_come_with_serah():
    expected = ["pemilu-2024", "pemilu-daerah", "pemilu-nasional", "pilkada", "psu", "ujian"]
    assert shipped_profiles() == expected


@pytest.mark.parametrize("name", shipped_profiles())
def test_each_of_them_is_sound_and_named_as_its_file(name):
    found = read_profile(name)
    assert found.profile.name == name and found.needs
    kinds = {need.kind for need in found.needs}
    assert kinds == {kind for phase in found.profile.phases for kind in phase.kinds}
    assert list(found.profile.level_values) == sorted(found.profile.level_values, key=TREE.index)


@pytest.mark.parametrize("name", [name for name in shipped_profiles() if name != "ujian"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_those_of_elections_say_what_serah_says_but_for_their_own_words(name, language):
    use(language)
    profile = read_profile(name).profile
    own = {word.word for word in profile.words}
    assert terms_of(profile).words[language].keys() <= own


def test_the_boxes_of_each_election_are_those_of_its_law():
    boxes = {
        name: next(need for need in read_profile(name).needs if need.kind == "box") for name in shipped_profiles()[:5]
    }
    assert boxes["pemilu-2024"].elections == ("PPWP", "DPR", "DPD", "DPRD-PROV", "DPRD-KAB")
    assert boxes["pemilu-nasional"].elections == ("PPWP", "DPR", "DPD")
    assert boxes["pilkada"].elections == ("GUB", "BUP-WALI")


def test_a_file_of_ones_own_is_read_with_its_levels_by_any_of_their_names(tmp_path):
    found = read(tmp_path, GOOD)
    assert found.profile.level_values == ("warehouse", "district", "polling_station")
    assert [(need.kind, need.level, need.per_place) for need in found.needs] == [("box", "polling_station", 2)]
    assert found.source == "own.toml" and len(found.digest) == 64


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[[level]]", "[[stage]]"), "line 1: a profile has three to six levels"),
        (('role = "area"', 'role = "store"'), "line 7: a profile has three to six levels"),
        (('role = "area"', 'role = "boss"'), "line 13: level.role must be one of: store, area, group, end"),
        (('id = "Rayon"', 'id = "dinas"'), "line 14: level.id is dinas, as in line 7 already"),
        (('id = "Rayon"', "id = 3"), "line 14: level.id must be a text in quotation marks"),
        (('id = "Rayon"\n', ""), "line 12: level.id is missing"),
        (('id = "Rayon"', 'id = "{x}"'), "line 14: level.id must have 1 to 40 characters"),
        (('words = ["sd"]', 'words = "sd"'), "line 21: level.words must be a list of texts"),
        (('codes = "free"', 'codes = "own"'), "line 4: codes must be one of: official, free"),
        (('zone = "WITA"', 'zone = "CET"'), "line 5: zone must be one of: WIB, WITA, WIT, UTC"),
        (('name = "ujian"', 'name = "Ujian 1"'), "line 1: name is Ujian 1: use small letters"),
        (("per_place = 2", 'per_place = "2"'), "line 28: need.per_place must be a whole number from 1 to"),
        (("per_place = 2", "per_place = true"), "line 28: need.per_place must be a whole number from 1 to"),
        (('level = "SD"', 'level = "TPS"'), "line 23, column level: TPS is none of"),
        (('unit = "buah"', 'unit = "buah"\ncolour = "red"'), "line 30: need.colour is no key of a profile"),
        (('unit = "buah"', 'unit = "buah"\nelections = ["A"]'), "line 30: need.elections names 1, and per_place is 2"),
        (('kinds = ["box"]', 'kinds = ["ink"]'), "line 35: phase.kinds names ink, which no [[need]] has"),
        (('zone = "WITA"', 'day = "2029-02-14"'), "line 5: day must be a day without quotation marks: 2029-02-14"),
        (('zone = "WITA"', "day = 2029-02-14T07:00:00"), "line 5: day must be a day without quotation marks"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, change, told):
    assert change[0] in GOOD
    found = faults_of(tmp_path, GOOD.replace(*change))
    assert any(told in one for one in found), found


def test_what_is_there_twice_is_told_with_both_lines(tmp_path):
    need, phase = GOOD[GOOD.index("[[need]]") : GOOD.index("[[phase]]")], GOOD[GOOD.index("[[phase]]") :]
    assert any(
        "line 31, column kind" in one for one in faults_of(tmp_path, GOOD.replace("[[phase]]", need + "[[phase]]"))
    )
    twice = faults_of(tmp_path, GOOD + "\n" + phase)
    assert any("line 38: phase.code is I, as in line 31 already" in one for one in twice)
    assert any("line 41: phase.kinds names box, as in line 31 already" in one for one in twice)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"name = ", "is no TOML: Invalid value (at"),
        (b"a = 1\nb = 3 4", "(at line 2, column 7)"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b"#" * (MAX_BYTES + 1), "is no TOML: > 40 KiB"),
        (b"level = 3", "level must be tables, each headed [[level]]"),
        (b"words = 3", "words must be a table: [words]"),
        (b"", "name is missing"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_in_a_line(tmp_path, text, told):
    assert any(told in one for one in faults_of(tmp_path, text))


def test_a_profile_that_is_not_there_names_those_that_are(tmp_path):
    with pytest.raises(InputError, match="there is no profile nope") as raised:
        read_profile("nope")
    assert "ujian" in raised.value.values["names"]
    with pytest.raises(InputError, match="cannot be read"):
        read_profile(str(tmp_path / "gone.toml"))


def test_the_letter_has_the_texts_of_the_profile_and_its_words(tmp_path):
    letter = '\n[words.en]\n"SECOND PARTY" = "SCHOOL"\n[letter.en.texts]\ntitle = "HANDING OVER OF {election}"\n'
    letter += '[letter.en.basis]\nlist = ["Rule 1;", "Rule 2."]\n'
    before = shipped_template("en").values
    use_terms(terms_of(read(tmp_path, GOOD + letter).profile))
    now = shipped_template("en").values
    assert now["texts.title"] == "HANDING OVER OF {election}" and now["basis.list"] == ["Rule 1;", "Rule 2."]
    assert now["texts.second_party"] == before["texts.second_party"].replace("SECOND PARTY", "SCHOOL")
    assert now["texts.total"] == before["texts.total"] and chosen() == "en"


@pytest.mark.parametrize(
    ("letter", "told"),
    [
        ('[letter.id.texts]\ntitle = "{nothing}"', "line 38: texts.title has the blank {nothing}"),
        ('[letter.id.texts]\nnope = "x"', "line 38: letter.id.texts.nope is no text of the letter"),
        ('[letter.id.page]\nsize = "A4"', "line 38: letter.id.page.size is no text of the letter"),
        ('[letter.fr.texts]\ntitle = "x"', "letter.fr is no key of a profile"),
        ("[letter.id.basis]\nlist = [1]", "line 38"),
    ],
)
def test_a_fault_of_the_letter_is_told_with_its_line(tmp_path, letter, told):
    found = faults_of(tmp_path, GOOD + "\n" + letter)
    assert any(told in one for one in found), found


_VALUES = st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.lists(st.integers(), max_size=2), st.none())


@given(
    st.dictionaries(st.sampled_from(["role", "id", "en", "words", "short", "x y"]), _VALUES, max_size=4),
    st.binary(max_size=40),
)
@example({"role": None}, b"[[level]]")
@example({}, b"[[level.level]]\n[level]")
def test_no_file_makes_it_fail_otherwise_than_by_telling(tmp_path_factory, keys, tail):
    lines = [
        "[[level]]",
        *(f"{key!r} = {str(value).lower() if isinstance(value, bool) else value!r}" for key, value in keys.items()),
    ]
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes("\n".join(lines).encode(errors="replace") + b"\n" + tail)
    with pytest.raises(InputError):
        read_profile(str(file))


def test_the_shipped_files_lie_beside_the_program():
    assert SHIPPED.name == "profiles" and (SHIPPED / "ujian.toml").is_file()


@pytest.mark.parametrize(("codes", "is_place"), [("official", True), ("free", False)])
def test_a_well_formed_code_is_a_place_before_the_plan_only_where_codes_are_official(tmp_path, codes, is_place):
    carrier = '\n[[carrier]]\ncode = "PERAHU-1"\nname = "Perahu"\n'  # it is in the plan, and no place of the tree
    found = read(tmp_path, GOOD.replace('codes = "free"', f'codes = "{codes}"') + carrier)
    with open_store(f"sqlite:///{tmp_path / 'l.db'}", signer(), around(), create=True) as store:
        store.begin(election="U", station="Dinas", place="DINAS")
        change = record_profile(store, found)
        assert [event.type for event in change.events] == ["profile", "plan"]
        assert "PERAHU-1" in store.state.places and not store.state.has_plan
        assert is_named(store, "51.08.01") is is_place
        assert is_named(store, "DINAS")
        assert not record_profile(store, found).events  # it is in force already
