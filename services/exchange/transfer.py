"""Stations meet: what is given away as bundles and heads, and what others' bundles bring."""

import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from custody.errors import N_, InputError, TamperError
from custody.format.encoding import key_fingerprint
from custody.plan.places import is_under
from db.log.merge import Merged, merge
from db.log.quarantine import Strangers
from db.store import Store
from evidence.audit_findings import ALTERED_FILE, EvidenceFinding
from evidence.entry import RawEntry
from evidence.fingerprint_words import words_of
from evidence.intake import AlteredFileError, check_bundle, refuse_foreign
from language import _
from language.text import command_line, error_text, fill, number
from services.exchange.bundle import read_bundle, write_bundle
from services.progress_bar import Progress, unseen


def own_head(store: Store) -> str:
    """The text of the head that this station signed with its newest record, and the cosignatures under it.

    Raises:
        InputError: this ledger has none yet.
    """
    note = store.ledger.signed_heads.signed(store.ledger.own_log().name)
    if note is None:
        raise InputError(
            N_("this ledger has no signed head yet"), hint=N_("It gets one with the next record of this station.")
        )
    return store.cosigned.with_lines(note)


def newest_head(store: Store, log: str) -> str | None:
    """The newest signed head that is known of a log, with the cosignatures under it that are kept here."""
    note = store.ledger.signed_heads.newest(log)
    return None if note is None else store.cosigned.with_lines(note)


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written: how many events it has, the heads of its logs, and the logs that were left out
    because they are not admitted.
    """

    events: int
    heads: list[dict[str, Any]]
    left_out: list[str]


def export_bundle(
    store: Store, out: Path, top: str | None = None, *, with_strangers: bool = False, progress: Progress = unseen
) -> Exported:
    """Write a bundle of the logs of stations at a place or below it.

    A station's own log is always in it, admitted or not: root must see it to admit it. Other logs that are not admitted
    are only exported on request (`with_strangers`): anybody may have made them, in any amount.

    Raises:
        InputError: no log is held of a station there, or the file cannot be written.
    """
    heads, left_out = logs_to_give(store, top, with_strangers=with_strangers)
    heads = [head | {"checkpoint": newest_head(store, head["log"])} for head in heads]
    names = [head["log"] for head in heads]
    total = store.ledger.entry_count(names)
    with progress(total, _("Writing")) as done:
        write_bundle(out, heads, store.ledger.entries(names), done)
    return Exported(total, heads, left_out)


def logs_to_give(
    store: Store, top: str | None = None, *, with_strangers: bool = False
) -> tuple[list[dict[str, Any]], list[str]]:
    """The heads of the logs that are handed on, and the names of those that are not because nobody admitted them.

    Raises:
        InputError: there is none.
    """
    heads = [head for head in store.ledger.heads() if top is None or is_under(store.state.places, head["place"], top)]
    strangers = frozenset() if with_strangers else Strangers(store).names()
    left_out = [head["log"] for head in heads if head["log"] in strangers]
    heads = [head for head in heads if head["log"] not in strangers]
    if left_out and not heads:
        raise InputError(
            N_("the stations there are not admitted, so their logs are handed on only where that is asked for"),
            hint=N_("Ask for them too{typed}, or let root admit them: {way}"),
            typed="--with-strangers",
            way="admit",
        )
    if not heads:
        raise InputError(
            N_("no log is held of a station there"),
            hint=N_("Name no place{typed} to export all logs."),
            typed="--under",
        )
    return heads, left_out


def left_out_words(count: int) -> str:
    """Say which logs were not exported because they are not admitted, and how to export them."""
    words = N_("Left out, logs of stations that nobody admitted: {count}. To hand them on too: {way}")
    return fill(words, {"count": count, "way": "export_strangers"})


def import_bundles(store: Store, files: Sequence[Path], *, progress: Progress = unseen) -> Merged:
    """Check bundles from their beginning to their end, then take all of them in, in one transaction.

    Raises:
        TamperError: one was cut or altered; nothing was taken of any.
        InputError: one cannot be read, or is of another election.
    """

    held = dict(store.ledger.keys())
    keys, said = dict(held), list[Mapping[str, Any]]()
    count, digests, heads, false = 0, list[bytes](), list[str](), list["EvidenceFinding"]()
    for path in files:
        with read_bundle(path) as bundle:
            watched = _Watched(bundle.entries)
            try:
                checked = check_bundle(bundle.logs, watched, keys)
            except AlteredFileError as error:
                raise TamperError(ALTERED_FILE, hint=error.hint, what=error_text(error)) from error
            heads += [row.checkpoint for row in bundle.logs if row.checkpoint is not None]
        keys |= checked.keys
        count += checked.count
        said += checked.said
        false += checked.findings
        digests.append(watched.digest())
    if (own := store.ledger.own_row()) is not None:
        refuse_foreign(
            said,
            election=store.ledger.own_log().election,
            own_key=own.public_key,
            trusted=store.state.stations.now(),
            held=held,
        )

    def again() -> Iterator[RawEntry]:
        for path, digest in zip(files, digests, strict=True):
            with read_bundle(path) as bundle:
                watched = _Watched(bundle.entries)
                yield from watched
            if watched.digest() != digest:  # on a stick that somebody else is writing to
                raise TamperError(
                    N_("{path} changed while it was read: nothing was taken from it"),
                    hint=N_("Copy it to this computer first, then import the copy."),
                    path=str(path),
                )

    with progress(count, _("Merging")) as done:
        merged = merge(store, again(), done, heads=heads, at=store.around.now_utc(), said=said)
    own_name = own.name if own is not None else ""  # admitted or not, its own log counts here
    found = (one for one in merged.findings if (one.code, one.log) != ("UNKNOWN_STATION", own_name))
    return replace(merged, findings=(*false, *found))


SHOWN_OUTSIDE = 10


def outside_words(store: Store) -> list[str]:
    """What stations plan for branches where they may not, each in one sentence; the first of them."""
    found = store.state.plan.outside
    words = [fill(one.message, one.values) for one in found[:SHOWN_OUTSIDE]]
    if more := len(found) - len(words):
        words.append(_("and {count} more").format(count=number(more)))
    return words


def other_root_words(store: Store) -> str:
    """Say that others follow another root than this station, whose own is not known here: perhaps it was mistyped.

    Empty where that is not so, and at a station that is a root itself.
    """

    own = store.ledger.own_row()
    if own is None:
        return ""
    followed = store.state.stations.now().root
    keys = {key_fingerprint(key) for key in store.ledger.keys().values()}
    begun = store.ledger.on_topic(["genesis"])
    others = {str(event.body["root"]) for event in begun if event.log != own.name} & keys
    if followed in keys or len(others) != 1:
        return ""
    other = others.pop()
    words = _(
        "The others here follow the root {other}; this station was begun with {own}. Perhaps that fingerprint was "
        "mistyped: compare both with the warehouse's key sheet."
    )
    told = words.format(other=" · ".join(words_of(other)), own=" · ".join(words_of(followed)))
    if store.ledger.sizes()[own.name] > 1:
        return told + " " + _("This station has recorded something already: ask the warehouse what to do.")
    election = store.ledger.own_log().election
    again = command_line(
        "init_again",
        place=own.place,
        station=shlex.quote(own.station),
        root=other,
        election="" if election == "Pemilu" else f" --election {shlex.quote(election)}",  # what init takes else
    )
    return told + " " + _("If so, begin again, and import again: {command}").format(command=again)


class _Watched:
    """Entries as they are walked, and a digest of all of them."""

    def __init__(self, entries: Iterable[RawEntry]) -> None:
        self._entries, self._hash = entries, hashlib.sha256()

    def __iter__(self) -> Iterator[RawEntry]:
        for raw in self._entries:
            self._hash.update(b"%d %d " % (len(raw.body), len(raw.signatures)) + raw.body + raw.signatures.encode())
            yield raw

    def digest(self) -> bytes:
        """Of the entries walked so far."""
        return self._hash.digest()
