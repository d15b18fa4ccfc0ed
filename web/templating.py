"""Templates: escaped always, printable always, in the language of who asks.

Texts are marked in templates as in code: `{{ _("{count} labels", count=n) }}`.
"""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

import language
from custody.errors import N_
from db.store import Store
from language.in_words import level_heading, level_short
from language.text import PAGES, decimal, fill, local_time, number, printable, share, short_time
from reports.words import custodian_name
from services.access.admission_notice import waiting_sentence
from services.labels.print_run import is_practice
from services.plan.custodians import station_clock
from services.plan.profiles import profile_shown
from web.dependencies import site_of
from web.security.entrances import cookie_name
from web.security.guard import LANGUAGE_COOKIE, SECRET
from web.security.roles import OBSERVER, SCOPE_ROLES, Role, allowed, is_observer
from web.security.workers import WORKER
from web.site import HERE
from web.views.page_help import HELP
from web.views.pictograms import PICTOGRAMS

_LONGEST_SHOWN = 2000
_WAYS_BELOW = 4
"""How many pages a phone's navigation shows beside “More”."""
_YEAR_S = 366 * 24 * 3600


@cache
def environment() -> Environment:
    """The templates' surroundings: what they may call, and that nothing leaves them unescaped. Compiled once."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,  # else each template's file is looked at for each page
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "_": _say,
        "ngettext": _say_count,
        "number": number,
        "local_time": local_time,
        "day_and_hour": _day_and_hour,
    }
    made.globals |= {one.__name__: one for one in PICTOGRAMS}
    made.globals |= {"decimal": decimal, "share": share, "level_heading": level_heading, "level_short": level_short}
    return made


def _day_and_hour(utc: str, place: str) -> tuple[str, str]:
    """A time on an axis: its day with the year, and its hour; that is empty at midnight."""
    day, _space, clock = short_time(utc, place).rpartition(" ")
    return day, "" if clock in ("00.00", "00:00") else clock


def _shown(value: Any) -> Any:
    """Whatever a template shows is printable, so that no text from outside turns a line around or hides in it."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value, _LONGEST_SHOWN)


def _say(text: str, **values: object) -> str:
    return fill(text, values)


def _say_count(one: str, many: str, count: int, **values: object) -> str:
    shown = {name: printable(str(value), 400) for name, value in values.items()}
    return language.ngettext(one, many, count).format(**({"count": number(count)} | shown))


def render(name: str, **values: Any) -> str:
    """A part of a page, which a script puts in its place."""
    return environment().get_template(name).render(values, page_help=HELP.get(name))


def is_device(request: Request) -> bool:
    """Whether who asks is a device of the local network: not the station's own screen, and no observer."""
    return request.scope.get(SECRET) != site_of(request).token and not is_observer(request.scope)


def render_bare(request: Request, name: str, **values: Any) -> HTMLResponse:
    """Render a page for visitors without a secret, with nothing about the station on it."""
    return HTMLResponse(render(name, lang=language.chosen(), path=request.url.path, **values))


def render_page(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page. It gives the browser the secret, and keeps the language that the address asks for."""
    wanted = request.query_params.get("lang", "")  # the guard has chosen it
    secret = request.scope.get(SECRET)
    text = render(
        name,
        lang=language.chosen(),
        token=secret or "",
        path=request.url.path,
        frame=_frame(request),
        is_device=is_device(request),
        **values,
    )
    response = HTMLResponse(text, status)
    if secret == site_of(request).token:
        response.set_cookie(cookie_name(secret), secret, httponly=True, samesite="strict")
    if wanted in language.LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_YEAR_S, httponly=True, samesite="strict")
    return response


def _frame(request: Request) -> dict[str, Any]:
    """What stands on every page: the ways that this visitor may go, which station this is, and who observes."""
    if site_of(request).first is not None:  # there is no ledger to ask
        return {
            "ways": [("/first", N_("Begin a station"))],
            "below": _WAYS_BELOW,
            **dict.fromkeys(("observer", "station", "place", "election", "profile", "waiting", "zone", "worker"), ""),
            "is_practice": False,
            "same_in_english": _same_in(request, "en"),
            "same_in_indonesian": _same_in(request, "id"),
        }
    roles: frozenset[Role] = request.scope.get(SCOPE_ROLES, frozenset())
    ways = [(way, words) for way, words in PAGES.items() if roles & allowed("GET", way)]
    return {
        "ways": ways,
        "below": len(ways) if len(ways) <= _WAYS_BELOW + 1 else _WAYS_BELOW,
        "observer": request.scope.get(OBSERVER) or "",
        "worker": worker.name if (worker := request.scope.get(WORKER)) else "",
        **site_of(request).ask.do(_about),
        "same_in_english": _same_in(request, "en"),
        "same_in_indonesian": _same_in(request, "id"),
    }


def _about(store: Store) -> dict[str, Any]:
    """What every page says of the station, found again only when something was recorded."""
    return store.ledger.memory.remember(f"about {language.chosen()}", lambda: _found_about(store))


def _found_about(store: Store) -> dict[str, Any]:
    own = store.ledger.own_log()
    return {
        "station": own.station,
        "place": custodian_name(store.state.places, own.place),
        "zone": station_clock(store),
        "election": own.election,
        "profile": profile_shown(store),
        "is_practice": is_practice(own.election),
        "waiting": waiting_sentence(store),
    }


def _same_in(request: Request, code: str) -> str:
    """What this page was asked for, in that language: a switch leads nowhere else."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return urlencode([*asked, ("lang", code)])
