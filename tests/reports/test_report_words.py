"""Findings, times and names as people read them, in both languages."""

import pytest

import language
from custody.chain.findings import SEVERITY, Finding
from language.text import share
from reports.chain.finding_rows import finding_rows, finding_summary, finding_title, named_finding
from reports.words import custodian_name, day_and_clock, finding_text, kind_name, place_path, zone_code
from services.scanning.advice import advice
from tests.support.report_examples import NEEDS, PLACES, PPK, TPS, TRUCK, troubled_chain


@pytest.fixture(autouse=True)
def english():
    language.use("en")
    yield
    language.use("en")


def test_a_finding_shows_its_times_on_the_clock_of_the_place():
    finding = Finding("LATE", "{place} was due {due_utc}", {"place": "PPK Gerokgak", "due_utc": "2024-02-12T10:00:00Z"})
    assert finding_text(finding, NEEDS, PPK) == "PPK Gerokgak was due Mon 12 Feb 2024 18:00 WITA"


def test_a_finding_names_kinds_and_conditions_in_words():
    finding = Finding(
        "SHORTAGE", "{kind} {k}/{n} was found {condition}", {"kind": "box", "k": 1, "n": 5, "condition": "light"}
    )
    assert finding_text(finding, NEEDS) == "Ballot box 1/5 was found lightly damaged"
    language.use("id")
    assert finding_text(finding, NEEDS).startswith("Kotak suara 1/5")


def test_a_hostile_value_of_a_finding_is_shown_and_not_obeyed():
    finding = Finding("CORRECTED", "withdrawn: {note}", {"note": "{0} %s \x1b[2J\u202eabc\nnext"})
    assert finding_text(finding) == "Withdrawn: {0} %s [U+001B][2J[U+202E]abc next"


def test_every_finding_of_a_chain_has_a_sentence_without_blanks_left():
    chain = troubled_chain()
    rows = finding_rows(chain, PLACES, NEEDS)
    assert {row.code for row in rows} == {finding.code for finding in chain.findings}
    assert not any("{" in row.text or "_utc" in row.text for row in rows)


def test_open_and_grave_findings_come_first_and_a_sentence_stands_once():
    rows = finding_rows(troubled_chain(), PLACES, NEEDS)
    assert [row.is_open for row in rows] == sorted((row.is_open for row in rows), reverse=True)
    assert rows[0].severity == "critical"
    assert len({(row.code, row.text, row.is_open) for row in rows}) == len(rows)
    assert "open" in finding_summary(rows)
    assert finding_summary([]) == "none"


@pytest.mark.parametrize(("lang", "clock"), [("en", "18:00 WITA"), ("id", "18.00 WITA")])
def test_a_time_splits_into_day_and_clock(lang, clock):
    language.use(lang)
    assert day_and_clock("2024-02-12T10:00:00Z", PPK)[1] == clock


@pytest.mark.parametrize("broken", ["2024-13-45T99:00:00Z", "9999-12-31T23:59:59Z", "soon"])
def test_a_time_that_is_none_is_shown_as_it_is(broken):
    assert day_and_clock(broken, PPK) == (broken, "")


def test_a_truck_has_no_time_zone_so_the_other_side_lends_its_own():
    assert zone_code(TRUCK, None, PPK) == PPK
    assert zone_code(TRUCK, "V-01") == ""


def test_custodians_go_by_name_and_plates_by_their_groups():
    assert custodian_name(PLACES, PPK) == "PPK Gerokgak"
    assert custodian_name({}, TRUCK) == "Vehicle DK 8123 AB"
    assert custodian_name({}, "51.99") == "51.99"
    assert place_path(PLACES, TPS) == "TPS 001 Gerokgak, PPS Gerokgak, PPK Gerokgak"


def test_a_kind_that_no_table_names_keeps_its_word():
    assert kind_name(NEEDS, "hologram") == "hologram"


@pytest.mark.parametrize(
    "part, whole, id_, en",
    [
        (11, 24, "45,8%", "45.8 %"),
        (45, 100, "45%", "45 %"),
        (2274, 2275, "99,9%", "99.9 %"),
        (999_999, 1_000_000, "99,9%", "99.9 %"),
        (2275, 2275, "100%", "100 %"),
        (0, 2275, "0%", "0 %"),
        (1, 2275, "<0,1%", "<0.1 %"),
        (1, 1000, "0,1%", "0.1 %"),
        (0, 0, "–", "–"),
    ],
)
def test_a_share_is_worded_in_one_way_and_a_hundred_per_cent_means_all_of_it(part, whole, id_, en):
    assert share(part, whole) == en
    language.use("id")
    assert share(part, whole) == id_


def test_every_kind_of_finding_has_a_name_and_its_code_stands_behind_it():
    language.use("id")
    for code in SEVERITY:
        assert finding_title(code) != code and named_finding(code) == f"{finding_title(code)} ({code})"
    assert named_finding("GAP") == "Serah terima tidak tercatat (GAP)" and named_finding("OTHER") == "OTHER"


def test_a_sentence_in_indonesian_has_its_time_in_full():
    late = Finding("LATE", "due {due_utc}", {"due_utc": "2024-02-13T04:40:00Z"})
    assert finding_text(late, place=TPS) == "Due Tue 13 Feb 2024 12:40 WITA"
    language.use("id")
    assert finding_text(late, place=TPS) == "Due Selasa, 13 Februari 2024 pukul 12.40 WITA"


def test_of_what_has_not_come_the_advice_is_to_call_and_of_what_came_late_to_record_it():
    late = Finding("LATE", "late", {})
    assert "ask when it comes" in advice(late) and "Record it all the same" in advice(late.closed())
