"""The roster of a station by all notices, and how it goes on when a log or a key that is new comes, without judging the
thousands of others again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any

from custody.chain.roster import Grant, LogOwner, Roster, granted, own_logs, root_followed, roster
from custody.format.encoding import key_fingerprint
from custody.format.events import Event

_FIELDS = tuple(field.name for field in fields(Roster))


def roster_of(own: Event | None, notices: Iterable[Event]) -> Roster:
    """Who counts at a station by these notices.

    Args:
        own: the first event of the station's own log; None where it has none, and no root is known.
    """
    events = list(notices)
    if own is None:
        return roster("", events)
    return roster(root_followed(own, events), events, own=own_logs(own, events))


def grown(before: Roster, own: Event, coming: Sequence[Event], awaited: Collection[str]) -> Roster | None:
    """The roster once these notices have come too, as `roster_of` makes it of all; the others are copied and not judged
    again. None where more than a new log or a new key comes of them, and all must be judged.

    Args:
        before: what `roster_of` made of the notices until then.
        awaited: the keys that a `join` names.
    """
    if own.body.get("continues"):  # what comes may be the log that it went on from
        return None
    now: Roster | None = before
    for event in coming:
        if now is None:
            break
        if event.type == "genesis":
            now = _with_log(now, event, awaited)
        elif event.type == "admit":
            now = _with_key(now, event)
        else:
            return None
    return now


def _with_log(before: Roster, event: Event, awaited: Collection[str]) -> Roster | None:
    """With a log of which nothing was held, that follows another root than its own key and goes on from no other; its
    key is neither a root's nor an office's.
    """
    body, log = event.body, event.log
    key, root = str(body["public_key"]), str(body.get("root", ""))
    fingerprint = key_fingerprint(bytes.fromhex(key))
    is_plain = log not in before.owners and not body.get("continues")
    is_office = fingerprint in (before.root, root) or key in before.offices or key in awaited
    if not is_plain or is_office:
        return None
    owner = LogOwner(key, str(body["station"]), str(body["place"]), root)
    is_strange = bool(before.root) and key not in before.powers and bool(before.roots or root != before.root)
    changed: dict[str, Any] = {"owners": {**before.owners, log: owner}}
    if is_strange:
        changed["strangers"] = before.strangers | {log}
    if key in before.revoked:
        changed["ends"] = {**before.ends, log: before.revoked[key].get(log, 0)}
    if before.joined:
        return Roster(before.root, changed["owners"], before.powers, before.revoked, before.own, before.offices)
    return _like(before, changed)


def _with_key(before: Roster, event: Event) -> Roster | None:
    """With a key that root, an office already, admits; nothing was said of it before, and no log of it is held."""
    key = str(event.body["key"])
    is_known = key in before.powers or key in before.revoked
    is_root = event.log in before.roots and before.owners[event.log].key in before.offices
    if not is_root or is_known or any(owner.key == key for owner in before.owners.values()):
        return None
    grant = Grant((), 1, granted(event.body["powers"], ()))
    return _like(before, {"powers": {**before.powers, key: (grant,)}})


def _like(before: Roster, changed: dict[str, Any]) -> Roster:
    """A roster that differs in these alone, also in what else is worked out of them."""
    made = object.__new__(Roster)
    made.__dict__.update({name: getattr(before, name) for name in _FIELDS}, **changed)
    return made
