"""Which table it is, told by its headers: English or Indonesian, in any order and case.

Spaces, underscores, dots and dashes in a header do not count.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from custody.errors import N_, Fault, InputError
from language import _
from tables.read import Table

_PLACES = {
    "code": "code place_code kode kode_tempat kode_wilayah",
    "name": "name place_name place nama nama_tempat nama_wilayah tempat wilayah",
    "level": "level type tier tingkat tingkatan jenjang jenis_tempat",
    "parent": "parent parent_code under induk kode_induk atasan di_bawah",
    "due": "due due_at due_time deadline tenggat tenggat_waktu batas_waktu jatuh_tempo",
    "dapil": "dapil electoral_district constituency daerah_pemilihan nama_dapil",
}
_NEEDS = {
    "kind": "kind kind_code item_kind type jenis jenis_barang kode_jenis kode_barang",
    "name_id": "name_id name_indonesian indonesian nama_id nama nama_barang nama_indonesia",
    "name_en": "name_en name name_english english nama_en nama_inggris",
    "level": "level tier tingkat tingkatan jenjang",
    "per_place": "per_place each per_tps quantity_per_place per_tempat jumlah_per_tempat jumlah_per_tps kebutuhan",
    "unit": "unit satuan",
    "tracked_as": "tracked_as track_as tracked dilacak_sebagai dilacak pelacakan dicatat_sebagai",
    "elections": "elections election election_types pemilu pemilihan jenis_pemilu jenis_pemilihan",
}
_ITEMS = {
    "code": "code item_code kode kode_barang kode_label",
    "kind": "kind item_kind type jenis jenis_barang kode_jenis",
    "to": "to destination destination_code bound_for tujuan kode_tujuan untuk sasaran",
    "k": "k number ke nomor urutan",
    "n": "n of dari",
    "quantity": "quantity qty count amount jumlah isi banyaknya",
    "prefix": "prefix serial_prefix awalan seri awalan_seri",
    "first": "first first_serial from_serial serial_from awal nomor_awal seri_awal mulai",
    "last": "last last_serial to_serial serial_to akhir nomor_akhir seri_akhir sampai",
    "width": "width digits lebar lebar_nomor jumlah_digit",
    "held_by": "held_by holder custodian vendor supplier pemegang penanggung_jawab penyedia dipegang_oleh",
}
_TRUCKS = {
    "truck": "truck vehicle carrier plate plate_number truk kendaraan armada nomor_polisi nopol",
    "leaves": "leaves leaves_at departure departs berangkat jam_berangkat keberangkatan",
    "items": "items count quantity qty jumlah muatan jumlah_barang banyaknya",
    "bound": "bound bound_for to destination destinations tujuan sasaran",
}
_QUESTIONS = {
    "key": "key question_key short kunci kode singkatan",
    "question": "question text words pertanyaan teks kalimat",
    "about": "about list checklist daftar tentang",
}
_SIZES = {
    "kind": "kind kind_code item_kind jenis jenis_barang kode_jenis",
    "length_mm": "length_mm length panjang_mm panjang",
    "width_mm": "width_mm width lebar_mm lebar",
    "height_mm": "height_mm height tinggi_mm tinggi",
    "stack": "stack stacked tumpuk tumpukan",
}
_POINTS = {
    "point": "point point_code code number titik titik_kritis kode nomor",
    "title": "title what description judul uraian keterangan",
    "owner": "owner responsible person_in_charge penanggung_jawab pj pemilik",
    "due": "due due_at due_time deadline tenggat tenggat_waktu batas_waktu jatuh_tempo",
    "place": "place place_code tempat kode_tempat wilayah",
    "state": "state status keadaan",
}
_COLUMNS = {
    "places": _PLACES, "needs": _NEEDS, "items": _ITEMS, "trucks": _TRUCKS, "questions": _QUESTIONS, "sizes": _SIZES,
    "points": _POINTS,
}  # fmt: skip
_LOADED = ("places", "needs", "items")
"""The tables that the ledger takes; what is told apart by its headers is one of them."""
_REQUIRED = {
    "places": ("code", "name", "level"),
    "needs": ("kind", "level", "per_place"),
    "items": ("kind", "to"),
    "trucks": ("truck", "leaves"),
    "questions": ("key",),
    "sizes": ("kind", "length_mm", "width_mm", "height_mm"),
    "points": ("point", "title", "owner"),
}

_SAID = {
    "code": N_("code"), "name": N_("name"), "level": N_("level"), "kind": N_("kind"), "per_place": N_("per place"),
    "to": N_("destination"), "truck": N_("truck"), "leaves": N_("leaves"), "key": N_("key"),
    "length_mm": N_("length mm"), "width_mm": N_("width mm"), "height_mm": N_("height mm"), "point": N_("point"),
    "title": N_("title"), "owner": N_("owner"), "parent": N_("parent"), "due": N_("deadline"),
}  # fmt: skip
"""Columns that a table may lack or have twice, in words that name them above a column too."""
_KINDS = {"places": N_("places"), "needs": N_("needs"), "items": N_("items")}

_LEVELS = {
    "warehouse": "warehouse gudang gudang_kpu kpu kabupaten kota kabupaten_kota regency city provinsi province",
    "district": "district subdistrict sub_district kecamatan ppk ppd distrik",
    "village": "village desa kelurahan desa_kelurahan pps kampung nagari gampong",
    "polling_station": "polling_station polling_place tps kpps",
    "vendor": "vendor supplier penyedia pemasok percetakan",
    "carrier": "carrier truck vehicle driver pengangkut ekspedisi truk kendaraan armada",
}
_STATES = {
    "open": "open green due terbuka belum berjalan",
    "done": "done closed finished selesai tuntas beres",
}
_TRACKED = {
    "item": "item items piece each single barang satuan buah",
    "pack": "pack packs package bundle pak paket bungkus kemasan",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the known columns of a table are: `columns` maps our name to the file's header; `ignored` are the rest."""

    kind: str
    columns: dict[str, str]
    ignored: tuple[str, ...]


