"""All that is written from the ledger: reports as tables and files, papers, and what is given to others.

To add one: a `Report` in `REPORTS`. Its options are fields as those of forms; its file is written as the command writes
it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from custody.errors import N_
from custody.plan.levels import TREE
from db.store import Store
from language import _
from language.in_words import level_title
from reports.handover.blank_form import FormPaper, write_forms
from reports.listing import Listing
from reports.lists.progress_list import progress_listing, save_progress
from reports.report_files import save_evaluation, save_listing
from services.exchange import table_export
from services.exchange.epcis import export_epcis
from services.exchange.observer_pack import zip_pack
from services.progress_bar import Progress
from services.records.searching import progress_rows
from services.reporting.bast_letters import chosen_template
from services.reporting.blank_forms import forms_for
from services.reporting.evaluation_chapters import evaluation_of, listings
from services.reporting.listings import LISTINGS, MOST_HOURS, MOST_SECONDS, MOST_STATIONS, Chosen, surveyed
from services.reporting.made_by import made_of
from tables.output.safe_file import safe_file
from web.forms.fields import Field, Given
from web.forms.goods import kinds_known

Listed = Callable[[Store, Chosen], Listing]
Save = Callable[[Store, Given, Chosen, Path, Path], None]
"""Writes a file: from the store, what was given, what was chosen, to a path, with the station's folder."""
TABLES = ("pdf", "xlsx", "csv", "json")

