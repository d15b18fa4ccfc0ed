"""The demo played from the first label to the last report, in a folder of its own, with a clock of its own."""

import csv
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Protocol

from commands import VERSION
from commands.context import progress
from commands.demo import story
from commands.demo.story import Cast, Leg, Story, cast_of, write_story
from commands.demo.watch import Played, watch
from commands.demo.workshop import LEDGER
from commands.open_ledger import made
from commands.report.custody import save_chains_of
from commands.report.listing_report import save_progress_of
from custody.compose.compose import Handover, Touch
from custody.format.codes import item_payload, place_payload
from custody.format.item_facts import Item
from custody.plan.levels import END
from custody.plan.places import Place, is_under
from custody.plan.places import below as below_of
from custody.plan.profile import DEFAULT
from db.store import Store, Surroundings
from labels.content import leaving_order
from labels.stock import Stock, stock
from language import _
from reports.bast.letter_template import read_template, shipped_template
from reports.words import custodian_name
from scanner.session import COOL_DOWN_MS
from scanner.simulation.simulate import Flaws, lay_out, simulate, write_video
from scanner.sources.frames import PDF_DPI, Image
from scanner.sources.open_source import open_source
from services.exchange.transfer import export_bundle
from services.labels.print_job import PrintJob
from services.labels.print_run import labelled_places, print_items, print_places, reprint_items
from services.plan.loading import load_files
from services.plan.profiles import ReadProfile, profile_title, record_profile
from services.plan.registering import register_items, unregistered_items
from services.records.handovers import record_handover
from services.records.sealing import record_seal
from services.records.searching import progress_rows
from services.reporting.bast_letters import save_letter
from services.reporting.chains import Chains

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BULELENG = EXAMPLES / "buleleng"
SHEET = "a4-3x7"
SEED = 14_02_2024
STATIONS_IF_QUICK, THINGS_IF_QUICK = 2, 4
"""At each of two places so many of its ends, more where these would have fewer things."""


@dataclass(frozen=True, slots=True)
class Result:
    """All that the demo did, as it was recorded. `out` is where its folder will be."""

    out: Path
    item_count: int
    page_count: int
    names: Mapping[str, str]
    played: tuple[Played, ...]
    story: Story
    seconds: float
    cast: Cast
    profile: str = DEFAULT

    @property
    def is_whole(self) -> bool:
        """Whether everything that went wrong on purpose came to light, and every label shown was read."""
        return not any(played.not_found or played.unread for played in self.played)

    def name(self, custodian: str) -> str:
        """A custodian of the story as people say it."""
        return self.names[custodian]


class Clock:
    """The demo's time: it stands still until the story goes on."""

    def __init__(self, utc: str) -> None:
        self.utc = utc

    def __call__(self) -> str:
        return self.utc


def play(folder: Path, out: Path, *, is_quick: bool, quiet: bool, profile: ReadProfile | None = None) -> Result:
    """Play the whole story into an empty folder, on the example of the profile: Buleleng, or one of its own."""
    began = time.perf_counter()
    clock = Clock(story.PREPARED)
    home = folder / LEDGER
    around = Surroundings(clock, random.Random(SEED).randrange, by=story.KEEPER, app=f"serah/{VERSION}")
    with made(home, around) as store:
        tables = _tables(profile)
        place = _top_of(tables[0])
        election = profile_title(profile.profile) if profile else "Pemilu 2024"
        store.begin(election=election, station="Demo-1", place=place)
        if profile is not None:
            record_profile(store, profile)
        cast = _load(store, tables)
        items = _prepare(store, cast, is_quick=is_quick)
        pages = print_items(
            store, PrintJob(stock(SHEET), folder / "labels.pdf", progress=partial(progress, quiet=quiet)), items
        )
        tree = store.state.places.all()
        first, second = ([item for item in items if is_under(tree, item.to, end)] for end in (cast.first, cast.second))
        plot = write_story(first, second, cast)
        clock.utc = story.LOADED
        _reprint(store, folder / "reprint.pdf", plot.smudged)
        pictures = _pictures(store, folder, items, plot, cast)
        played = _scan_all(store, clock, folder, plot, pictures, quiet=quiet)
        write_papers(store, clock, folder, plot, cast, bast=played[1].recorded.bast)
        custodians = {code for leg in played for code in (leg.recorded.giver, leg.recorded.to)} | {cast.area}
        names = {code: custodian_name(tree, code) for code in custodians}
    name = profile.profile.name if profile else DEFAULT
    return Result(out, len(items), pages, names, played, plot, time.perf_counter() - began, cast, name)


def _tables(profile: ReadProfile | None) -> list[Path]:
    """The tables of the example, that of places first: those in a folder with the profile's name, else Buleleng's."""
    if profile is None:
        return [BULELENG / name for name in ("places.csv", "needs.csv", "seal-packs.csv")]
    own = EXAMPLES / profile.profile.name / "places.csv"
    return [own if own.exists() else BULELENG / "places.csv"]


