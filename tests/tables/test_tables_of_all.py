"""Everything as tables: each report and each record, as a workbook and as a folder of CSV files."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from commands.program import REPORTS
from custody.format.event_types import NEWEST
from tests.support.busy_day import GIVER, LATE, Day

TABLES = {
    "logs",
    "places",
    "needs",
    "items",
    "records",
    "handovers",
    "chains",
    "prints",
    "print-records",
    "progress",
    "phases",
    "late",
    "discrepancies",
    "deliveries",
    "contracts",
    "delivery-records",
    "conditions",
    "looks",
    "seal-packs",
    "seal-numbers",
    "incidents",
    "readiness",
    "readiness-answers",
    "points",
    "scorecard",
    "scorecard-faults",
    "returns",
    "return-items",
    "packings",
    "sealings",
    "inspections",
    "reassignments",
    "unlabelled",
    "checklist-answers",
    "point-history",
    "corrections",
}
ELSEWHERE = {"custody": "chains", "handover": "handovers", "bast": "handovers", "pace": None, "evaluation": None}
"""Reports with a table of another name; `pace` is of what is typed in, `evaluation` has the others as its chapters."""


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(busy: Day) -> Path:
    busy.done("export", "--tables", "all")
    return Path("all")


def test_every_report_and_every_record_has_its_table(busy: Day, folder: Path) -> None:
    assert {path.stem for path in folder.iterdir()} == TABLES
    for report in REPORTS:
        name = ELSEWHERE.get(report, report)
        assert name is None or any(one.startswith(name.rstrip("s")) for one in TABLES), report
    records = table(folder, "records")
    assert len(records) == busy.event_count()
    assert {row["type"] for row in records} >= NEWEST.keys() - {"admit", "join", "revoke", "witness", "clock"}
    items = table(folder, "items")
    assert len(items) == len(busy.codes()) and {row["code"] for row in items} == set(busy.codes())
    for name, count in (
        ("packings", 4),
        ("sealings", 3),
        ("inspections", 1),
        ("reassignments", 1),
        ("unlabelled", 1),
        ("checklist-answers", 5),
        ("point-history", 2),
        ("corrections", 2),
    ):
        assert len(table(folder, name)) == count, name
    assert len(table(folder, "places")) == 8 and len(table(folder, "needs")) >= 4


def test_late_entries_and_withdrawn_records_are_marked_in_every_table_of_them(busy: Day, folder: Path) -> None:
    late = [row for row in table(folder, "handovers") if row["late_entry"] == "true"]
    [wrong] = [row["happened_utc"] for row in table(folder, "handovers") if row["record"] == busy.wrong]
    assert [row["happened_utc"] for row in late] == [LATE, wrong]  # what was put right keeps its time
    assert late[0]["recorded_utc"] > LATE
    assert {row["type"] for row in table(folder, "records") if row["late_entry"] == "true"} == {"handover", "seal"}
    marked = [row for row in table(folder, "chains") if row["keyed_in_later_utc"]]
    assert {row["type"] for row in marked} == {"handover", "seal"}
    assert {row["at_utc"] for row in marked} == {LATE, wrong}
    withdrawn = [row["record"] for row in table(folder, "records") if row["withdrawn_by"]]
    assert withdrawn == [busy.wrong, busy.never]
    leaves = {row["leaf"]: row["record"] for row in table(folder, "records")}
    assert [leaves[row["target_leaf"]] for row in table(folder, "corrections")] == withdrawn
    [late_look] = [row for row in table(folder, "sealings") if row["late_entry"] == "true"]
    assert (late_look["result"], late_look["happened_utc"]) == ("broken", LATE)


def test_the_workbook_has_the_same_tables_as_the_folder(busy: Day, folder: Path) -> None:
    assert busy.done("export", "--tables", "all.xlsx", "--json").json["tables"] == len(TABLES)
    book = CalamineWorkbook.from_path("all.xlsx")
    assert set(book.sheet_names) == TABLES
    for name in TABLES:
        rows = book.get_sheet_by_name(name).to_python()
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            told = list(csv.reader(file))
        assert rows[0] == told[0] and len(rows) == len(told), name
    givers = {row["giver"] for row in table(folder, "handovers")}
    assert GIVER in givers


def test_a_text_that_would_be_a_formula_is_harmless_in_every_table(busy: Day) -> None:
    busy.done("incident", "=HYPERLINK(1)", "--place", "51.08.01", "--stage", "@x")
    busy.done("point", "P2", "--title", "+1+1", "--owner", "-2")
    busy.done("export", "--tables", "again")
    texts = [
        cell
        for path in Path("again").iterdir()
        for row in csv.reader(path.open(encoding="utf-8-sig", newline=""))
        for cell in row
    ]
    assert {"'=HYPERLINK(1)", "'@x", "'+1+1", "'-2"} <= set(texts)
    assert not [cell for cell in texts if cell[:1] in "=+@" and cell]


@pytest.mark.parametrize("out", ["all.csv", "all.pdf", "none/all", "home"])
def test_what_cannot_be_written_is_refused_and_leaves_nothing(busy: Day, out: str) -> None:
    before = sorted(Path().iterdir())
    refused = busy("export", "--tables", out)
    assert refused.code == 2 and len(refused.err.splitlines()) == 2, refused.err
    assert sorted(Path().iterdir()) == before


def test_reports_of_the_field_mark_what_was_keyed_in_later(busy: Day) -> None:
    busy.done("incident", "Banjir", "--place", "51.08.02", "--occurred", LATE)
    answers = [f"--answer={key}=yes" for key in ("roof", "water", "lock", "guard", "space")]
    busy.done("checklist", *answers, "--place", "51.08.02", "--occurred", LATE)
    busy.done("receive", "--from", "CV", "--kind", "booth", "--arrived", 1, "--occurred", LATE)
    for report, count in (("incidents", 1), ("readiness", 1), ("deliveries", 1)):
        assert busy.done("report", report).out.count("keyed in later") == count, report
    busy.done("export", "--tables", "late")
    for name in ("incidents", "readiness", "delivery-records"):
        marks = [row["keyed_in_later_utc"] for row in table(Path("late"), name)]
        assert sum(map(bool, marks)) == 1 and len(marks) > 1, name
