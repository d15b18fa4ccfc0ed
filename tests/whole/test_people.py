"""Two names are two people: compared without case, spaces and titles, the same wherever two people must answer."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custody.chain.chain import custody
from custody.errors import RuleError
from custody.people import distinct_people, named_twice_in, person, skeleton
from services.records.label_prints import record_prints, record_reprints
from tests.support.command_examples import Terminal
from tests.support.custody_notation import code_of, ledger, open_codes
from tests.support.ledger_examples import boxes, planned_station
from tests.support.pdf_text import text_of

TITLES = ("Bapak", "Pak", "Ibu", "Bu", "H.", "Hj.", "Drs.", "Dra.", "Dr.", "dr.", "Ir.", "Prof.", "Prof. Dr. H.")
DEGREES = (", S.H.", ", S.H., M.Si.", " SE", ", S. Pd. H.", ", A.Md.Keb.", " M.Kom", ", Ph.D.")
NAMES = ("I Made Suardana", "Ni Luh Ayu Putri", "Ida Bagus Oka", "Anak Agung Gde Raka", "Ketut", "Ma’ruf", "José")
MADE = [
    "Made",
    "made",
    " MADE ",
    "Pak Made",
    "Bapak H. Made, S.H., M.Si.",
    "Мade",
    "Ｍade",
    "M a d e",
    "Máde",
    "Ma\u0301de",
]
"""One person, as he is written: by case, spaces, titles, accents, with a Cyrillic letter, in wide letters."""


@given(st.sampled_from(NAMES), st.sampled_from(("", *TITLES)), st.sampled_from(("", *DEGREES)), st.integers(0, 3))
@example("I Made Suardana", "Prof. Dr. H.", ", S. Pd. H.", 3)
def test_a_person_is_the_same_with_titles_and_in_any_writing(name: str, title: str, degree: str, writing: int) -> None:
    written = f"{title} {name}{degree}"
    written = [written, written.upper(), f"  {written.lower()} ", unicodedata.normalize("NFD", written)][writing]
    assert person(written) == person(name)


@given(st.text(st.characters(max_codepoint=0x24F, exclude_characters="µ"), max_size=40))
@example("Ibu")
@example("H. S.H.")
@example("ŉ")
@example("Ɩ")
def test_comparing_a_name_gives_one_form_and_loses_nobody(name: str) -> None:
    key = person(name)
    assert person(name.upper().lower()) == person(name.lower().upper())
    assert bool(key) or not any(char.isalnum() for char in name)
    assert len(distinct_people([name, name])) <= 1


@pytest.mark.parametrize(
    "one, other",
    [
        ("I Made Suardana", "Ni Made Suardana"),
        ("Made", "Made Putra"),
        ("Ketut", "Wayan"),
        ("Ibu", "Bapak"),
        ("Ida Bagus Oka", "Ida Ayu Oka"),
        ("Made S.", "Made P."),
    ],
)
def test_two_people_stay_two(one: str, other: str) -> None:
    assert distinct_people([one, other]) == [one, other] and not named_twice_in(one, other, ())


def test_each_person_is_kept_once_as_written_first_and_nobody_is_no_person() -> None:
    assert distinct_people(["", " ", "Pak Made", "Wayan", *MADE, "..."]) == ["Pak Made", "Wayan"]
    assert not named_twice_in("", "", ["", " ", "Luh"])
    twice = named_twice_in("Made", "Wayan", ["", "Ibu Wayan", "Luh", "Pak Made", "LUH"])
    assert twice == (("witness", "Ibu Wayan"), ("witness", "Pak Made"), ("witness", "LUH"))


def test_accents_of_latin_letters_make_no_other_person_and_marks_of_other_scripts_do() -> None:
    assert person("Máde") == person("MADE") == "made"
    assert person("ӓ") == "a"  # a Cyrillic letter that looks Latin, with an accent
    assert person("כַ") != person("כ") and person("が") != person("か")


def test_names_of_stations_look_alike_by_other_letters_and_by_digits_that_look_like_letters() -> None:
    alike = ["Gudang 10", "gudang lO", "Gudаng-1О", "GUDANG I0"]
    assert len({skeleton(name) for name in alike}) == 1
    assert skeleton("Gudang 1") != skeleton("Gudang 2")


# --- wherever two people must answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("other", MADE)
def test_a_reprint_by_one_person_under_two_names_is_refused(station: Terminal, other: str) -> None:
    station("labels", "--out", "labels.pdf")
    before = station.event_count()
    both = ("--by", "Made", "--by", other)
    ran = station("reprint", station.codes()[0], "--reason", "torn", *both, "--out", "again.pdf")
    assert ran.code == 2 and "two people" in ran.err
    assert not Path("again.pdf").exists() and station.event_count() == before


def test_a_void_label_has_one_name_where_one_person_is_named_twice(station: Terminal) -> None:
    station("labels", "--out", "labels.pdf")
    both = ("--by", "Made", "--by", "Pak Made, S.H.")
    codes = station.codes()
    flagged = station("void", codes[0], "--reason", "lost", *both)
    assert flagged.code == 0 and "--by names one person twice; only these count: Made." in flagged.err
    assert "Pak Made" not in station("report", "prints", "--json").out
    assert "twice" not in station("void", codes[1], "--reason", "lost", "--by", "Made", "--by", "Wayan").err


@pytest.mark.parametrize(
    "people, is_told",
    [
        (("--name", "Made", "--name", "Pak MADE"), True),
        (("--name", "Made", "--witness", "made, S.H."), True),
        (("--name", "Made", "--name", "Wayan"), False),
        (("--name", "Made", "--witness", "Wayan"), False),
    ],
)
def test_seals_put_on_by_one_person_under_two_names_are_flagged(
    station: Terminal, people: tuple[str, ...], is_told: bool
) -> None:
    code = station.codes("--kind", "box")[0]
    ran = station("seal", code, "--apply", "A1", "A2", *people)
    assert ran.code == 0 and ("Two people should do this" in ran.err) == is_told
    looked = station("seal", code, "--check", "A1", "A2", "--result", "intact", *people)
    # who looks may be alone, but is no witness too
    assert looked.code == 0 and ("Two people should do this" in looked.err) == (is_told and "--witness" in people)


@pytest.mark.parametrize(
    "names, witness, is_settled",
    [
        (["Made", "Wayan"], "", True),
        (["Made"], "Wayan", True),
        ([], "Wayan", True),
        (["Made", "Pak MADE"], "", False),
        (["Made"], "made, S.H.", False),
        (["Made"], "", False),
        ([], "", False),
    ],
)
def test_new_seals_settle_what_was_found_only_where_another_person_saw_them(names, witness, is_settled) -> None:
    events = ledger(
        "A1 register X at WH for TPS1\nA2 seal X apply S1,S2\nB1 [A2] seal X check result=broken\n"
        "B2 seal X replace S3 names=1"
    )
    events["B2"].body.update(names=names, witness=witness)  # type: ignore[attr-defined]
    chain = custody(code_of("X"), events.values())
    assert (open_codes(chain) == []) == is_settled


@pytest.mark.parametrize(
    "words, told",
    [
        (("--giver", "Made", "--receiver", "Pak made"), "Who gives and who receives have the same name."),
        (("--receiver", "Wayan", "--witness", "Bu Wayan", "--witness", "Luh"), "named already: Bu Wayan."),
        (("--giver", "Made", "--receiver", "Wayan", "--witness", "Luh"), ""),
        (("--witness", "Luh", "--witness", "luh"), "named already: luh."),
    ],
)
def test_a_handover_of_one_person_under_two_names_is_recorded_and_flagged(
    station: Terminal, words: tuple[str, ...], told: str
) -> None:
    ran = station("handover", "--from", "51.08", "--to", "51.08.01", "--codes", "-", *words, typed=station.codes()[0])
    assert ran.code == 0
    assert (told in ran.out) if told else ("same name" not in ran.out and "named already" not in ran.out)


@pytest.mark.parametrize(
    "words, twice, told",
    [
        (
            ("--giver", "Made", "--receiver", "Pak made"),
            [{"role": "receiver", "name": "Pak made"}],
            "have the same name.",
        ),
        (
            ("--receiver", "Wayan", "--witness", "Bu Wayan", "--witness", "Luh"),
            [{"role": "witness", "name": "Bu Wayan"}],
            "named already: Bu Wayan.",
        ),
        (("--giver", "Made", "--receiver", "Wayan", "--witness", "Luh"), [], ""),
    ],
)
def test_who_has_two_parts_in_a_handover_is_told_to_programs_and_in_the_letter(
    station: Terminal, words: tuple[str, ...], twice: list[dict[str, str]], told: str
) -> None:
    ends = ("--from", "51.08", "--to", "51.08.01", "--codes", "-")
    codes = station.codes("--to", "51.08.01")
    done = station("handover", *ends, *words, "--json", typed="\n".join(codes)).json
    assert done.get("named_twice", []) == twice and done["findings"] == []
    for suffix in ("json", "pdf"):
        assert station("report", "bast", "--out", f"letter.{suffix}").code == 0
    assert json.loads(Path("letter.json").read_text())["named_twice"] == twice
    letter = " ".join(text_of(Path("letter.pdf")).split())
    assert (told in letter) if told else ("same name" not in letter and "named already" not in letter)
    assert ("no difference" in letter.lower()) == (not told)


def test_a_delivery_given_and_received_by_one_person_is_flagged_to_programs(station: Terminal) -> None:
    words = ("receive", "--from", "PT Cetak", "--kind", "box", "--arrived", 2, "--giver", "Made", "--json")
    assert station(*words, "--receiver", "made").json["named_twice"] == [{"role": "receiver", "name": "made"}]
    assert station(*words, "--receiver", "Luh").json["named_twice"] == []


def test_a_pack_that_one_person_opens_under_two_names_names_one(station: Terminal) -> None:
    outer, inner = station.codes("--kind", "box")[:2]
    both = ("--name", "Made", "--name", "Pak made")
    assert station("pack", outer, inner, "--add", *both).code == 0
    told = station("custody", outer).out
    assert "Made" in told and "made" not in told


def test_the_store_itself_takes_one_person_for_one(url: str) -> None:
    with planned_station(url) as store:
        [code] = boxes(store, 1)
        record_prints(store, [code], sheet="a4-3x7")
        store.around = store.around.worked_by(["Made"])
        with pytest.raises(RuleError, match="two people"):
            record_reprints(store, {code: 2}, sheet="a4-3x7", reason="torn", second="Pak MADE, S.H.")
        record_reprints(store, {code: 2}, sheet="a4-3x7", reason="torn", second="Wayan")
