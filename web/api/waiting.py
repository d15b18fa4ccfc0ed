"""What waits for admission, for programs: a header of every answer, and a field of those that are objects."""

from typing import Any

from fastapi import Depends, Response

from custody.format.encoding import key_fingerprint
from db.store import Store
from services.access.admission_notice import records_waiting, waiting_now
from web.api import schemas
from web.dependencies import SiteDep

HEADER = "Serah-Waiting"
DESCRIBED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            HEADER: {
                "description": "How many records are kept and count nowhere until root admits their stations, which "
                "`waiting` of `/station` names.",
                "schema": {"type": "integer"},
            }
        }
    }
}


def _tell(response: Response, site: SiteDep) -> None:
    response.headers[HEADER] = str(site.ask.do(records_waiting))


TOLD = Depends(_tell)
"""Puts the number of records into an answer's head; a list has no other place for it."""


def waiting(store: Store) -> list[schemas.Waiting]:
    """The logs that wait, this station's own last."""

    return [
        schemas.Waiting(
            station=one.station,
            place=one.place,
            records=one.records,
            own=one.is_own,
            fingerprint=key_fingerprint(bytes.fromhex(one.key)),
        )
        for one in waiting_now(store)
    ]
