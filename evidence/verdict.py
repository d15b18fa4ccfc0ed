"""What an audit of several logs says in the end: what is held of each, who has seen it, and the verdict in words."""

from dataclasses import dataclass, field
from typing import Any

from custody.chain.roster import Roster
from custody.errors import N_
from evidence.audit_findings import EvidenceFinding

KEPT_HEAD = "head"
"""The witness's name where it is no log: somebody kept a signed head, on paper or in a file."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody else who has seen a log up to number `to`: a log and its station, or a head that was kept.

    `is_stranger`: the log is known not to be admitted, at a ledger that is audited without the root's fingerprint.
    """

    log: str
    station: str
    to: int
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """How far the witnesses of a policy have seen a log: `met_to` by enough of them (0: by too few), and each that has,
    by its name there.
    """

    met_to: int
    seen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What is held of one log, the highest number that anybody has seen of it, and who has seen how far.

    `known_by` is the log that names number `known`, KEPT_HEAD where a kept head does, else empty. `log` is empty where
    nothing but a key is known: a station was admitted, and no log of it is here. `policy` is None where none was given,
    or it asks nothing of this log.
    """

    log: str
    station: str
    place: str
    key: str | None
    size: int
    head: str | None
    root: str
    known: int
    known_by: str
    witnesses: tuple[Witness, ...]
    policy: PolicyFacts | None = None

    @property
    def witnessed_to(self) -> int:
        """Up to here the log can be neither cut nor rewritten without being noticed."""
        return max((witness.to for witness in self.witnesses), default=0)


@dataclass(frozen=True, slots=True)
class BundleAudit:
    """Everything that an audit of several logs found. It never says "complete": only "up to these heads"."""

    logs: tuple[LogFacts, ...]
    findings: tuple[EvidenceFinding, ...]
    is_anchored: bool
    """Whether the auditor brought something of his own: the root's fingerprint, a head, or witnesses and their word."""
    unmet: tuple[str, ...] = field(default=(), kw_only=True)
    """The logs that too few witnesses have seen for the policy that the auditor asks for."""
    trusted: Roster | None = field(default=None, kw_only=True, repr=False, compare=False)
    """Whose word counts; None where the auditor knows no root."""

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong, and the policy that is asked for is met."""
        return not self.unmet and not self.is_wrong

    @property
    def is_wrong(self) -> bool:
        """Whether anything is altered, missing below a known head, or forked."""
        return any(finding.is_wrong for finding in self.findings)

    @property
    def is_short(self) -> bool:
        """Whether it fails for nothing but records that others have seen and that are not here."""
        return self.is_wrong and all(finding.is_short for finding in self.findings if finding.is_wrong)

    @property
    def is_disputed(self) -> bool:
        """Whether it fails only because logs contradict each other, with no signature that decides between them."""
        wrong = [finding for finding in self.findings if finding.is_wrong]
        is_between = all(finding.code == "DISPUTED" or finding.is_short for finding in wrong)
        return is_between and any(finding.code == "DISPUTED" for finding in wrong)

    @property
    def is_witnessed(self) -> bool:
        """Whether anybody has seen how long any of the logs is: another key's log, or who kept a head."""
        return any(log.witnesses for log in self.logs)

    @property
    def verdict(self) -> str:
        """The result in words: an English template without values."""
        if self.is_short:
            return N_("incomplete: records are missing, see the findings; what is here is as it was signed")
        if self.is_disputed:
            return N_("disputed: logs contradict each other, and no signature tells which of them is wrong")
        if self.is_wrong:
            return N_("the evidence is wrong: see the findings")
        if self.unmet:
            return N_("unchanged, and not seen by as many witnesses as the policy asks for: see the logs")
        if not self.is_anchored:
            return N_("self-consistent only: nothing from outside was given to hold it against")
        if not self.is_witnessed:
            return N_("unchanged, and not known to be complete: nobody has witnessed how long these logs are")
        return N_("complete up to these heads")

    def to_json(self) -> dict[str, Any]:
        """What `verify --json` prints (design: commands)."""
        return {
            "ok": self.is_ok,
            "verdict": self.verdict,
            "logs": [_log_json(log) for log in self.logs],
            "findings": [
                {
                    "code": f.code,
                    "log": f.log,
                    "seq": f.seq,
                    "severity": f.severity,
                    "detail": str(f),
                    "accuses": f.accuses,
                }
                for f in self.findings
            ],
        }


def _log_json(log: LogFacts) -> dict[str, Any]:
    return {
        "log": log.log or None,
        "station": log.station,
        "place": log.place,
        "key": log.key,
        "size": log.size,
        "head": log.head,
        "root": log.root,
        "known": log.known,
        "known_by": log.known_by or None,
        "witnessed_to": log.witnessed_to,
        "witnesses": [{"log": w.log, "station": w.station, "to": w.to} for w in log.witnesses],
        "policy": log.policy
        and {"met_to": log.policy.met_to, "seen": [{"witness": name, "to": to} for name, to in log.policy.seen]},
    }
