"""What an audit found wrong: values, never exceptions, for an audit shows every fault at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from custody.chain.branches import Outside
from custody.chain.findings import SEVERITY, Severity
from custody.errors import N_
from custody.format.encoding import is_name_of

WRONG = frozenset({"TAMPERED", "INCOMPLETE", "FORK", "DISPUTED"})
"""Findings that say the evidence is altered, missing, doubled or contradictory. The others tell what it does
not show."""
ALTERED_FILE = N_("{what} (the file was altered: that accuses whoever had it, and not the station of that log)")
"""What is said of a fault, `what`, that bears no signature of the log."""


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """One fault: its code, the log, the number where it begins (None: the whole log), and a sentence with its values.

    `message` is an English template for the edge to translate. `is_short`: a log is not here, or ends before what
    others have seen of it, as one whose bundle was not taken in yet; what is here of it is not in doubt by that.
    `of_file`: what is wrong bears no signature of the log. Anybody who had the file may have done it, so it accuses
    none but them (docs/decisions/0205).
    """

    code: str
    log: str
    seq: int | None
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    is_short: bool = False
    of_file: bool = False

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.code]

    @property
    def is_wrong(self) -> bool:
        """Whether the evidence itself is wrong, so that `verify` must fail."""
        return self.code in WRONG

    @property
    def accuses(self) -> str | None:
        """What it accuses: `file`, who had the file; `log`, the key that signs this log; None: nothing."""
        return ("file" if self.of_file else "log") if self.code in ("TAMPERED", "FORK") else None

    def __str__(self) -> str:
        return self.message.format(**self.values)


def of_outside(one: Outside) -> EvidenceFinding:
    """What a station plans for a branch where it may not: signed as it should be, and not counted."""
    return EvidenceFinding("UNKNOWN_STATION", one.event.log, one.event.seq, one.message, one.values)


def of_their_keys(findings: Iterable[EvidenceFinding], keys: Mapping[str, bytes]) -> list[EvidenceFinding]:
    """The findings, of which none accuses a log by a key that is not of its name: anybody can write under any name.

    Args:
        keys: the public key that each log is held to here, by the log's name.
    """
    borrowed = {log for log, key in keys.items() if not is_name_of(log, key)}
    return [
        replace(finding, of_file=True)
        if finding.accuses and borrowed & {finding.log, finding.values.get("other")}
        else finding
        for finding in findings
    ]
