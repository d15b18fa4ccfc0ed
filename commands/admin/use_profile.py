"""The command about what an election, or another use, calls its levels, kinds and papers: profile."""

from typing import Any

import click

from commands.context import Station, note, print_json
from custody.errors import N_
from db.store import Store
from language import _, chosen
from language.in_words import level_title, tree_levels
from language.text import fill, number, printable
from reports.words import kind_name
from services.plan.profile_file import read_profile, shipped_profiles
from services.plan.profiles import ReadProfile, profile_shown, record_profile, things_registered


def profile(station: Station, name: str | None, as_json: bool) -> None:
    read = None if name is None else read_profile(name)
    with station.store(write=read is not None) as store:
        if read is not None:
            _record(store, read)
        if as_json:
            print_json(_as_json(store))
        else:
            _show(store)


def _record(store: Store, read: ReadProfile) -> None:
    registered = things_registered(store)
    change = record_profile(store, read)
    said = _("RECORDED: the profile {name}.") if change.events else _("The profile {name} is in force already.")
    note(said.format(name=read.profile.name))
    if change.events and registered:
        note(
            _(
                "Things are registered already ({count}): they stay as they are, and are called by the new words."
            ).format(count=number(registered))
        )
    if change.left:
        note(_("Left as the plan has it: {names}").format(names=printable(", ".join(change.left), 300)))
    if change.others:
        still = N_("Still in the plan from before: {names}. Take out what is not meant: {way}")
        note(fill(still, {"names": printable(", ".join(change.others), 300), "way": "withdraw"}))


def _as_json(store: Store) -> dict[str, Any]:
    shown, profile = profile_shown(store), store.state.profile
    return {
        "name": shown.name,
        "is_recorded": shown.is_recorded,
        "is_to_come": shown.is_to_come,
        "levels": [{"level": level, "name": level_title(level)} for level in tree_levels()],
        "codes": profile.codes if profile else "official",
        "zone": profile.zone if profile else "",
        "phases": [
            {
                "code": phase.code,
                "name_id": phase.name_id,
                "name_en": phase.name_en,
                "kinds": list(phase.kinds),
                "days": phase.days,
            }
            for phase in (profile.phases if profile else ())
        ],
        "shipped": shipped_profiles(),
    }


def _show(store: Store) -> None:
    shown, profile = profile_shown(store), store.state.profile
    click.echo(_("Profile: {profile}").format(profile=shown))
    needs = store.state.kinds()
    for phase in profile.phases if profile else ():
        kinds = ", ".join(kind_name(needs, kind) for kind in phase.kinds)
        name = phase.name_id if chosen() == "id" else phase.name_en
        click.echo(printable(f"  {phase.code}  {name}: {kinds}", 400))
    click.echo(_("Those that come with Serah: {names}").format(names=", ".join(shipped_profiles())))
