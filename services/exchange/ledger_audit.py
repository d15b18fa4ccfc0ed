"""The audit of the station's own ledger, for the command and the page."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from custody.chain.chain import Chain, custody
from custody.errors import N_, CustodyError, StoreError
from custody.format.events import Event
from evidence.audit import audit_bundle, worth_spreading
from evidence.audit_findings import ALTERED_FILE, EvidenceFinding
from evidence.custody_proof import ProofAudit
from evidence.entry import RawEntry
from evidence.policy import NONE, Policy
from evidence.verdict import KEPT_HEAD, BundleAudit, LogFacts, Witness
from language import _, ngettext
from language.text import fill, number, printable, sentence
from services.parallel import spread
from services.progress_bar import Progress, unseen

if TYPE_CHECKING:
    from db.store import Store


@dataclass(frozen=True, slots=True)
class AskedPolicy:
    """Which witnesses an audit counts; `must_be_met`: too few are wrong."""

    policy: Policy | None = None
    must_be_met: bool = False


NO_POLICY = AskedPolicy()


def audit_ledger(
    store: "Store",
    root: str | None = None,
    heads: Sequence[str] = (),
    asked: AskedPolicy = NO_POLICY,
    *,
    progress: Progress = unseen,
) -> BundleAudit:
    """Audit the station's own ledger: its entries, and everything that is kept beside them.

    Raises:
        StoreError: its file is damaged so that it cannot even be read.
    """
    with store.transaction.snapshot():
        return _audit_ledger(store, root, heads, asked, progress)


def _audit_ledger(
    store: "Store", root: str | None, heads: Sequence[str], asked: AskedPolicy, progress: Progress
) -> BundleAudit:
    from db.log.table_audit import Checking

    try:
        checking = Checking(store)
        rows = checking.rows()
        total = sum(row.size for row in rows)
        with spread(worth_spreading(rows)) as mapper, progress(total, _("Checking entries")) as done:
            entries = _counted(checking.entries(), done)
            audit = audit_bundle(
                rows,
                entries,
                root=root,
                heads=heads,
                shown=checking.shown(),
                policy=asked.policy,
                must_be_met=asked.must_be_met,
                mapper=mapper,
            )
        with progress(store.ledger.code_count(), _("Comparing the present state")) as done:
            found = [*checking.findings(audit.logs, done), *store.photos.findings()]
    except (ValueError, TypeError, ArithmeticError, MemoryError, AttributeError) as error:
        # A column that holds what no column of ours can: damage, for the database checks types where it writes.
        raise StoreError(
            N_("the ledger's file is damaged ({reason})"),
            hint=N_("Keep it as it is and go on with a copy from a backup."),
            reason=type(error).__name__,
        ) from error
    strangers: Container[str] = ()
    with suppress(CustodyError, ValueError, KeyError, TypeError, AttributeError):  # damaged: a finding already
        strangers = store.state.stations.now().strangers
    logs = tuple(replace(log, witnesses=tuple(_known(log.witnesses, strangers))) for log in audit.logs)
    return replace(audit, logs=logs, findings=(*found, *audit.findings))


def _known(witnesses: Iterable[Witness], strangers: Container[str]) -> Iterator[Witness]:
    """The same, those marked whose logs are not admitted, by what this ledger knows."""
    return (replace(one, is_stranger=one.log in strangers) for one in witnesses)


def _counted(entries: Iterable[RawEntry], done: Callable[[int], None]) -> Iterator[RawEntry]:
    for raw in entries:
        yield raw
        done(1)


# --- What an audit found, in words: for `verify` and for the page -----------------------------------------------------


def verdict_sentence(audit: BundleAudit) -> str:
    """The result as a sentence."""
    return sentence(_(audit.verdict)) + "."


def length_caution(audit: BundleAudit) -> str:
    """Return a caution where the root is known and no log is witnessed, so that a cut would not show; else empty."""

    if isinstance(audit, ProofAudit) or not audit.is_ok or not audit.is_anchored or audit.is_witnessed:
        return ""
    return _(
        "Nobody else vouches for the length of these logs: records cut off at their end would not be missed. Bring a "
        "head that somebody kept, or a handover paper's."
    )


def audit_json(audit: BundleAudit) -> dict[str, Any]:
    """Return the output of `verify --json`, with verdict and findings in the chosen language."""
    said = audit.to_json()
    found = [
        {**told, "detail": finding_sentence(one)} for told, one in zip(said["findings"], audit.findings, strict=True)
    ]
    return {**said, "verdict": _(audit.verdict), "findings": found}


def finding_sentence(finding: EvidenceFinding) -> str:
    """What is wrong, or what the evidence does not show."""
    said = fill(finding.message, finding.values)
    if not finding.of_file or not finding.log:
        return said
    return _(ALTERED_FILE).format(what=said)


def proven_chains(audit: ProofAudit) -> Iterator[Chain]:
    """The chains that the proven records make. Findings that need the plan, as lateness, are not among them."""

    naming: dict[str, list[Event]] = {}
    corrections: dict[str, list[Event]] = {}
    for event in audit.events:
        for code in event.rows:
            naming.setdefault(code, []).append(event)
        if event.type == "correct":
            corrections.setdefault(event.body["target"], []).append(event)
    for code in audit.codes:
        yield custody(code, _about(code, naming, corrections), roots=audit.roots, strangers=audit.strangers)


def _about(code: str, naming: Mapping[str, Sequence[Event]], corrections: Mapping[str, Sequence[Event]]) -> list[Event]:
    """The records that name an item or what it was inside of, and their corrections: a file may hold thousands."""
    found: dict[str, Event] = {}
    family = [code]
    for one in family:  # grows
        for event in naming.get(one, ()):
            found[event.leaf] = event
            if event.type == "pack" and one in event.body["children"] and event.body["parent"] not in family:
                family.append(event.body["parent"])
    targets = [*found]
    for leaf in targets:  # grows
        for event in corrections.get(leaf, ()):
            targets += [] if event.leaf in found else [event.leaf]
            found[event.leaf] = event
    return [*found.values()]


def size_words(log: LogFacts) -> str:
    """Whose a log is, how much of it is here, how much was ever seen and by whom; its newest record."""

    if not log.log:
        return _("Station {station} at {place}: admitted, and no log of it is here").format(
            station=printable(log.station), place=printable(log.place)
        )
    words = ngettext(
        "{count} entry of station {station} at {place}", "{count} entries of station {station} at {place}", log.size
    )
    line = (
        words.format(count=number(log.size), station=printable(log.station or "?"), place=printable(log.place or "?"))
        if log.size
        else _("not here")
    )
    if log.known > log.size:
        known = number(log.known)
        if log.known_by == KEPT_HEAD:
            line += "; " + _("known to exist: {known}, by a head that was kept").format(known=known)
        elif log.known_by:
            words = _("known to exist: {known}, by {log}") if log.size else _("its number {known} is named by {log}")
            line += "; " + words.format(known=known, log=printable(log.known_by, 200))
        else:
            line += "; " + _("known to exist: {known}").format(known=known)
    if log.head:
        line += "; " + _("newest: {leaf}").format(leaf=log.head[:16])
    return line


def witness_lines(log: LogFacts) -> list[str]:
    """Who has seen how much of a log; empty where nothing of it is here."""
    if not log.size:
        return []
    if not log.witnesses:
        return [_("witnessed by nobody")]
    return [
        _("witnessed up to number {number} by {who}").format(
            number=number(witness.to),
            who=printable(witness.station) if witness.station else _("a head that was kept"),
        )
        + (f" ({_('not admitted')})" if witness.is_stranger else "")
        for witness in log.witnesses
    ]


def policy_words(policy: Policy) -> str:
    """Say which witnesses a policy asks for, as `2 of Bawaslu, Unud, PDI`."""
    return _("no witness") if policy.quorum == NONE else _quorum_words(policy, policy.quorum)


def _quorum_words(policy: Policy, name: str) -> str:
    group = policy.groups.get(name)
    if group is None:
        return printable(name)
    inner = [_quorum_words(policy, member) for member in group.members]
    among = ", ".join(
        f"({words})" if member in policy.groups else words for member, words in zip(group.members, inner, strict=True)
    )
    return _("{count} of {names}").format(count=number(group.need), names=among)


def policy_lines(log: LogFacts, policy: Policy | None) -> list[str]:
    """How far the witnesses of a policy have seen a log; empty where it asks nothing of it, or nothing is here."""
    if policy is None or log.policy is None or not log.size or policy.quorum == NONE:
        return []
    if not log.policy.met_to:
        return [_("too few witnesses of the policy ({words})").format(words=policy_words(policy))]
    words = _("seen by enough witnesses of the policy ({words}) up to number {number}")
    return [words.format(words=policy_words(policy), number=number(log.policy.met_to))]
