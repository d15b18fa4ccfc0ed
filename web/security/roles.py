"""Who may do what: the one table of it.

An operator scans and records. A supervisor also begins the station, changes the plan, puts records right and says who
works here, who may observe, and who belongs to the election. An observer reads what an outsider is to check and changes
nothing. Whoever opens the page on the station's own computer is operator and supervisor in one, until somebody is named
who works here: then it is asked who it is (`web.security.workers`).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from services.access.pins import Role as Role

SCOPE_ROLES, OBSERVER = "serah.roles", "serah.observer"
"""Where a request's scope has as whom it comes, and the observer's name."""
ROLES: tuple[Role, ...] = ("operator", "supervisor", "observer")

_READ = "GET|HEAD"
_ANY = "[A-Z]+"
RULES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    (_ANY, r"/api/v1/tokens(/.*)?", frozenset({"supervisor"})),
    (_ANY, r"/observers|/people|/api/people(/.*)?", frozenset({"supervisor"})),
    (_ANY, r"(/api)?/records/(correct|revoke|drop|profile)(/look|/asked)?", frozenset({"supervisor"})),
    (_ANY, r"/api/plan/(load|register|withdraw|merge)", frozenset({"supervisor"})),
    (_ANY, r"/first|/api/first(/.*)?|(/api)?/station(/.*)?", frozenset({"supervisor"})),
    (_ANY, r"/api/meet/(admit|join|hub)(/.*)?", frozenset({"supervisor"})),
    (_READ, r"/dashboard(/.*)?", frozenset(ROLES)),
    (_READ, r"/items(/[^/]+)?", frozenset(ROLES)),
    (_READ, r"/search|/handovers(\.[a-z]+)?", frozenset(ROLES)),
    (_READ, r"/handover/letter/[^/]+\.pdf", frozenset(ROLES)),
    (_READ, r"/api/(alive|places)", frozenset(ROLES)),
    (_READ, r"/static/.*|/openapi\.json", frozenset(ROLES)),
    (_READ, r"/api/v1/drafts(/.*)?", frozenset({"operator", "supervisor"})),
    (_READ, r"/api/v1/.*", frozenset(ROLES)),
    (_ANY, r"/.*", frozenset({"operator", "supervisor"})),
)
"""Method, path, roles: the first line that fits a request decides. Observers have what is named, and no more."""


FOR_NOBODY = re.compile(r"/who|/api/who(/.*)?|/static/.*|/api/alive|/openapi\.json|/observe")
"""What is there before somebody has said who works here, or while the screen is locked."""
READ_BY_PROGRAMS = re.compile(r"/api/v1/(?!tokens|drafts).*")
"""What programs of this computer read then too."""


def is_observer(scope: Mapping[str, object]) -> bool:
    """Whether a request, by its scope as the guard leaves it, comes from an observer."""
    return scope.get(OBSERVER) is not None


@lru_cache(1000)  # each page asks it for itself and for each way that it shows
def allowed(method: str, path: str) -> frozenset[Role]:
    """Which roles may make this request."""
    return next(
        (
            roles
            for methods, form, roles in RULES
            if re.fullmatch(methods, method) and re.fullmatch(form, path, re.DOTALL)
        ),
        frozenset(),
    )