def table_kind(table: Table) -> str:
    """Tell which table it is: `places`, `needs` or `items`.

    Raises:
        InputError: the headers are of none of the three, or some that it must have are missing.
    """
    found = {kind: _match(kind, table.headers) for kind in _LOADED}
    missing = {kind: [name for name in _REQUIRED[kind] if name not in found[kind]] for kind in _LOADED}
    # A table of needs may carry a code column, and every table a level: what decides is the columns it must have,
    # then how many others fit.
    nearest = min(_LOADED, key=lambda kind: (len(missing[kind]), -len(found[kind])))
    if len(missing[nearest]) == len(_REQUIRED[nearest]):
        raise InputError(
            N_("{file} is no table of places, needs or items: its headers are {headers}"),
            hint=N_("Places have code, name, level, parent; needs have kind, level, per_place; items have kind, to."),
            file=table.file,
            headers=", ".join(table.headers)[:200],
        )
    if missing[nearest]:
        fault = missing_columns(table, missing[nearest])
        raise InputError(
            N_("{file} lacks columns that a table of {kind} must have: {columns}"),
            hint=N_("Add them to the first row; their order does not matter."),
            faults=(fault,),
            file=table.file,
            kind=_(_KINDS[nearest]),
            columns=column_words(missing[nearest]),
        )
    return nearest


def layout(table: Table, kind: str) -> tuple[Layout, list[Fault]]:
    """Find the columns of a table of this kind; faults for those missing and for two headers of one meaning."""
    found = _match(kind, table.headers)
    faults = []
    if missing := [name for name in _REQUIRED[kind] if name not in found]:
        faults.append(missing_columns(table, missing))
    for name, headers in found.items():
        if len(headers) > 1:
            values: dict[str, object] = {"headers": ", ".join(headers), "column": column_words([name])}
            faults.append(
                Fault(N_("the columns {headers} all mean {column}: keep one"), values, 1, headers[1], table.file)
            )
    known = {header for headers in found.values() for header in headers}
    ignored = tuple(header for header in table.headers if header and header not in known)
    return Layout(kind, {name: headers[0] for name, headers in found.items()}, ignored), faults


def code_column(table: Table) -> str:
    """The header of the column that has the items' codes.

    Raises:
        InputError: there is none.
    """
    found = _match("items", table.headers).get("code")
    if not found:
        raise InputError(
            N_("{file} has no column of codes: its headers are {headers}"),
            hint=N_("Name the column code, or kode."),
            file=table.file,
            headers=", ".join(table.headers)[:200],
        )
    return found[0]


def ignored_columns(table: Table, kind: str) -> tuple[str, ...]:
    """The headers that mean nothing to this kind of table, for one note to the user."""
    return layout(table, kind)[0].ignored


def missing_columns(table: Table, names: list[str]) -> Fault:
    """The one fault that names every column a table lacks."""
    return Fault(N_("lacks the columns {columns}"), {"columns": column_words(names)}, 1, "", table.file)


def column_words(names: Iterable[str]) -> str:
    """Our names of columns as a user may write them above one, in the chosen language."""
    return ", ".join(_(_SAID.get(name, name)) for name in names)


def parse_level(text: str) -> str | None:
    """The level that a cell names in either language, or None."""
    return _meanings("levels").get(_fold(text))


def parse_bearer(text: str) -> str | None:
    """What needs so many each: a level, or a kind by its code (each box needs six seals); None where it is neither."""
    kind = re.sub(r"[\s\-]+", "_", text.casefold())
    return parse_level(text) or (kind if re.fullmatch(r"[a-z0-9_]{1,40}", kind) else None)


def parse_tracked_as(text: str) -> str | None:
    """`item` or `pack`, named in either language, or None."""
    return _meanings("tracked").get(_fold(text))


def parse_state(text: str) -> str | None:
    """`open` or `done`, named in either language, or None."""
    return _meanings("states").get(_fold(text))


def _match(kind: str, headers: tuple[str, ...]) -> dict[str, list[str]]:
    """Our name of each column that the table has, with the headers that mean it."""
    meanings = _meanings(kind)
    found: dict[str, list[str]] = {}
    for header in headers:
        if name := meanings.get(_fold(header)):
            found.setdefault(name, []).append(header)
    for name, candidates in found.items():
        # The exact name beats its synonyms; those are then columns that nobody asked for.
        found[name] = [header for header in candidates if _fold(header) == _fold(name)] or candidates
    return found


@cache
def _meanings(kind: str) -> dict[str, str]:
    """Every folded synonym with our name for it."""
    words = {**_COLUMNS, "levels": _LEVELS, "tracked": _TRACKED, "states": _STATES}[kind]
    return {_fold(word): name for name, synonyms in words.items() for word in synonyms.split()}


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
