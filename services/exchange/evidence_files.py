"""Evidence that comes as files: a bundle, a folder of tiles, a custody report with its proof, a proof by itself. Needs
no ledger.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from custody.chain.linking import destinations_named
from custody.chain.planned import plan_of
from custody.errors import N_, InputError, TamperError, unreadable
from custody.format.encoding import read_signatures
from custody.format.events import Event, read_event
from custody.plan.twins import all_outside
from evidence.audit import audit_bundle, worth_spreading
from evidence.audit_findings import of_outside
from evidence.custody_proof import FIRST_LINE, MAX_FILE_BYTES, audit_proof, read_custody_proof
from evidence.entry import RawEntry, examine
from evidence.verdict import BundleAudit
from language import _
from reports.output import PROOF_NAME
from services.exchange.bundle import Bundle, read_bundle
from services.exchange.ledger_audit import NO_POLICY, AskedPolicy
from services.exchange.tile_reading import Fetch, in_folder, read_tiles
from services.parallel import spread
from services.progress_bar import Progress, unseen
from tables.sandbox.child_process import OverLimitError, bounded

MAX_REPORT_BYTES = 256 * 1024 * 1024
"""Of a custody report; bundles are streamed and may be larger."""


def audit_file(
    path: Path,
    root: str | None = None,
    heads: Sequence[str] = (),
    asked: AskedPolicy = NO_POLICY,
    *,
    progress: Progress = unseen,
) -> BundleAudit:
    """Audit the evidence in a file, whose first bytes show of which kind it is, or in a folder of tiles.

    Raises:
        InputError: it cannot be read, or holds nothing that can be verified.
        TamperError: it was cut or changed so that nothing of it can be told.
    """
    if path.is_dir():
        return audit_tiles(in_folder(path), root, heads, asked, progress=progress)
    begins = _read(path, 5)
    if begins[:2] == b"\x1f\x8b":
        with read_bundle(path) as bundle:
            audit = _audit_bundle(bundle, root, heads, asked, progress)
        return _with_outside(audit, lambda: read_bundle(path))
    if asked.must_be_met:
        raise InputError(
            N_("a policy of witnesses says something about whole logs alone, and {file} holds none"),
            hint=N_("Ask for the bundle of the logs, and check that."),
            file=str(path),
        )
    data = _read(path, MAX_REPORT_BYTES if begins == b"%PDF-" else MAX_FILE_BYTES + 1)
    if begins == b"%PDF-":
        data = _attached(data, path)
    elif not data.startswith(FIRST_LINE.encode()):
        raise InputError(
            N_("{file} is no bundle, custody report or proof"),
            hint=N_("Give a file that Serah wrote: a bundle, a PDF of chains of custody, or a proof."),
            file=str(path),
        )
    if len(data) > MAX_FILE_BYTES:
        raise InputError(
            N_("{file} is larger than a proof of items: {limit} MiB is the most"),
            hint=N_("Ask for the proof of fewer items, or for the bundle of the logs."),
            file=str(path),
            limit=MAX_FILE_BYTES // 1024**2,
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TamperError(
            N_("this is not a proof file of Serah, or it was changed"), hint=N_("Give the file as it was saved.")
        ) from error
    return audit_proof(read_custody_proof(text), root=root, heads=heads)


def audit_tiles(
    fetch: Fetch,
    root: str | None = None,
    heads: Sequence[str] = (),
    asked: AskedPolicy = NO_POLICY,
    *,
    progress: Progress = unseen,
) -> BundleAudit:
    """Audit logs that come as tiles.

    Raises:
        InputError: there are none.
        TamperError: a file of theirs is missing, cut or altered.
    """
    bundle, cosigned = read_tiles(fetch)
    audit = _audit_bundle(bundle, root, heads, asked, progress, shown=cosigned)
    return _with_outside(audit, lambda: nullcontext(read_tiles(fetch)[0]))


def _audit_bundle(
    bundle: Bundle,
    root: str | None,
    heads: Sequence[str],
    asked: AskedPolicy,
    progress: Progress,
    shown: Sequence[str] = (),
) -> BundleAudit:
    total = sum(row.size for row in bundle.logs)
    with spread(worth_spreading(bundle.logs)) as mapper, progress(total, _("Checking entries")) as done:

        def counted() -> Iterator[RawEntry]:
            for raw in bundle.entries:
                yield raw
                done(1)

        return audit_bundle(
            bundle.logs,
            counted(),
            root=root,
            heads=heads,
            shown=shown,
            policy=asked.policy,
            must_be_met=asked.must_be_met,
            mapper=mapper,
        )


_OF_PLANS = re.compile(rb'"type":"(?:plan|withdraw|point|correct)"')
_CODE = re.compile(rb'"([0-9A-Z]{13})"')


def _with_outside(audit: BundleAudit, again: Callable[[], AbstractContextManager[Bundle]]) -> BundleAudit:
    """The audit with what stations plan, or take out of the plan, where they may not. That is looked for where somebody
    may plan below a place alone: only then are the entries read once more, and a third time for where things go.
    """
    trusted = audit.trusted
    if trusted is None or not trusted.has_branches:
        return audit
    keys = {log: bytes.fromhex(owner.key) for log, owner in trusted.owners.items()}

    def sound(is_wanted: Callable[[bytes], object]) -> list[Event]:
        with again() as bundle:
            told = [raw for raw in bundle.entries if is_wanted(raw.body)]
        sound = (raw for raw in told if examine((raw, keys)).fault is None)
        return [read_event(raw.body, read_signatures(raw.signatures)) for raw in sound]

    def goes(codes: Collection[str]) -> dict[str, set[str]]:
        wanted = {code.encode() for code in codes}
        naming = sound(lambda body: not wanted.isdisjoint(_CODE.findall(body)))
        return {code: destinations_named(code, naming) for code in codes}

    said = sound(_OF_PLANS.search)
    found = all_outside(plan_of(said, trusted), said, trusted, goes)
    return replace(audit, findings=(*audit.findings, *map(of_outside, found)))


def _attached(data: bytes, path: Path) -> bytes:
    """The proof inside a custody report.

    Raises:
        InputError: the PDF has none, or cannot be read.
    """
    with bounded(
        "services.exchange.attachment_child:attachments", len(data), {"name": PROOF_NAME, "most": MAX_FILE_BYTES}, data
    ) as pieces:
        try:
            proofs = [proof for _head, proof in pieces]
        except OverLimitError as error:
            raise InputError(
                N_("{file} is no PDF that can be read, or reading it takes far more time or memory than its size"),
                hint=N_("Ask for a new copy of the report."),
                file=str(path),
            ) from error
    if len(proofs) != 1:
        raise InputError(
            N_("{file} has no proof inside: only its words can be read, and words prove nothing"),
            hint=N_("Ask for the report again, or for the proof: {way}"),
            way="proof",
            file=str(path),
        )
    return bytes(proofs[0])


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    return data[:limit]