PLACE = Field("place", N_("Only this place, and below it"), "place")
KIND = Field("kind", N_("Only this kind"), "choice", choices=kinds_known)
_AS_OF = Field("as_of", N_("As it stood then"), "moment", N_('Empty: now. For example "2024-02-12 18:00 WITA".'))
_WITHIN = Field("within", N_("Due within so many hours is due soon"), "count", most=MOST_HOURS)


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its address, title, what it tells, what can be chosen, as which files it comes, and what tells it.

    `listing` shows it on the page; None: it is a file alone. `save` writes it where it is no plain listing.
    """

    name: str
    title: str
    about: str
    fields: Sequence[Field] = ()
    formats: Sequence[str] = TABLES
    listing: Listed | None = None
    save: Save | None = None

    def write(self, store: Store, given: Given, chosen: Chosen, path: Path, home: Path) -> None:
        """Write the file that the suffix of `path` asks for."""
        if self.save is not None:
            self.save(store, given, chosen, path, home)
            return
        assert self.listing is not None
        save_listing(path, self.listing(store, replace(chosen, with_records=True)), made_of(store))


def chosen_of(given: Given, progress: Progress) -> Chosen:
    """What was given of a report, as services take it."""
    return Chosen(
        top=given.get("place"),
        kind=given.get("kind"),
        as_of=given.get("as_of"),
        within_h=given.get("within"),
        stations=given.get("stations"),
        seconds=given.get("seconds"),
        trucks=given.get("trucks"),
        begin=given.get("begin"),
        progress=progress,
    )


def _progress(store: Store, chosen: Chosen) -> Listing:
    return progress_listing(progress_rows(store, chosen.top, chosen.kind), store.state.kinds())


def _save_progress(store: Store, _given: Given, chosen: Chosen, path: Path, _home: Path) -> None:
    save_progress(path, progress_rows(store, chosen.top, chosen.kind), store.state.kinds(), made_of(store))


def _save_evaluation(store: Store, _given: Given, chosen: Chosen, path: Path, _home: Path) -> None:
    save_evaluation(path, evaluation_of(store, surveyed(store, chosen)), made_of(store))


def _save_forms(store: Store, given: Given, _chosen: Chosen, path: Path, home: Path) -> None:
    empty = given["empty"] or 0
    forms = forms_for(store, given["giver"], given["to"], [], given["each"], given["kind"], empty)
    paper = FormPaper(chosen_template(home), store.state.places.tree(), store.state.kinds(), made_of(store), empty)
    with safe_file(path) as file:
        write_forms(file, forms, paper)


def _save_pack(store: Store, given: Given, chosen: Chosen, path: Path, home: Path) -> None:
    letters = chosen_template(home) if given["letters"] else None
    zip_pack(store, path, surveyed(store, chosen), letters=letters, progress=chosen.progress)


def _save_epcis(store: Store, given: Given, chosen: Chosen, path: Path, _home: Path) -> None:
    base, prefix = given["uri"] or "", given["prefix"] or ""
    export_epcis(store, path, chosen.top, base=base, company_prefix=prefix, progress=chosen.progress)


def _save_tables(store: Store, _given: Given, chosen: Chosen, path: Path, _home: Path) -> None:
    found = surveyed(store, chosen)
    table_export.save_tables(path, table_export.all_tables(store, found, listings(store, found)))


def _listed(name: str, title: str, about: str, *fields: Field) -> Report:
    return Report(name, title, about, fields, listing=LISTINGS[name])


_TRUCKS_HINT = N_("All or nothing. Its columns: truck, leaves, and items or bound.")
_GROUP_REPORTS = (
    Report(
        "progress",
        N_("Progress"),
        N_("How far things have come, by place and kind."),
        (PLACE, KIND),
        listing=_progress,
        save=_save_progress,
    ),
    _listed(
        "late",
        N_("What is late"),
        N_("What is late, will be at this pace, or is due soon."),
        PLACE,
        KIND,
        _AS_OF,
        _WITHIN,
    ),
    _listed(
        "discrepancies", N_("Discrepancies"), N_("All that is irregular, the gravest first. Takes a while."), _AS_OF
    ),
    _listed("scorecard", N_("Scorecard"), N_("How each committee stands on the six counts. Takes a while."), _AS_OF),
    _listed("phases", N_("Phases"), N_("How far each phase has come, by kind."), PLACE, KIND),
    _listed("condition", N_("Condition"), N_("In which condition things are, by who holds them."), PLACE, KIND),
    _listed("seals", N_("Seals"), N_("What became of every seal number.")),
    _listed("prints", N_("Printed labels"), N_("An account of every label that was printed.")),
    _listed("deliveries", N_("Deliveries of vendors"), N_("What vendors delivered, against their contracts.")),
    _listed("incidents", N_("Obstacles"), N_("The obstacles, open and closed."), PLACE),
    _listed("readiness", N_("Readiness of stores"), N_("Which stores are ready, and which lack what."), PLACE),
    _listed("points", N_("Critical points"), N_("What must be done until when."), PLACE, _AS_OF, _WITHIN),
    _listed("returns", N_("The way back"), N_("How far what was delivered has come back."), PLACE, KIND),
    _listed(
        "pace",
        N_("Pace of loading"),
        N_("Which truck will not be loaded in time, and how many stations are needed."),
        Field("stations", N_("How many stations scan at a time"), "count", is_needed=True, least=1, most=MOST_STATIONS),
        Field("seconds", N_("Seconds for one label"), "count", is_needed=True, least=1, most=MOST_SECONDS),
        Field("begin", N_("When loading begins"), "moment", N_('Empty: now. For example "2024-02-12 18:00 WITA".')),
        Field("trucks", N_("Timetable of the trucks"), "file", _TRUCKS_HINT),
    ),
    Report(
        "evaluation",
        N_("Evaluation"),
        N_("Everything in one report, for the meeting that looks back. Takes a while."),
        (_AS_OF,),
        listing=LISTINGS["evaluation"],
        save=_save_evaluation,
    ),
)


def _levels(store: Store) -> list[tuple[str, str]]:
    there = {place.level for place in store.state.places.tree().values()}
    return [(level, level_title(level)) for level in TREE if level in there]


_GROUP_PAPERS = (
    Report(
        "forms",
        N_("Backup forms"),
        N_("Handover forms printed ahead, for when laptop, power or camera fail."),
        (
            Field("to", N_("For which receiver"), "place", is_needed=True),
            Field("each", N_("One for each place below it, of this level"), "choice", choices=_levels),
            Field("giver", N_("Who gives"), "place", N_("Empty: the place above.")),
            KIND,
            Field("empty", N_("Empty rows"), "count", most=100),
        ),
        ("pdf",),
        save=_save_forms,
    ),
)
_GROUP_OTHERS = (
    Report(
        "pack",
        N_("Observers' pack"),
        N_("Logs, tables, reports and the program that checks them, in one file. Takes a while."),
        (
            Field(
                "letters",
                N_("With the letter of every handover"),
                "choice",
                choices=lambda _store: [("yes", _("Yes"))],
            ),
        ),
        ("zip",),
        save=_save_pack,
    ),
    Report(
        "epcis",
        N_("EPCIS events"),
        N_("The records about things in the form of GS1, for other tracing systems."),
        (
            Field("place", N_("Only stations at this place, and below it"), "place"),
            Field("uri", N_("The office's own address to name things by"), limit=200),
            Field("prefix", N_("The office's GS1 company prefix")),
        ),
        ("jsonld",),
        save=_save_epcis,
    ),
    Report(
        "tables",
        N_("All tables"),
        N_("Every record as rows of one workbook, for further work. Takes a while."),
        (),
        ("xlsx",),
        save=_save_tables,
    ),
)
GROUPS = (
    (N_("Reports"), _GROUP_REPORTS),
    (N_("Papers"), _GROUP_PAPERS),
    (N_("For others"), _GROUP_OTHERS),
)
"""The groups of reports, each under its heading."""
REPORTS: Mapping[str, Report] = {one.name: one for _words, group in GROUPS for one in group}
