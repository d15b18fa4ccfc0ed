"""Everything else that is recorded: a page of forms, each made from its table of fields (`web.forms`)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from custody.errors import N_, ConflictError, CustodyError, InputError
from custody.format.codes import show_code
from db.store import Store
from reports.words import finding_text
from web.answers import Asked, Sent
from web.dependencies import BrowserCamera, SiteDep
from web.forms.fields import MANY_LINES, SCANNED, Done, Form, Reading, read_fields, read_file
from web.forms.fields import Field as FormField
from web.forms.table import FORMS, GROUPS
from web.live.file_store import Key
from web.live.jobs import named
from web.request_model import Given
from web.security.roles import SCOPE_ROLES, allowed
from web.site import Site
from web.templating import render, render_page
from web.views.chosen_items import ChosenDep, code_lines

router = APIRouter()
Name = Annotated[str, InPath(pattern="^[a-z-]{1,20}$")]
_MOST_FIELDS = 400
_SHOWN_ROWS = 200


class Typed(Given):
    """What was typed into a form, by the names of its fields; `files` are what was sent.

    `version` is that of what was seen, where a form shows first what would come of it; `id` names this press.
    """

    typed: Annotated[dict[str, Annotated[str, Field(max_length=40_000)]], Field(max_length=_MOST_FIELDS)] = {}
    files: Annotated[dict[str, Key], Field(max_length=4)] = {}
    version: Annotated[str, Field(max_length=80)] = ""
    id: Sent | None = None


@router.get("/records", include_in_schema=False)
def records(request: Request) -> Response:
    roles = request.scope[SCOPE_ROLES]
    groups = [
        (words, [FORMS[name] for name in names if roles & allowed("POST", f"/api/records/{name}")])
        for words, names in GROUPS
    ]
    return render_page(request, "records.html", groups=[(words, forms) for words, forms in groups if forms])


@router.get("/records/{name}", include_in_schema=False)
def form_page(request: Request, site: SiteDep, name: Name, chosen: ChosenDep) -> Response:
    asked = {key: value[:300] for key, value in request.query_params.items()}

    def shown(store: Store) -> dict[str, Any]:
        form = _form(name).at(store, site.home)
        asked.update({"codes": lines} if (lines := code_lines(store, chosen)) else {})
        is_scanned = any(one.kind in SCANNED for one in form.fields)
        return {"form": form, "is_scanned": is_scanned, **shown_fields(store, form.fields, asked)}

    return render_page(request, "record.html", **site.ask.do(shown))


@router.post("/api/records/frames", summary="Read the codes in a picture of the browser's own camera; keeps nothing")
async def read_codes(request: Request, site: SiteDep, eye: BrowserCamera) -> dict[str, Any]:
    return await run_in_threadpool(site.cameras.read, eye, await request.body())


@router.post("/api/records/{name}/look", summary="Show what recording this form would come to; records nothing")
def look(site: SiteDep, name: Name, said: Typed) -> Response:
    return _answer(site, name, said, is_looking=True)


@router.post("/api/records/{name}", summary="Record what was typed into a form, once for each id")
def record(site: SiteDep, name: Name, said: Typed) -> Response:
    return _answer(site, name, said, is_looking=False)


@router.post("/api/records/{name}/asked", summary="What became of a form that was sent, by its id")
def asked(site: SiteDep, name: Name, sent: Asked) -> dict[str, Any]:
    known: Any = site.keep.do(lambda _store: site.recorded.of(f"{name}.{sent.id}"[:120]))
    return {"page": known} if known is not None else {"page": ""}


def _form(name: str) -> Form:
    if name not in FORMS:
        raise InputError(N_("there is no such form"), hint=N_("Choose one on the page Records."))
    return FORMS[name]


def _answer(site: Site, name: str, said: Typed, *, is_looking: bool) -> Response:
    form = _form(name)
    files = sent_files(site, form.fields, said.files)

    def work(store: Store) -> Response:
        at = form.at(store, site.home)
        read = read_fields(store, at.fields, said.typed, files)
        if read.wrong:
            return refused(read)
        if is_looking:
            assert at.look is not None
            seen = at.look(store, read.given)
            tables = [(table, table.rows[:_SHOWN_ROWS], len(table.rows)) for table in seen.tables]
            page = render("record_seen.html", form=at, seen=seen, tables=tables)
            return JSONResponse({"page": page, "version": seen.version})

        def do() -> str:
            with store.transaction():
                if at.look is not None and at.look(store, read.given).version != said.version:
                    raise ConflictError(
                        N_("Something has changed since this was shown, so nothing was recorded"),
                        hint=N_("Look at it again, then record it."),
                    )
                done = at.do(store, read.given)
            return _done_page(store, form, done)

        page = site.recorded.once(said.id and f"{name}.{said.id}", do)
        return JSONResponse({"page": page, "done": True})

    try:
        return site.keep.do(work)
    except CustodyError as error:
        raise named(error, site.home) from None


def shown_fields(store: Store, fields: Sequence[FormField], asked: Mapping[str, str]) -> dict[str, Any]:
    """What `record_fields.html` shows some fields with; `asked` is what stands in them at first."""
    choices = {one.name: one.choices(store) for one in fields if one.choices is not None}
    return {"fields": fields, "choices": choices, "asked": asked, "many_lines": MANY_LINES, "scanned": SCANNED}


def sent_files(site: Site, fields: Sequence[FormField], keys: Mapping[str, str]) -> dict[str, Any]:
    """What was sent, read: outside the ledger's thread, for a picture takes a while. An error stands for itself."""
    found: dict[str, Any] = {}
    kinds = {one.name: one.kind for one in fields if one.kind in ("photo", "file")}
    for name, key in keys.items():
        try:
            if name in kinds:
                found[name] = read_file(kinds[name], site.file_store.path(key))
        except CustodyError as error:
            found[name] = named(error, site.home)
    return found


def refused(read: Reading) -> Response:
    """What is wrong, a line for each field."""
    return JSONResponse({"error": next(iter(read.wrong.values())), "hint": "", "fields": read.wrong}, 422)


def _done_page(store: Store, form: Form, done: Done) -> str:
    needs, own = store.state.kinds(), store.ledger.own_log().place
    codes = list(dict.fromkeys(code for event in done.events for code in event.rows))
    return render(
        "record_done.html",
        form=form,
        done=done,
        findings=[finding_text(one, needs, own) for one in done.findings],
        items=[(code, show_code(code)) for code in codes[:6]],
        records=[f"{event.log}:{event.seq}" for event in done.events],
    )
