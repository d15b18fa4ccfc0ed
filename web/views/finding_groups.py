"""Findings as pages show them: those alike together, with what to do about them once, and one by one to open."""

from collections.abc import Container, Iterable, Sequence
from typing import Any

from custody.chain.findings import Finding
from custody.format.codes import show_code
from db.store import Store
from reports.chain.finding_rows import grouped
from reports.words import judged_text
from services.plan.custodians import station_clock
from services.scanning.advice import advice

MORE = 200
"""So many lines of a list come at a time."""
_LITTLE = 8


def group_rows(store: Store, findings: Iterable[Finding], listed: Container[str | None] = ()) -> list[dict[str, Any]]:
    """Findings by kind, gravest first: how many, what they have in common, and what to do, once.

    One by one they stand there where they are few; of more, pages ask for them (`group_of`, `finding_lines`).

    Args:
        listed: the codes of things that may be removed from a list.
    """
    return [
        {
            "title": group.title,
            "word": group.word,
            "severity": group.severity,
            "count": len(group.findings),
            "advice": list(dict.fromkeys(filter(None, (advice(one, store) for one in group.findings)))),
            "removable": len(codes_in(group.findings, listed)),
            "lines": finding_lines(store, group.findings, listed) if len(group.findings) <= _LITTLE else None,
        }
        for group in grouped(findings)
    ]


def group_of(findings: Iterable[Finding], title: str) -> list[Finding]:
    """Return the findings of the group that is called so."""
    return next((group.findings for group in grouped(findings) if group.title == title), [])


def codes_in(findings: Iterable[Finding], listed: Container[str | None]) -> list[str]:
    """Return the codes of the listed things that these findings are about, each once."""
    return [code for code in dict.fromkeys(one.item for one in findings) if code is not None and code in listed]


def finding_lines(
    store: Store, findings: Sequence[Finding], listed: Container[str | None] = ()
) -> list[dict[str, str]]:
    """Findings one by one, each as a sentence; with the code of its item where that is listed."""
    needs, place = store.state.kinds(), station_clock(store)
    return [
        {
            "text": judged_text(one, needs, place),
            "item": (one.item or "") if one.item in listed else "",
            "shown": show_code(one.item) if one.item else "",
        }
        for one in findings
    ]


def next_after(after: int, count: int) -> int:
    """After how many lines the next ones come; 0 where all of `count` have come."""
    return after + MORE if count > after + MORE else 0