def _top_of(places: Path) -> str:
    """The first place of a table, where the demo's station stands."""
    with places.open(encoding="utf-8") as file:
        return next(csv.DictReader(file))["code"]


def _load(store: Store, tables: Sequence[Path]) -> Cast:
    """Load the tables, and say whom the story is about."""
    load_files(store, tables)
    needs = [need for need in store.state.needs() if need.tracked_as == "item"]
    kind = next((need.kind for need in needs if need.elections), needs[0].kind)
    return cast_of(store.state.places.all(), kind)


def _prepare(store: Store, cast: Cast, *, is_quick: bool) -> list[Item]:
    """Register what the area needs, bring it to the warehouse, and give it in the order in which things leave."""
    tops, tree = [cast.area], store.state.places.all()
    if is_quick:
        tops = [top for place in (cast.first, cast.second) for top in _some_ends(store, tree, place, cast.kind)]
    kind = cast.kind if is_quick else None
    register_items(store, [item for top in tops for item in unregistered_items(store, under=top, kind=kind)])
    items = leaving_order(store.state.find_items(under=cast.area), tree)
    _seal(store, items)
    if cast.above:
        touches = [Touch(item.code, None, "typed") for item in items]
        handover = Handover(cast.above, cast.warehouse, giver_name=story.PRINTER, receiver_name=story.KEEPER)
        record_handover(store, handover, touches)
    return leaving_order(store.state.find_items(under=cast.area), tree)


def _some_ends(store: Store, tree: Mapping[str, Place], place: str, kind: str) -> list[str]:
    """The first ends below a place that need enough of a kind together; the place itself where it is one."""
    ends = [below.code for below in below_of(tree, place) if below.level == END]
    for count in range(STATIONS_IF_QUICK, len(ends)):
        if sum(len(unregistered_items(store, under=end, kind=kind)) for end in ends[:count]) >= THINGS_IF_QUICK:
            return ends[:count]
    return ends


def _seal(store: Store, items: Sequence[Item]) -> None:
    """Put the planned seals on things that must have some, as two people do before they leave."""
    wanted = {need.source: need.per_place for need in store.state.needs() if need.per == "place" and need.source}
    number = 0
    for item in items:
        count = wanted.get(item.kind, 0)
        if count:
            serials = [f"SG{number + k:06d}" for k in range(1, count + 1)]
            number += count
            touch = Touch(item.code, None, "typed")
            record_seal(store, touch, "apply", serials, names=(story.KEEPER, story.WITNESS))


def _reprint(store: Store, path: Path, item: Item) -> None:
    items = list(store.state.items_of([item.code]).values())
    job = PrintJob(stock(SHEET), path)
    reprint_items(store, job, items, reason=_("smudged by rain"), second=story.WITNESS)


def _pictures(store: Store, folder: Path, items: Sequence[Item], plot: Story, cast: Cast) -> dict[str, Image]:
    """Every label that the story shows, cut out of the PDFs that were printed."""
    sheet = stock(SHEET)
    shown = {payload for leg in plot.legs for payload in leg.shown}
    shown |= {place_payload(leg.handover.to) for leg in plot.legs if leg.scans_place}
    places = labelled_places(store, cast.area)
    tree = store.state.places.all()
    places += [tree[code] for code in (cast.first, cast.second) if tree[code] not in places]  # ends have none
    print_places(store, PrintJob(sheet, folder / "place-labels.pdf"), places)
    found: dict[str, Image] = {}
    for name, payloads in (
        ("labels.pdf", [item_payload(item.code, 1) for item in items]),
        ("reprint.pdf", [item_payload(plot.smudged.code, 2)]),
        ("place-labels.pdf", [place_payload(place.code) for place in places]),
    ):
        wanted = {position: payload for position, payload in enumerate(payloads) if payload in shown}
        found |= cut_out(folder / name, sheet, wanted)
    return found


def _scan_all(
    store: Store, clock: Clock, folder: Path, plot: Story, pictures: dict[str, Image], *, quiet: bool
) -> tuple[Played, ...]:
    """Film and scan every handover: the films are made beside, the next while one is scanned."""
    sets = {leg.name: _desks(leg, pictures) for leg in plot.legs}
    frames = sum(len(views) for views in sets.values()) * FRAMES_PER_DESK
    films = folder / "films"
    films.mkdir()
    with _together(2 * frames, quiet=quiet) as notify, ThreadPoolExecutor(2) as studio:
        made = [
            (leg, path, studio.submit(shoot, path, sets[leg.name], seed=SEED + number, notify=notify))
            for number, leg in enumerate(plot.legs)
            for path in [films / f"{leg.name}.mp4"]
        ]
        played = []
        try:
            for leg, path, film in made:
                film.result()
                clock.utc = leg.at_utc
                played.append(watch(store, leg, path, folder / "stills", notify))
        finally:
            studio.shutdown(cancel_futures=True)
    return tuple(played)


