"""A BAST as a file: the letter as PDF, its table and codes as a workbook or CSV, all its facts as JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from custody.format.codes import show_code
from custody.format.item_facts import Item
from custody.format.paper_codes import Sheet as PaperSheet
from language import _
from reports.bast.letter_facts import BastFacts, Line, Party
from reports.bast.letter_template import Template
from reports.chain.chain_facts import finding_json
from reports.output import save_report
from reports.words import custodian_name, kind_word, people_json
from tables.output.write import Cell, Sheet, row_of, sheet_of

ROW_HEADERS = ("number", "kind", "kind_name", "quantity", "unit", "pieces", "conditions", "serials")
_CODE_COLUMNS: Mapping[str, Callable[[BastFacts, Line], Cell]] = {
    "number": lambda facts, line: facts.number,
    "code": lambda facts, line: show_code(line.code),
    "print": lambda facts, line: line.print,
    "how": lambda facts, line: line.how,
    "kind": lambda facts, line: line.kind,
    "kind_name": lambda facts, line: kind_word(facts.needs, line.kind),
    "election": lambda facts, line: line.item.election if line.item else None,
    "k": lambda facts, line: line.item.k if line.item else None,
    "n": lambda facts, line: line.item.n if line.item else None,
    "to": lambda facts, line: line.to,
    "to_name": lambda facts, line: custodian_name(facts.places, line.to) if line.to else "",
    "condition": lambda facts, line: line.condition,
    "taken": lambda facts, line: not line.is_refused,
    "remark": lambda facts, line: line.remark,
}
"""Column names stay English, as JSON's do, so that what reads them need not know the reader's language."""


def bast_json(facts: BastFacts) -> dict[str, Any]:
    """Return all facts of the letter for programs."""
    return {
        "number": facts.number,
        "election": facts.election,
        "station": facts.station,
        "records": [{"log": e.log, "seq": e.seq, "leaf": e.leaf} for e in facts.records],
        "happened_utc": facts.happened_utc,
        "keyed_in_utc": facts.keyed_in_utc or None,
        "place": facts.place,
        "from": _party(facts, facts.giver),
        "to": _party(facts, facts.receiver),
        "bound": list(facts.bound),
        "vehicle": facts.carriage.vehicle,
        "driver": facts.carriage.driver,
        "escort": facts.carriage.escort,
        "stops": list(facts.carriage.stops),
        "witnesses": list(facts.witnesses),
        "note": facts.note,
        "acknowledged": [asdict(row) for row in facts.acknowledged],
        "rows": [dict(zip(ROW_HEADERS[1:], row[1:], strict=True)) for row in _rows(facts)],
        "total": len(facts.taken),
        "counted": facts.told.counted,
        "expected": facts.told.expected,
        "derived": facts.told.is_derived,
        "basis": facts.told.basis,
        "phase": facts.told.phase,
        "kinds": list(facts.told.kinds),
        **({"elsewhere": facts.told.elsewhere} if facts.told.elsewhere else {}),
        "missing_count": facts.told.missing_count,
        "missing": [_missing(item, facts.told.explained) for item in facts.told.missing],
        "carried": [{"code": i.code, "kind": i.kind, "to": i.to, "k": i.k, "n": i.n} for i in facts.told.carried],
        "extras": [{"kind": e.kind, "count": e.count, "note": e.note} for e in facts.told.extras],
        "items": [{name: cell for name, cell in row.items() if name != "number"} for row in _codes(facts)],
        "findings": [finding_json(finding, facts.needs, facts.here) for finding in facts.findings],
        "named_twice": people_json(facts.told.named_twice),
        "withdrawn": facts.is_withdrawn,
        "replaces": list(facts.replaces),
        "online": facts.online
        and {"witnesses": list(facts.online.names), "policy": facts.online.policy, "met": facts.online.is_met},
    }


def save_bast(
    path: Path,
    facts: BastFacts,
    template: Template,
    papers: Sequence[PaperSheet | None],
    signatures: Mapping[str, bytes] | None = None,
) -> None:
    """Write the letter as .pdf, its table and codes as .xlsx, the codes alone as .csv, or all facts as .json.

    Raises:
        InputError: another suffix, or a folder that is not there.
        StoreError: the disk is full.
    """

    def sheets() -> list[Sheet]:
        return [Sheet("BAST", ROW_HEADERS, _rows(facts)), sheet_of(_("Codes"), _CODE_COLUMNS, _codes(facts))]

    def pdf(file: BinaryIO) -> None:
        from reports.bast.letter_content import write_bast

        write_bast(file, facts, template, papers, signatures)

    save_report(path, pdf=pdf, sheets=sheets, facts=lambda: bast_json(facts), csv_at=1)


def _missing(item: Item, explained: Mapping[str, str]) -> dict[str, Any]:
    """A thing that is still to come; with the station that is not admitted and whose record would explain it."""
    told = {"code": item.code, "kind": item.kind, "to": item.to, "k": item.k, "n": item.n}
    return told | ({"stranger": explained[item.code]} if item.code in explained else {})


def _party(facts: BastFacts, party: Party) -> dict[str, str]:
    return {
        "code": party.code,
        "name": custodian_name(facts.places, party.code),
        "person": party.person,
        "function": party.function,
    }


def _rows(facts: BastFacts) -> Iterator[list[Cell]]:
    for row in facts.rows:
        need = facts.needs.get(row.kind)
        conditions = ", ".join(f"{word or 'unnoted'} {count}" for word, count in row.conditions.items())
        yield [
            facts.number,
            row.kind,
            kind_word(facts.needs, row.kind),
            row.count,
            need.unit if need else "",
            row.pieces,
            conditions,
            " ".join(row.serials)[:30_000],
        ]


def _codes(facts: BastFacts) -> Iterator[dict[str, Cell]]:
    return (row_of(_CODE_COLUMNS, facts, line) for line in facts.lines)
