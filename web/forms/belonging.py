"""Forms about the election itself: a station's key that counts no longer, what strangers sent, and the profile."""

import hashlib

from custody.chain.standing import Stranger
from custody.errors import N_
from custody.format.encoding import key_fingerprint
from db.store import Store
from evidence.fingerprint_words import words_of
from language import _, chosen, ngettext
from language.text import fill, number, printable
from reports.words import custodian_name, kind_name
from services.access.admission_notice import drop_strangers, strangers_named
from services.plan.profile_file import read_profile, shipped_profiles
from services.plan.profiles import (
    ReadProfile,
    profile_shown,
    profile_title,
    record_profile,
    things_registered,
    weigh_profile,
)
from services.records.membership import revocable, revoke, weigh_revocation
from web.forms.fields import Done, Field, Form, Given, Seen

_ALL, _OWN_FILE = "all", "file"


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


# --- A key that counts no longer --------------------------------------------------------------------------------------


def _stations(store: Store) -> list[tuple[str, str]]:
    places, sizes = store.state.places, store.ledger.sizes()
    return [
        (
            name,
            " · ".join((printable(station, 60), custodian_name(places, place), _records(sizes.get(name, 0)))),
        )
        for name, station, place in revocable(store)
    ]


def _records(count: int) -> str:
    return ngettext("{count} record", "{count} records", count).format(count=number(count))


def _see_revocation(store: Store, given: Given) -> Seen:
    weighed = weigh_revocation(store, given["station"], given["last_good"])
    words = " · ".join(words_of(key_fingerprint(bytes.fromhex(weighed.key))))
    lines = [printable(weighed.station, 60), _("The words of its key: {words}").format(words=words)]
    for log, size in weighed.held.items():
        line = _("Records of it that still count: {stand} of {held}")
        lines.append(line.format(stand=number(weighed.ends[log]), held=number(size)))
    lines.append(
        _("This is final: the key never counts again. The station goes on with a new key, which must be admitted.")
    )
    return Seen(lines, _digest(weighed.key, sorted(weighed.ends.items())))


def _revoke(store: Store, given: Given) -> Done:
    events = revoke(store, given["station"], reason=given["reason"], last_good=given["last_good"])
    line = _("The key of {station} counts no longer.").format(station=printable(events[0].body["station"], 60))
    return Done(line, [_("Give this station's records to the others, so that they know it too.")], events=events)


# --- What strangers sent ----------------------------------------------------------------------------------------------


def _strangers(store: Store) -> list[tuple[str, str]]:
    found = strangers_named(store, ())
    return [*([(_ALL, _("All of them"))] if len(found) > 1 else []), *((one.log, _stranger(one)) for one in found)]


def _stranger(one: Stranger) -> str:
    words = _("{station} at {place}: records: {count}, {size} KB, key {fingerprint}")
    station, place = printable(one.station, 60), printable(one.place, 60)
    size, digits = number(-(-one.bytes // 1000)), one.fingerprint[:16]
    return words.format(station=station, place=place, count=number(one.entries), size=size, fingerprint=digits)


def _meant(store: Store, given: Given) -> list[Stranger]:
    return strangers_named(store, () if given["stranger"] == _ALL else (given["stranger"],))


def _see_strangers(store: Store, given: Given) -> Seen:
    meant = _meant(store, given)
    lines = [_stranger(one) for one in meant[:20]]
    if len(meant) > len(lines):
        lines.append(_("and {count} more").format(count=number(len(meant) - len(lines))))
    if any(one.kept_to for one in meant):
        lines.append(
            _("Something here refers to them: a check of the evidence says it is incomplete until they return.")
        )
    lines.append(_("Taking their bundle in again brings them back."))
    return Seen(lines, _digest(sorted((one.log, one.entries) for one in meant)))


def _drop(store: Store, given: Given) -> Done:
    dropped = drop_strangers(store, _meant(store, given))
    return Done(_("Deleted: {records}").format(records=_records(sum(one.entries for one in dropped))))


# --- What levels, kinds and papers are called -------------------------------------------------------------------------


def _profiles(_store: Store) -> list[tuple[str, str]]:
    shipped = [(name, f"{profile_title(read_profile(name).profile)} ({name})") for name in shipped_profiles()]
    return [*shipped, (_OWN_FILE, _("A file of our own"))]


def _read(given: Given) -> ReadProfile:
    return read_profile(str(given["file"]) if given["profile"] == _OWN_FILE else given["profile"])


def _see_profile(store: Store, given: Given) -> Seen:
    read, needs = _read(given), store.state.kinds()
    new, change = weigh_profile(store, read)
    levels = [level.name_id if chosen() == "id" else level.name_en for level in read.profile.levels]
    told = f"{profile_title(read.profile)} ({read.profile.name}): {' – '.join(levels)}"
    lines = [
        _("Profile so far: {profile}").format(profile=profile_shown(store)),
        _("Profile from now on: {profile}").format(profile=printable(told, 400)),
    ]
    known = {need.kind for need in store.state.needs()}
    kinds = [need.name_id if chosen() == "id" else need.name_en for need in read.needs if need.kind not in known]
    if kinds:
        lines.append(_("New kinds in the plan: {names}").format(names=printable(", ".join(kinds), 300)))
    if change.left:
        lines.append(_("Left as the plan has it: {names}").format(names=printable(", ".join(change.left), 300)))
    if change.others:
        names = printable(", ".join(kind_name(needs, kind) for kind in change.others), 300)
        still = N_("Still in the plan from before: {names}. Take out what is not meant: {way}")
        lines.append(fill(still, {"names": names, "way": "withdraw"}))
    if registered := things_registered(store):
        words = _("Things are registered already ({count}): they stay as they are, and are called by the new words.")
        lines.append(words.format(count=number(registered)))
    return Seen(lines, _digest(read.digest, len(new), change) if new else "")


def _record_profile(store: Store, given: Given) -> Done:
    read = _read(given)
    events = record_profile(store, read).events
    return Done(_("RECORDED: the profile {name}.").format(name=printable(read.profile.name, 40)), events=events)


FORMS = (
    Form(
        "revoke",
        N_("A station's key counts no longer"),
        N_("For a laptop or key that was lost or stolen: what it records from then on does not count."),
        N_("Revoke the key, for good"),
        (
            Field("station", N_("Which station"), "choice", is_needed=True, choices=_stations),
            Field(
                "last_good",
                N_("Number of its last record that still counts"),
                "count",
                N_("Empty: all of its records that are here now count."),
            ),
            Field(
                "reason",
                N_("Why"),
                hint=N_("For whoever reads the records later."),
                is_needed=True,
                limit=500,
            ),
        ),
        _revoke,
        _see_revocation,
    ),
    Form(
        "drop",
        N_("Delete what strangers sent"),
        N_("Records of stations that nobody admitted. They count nowhere, and take room on the disk."),
        N_("Delete them"),
        (Field("stranger", N_("Whose records"), "choice", is_needed=True, choices=_strangers),),
        _drop,
        _see_strangers,
    ),
    Form(
        "profile",
        N_("Profile"),
        N_("What levels, kinds and papers are called, and what is needed. Every station follows it."),
        N_("Record the profile"),
        (
            Field("profile", N_("Which profile"), "choice", is_needed=True, choices=_profiles),
            Field(
                "file",
                N_("File of the profile (.toml)"),
                "file",
                is_needed=True,
                fits=("profile", _OWN_FILE),
                suffixes=".toml",
            ),
        ),
        _record_profile,
        _see_profile,
    ),
)