def _desks(leg: Leg, pictures: dict[str, Image]) -> list[Image]:
    place = pictures[place_payload(leg.handover.to)] if leg.scans_place else None
    per_desk = LABELS_PER_DESK
    if len({*leg.shown}) < len(leg.shown):  # the one that is shown twice is out of the picture long enough between
        between = ceil(COOL_DOWN_MS / 1000 / _SECONDS_PER_VIEW) + 3
        per_desk = min(max(len(leg.shown) // between, 1), per_desk)
    return desks([pictures[payload] for payload in leg.shown], place, per_desk=per_desk)


@contextmanager
def _together(length: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """One progress bar for all who film and scan at once."""
    turn = Lock()
    with progress(length, _("Filming and scanning"), quiet=quiet) as done:

        def notify(count: int) -> None:
            with turn:
                done(count)

        yield notify


# --- From printed sheets to films: cuts labels out of a PDF's pages and lets a simulated camera look at them ----------

FRAMES_PER_DESK = 10
"""At most: two views of four frames, and a glide of two between them."""
LABELS_PER_DESK = 12
_FPS, _SECONDS_PER_VIEW = 10.0, 0.4
_SCALE = 0.66
_FLAWS = Flaws(noise=4.0)
_PX_PER_MM = PDF_DPI / 25.4


def cut_out(pdf: Path, stock: Stock, wanted: Mapping[int, str]) -> dict[str, Image]:
    """Labels of a PDF as pictures by their payloads; `wanted` has their places on it, counted from 0 over all pages."""
    by_page: dict[int, list[tuple[int, str]]] = {}
    for position, payload in wanted.items():
        page, cell = divmod(position, stock.per_page)
        by_page.setdefault(page + 1, []).append((cell, payload))
    found: dict[str, Image] = {}
    with open_source(str(pdf)) as pages:
        for frame in pages:
            for cell, payload in by_page.pop(frame.number, ()):
                found[payload] = _cell(frame.image, stock, cell)
            if not by_page:
                break
    return found


def _cell(page: Image, stock: Stock, cell: int) -> Image:
    left_mm, top_mm = stock.position_mm(cell)
    left, right = (round(mm * _PX_PER_MM) for mm in (left_mm, left_mm + stock.label_width_mm))
    top, bottom = (round(mm * _PX_PER_MM) for mm in (top_mm, top_mm + stock.label_height_mm))
    return page[top:bottom, left:right]


def desks(labels: Sequence[Image], place: Image | None = None, *, per_desk: int = LABELS_PER_DESK) -> list[Image]:
    """Yield labels as they lie on a desk, some at a time; a place's label comes first and by itself."""
    alone = [] if place is None else lay_out([place], per_page=1)
    return alone + lay_out(labels, per_page=per_desk)


def shoot(path: Path, desks: Sequence[Image], *, seed: int, notify: Callable[[int], None]) -> int:
    """Film the desks one after the other and report each frame; return the number of frames."""

    def told() -> Iterator[Image]:
        for frame in simulate(
            desks, seed=seed, fps=_FPS, seconds_per_view=_SECONDS_PER_VIEW, scale=_SCALE, flaws=_FLAWS
        ):
            notify(1)
            yield frame

    return write_video(path, told(), _FPS)


# --- The papers of the demo: chains of custody, progress, and a bundle of the log -------------------------------------

OFFICE = BULELENG / "bast.toml"
"""An office's template for its letters, in Indonesian."""


class SettableClock(Protocol):
    """A clock that can be put forward."""

    utc: str


def write_papers(store: Store, clock: SettableClock, folder: Path, plot: Story, cast: Cast, *, bast: str) -> None:
    """Write every report: in the evening, and next morning the chain of the box that never came.

    Args:
        bast: the number of the handover that gets an official letter.
    """
    clock.utc = story.EVENING
    store.around = replace(store.around, by=story.KEEPER)
    tree = store.state.places.all()
    sent = [item for place in (cast.first, cast.second) for item in store.state.find_items(under=place)]
    codes = [item.code for item in leaving_order(sent, tree)]
    for name, chosen in (
        ("custody-good.pdf", [plot.good.code]),
        ("custody-misrouted.pdf", [plot.misrouted.code]),
        ("custody-reprinted.pdf", [plot.smudged.code]),
        ("custody.xlsx", codes),
        ("custody.csv", codes),
    ):
        save_chains_of(store, folder / name, Chains(store, chosen, progress=progress))
    rows = progress_rows(store, cast.area)
    for name in ("progress.pdf", "progress.xlsx"):
        save_progress_of(store, folder / name, rows)
    template = read_template(OFFICE) if store.state.profile is None else shipped_template()
    save_letter(store, folder / "bast.pdf", template, bast)
    clock.utc = story.MORNING
    save_chains_of(store, folder / "custody-missing.pdf", Chains(store, [plot.missing.code], progress=progress))
    export_bundle(store, folder / "log.serah")
