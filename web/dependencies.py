"""What a route is given: the site that the application serves, and who asks.

Whatever a route needs of the running server is in `app.state.site`, put there once by `web.app.build`. A store belongs
to its thread, so a route is not given one: it hands a function to `site.ask`, `site.keep` or `site.sessions`.
"""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from custody.format.encoding import key_fingerprint
from custody.handover.draft import Seer
from db.store import Store
from services.access.admission_notice import records_waiting, waiting_now
from web.api import schemas
from web.security.guard import SECRET
from web.security.roles import SCOPE_ROLES, Role, is_observer
from web.site import Site


def site_of(request: Request) -> Site:
    """The site whose application was asked."""
    site: Site = request.app.state.site
    return site


async def _site(request: Request) -> Site:  # async: no thread is taken from the pool for it
    return site_of(request)


async def _role(request: Request) -> Role:
    roles: frozenset[Role] = request.scope[SCOPE_ROLES]
    ranks: tuple[Role, ...] = ("supervisor", "operator", "observer")
    return next(role for role in ranks if role in roles)


async def _with_staff(request: Request) -> bool:
    return not is_observer(request.scope)


async def _seer(request: Request) -> Seer | None:
    site, secret = site_of(request), request.scope[SECRET]
    device = site.lan.device(secret) if site.lan and secret and secret != site.token else None
    return Seer(device.id, device.name) if device else None


SiteDep = Annotated[Site, Depends(_site)]
RoleDep = Annotated[Role, Depends(_role)]
"""As whom this is asked; who is operator and supervisor in one is a supervisor."""
SeerDep = Annotated[Seer | None, Depends(_seer)]
"""The device of the local network that asks; None where the station's own screen does, or a program."""
StaffDep = Annotated[bool, Depends(_with_staff)]
"""Whether who asks is told the names of the station's people: observers are not."""
Draft = Annotated[str, Path(max_length=60)]
"""The id of a session."""
BrowserCamera = Annotated[str, Query(pattern=r"^[a-z0-9]{4,32}$")]
"""The id that a browser gives its camera."""


# --- What waits for admission, for programs: a header of every answer, and a field of those that are objects ----------

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
