"""Labels: chosen, looked at, printed to a file or a thermal printer, printed again; and the measured printers."""

from io import BytesIO
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from custody.errors import N_, CustodyError, InputError
from custody.format.codes import parse_code, show_code
from db.store import Store
from labels.calibration import from_measures
from labels.stock import STOCKS, title_of
from language import _, ngettext
from language.text import decimal, error_text, hint_text, number
from reports.words import kind_name
from services.labels.print_job import PrintJob, chosen_stock, known_stocks
from services.labels.print_run import reprint_items
from services.labels.printer_profiles import LONGEST_NAME, adjustment_of, draw_calibration, keep_printer, known_printers
from services.labels.selection import known_items
from services.one_line import one_line
from services.plan.custodians import local_stamp
from services.progress_bar import Progress
from tables.output.safe_file import folder_for
from web.dependencies import SiteDep
from web.downloads import inline_pdf, saved_file
from web.live.file_store import safe_name
from web.live.jobs import Answer
from web.request_model import Given
from web.site import Site
from web.templating import render, render_page
from web.views.chosen_items import ChosenDep, ChosenItems, code_lines
from web.views.label_requests import KEPT, Again, Choice, again, chosen, contents_of, print_chosen

router = APIRouter()
_LATELY = 8
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Length = Annotated[float, Field(ge=0, le=500)]


class Measured(Given):
    """The four lengths of a printed page of rulers, in mm."""

    name: Name
    a_mm: Length
    b_mm: Length
    c_mm: Length
    d_mm: Length


@router.get("/labels", include_in_schema=False)
def labels(
    request: Request, site: SiteDep, chosen: ChosenDep, again: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    shown = site.ask.do(lambda store: _offered(store) | _chosen_labels(store, chosen, again))
    return render_page(request, "labels.html", lately=_lately(site.home), **_paper(site.home), **shown)


@router.post("/api/labels/preview", summary="Draw the first page of labels; records nothing")
def preview(site: SiteDep, choice: Choice) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _preview(site, choice, store, progress))


@router.post("/api/labels/count", summary="Count the labels that would be printed, and ask whether they shall be")
def count(site: SiteDep, choice: Choice) -> dict[str, Any]:
    return site.jobs.do(lambda store, _progress: _counted(chosen(store, choice).count))


@router.post("/api/labels/print", summary="Print labels, and record that they were printed")
def print_(site: SiteDep, choice: Choice) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _print(site, choice, store, progress))


@router.post("/api/labels/reprint", summary="Print labels again; their older prints become void")
def reprint(site: SiteDep, asked: Again) -> dict[str, Any]:
    return site.jobs.do(lambda store, progress: _reprint(site, asked, store, progress))


@router.get("/labels/rulers.pdf", include_in_schema=False)
def rulers(
    site: SiteDep,
    sheet: Annotated[str, Query(max_length=60)] = "a4-3x7",
    printer: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    out = BytesIO()
    known = adjustment_of(site.home, printer) if printer else None
    draw_calibration(out, chosen_stock(site.home, sheet), known, _("On the page of labels: Printers, Keep."))
    return inline_pdf(out.getvalue(), "rulers.pdf")


@router.put("/api/printers", summary="Keep what was measured of a printer")
def keep(site: SiteDep, measured: Measured) -> dict[str, Any]:
    adjustment = from_measures(measured.a_mm, measured.b_mm, measured.c_mm, measured.d_mm)
    keep_printer(site.home, one_line(_("Name"), measured.name, LONGEST_NAME), adjustment)
    return {"printers": list(known_printers(site.home))}


@router.delete("/api/printers", summary="Forget what was measured of a printer")
def forget(site: SiteDep, name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)]) -> dict[str, Any]:
    keep_printer(site.home, name, None)
    return {"printers": list(known_printers(site.home))}


@router.get("/labels/files/{name}", include_in_schema=False)
def printed(site: SiteDep, name: str) -> Response:
    if name not in _lately(site.home, most=10_000):
        raise InputError(N_("that file is not here any more"), hint=N_("Look into the folder of printed labels."))
    return saved_file(site.home / KEPT / name, show=name.endswith(".pdf"))


