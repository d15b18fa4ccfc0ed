"""The command that records in which condition things are: inspect."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from commands.context import Station, one_line, print_json, set_worker
from commands.item_codes import photo_bytes, read_touches
from commands.scan.handover_result import show_findings
from custody.chain.findings import Finding
from custody.format.events import Event
from db.store import Store
from language import _, ngettext
from language.text import number
from reports.chain.chain_facts import finding_json
from reports.words import condition_word
from services.code_lines import one_touch
from services.one_line import LONGEST_NOTE
from services.records.inspecting import record_inspection


def inspect(
    station: Station,
    codes: tuple[str, ...],
    condition: str,
    photo: Path | None,
    camera: str | None,
    replaced_by: str | None,
    remark: str,
    by: str | None,
    as_json: bool,
) -> None:
    picture = photo_bytes(photo, camera)
    with station.store(write=True) as store:
        known = store.vendor_codes.item_of
        touches = read_touches(codes, known)
        reserve = one_touch(replaced_by, known) if replaced_by else None
        set_worker(store, by)
        recorded = record_inspection(
            store, touches, condition, photo=picture, note=one_line("--note", remark, LONGEST_NOTE), reserve=reserve
        )
        digest = next((event.body["photo"] for event in recorded.events if event.type == "inspect"), None)
        if as_json:
            facts = {"condition": condition, "items": [touch.code for touch in touches], "photo": digest}
            print_json(facts | recorded_json(store, recorded.events, recorded.findings))
            return
        count = ngettext("{count} item", "{count} items", len(touches)).format(count=number(len(touches)))
        click.echo(_("RECORDED: {count}: {condition}").format(count=count, condition=condition_word(condition)))
        if digest:
            click.echo(_("Photograph kept: {digest}").format(digest=digest[:16]))
        if reserve:
            click.echo(_("The reserve is now bound for its destination, and it for the store above."))
        show_recorded_events(store, recorded.events, recorded.findings)


def recorded_json(store: Store, events: Sequence[Event], findings: Sequence[Finding]) -> dict[str, Any]:
    """What was recorded and what is irregular by it, for `--json`."""

    needs = store.state.kinds()
    here = store.ledger.own_log().place
    return {
        "event": f"{events[0].log}:{events[0].seq}",
        "events": [{"log": event.log, "seq": event.seq, "leaf": event.leaf, "type": event.type} for event in events],
        "findings": [finding_json(finding, needs, here) for finding in findings],
    }


def show_recorded_events(store: Store, events: Sequence[Event], findings: Sequence[Finding]) -> None:
    """Say what is irregular by what was recorded, and where it stands in the log."""
    show_findings(store, findings, store.ledger.own_log().place)
    first, last = events[0], events[-1]
    numbers = str(first.seq) if first.seq == last.seq else f"{first.seq}-{last.seq}"
    click.echo(_("Event {log}:{seq}").format(log=first.log, seq=numbers))
