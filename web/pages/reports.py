"""Every report as a page and as files, and what is given to others: each with its options."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import Field
from starlette.responses import JSONResponse, Response

from custody.errors import N_, InputError
from db.store import Store
from language import _
from services.plan.custodians import local_stamp
from services.progress_bar import Progress
from web.dependencies import SiteDep
from web.forms.fields import Reading, read_fields
from web.forms.report_table import GROUPS, REPORTS, Report, chosen_of
from web.live.file_store import Key, safe_name
from web.live.jobs import Answer
from web.pages.records import refused, sent_files, shown_fields
from web.request_model import Given
from web.site import Site
from web.templating import render, render_page

router = APIRouter()
Name = Annotated[str, InPath(pattern="^[a-z-]{1,20}$")]
_SHOWN_ROWS = 300


class Asked(Given):
    """What was chosen of a report, by the names of its fields, and as which file; empty: on the page."""

    typed: Annotated[dict[str, Annotated[str, Field(max_length=2000)]], Field(max_length=20)] = {}
    files: Annotated[dict[str, Key], Field(max_length=2)] = {}
    format: Annotated[str, Field(max_length=10)] = ""


@router.get("/reports", include_in_schema=False)
def reports(request: Request) -> Response:
    return render_page(request, "reports.html", groups=GROUPS)


@router.get("/reports/{name}", include_in_schema=False)
def report_page(request: Request, site: SiteDep, name: Name) -> Response:
    report = _report(name)
    asked = {key: value[:300] for key, value in request.query_params.items()}
    shown = site.ask.do(lambda store: shown_fields(store, report.fields, asked))
    return render_page(request, "report.html", report=report, **shown)


@router.post("/api/reports/{name}", summary="Tell a report on the page, or write it to a file")
def tell(site: SiteDep, name: Name, asked: Asked) -> Response:
    report = _report(name)
    if asked.format not in (*report.formats, *([""] if report.listing else [])):
        raise InputError(N_("this report does not come as such a file"), hint=N_("Load this page again."))
    files = sent_files(site, report.fields, asked.files)
    read = site.ask.do(lambda store: read_fields(store, report.fields, asked.typed, files))
    if read.wrong:
        return refused(read)
    work = _shown if not asked.format else _written
    return JSONResponse(
        site.jobs.do(lambda store, progress: work(site, store, report, read, asked.format, progress), hide=site.home)
    )


def _report(name: str) -> Report:
    if name not in REPORTS:
        raise InputError(N_("there is no such report"), hint=N_("Choose one on the page Reports."))
    return REPORTS[name]


def _shown(_site: Site, store: Store, report: Report, read: Reading, _format: str, progress: Progress) -> Answer:
    assert report.listing is not None
    listing = report.listing(store, chosen_of(read.given, progress))
    tables = [(table, table.rows[:_SHOWN_ROWS], len(table.rows)) for table in listing.sections]
    return Answer(render("report_told.html", listing=listing, tables=tables))


def _written(site: Site, store: Store, report: Report, read: Reading, format_: str, progress: Progress) -> Answer:
    name = safe_name(f"{_(report.title).lower().replace(' ', '-')}-{local_stamp(store)}.{format_}")
    key, path = site.file_store.place(name)
    try:
        report.write(store, read.given, chosen_of(read.given, progress), path, site.home)
    except BaseException:
        site.file_store.drop(key)
        raise
    known: dict[str, Any] = {"key": key, "file": name, "format": format_}
    return Answer(render("report_file.html", **known), file=key)
