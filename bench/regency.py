"""A whole regency's distribution with faults planted in it: every one is to be found, and none besides.

    python bench/regency.py [--share 1.0] [--times 9] [--out FOLDER] [--seed 1]

All of Buleleng: 9 sub-districts, 148 villages, 2,275 polling stations and the 25,469 things that they need. A
warehouse, nine sub-districts and nine villages have laptops, which meet by bundle or by the paper of a handover,
printed and read back. Faults of every kind of finding are planted in every sub-district (bench/scenario). What
stations say at each handover, what the office's ledger tells when all have met, and what audits of the evidence find
is held against what was planted, one by one: the exit code is 1 where anything is missed or invented.

`--share 0.02` takes so much of the places, and each fault once. `--out` keeps the letters and reports, to be looked at.
"""

import argparse
import csv
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import main as serah  # noqa: E402
from bench.scenario import evidence  # noqa: E402
from bench.scenario.field import AS_OF, FIRST_PHASE, Field, Subject  # noqa: E402
from bench.scenario.planting import plant  # noqa: E402
from custody.chain.findings import SEVERITY  # noqa: E402
from custody.plan.places import Need, Place  # noqa: E402
from tables.cells import parse_moment  # noqa: E402

LEAST = {"district": 4, "village": 3, "polling_station": 6}
"""So many children of each place are taken at the least: each fault has another place to go wrong to."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--times", type=int, default=None, help="how often each fault; else once a sub-district")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        field = worked(Path(folder), options.share, options.seed, options.times)
        print(described(field, time.perf_counter() - begun))
        print(table(field.expected, field.found))
        wrong = differences(field)
        print(*wrong, sep="\n", flush=True)
        if options.out is not None:
            written(field, options.out)
    return 1 if wrong else 0


def worked(folder: Path, share: float, seed: int, times: int | None = None) -> Field:
    """The regency, worked from its plan to the audit of its evidence.

    Args:
        times: how often each fault is planted; None: once a sub-district of a whole regency, else once.
    """
    places, needs = buleleng(share)
    field = Field(folder, places, needs)
    field.register()
    field.planted = plant(field, seed=seed, times=times or (len(field.districts) if share >= 1 else 1))
    field.distribute()
    evidence.all_meet(field)
    evidence.look_at_all(field, field.warehouse)
    evidence.audit(field)
    evidence.audit_cut(field)
    evidence.audit_altered(field)
    return field


def buleleng(share: float) -> tuple[list[Place], list[Need]]:
    """The places of the example, so much of each level, and what they need."""
    folder = ROOT / "examples" / "buleleng"
    with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
        places = [
            Place(r["code"], r["name"], r["level"], r["parent"] or None, parse_moment(r["due"]) if r["due"] else None)
            for r in csv.DictReader(file)
        ]
    with (folder / "needs.csv").open(encoding="utf-8", newline="") as file:
        needs = [
            Need(
                r["kind"],
                r["name_id"],
                r["name_en"],
                r["level"],
                int(r["per_place"]),
                r["unit"],
                r["tracked_as"],
                tuple(filter(None, r["elections"].split(";"))),
            )
            for r in csv.DictReader(file)
        ]
    needs.append(Need("set", "Karung TPS", "Polling station set", "village", 0, "karung", "pack"))
    needs += [Need(kind, kind, kind, "village", count, "buah", "item") for kind, count in FIRST_PHASE.items()]
    children = Counter(place.parent for place in places)
    taken: Counter[str | None] = Counter()
    kept: dict[str, Place] = {}
    for place in places:
        most = max(LEAST.get(place.level, 1), round(share * children[place.parent]))
        if (place.parent is None or place.parent in kept) and taken[place.parent] < most:
            taken[place.parent] += 1
            kept[place.code] = place
    return list(kept.values()), needs


# --- what came of it --------------------------------------------------------------------------------------------------


def differences(field: Field) -> list[str]:
    """What was missed and what was invented, a line each."""
    missed, invented = field.expected - field.found, field.found - field.expected
    return [
        f"{word:<9}{' '.join(subject)} x{count}  {field.told.get(subject, '')}"
        for word, counts in (("missed", missed), ("invented", invented))
        for subject, count in sorted(counts.items())
    ]


def table(expected: Counter[Subject], found: Counter[Subject]) -> str:
    """For each kind of finding how many were planted, found and invented."""
    lines = ["| finding | planted | found | missed | invented |", "|---|---|---|---|---|"]
    rows = [(code, *_sums(code, expected, found)) for code in SEVERITY]
    rows.append(("all", *(sum(row[at] for row in rows) for at in (1, 2, 3, 4))))
    lines += [
        f"| {code} | {planted:,} | {hit:,} | {missed:,} | {more:,} |" for code, planted, hit, missed, more in rows
    ]
    return "\n".join(lines)


def _sums(code: str, expected: Counter[Subject], found: Counter[Subject]) -> tuple[int, int, int, int]:
    planted = Counter({s: n for s, n in expected.items() if s[1] == code})
    seen = Counter({s: n for s, n in found.items() if s[1] == code})
    return planted.total(), (planted & seen).total(), (planted - seen).total(), (seen - planted).total()


def described(field: Field, seconds: float) -> str:
    """What was worked, in a line."""
    level = field.of_level
    return (
        f"{len(level['district'])} PPK, {len(level['village'])} PPS, {len(level['polling_station']):,} TPS; "
        f"{len(field.where):,} things, {field.handovers:,} handovers by {len(list(field.laptops()))} laptops, "
        f"{field.warehouse.store.ledger.event_count():,} records; {sum(field.planted.values())} faults of "
        f"{len(field.planted)} kinds; {seconds:.0f} s\n"
    )


def written(field: Field, folder: Path) -> None:
    """The letters and reports of the office, in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    for lang in ("id", "en"):
        for kind, suffixes in (
            ("bast", ("pdf",)),
            ("evaluation", ("pdf", "xlsx")),
            ("scorecard", ("pdf", "xlsx")),
            ("discrepancies", ("pdf", "xlsx")),
        ):
            for suffix in suffixes:
                out = folder / f"{kind}-{lang}.{suffix}"
                when = () if kind == "bast" else ("--as-of", AS_OF)
                home = ["--home", str(field.warehouse.folder), "--lang", lang]
                code = serah.main([*home, "report", kind, "--out", str(out), *when], now_utc=lambda: AS_OF)
                if code:
                    raise SystemExit(code)


if __name__ == "__main__":
    sys.exit(main())
