"""Whose word counts in an audit that knows the root: what `custody.chain.roster` says, as findings."""

from collections.abc import Mapping

from custody.chain.roster import Roster
from custody.errors import N_
from evidence.audit_findings import EvidenceFinding


def whose_word_counts(trusted: Roster, sizes: Mapping[str, int]) -> tuple[dict[str, int], list[EvidenceFinding]]:
    """Return the logs that count, each with the number up to which it does; and findings about what does not count.

    Args:
        sizes: the highest number that is held of each log.
    """
    ends, found = dict[str, int](), list[EvidenceFinding]()
    if not trusted.roots:
        message = N_("no log here is signed by the root's key {root}: nobody vouches for any of them")
        found.append(EvidenceFinding("INCOMPLETE", "", None, message, {"root": trusted.root}))
    for log, size in sorted(sizes.items()):
        if trusted.counts(log):
            last = trusted.last_good(log)
            ends[log] = size if last is None else min(size, last)
        finding = what_does_not_count(trusted, log, size) if log in trusted.owners else None  # no key: nobody's log
        found += [] if finding is None else [finding]
    return ends, found


def what_does_not_count(trusted: Roster, log: str, size: int) -> EvidenceFinding | None:
    """The note on a log of which not everything counts; None where all of its `size` entries do."""
    if not trusted.counts(log):
        message = N_("the root has not admitted the key of {log}: its entries are kept and do not count")
        if not size:
            message = N_("the root has not admitted the key of {log}, of which no entry is here")
        return EvidenceFinding("UNKNOWN_STATION", log, None, message, {"log": log})
    last = trusted.last_good(log)
    if last is None or size <= last:
        return None
    message = N_("the key of {log} was revoked: its entries from number {seq} on are kept and do not count")
    return EvidenceFinding("UNKNOWN_STATION", log, last + 1, message, {"log": log, "seq": last + 1})
