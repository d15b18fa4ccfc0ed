"""The documents of the format and the rules name all that the code has, and their examples are true."""

import re
from pathlib import Path

import pytest

from custody.chain.findings import SEVERITY, judge_count, judge_scan
from custody.errors import CodeError
from custody.format.codes import ItemLabel, parse_entry
from custody.format.event_types import COMMON, FORMS
from custody.format.item_facts import Item
from evidence.audit import audit_bundle
from evidence.entry import RawEntry
from tests.support.custody_notation import chain_of, code_of, ledger
from tests.support.evidence_logs import Station, unfiled

DOCS = Path(__file__).parents[2] / "docs"
FORMAT = (DOCS / "ledger-format.md").read_text(encoding="utf-8")
RULES = (DOCS / "custody-rules.md").read_text(encoding="utf-8")


def test_the_format_names_every_type_and_field():
    for name in (*COMMON, *(type_ for type_, _v in FORMS), *(field for fields in FORMS.values() for field in fields)):
        assert f"`{name}`" in FORMAT, name


def test_the_format_says_in_which_version_each_type_is_written():
    for type_, version in FORMS:
        assert f"**`{type_}`**" in FORMAT if version == 1 else f"**`{type_}`** ({version})" in FORMAT, (type_, version)


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table under these column headings, by column."""
    lines = iter(RULES.splitlines())
    assert any(line.startswith(heading) for line in lines), heading
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


MEANING_ROWS = rows_of("| code | severity |")
MEANINGS = {row[0].strip("`"): row for row in MEANING_ROWS}
EXAMPLES = {row[0].strip("`"): row for row in rows_of("| code | example |")}


def test_the_rules_name_exactly_the_findings_that_there_are_each_with_what_it_means_rests_on_and_asks_for():
    assert len(MEANING_ROWS) == len(MEANINGS) and MEANINGS.keys() == SEVERITY.keys()
    for code, (_, severity, *said) in MEANINGS.items():
        assert severity == SEVERITY[code]
        assert len(said) == 4 and all(said), code


def test_every_finding_has_an_example():
    assert EXAMPLES.keys() == MEANINGS.keys()
    assert all(len(row) == 3 and all(row) for row in EXAMPLES.values())


def told_in_lines() -> dict[str, tuple[str, str]]:
    """The examples that are ledgers: their lines, and the event that the finding rests on."""
    found = {}
    for code, (_, example, rests_on) in EXAMPLES.items():
        lines = [text for text in re.findall(r"`([^`]+)`", example) if re.match(r"[A-Z][0-9] ", text)]
        if lines:
            found[code] = ("\n".join(["A1 register X at WH for TPS1", *lines]), rests_on)
    return found


@pytest.mark.parametrize("code", told_in_lines())
def test_an_example_that_is_a_ledger_gives_that_finding(code: str) -> None:
    text, rests_on = told_in_lines()[code]
    events = ledger(text)
    found = [f for letter in "XY" for f in chain_of(text, letter).findings if f.code == code]
    named = {events[name].leaf for name in rests_on.split(", ")}
    assert any(set(finding.rests_on) == named for finding in found), (code, text)


WH_ITEM = Item(code_of("X"), "box", "TPS1", 1, 1, held_by="PPK")


def at_the_moment(code: str) -> list[str]:
    """What the examples say that are told in words, tried."""
    first, second, third = (Station(number) for number in (1, 2, 3))
    first.fill(3)
    second.hand_over([first.ref(2)])
    match code:
        case "NOT_HELD":
            return [f.code for f in judge_scan(WH_ITEM, ItemLabel(WH_ITEM.code, None), {}, giver="WH", to="PPK")]
        case "COUNT":
            return [f.code for f in judge_count(19, 0, 20)]
        case "UNKNOWN_STATION":
            return verdict([first, third], root=first.fingerprint)
        case "TAMPERED":
            entry = first.entries[1]
            first.entries[1] = RawEntry(entry.body.replace(b"Made", b"Mude"), entry.signatures)
            return verdict([first], at=2)
        case "INCOMPLETE":
            head = third.fill(12).head()
            third.entries[10:] = []
            return verdict([third], heads=[head], at=11)
        case "UNWITNESSED":
            return verdict([first, second], at=3)
        case _:
            raise AssertionError(f"no test knows the example of {code}")


def verdict(stations: list[Station], at: int | None = None, **how: object) -> list[str]:
    entries = [entry for station in stations for entry in unfiled(station.entries)]
    audit = audit_bundle([station.row() for station in stations], entries, **how)  # type: ignore[arg-type]
    return [finding.code for finding in audit.findings if at in (None, finding.seq)]


@pytest.mark.parametrize("code", sorted(EXAMPLES.keys() - told_in_lines().keys() - {"BAD_CHECK", "PHOTO"}))
def test_an_example_in_words_gives_that_finding(code: str) -> None:
    assert code in at_the_moment(code)


def test_the_example_of_a_bad_check_character_is_one() -> None:
    [shown] = re.findall(r"`([^`]+)`", EXAMPLES["BAD_CHECK"][1])
    parse_entry(f"{shown[:-1]}6")
    with pytest.raises(CodeError):
        parse_entry(shown)
