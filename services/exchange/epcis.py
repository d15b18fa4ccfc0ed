"""The ledger as a GS1 EPCIS 2.0 document: which records go in, and which of them are declared wrong."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from custody.format.events import Event
from custody.plan.places import is_under
from db.store import Store
from language import _
from reports.epcis.epcis_events import Epcis, Uris, declared_wrong, epcis_event, write_epcis
from services.progress_bar import Progress, unseen
from services.records.correcting import withdrawn_now
from tables.output.safe_file import safe_file


@dataclass(slots=True)
class EpcisCount:
    """How many EPCIS events were written, how many of these declare another one wrong, and what was left out.

    `apart` counts, by type, the records that are about no things; `revoked` those that came after their station's key
    was revoked; `strangers` those of stations that are not admitted.
    """

    written: int = 0
    wrong: int = 0
    revoked: int = 0
    strangers: int = 0
    apart: Counter[str] = field(default_factory=Counter)

    @property
    def left_out(self) -> int:
        """How many records are not in the document."""
        return self.revoked + self.strangers + self.apart.total()


def export_epcis(
    store: Store,
    out: Path,
    top: str | None = None,
    *,
    base: str = "",
    company_prefix: str = "",
    progress: Progress = unseen,
) -> EpcisCount:
    """Write the records about things of the stations at a place or below it (None: all), while they are read.

    Of a forked log only the history counts that this ledger holds as the log's own.

    Raises:
        InputError: an address or prefix that cannot be one, or the file cannot be written.
        TamperError: a record is not as it was recorded.
    """
    own, count = store.ledger.own_log(), EpcisCount()
    uris = Uris(own.root, base, company_prefix)
    heads = store.ledger.heads()
    apart = {row["log"]: row["size"] for row in heads if top and not is_under(store.state.places, row["place"], top)}
    total = sum(row["size"] for row in heads) - sum(apart.values())
    with safe_file(out) as file, progress(total, _("Writing")) as done:
        told = _told(store, store.ledger.events_since(apart), uris, count, done)
        write_epcis(
            file,
            told,
            uris,
            made_at_utc=store.around.now_utc(),
            places=store.state.places.tree(),
            needs=store.state.needs(),
        )
    return count


def _told(
    store: Store, events: Iterable[Event], uris: Uris, count: EpcisCount, done: Callable[[int], None]
) -> Iterator[Epcis]:
    """Yield the EPCIS events; a withdrawn one comes again with the declaration that it is wrong."""

    here, stations, withdrawn = store.ledger.own_log().place, store.state.stations.now(), withdrawn_now(store)
    for event in events:
        done(1)
        if stations.is_stranger(event.log):
            count.strangers += 1
        elif stations.is_quarantined(event):
            count.revoked += 1
        elif (told := epcis_event(event, uris, here=here)) is None:
            count.apart[event.type] += 1
        else:
            if not stations.counts(event.log):  # counted all the same here: `Roster.is_stranger`
                told["serah:isAdmitted"] = False
            count.written += 1
            yield told
            if (correction := withdrawn.get(event.leaf)) is not None:
                count.wrong += 1
                yield declared_wrong(told, correction, uris)