def _preview(site: Site, choice: Choice, store: Store, progress: Progress) -> Answer:
    from services.labels.preview import draw_preview

    what = chosen(store, choice)
    job = choice.job(site.home, None, progress)
    key, path = site.file_store.place("preview.png")
    draw_preview(path, job, contents_of(store, choice, what))
    sheets = -(-(what.count + job.start - 1) // job.stock.per_page)
    said = {"what": what, "stock": job.stock, "title": title_of(job.stock), "sheets": sheets}
    page = render("labels_preview.html", picture=key, **said)
    return Answer(page, {"labels": what.count, "pages": sheets})


def _counted(count: int) -> Answer:
    words = ngettext(
        "Print {count} label? It is recorded as printed.", "Print {count} labels? They are recorded as printed.", count
    )
    return Answer("", {"labels": count, "question": words.format(count=number(count))})


def _print(site: Site, choice: Choice, store: Store, progress: Progress) -> Answer:
    what = chosen(store, choice)
    job = choice.job(site.home, _path(site.home, store, choice.what, choice.to, choice.form), progress)
    return _printed(job, what.count, print_chosen(store, job, choice, what), what.already)


def _reprint(site: Site, asked: Again, store: Store, progress: Progress) -> Answer:
    items, reason, second = again(store, asked)
    job = asked.job(site.home, _path(site.home, store, "again", items[0].code, asked.form), progress)
    return _printed(job, len(items), reprint_items(store, job, items, reason=reason, second=second))


def _offered(store: Store) -> dict[str, Any]:
    """What may be chosen, and how many items have no label."""

    needs = store.state.kinds()
    return {
        "kinds": [(kind, kind_name(needs, kind)) for kind in sorted(needs)],
        "unprinted": store.state.unprinted_count(),
        "is_planned": bool(needs),
    }


def _chosen_labels(store: Store, chosen: ChosenItems, again: str) -> dict[str, Any]:
    """Of the items that were chosen in a list: those without a label, and those whose label can be printed again."""
    items = known_items(store, map(parse_code, code_lines(store, chosen).split()))
    fresh = [show_code(item.code) for item in items if not item.print]
    printed = [show_code(item.code) for item in items if item.print]
    return {"fresh": fresh, "again": printed or again.split()}


def _paper(home: Path) -> dict[str, Any]:
    """The stock and the printers that there are; what is wrong with the station's own tables of them."""

    trouble, stocks, printers = list[str](), STOCKS, {}
    try:
        stocks = known_stocks(home)
    except CustodyError as error:
        trouble.append(f"{error_text(error)}. {hint_text(error)}")
    try:
        printers = known_printers(home)
    except CustodyError as error:
        trouble.append(f"{error_text(error)}. {hint_text(error)}")
    shown = [
        {
            "name": name,
            "title": title_of(stock),
            "per_page": stock.per_page,
            "is_roll": stock.is_roll,
            "size": f"{decimal(stock.label_width_mm, 1)} × {decimal(stock.label_height_mm, 1)} mm",
            "is_verified": stock.verified,
        }
        for name, stock in stocks.items()
    ]
    return {"stocks": shown, "printers": printers, "trouble": trouble}


def _path(home: Path, store: Store, what: str, where: str, form: str) -> Path:
    """Where labels are kept as a file: they are recorded as printed, so the file must outlive a browser that is closed.

    Raises:
        StoreError: the folder cannot be made.
    """

    folder = folder_for(home / KEPT)
    stem = safe_name("-".join(word for word in ("labels", local_stamp(store), what, where.strip()) if word))
    return next(
        path
        for number in range(1, 10_000)
        if not (path := folder / f"{stem}{'' if number == 1 else f'-{number}'}.{form}").exists()
    )


def _lately(home: Path, most: int = _LATELY) -> list[str]:
    """The newest files of printed labels, by name."""
    folder = home / KEPT
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if path.is_file() and path.name.startswith("labels-")]
    return [path.name for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)][
        :most
    ]


def _printed(job: PrintJob, count: int, sheets: int, already: int = 0) -> Answer:
    name = job.path.name if job.path else ""
    page = render(
        "labels_printed.html",
        count=count,
        sheets=sheets,
        file=name,
        folder=str(job.path.parent) if job.path else "",
        printer=str(job.printer) if job.printer else "",
        already=already,
        stock=job.stock,
        is_pdf=job.form == "pdf",
    )
    return Answer(page, {"labels": count, "pages": sheets, "name": name})
