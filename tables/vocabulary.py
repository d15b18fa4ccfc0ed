"""The words that offices write above the columns of their tables and in their cells, English and Indonesian.

Case, spaces, underscores, dots and dashes do not count, nor does a year or a remark in brackets: `Jml. TPS (2024)`.
"""

from collections.abc import Iterable

from custody.errors import N_
from custody.plan.levels import AREA, CARRIER, END, GROUP, STORE, VENDOR
from language import _

_PLACES = {
    "code": "code place_code kode kode_tempat kode_wilayah kode_lokasi kode_kemendagri",
    "name": "name place_name place nama nama_tempat nama_wilayah nama_lokasi tempat wilayah",
    "level": "level type tier tingkat tingkatan jenjang jenis_tempat",
    "parent": "parent parent_code under induk kode_induk atasan di_bawah "
    "kode_tempat_di_atasnya tempat_di_atasnya kode_atasan",
    "due": "due due_at due_time deadline tenggat tenggat_waktu batas_waktu jatuh_tempo batas_waktu_tiba harus_tiba",
    "dapil": "dapil electoral_district constituency daerah_pemilihan nama_dapil",
    "voters": "voters registered_voters number_of_voters dpt jumlah_dpt jml_dpt total_dpt pemilih jumlah_pemilih "
    "jml_pemilih total_pemilih jumlah_dpt_jumlah dpt_jumlah jumlah_pemilih_jumlah jumlah_dpt_l_p dpt_l_p "
    "jumlah_pemilih_l_p pemilih_l_p dpt_total jumlah_dpt_total pemilih_jumlah pemilih_total jumlah_pemilih_total "
    "jumlah_dpt_laki_laki_perempuan jumlah_pemilih_laki_laki_perempuan pemilih_terdaftar "
    "jumlah_pemilih_terdaftar jumlah_pemilih_dpt jumlah_pemilih_dalam_dpt",
}
_VOTERS = {
    "code": _PLACES["code"] + " kode_tps kode_desa kode_kecamatan",
    "voters": _PLACES["voters"],
    "called": _PLACES["name"] + " called tps desa kelurahan desa_kelurahan kecamatan nama_tps nama_desa",
}
_NEEDS = {
    "kind": "kind kind_code item_kind type jenis jenis_barang kode_jenis kode_barang jenis_logistik jenis_perlengkapan "
    "kode",
    "name_id": "name_id name_indonesian indonesian_name indonesian nama_id nama nama_barang nama_indonesia "
    "nama_logistik nama_perlengkapan uraian",
    "name_en": "name_en name name_english english_name english nama_en nama_inggris",
    "level": "level tier tingkat tingkatan jenjang peruntukan penempatan",
    "per_place": "per_place each per_tps per_pps per_ppk quantity_per_place per_tempat jumlah_per_tempat "
    "jumlah_per_tps jml_per_tps jumlah_per_pps jumlah_per_ppk kebutuhan kebutuhan_per_tps alokasi_per_tps "
    "banyaknya_per_tps jumlah_tiap_tps jumlah_setiap_tps jumlah jml banyaknya",
    "unit": "unit satuan sat",
    "tracked_as": "tracked_as track_as tracked dilacak_sebagai dilacak pelacakan dicatat_sebagai",
    "elections": "elections election election_types pemilu pemilihan jenis_pemilu jenis_pemilihan",
    "per": "per counted_per for_each dihitung_per dasar dasar_hitung dasar_perhitungan untuk_setiap untuk_tiap acuan",
    "reserve": "reserve reserve_percent cadangan persen_cadangan cadangan_persen besar_cadangan",
    "pack": "pack pack_size in_a_pack isi isi_pak isi_per_pak isi_kemasan isi_per_kemasan isi_per_dus isi_per_bungkus",
    "serial": "serial first_serial first_serial_number first_number nomor_awal no_awal nomor_seri_awal seri_awal",
    "rule": "rule where_the_rule_stands source legal_basis dasar_hukum sumber sumber_aturan aturan ketentuan",
}
_ITEMS = {
    "code": "code item_code kode kode_barang kode_label",
    "kind": "kind kind_code item_kind type jenis jenis_barang kode_jenis nama_barang jenis_logistik",
    "to": "to destination destination_code bound_for tujuan kode_tujuan untuk sasaran",
    "k": "k number number_k ke nomor urutan nomor_ke",
    "n": "n of of_n dari",
    "quantity": "quantity qty count amount jumlah isi banyaknya jml",
    "prefix": "prefix serial_prefix awalan seri awalan_seri",
    "first": "first first_number first_serial from_serial serial_from awal nomor_awal no_awal "
    "seri_awal nomor_seri_awal mulai",
    "last": "last last_number last_serial to_serial serial_to akhir nomor_akhir no_akhir "
    "seri_akhir nomor_seri_akhir sampai",
    "width": "width digits lebar lebar_nomor jumlah_digit",
    "held_by": "held_by holder custodian vendor supplier pemegang penanggung_jawab penyedia dipegang_oleh",
    "vendor_code": "vendor_code vendors_code barcode vendor_barcode kode_vendor kode_penyedia kode_batang barkode",
}
_BARCODES = {name: _ITEMS[name] for name in ("code", "vendor_code")}
_TRUCKS = {
    "truck": "truck vehicle carrier plate plate_number truk kendaraan armada nomor_polisi nopol no_polisi",
    "leaves": "leaves leaves_at departure departs berangkat jam_berangkat waktu_berangkat keberangkatan",
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
    "point": "point point_code point_number code number titik titik_kritis nomor_titik kode nomor",
    "title": "title what description judul uraian keterangan",
    "owner": "owner responsible person_in_charge penanggung_jawab pj pemilik",
    "due": "due due_at due_time deadline tenggat tenggat_waktu batas_waktu jatuh_tempo",
    "place": "place place_code tempat kode_tempat wilayah",
    "state": "state status keadaan",
}
_DELIVERIES = {
    "vendor": "vendor supplier penyedia pemasok rekanan nama_penyedia",
    "kind": _ITEMS["kind"],
    "arrived": "arrived received count tiba datang jumlah_tiba jumlah_datang diterima jumlah_diterima",
    "damaged": "damaged broken rusak jumlah_rusak",
    "paper": "paper delivery_note note_number surat_jalan nomor_surat_jalan no_surat_jalan",
    "contract": "contract contract_number kontrak nomor_kontrak no_kontrak",
    "contracted": "contracted ordered jumlah_kontrak jumlah_pesanan dipesan",
    "giver": "giver handed_over_by pemberi yang_menyerahkan penyerah",
    "receiver": "receiver received_by penerima yang_menerima",
    "occurred": "occurred when date waktu tanggal waktu_tiba tanggal_tiba",
    "note": "note remark catatan keterangan",
}
_TREE = {
    AREA: "district subdistrict sub_district kecamatan nama_kecamatan kec kecamatan_nama ppk distrik nama_distrik",
    GROUP: "village desa kelurahan desa_kelurahan kelurahan_desa desa_kel kel_desa nama_desa "
    "kecamatan_desa kecamatan_kelurahan kecamatan_desa_kelurahan kecamatan_kelurahan_desa kecamatan_desa_kel "
    "nama_kelurahan desa_nama nama_desa_kelurahan nama_kelurahan_desa pps kampung nagari gampong desa_kelurahan_nama",
    "tps": "tps polling_station nomor_tps no_tps nama_tps tps_number",
    "tps_count": "tps_count jumlah_tps jml_tps total_tps banyak_tps banyaknya_tps number_of_tps polling_stations",
    "district_code": "district_code kode_kecamatan kode_kec kecamatan_kode kode_ppk",
    "village_code": "village_code kode_desa kode_kelurahan kode_desa_kelurahan kode_kelurahan_desa desa_kode kode_pps "
    "kode_wilayah_desa desa_kelurahan_kode",
    "due": _PLACES["due"],
    "dapil": _PLACES["dapil"],
    "voters": _PLACES["voters"],
}
_PHASES = {
    "phase": "phase phase_code tahap kode_tahap nomor_tahap no_tahap tahapan tahap_ke",
    "name": "name phase_name nama nama_tahap uraian_tahap keterangan_tahap",
    "kind": _NEEDS["kind"] + " nama_barang nama_logistik nama_perlengkapan perlengkapan logistik",
    "due": _PLACES["due"] + " tenggat_tahap batas_waktu_tahap",
}
COLUMNS = {
    "places": _PLACES,
    "tree": _TREE,
    "voters": _VOTERS,
    "needs": _NEEDS,
    "items": _ITEMS,
    "barcodes": _BARCODES,
    "trucks": _TRUCKS,
    "questions": _QUESTIONS,
    "sizes": _SIZES,
    "points": _POINTS,
    "deliveries": _DELIVERIES,
    "phases": _PHASES,
}
LOADED = ("places", "needs", "items", "tree", "voters", "phases", "barcodes")
"""The tables that the ledger takes; what is told apart by its headers is one of them."""
REQUIRED = {
    "places": ("code", "name", "level"),
    "needs": ("kind", "level", "per_place"),
    "tree": (AREA, GROUP),
    "items": ("kind", "to"),
    "barcodes": ("code", "vendor_code"),
    "voters": ("code", "voters"),
    "trucks": ("truck", "leaves"),
    "questions": ("key",),
    "sizes": ("kind", "length_mm", "width_mm", "height_mm"),
    "points": ("point", "title", "owner"),
    "deliveries": ("vendor", "kind", "arrived", "paper"),
    "phases": ("phase", "kind"),
}
KEYS = {**REQUIRED, "tree": (GROUP,), "phases": ("kind",)}
"""What a row must have to be one of the table, and no total or signature; not what is merged over rows."""
RUNNING = frozenset({"no", "nomor", "nomorurut", "nourut", "urut"})
"""What heads a column of running numbers, folded; nobody needs to be told that it is not used."""
COUNTED = frozenset(
    {("tree", "tps_count"), ("needs", "per_place"), ("items", "quantity"), ("trucks", "items")}
    | {(table, "voters") for table in ("places", "tree", "voters")}
    | {("deliveries", "arrived"), ("deliveries", "damaged")}
)
"""Columns whose total an office writes below them: the table and our name."""
_SAID = {
    "code": N_("code"),
    "name": N_("name"),
    "level": N_("level"),
    "kind": N_("kind"),
    "per_place": N_("per place"),
    "to": N_("destination"),
    "truck": N_("truck"),
    "leaves": N_("leaves"),
    "key": N_("key"),
    "length_mm": N_("length mm"),
    "width_mm": N_("width mm"),
    "height_mm": N_("height mm"),
    "point": N_("point"),
    "title": N_("title"),
    "owner": N_("owner"),
    "parent": N_("parent"),
    "due": N_("deadline"),
    "dapil": N_("electoral district"),
    "name_id": N_("Indonesian name"),
    "name_en": N_("English name"),
    "unit": N_("unit"),
    "quantity": N_("quantity"),
    "first": N_("first number"),
    "last": N_("last number"),
    AREA: N_("sub-district"),
    GROUP: N_("village"),
    "tps": N_("TPS number"),
    "tps_count": N_("how many TPS"),
    "district_code": N_("code of the sub-district"),
    "village_code": N_("code of the village"),
    "tracked_as": N_("tracked as"),
    "elections": N_("elections"),
    "vendor": N_("vendor"),
    "vendor_code": N_("vendor's code"),
    "arrived": N_("arrived"),
    "paper": N_("delivery note"),
    "voters": N_("number of voters"),
    "called": N_("name"),
    "per": N_("counted per"),
    "reserve": N_("reserve"),
    "pack": N_("in a pack"),
    "serial": N_("first serial number"),
    "rule": N_("where the rule stands"),
    "phase": N_("phase"),
}
"""What the columns of a table are called, in words that name them above a column too."""
_KINDS = {
    "places": N_("places"),
    "tree": N_("villages and polling stations"),
    "needs": N_("needs"),
    "items": N_("items"),
    "points": N_("critical points"),
    "voters": N_("voters"),
    "deliveries": N_("deliveries"),
    "phases": N_("phases"),
    "barcodes": N_("vendors' codes"),
}
LEVELS = {
    STORE: "warehouse gudang gudang_kpu kpu kabupaten kota kabupaten_kota regency city provinsi province",
    AREA: "district subdistrict sub_district kecamatan ppk ppd distrik",
    GROUP: "village desa kelurahan desa_kelurahan pps kampung nagari gampong",
    END: "polling_station polling_place tps kpps",
    VENDOR: "vendor supplier penyedia pemasok percetakan",
    CARRIER: "carrier truck vehicle driver pengangkut ekspedisi truk kendaraan armada",
}
STATES = {"open": "open green due terbuka belum berjalan", "done": "done closed finished selesai tuntas beres"}
TRACKED = {
    "item": "item items piece each single barang satuan buah",
    "pack": "pack packs package bundle pak paket bungkus kemasan",
}
PERS = {
    "place": "place each_place tempat setiap_tempat lokasi",
    "voter": "voter voters pemilih dpt each_voter setiap_pemilih jumlah_pemilih jumlah_dpt dpt_tps",
}


def column_words(names: Iterable[str]) -> str:
    """Our names of columns as a user may write them above one, in the chosen language."""
    return ", ".join(_(_SAID.get(name, name)) for name in names)


def table_word(kind: str) -> str:
    """What a kind of table is called, in the chosen language."""
    return _(_KINDS[kind])
