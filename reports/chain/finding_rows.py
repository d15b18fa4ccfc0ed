"""Findings as a reader takes them in: of a chain each sentence once, with its records; of a session by kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from custody.chain.chain import Chain
from custody.chain.findings import HELD_ALREADY, NOT_ON_LOAD, NOT_ON_PAPER, Finding
from custody.errors import N_
from language import _, ngettext
from language.text import number, printable
from reports.words import Needs, Places, finding_text, gravity, severity_word, zone_code

GRAVITY = {"critical": 0, "warning": 1, "info": 2}
"""By how grave a finding is, its place among others."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One sentence of findings: how grave, the word for that, the numbers of the steps at which it shows, and those of
    all steps that it rests on.
    """

    code: str
    severity: str
    word: str
    text: str
    steps: tuple[int, ...]
    rests_on: tuple[int, ...]
    is_open: bool
    is_provisional: bool

    @property
    def state(self) -> str:
        """Open, provisional or settled, in words."""
        if not self.is_open:
            return _("settled")
        return _("provisional: a log not met yet may explain it") if self.is_provisional else _("open")

    @property
    def where(self) -> str:
        """Which records it rests on, in words; empty where it rests on none of the chain."""
        if not self.rests_on:
            return ""
        numbers = ", ".join(str(step) for step in self.rests_on)
        return ngettext("record {numbers}", "records {numbers}", len(self.rests_on)).format(numbers=numbers)


def finding_rows(chain: Chain, places: Places, needs: Needs) -> list[FindingRow]:
    """The findings of a chain, open and grave ones first; a sentence that several records earn stands once."""
    here = zone_code(chain.item.to if chain.item else None, chain.held_by, *(link.to for link in chain.links))
    step_of = {link.event.leaf: step for step, link in enumerate(chain.shown, start=1)}
    found: dict[tuple[str, str, str, bool, bool], tuple[list[int], set[int]]] = {}
    for finding in chain.findings:
        text = finding_text(finding, needs, here)
        key = (finding.code, finding.severity, text, finding.is_open, finding.is_provisional)
        shows_at, rests_on = found.setdefault(key, ([], set()))
        if finding.leaf in step_of:
            shows_at.append(step_of[finding.leaf])
        rests_on |= {step_of[leaf] for leaf in finding.rests_on if leaf in step_of}
    rows = [
        FindingRow(
            code,
            severity,
            severity_word(severity),
            text,
            tuple(shows_at),
            tuple(sorted(rests_on)),
            is_open,
            is_provisional,
        )
        for (code, severity, text, is_open, is_provisional), (shows_at, rests_on) in found.items()
    ]
    return sorted(rows, key=lambda row: (not row.is_open, GRAVITY[row.severity], row.is_provisional))


def finding_summary(rows: list[FindingRow]) -> str:
    """How many findings are open, in words: "none", "2 open", "2 open, 1 settled"."""
    if not rows:
        return _("none")
    is_open = sum(row.is_open for row in rows)
    parts = [_("{count} open").format(count=number(is_open))] if is_open else []
    if len(rows) > is_open:
        parts.append(_("{count} settled").format(count=number(len(rows) - is_open)))
    return ", ".join(parts)


# ----------------------------------------------------------------------------------------------------------------------
# What people call each kind of finding, in a few words: wherever they read one, its code stands behind its name.

_TITLES = {
    "UNKNOWN_CODE": N_("Not registered"),
    "BAD_CHECK": N_("Not our label"),
    "VOID_LABEL": N_("Void label"),
    "NOT_HELD": N_("Not with the giver"),
    "GAP": N_("Handover missing"),
    "FORK": N_("Given twice"),
    "SUSPECTED_COPY": N_("Suspected copy"),
    "WRONG_DESTINATION": N_("Wrong destination"),
    "SHORTAGE": N_("Short"),
    "EXCESS": N_("Too many"),
    "COUNT": N_("Counted otherwise"),
    "DAMAGED": N_("Damaged"),
    "MISSING": N_("Parts missing"),
    "SEAL_BROKEN": N_("Seal broken"),
    "SEAL_MISMATCH": N_("Other seal number"),
    "UNSEALED": N_("Without a seal"),
    "LATE": N_("Late"),
    "LATE_ENTRY": N_("Keyed in later"),
    "CLOCK": N_("Clock was set"),
    "CORRECTED": N_("Corrected"),
    "DISPUTED": N_("Disputed"),
    "UNWITNESSED": N_("Not witnessed"),
    "PHOTO": N_("Photograph not kept here"),
    "UNKNOWN_STATION": N_("Station not admitted"),
    "TAMPERED": N_("Altered"),
    "INCOMPLETE": N_("Incomplete"),
}


_OF_MESSAGE = {
    NOT_ON_PAPER: N_("Not on the handover paper"),
    NOT_ON_LOAD: N_("Not on the load list"),
    HELD_ALREADY: N_("With the receiver already"),
}
"""Of findings whose kind is called by too wide a name: by their message."""


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one kind, that is what they have in common: its code, what people call it, and how grave the
    first of them is, in a word.
    """

    code: str
    title: str
    severity: str
    word: str
    findings: list[Finding]


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """Return findings by kind, the gravest kind first; without those that a paper foretold."""
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: (GRAVITY[finding.severity], finding.code)):
        if not finding.is_foretold:
            named = _OF_MESSAGE.get(finding.message)
            groups.setdefault(_(named) if named else finding_title(finding.code), []).append(finding)
    return [
        FindingGroup(found[0].code, title, found[0].severity, gravity(found[0]), found)
        for title, found in groups.items()
    ]


def finding_title(code: str) -> str:
    """A kind of finding in a few words."""
    return _(_TITLES[code]) if code in _TITLES else printable(code, 40)


def named_finding(code: str) -> str:
    """A kind of finding in a few words, with the code that files and JSON have: Handover missing (GAP)."""
    return f"{finding_title(code)} ({code})" if code in _TITLES else finding_title(code)
