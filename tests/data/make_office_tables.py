"""Makes tests/data/office_tables: tables as offices make them, each of another layout.

Run it to write them again: python tests/data/make_office_tables.py. Its functions say what makes each different, and
README.md beside the tables lists it.
"""

import base64
import sys
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.data.office_files import book, ods, text

FOLDER = Path(__file__).parent / "office_tables"

PLACES = [
    ["51.08", "Gudang KPU Buleleng", "Gudang", "", ""],
    ["51.08.01", "PPK Gerokgak", "Kecamatan", "51.08", "12/02/2024 18:00"],
    ["51.08.02", "PPK Seririt", "Kecamatan", "51.08", "12/02/2024 18:00"],
    ["51.08.01.2010", "PPS Patas", "Desa", "51.08.01", "13/02/2024 12:00"],
]
HEADINGS = ["Kode", "Nama", "Tingkat", "Induk", "Batas Waktu"]
SIGNED = [
    [],
    ["", "", "", "Singaraja, 20 Januari 2024"],
    ["Mengetahui,", "", "", "Yang membuat,"],
    ["Ketua KPU Kabupaten Buleleng", "", "", "Kasubbag Logistik"],
    [],
    ["I Komang Dudhi", "", "", "Ni Luh Sari"],
    ["", "", "", "NIP. 19800101 200501 2 001"],
]


_OLD_EXCEL = r"""
c-rk)O=uHQ5T4EM=C4Vb)K+YTvJ|XZOPiz$MW`{QZII9s+ek$O-8M@IiHW4iK`&NokAmPu#Y>?VFI6x8pa;Eq5EMNKg3#*GlVHI^+c<CbCrQ
nr0b5k|TXx=?c{AU8yYF}R-CN)C!lSko*o0%i!$!#g)(RVkw?kLFfaRqU%j&5e?~;js3JyDVq*a9H?l(5phpfL>zyc42S119#;C&V@!dNb=N
IQr@YJ<$NHVmNT;2v5$&`PapA~{WR7s&_Y`GVwevfLm!fWFJz8F(8S>+07=@o7s3m3e^iKB1UTWC=hEyk?{L%1uu76(O8Y$(g^ipj~jmB4EE
ol&q4MGt1D79k>XqB?;h%K2u*xrhRAa9H9MYwcS?3e#;^N%tGlr4e)tz!EJ$+2rwiU<TY4@Jv6`p+yF!2k$8AqiVu&*!f|wq<`N1fWAX(VM?
gH4O{V372yh~sD5e_#29aV$nv~OpB3h3Gdi?#!6e%X;Y*LEGPDz8sjFM5ZNvm$PYi>RMfD0fNi%JnCpGzm@G_LwlWg2TL$XQ%30>NH?us7%r
9+m?ANB#bCV6Z_AoKW(qe5&9sGxh}i0l$NlPDnA<G;I5jG9xp(zA{}9>6~nzp>@eywJy17zPeB*ppo)EnzdfsdDiZKe?K}E3!Nj&EbT?=j<t
`yWGKN^7J<PY(D?x85kMD393pv*Soc!Cjbt<WVA>gL(J~`*<a3=$JF%WV!iUiQiu?i0&wo4lw0-_-=pg2oA}g1hmp+CTpaXZ%1je&#4!XH+?
(Q9iXCXc1wAJl1$=2UiI=jWIJzGiJmK$LmoRsyEWF8znU9|^C9!#p5{{B?Wf*NmVJZgfW38;x0GmGFiF<Xe)s`;xuV>2|yY}cas8tvjK+M)U
L6zw!L7TsWId__GxwacY33pJPpVs>l(0x^3Gt&&-&Viu~H#Tv{aF*j=dA~AanjWPQSjjwn*k(is<3Cq$1kJ*dE{i+Nnm@r|&gb5QSOl&XMX;
3}Ufp&sY&&D?Gzs@?|8|H74{}$tr!>fQFro)iMG!K{R8b7;1<a91>i!u8DLWW7KJr8M^qIRU~9>4gl#8p1emIJ+iZVJ^~|3*FS+~)d!0TQMT
H~
"""


def titled_xlsx() -> bytes:
    """Three merged titles and a blank row stand above the headings."""
    titles = [["DAFTAR TEMPAT PENYALURAN LOGISTIK"], ["KPU KABUPATEN BULELENG"], ["PEMILU TAHUN 2024"], []]
    return book(("Sheet1", [*titles, HEADINGS, *PLACES]), merged=["A1:E1", "A2:E2", "A3:E3"])


def semicolons_cp1252_csv() -> bytes:
    """Semicolons and cp1252, as Excel with Indonesian settings saves CSV; a name has an accent."""
    return text([HEADINGS, *PLACES, ["51.08.03", "PPK Désa Baru", "Kecamatan", "51.08", ""]], ";", "cp1252")


def unicode_text_txt() -> bytes:
    """UTF-16 and tabs: what Excel calls Unicode text."""
    return text([HEADINGS, *PLACES], "\t", "utf-16")


def two_line_headings_xlsx() -> bytes:
    """Headings on two lines, merged across and down; no codes, and the level stands in a heading."""
    rows = [
        ["KEBUTUHAN LOGISTIK PEMILU 2024"],
        [],
        ["No.", "Nama Barang", "Jumlah", "", "Ket."],
        ["", "", "per TPS", "Satuan", ""],
        [1, "Kotak Suara", 5, "buah", "duplex"],
        [2, "Bilik Suara", 4, "buah", ""],
    ]
    return book(("Kebutuhan", rows), merged=["A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"])


def totals_xlsx() -> bytes:
    """Subtotals and a grand total that fit their rows; one of the codes is in no cell of the total."""
    rows = [
        ["Jenis", "Tujuan", "Ke", "Dari", "Jumlah"],
        ["surat_suara", "51.08.01", 1, 2, 9000],
        ["surat_suara", "51.08.01", 2, 2, 8518],
        ["Jumlah Kec. Gerokgak", "", "", "", 17518],
        ["surat_suara", "51.08.02", 1, 1, 16000],
        ["Jumlah Kec. Seririt", "", "", "", 16000],
        ["JUMLAH KESELURUHAN", "", "", "", 33518],
    ]
    return book(("Surat suara", rows))


def wrong_total_csv() -> bytes:
    """A total that does not fit its rows: two digits are swapped."""
    rows = [
        ["Jenis", "Tujuan", "Ke", "Jumlah"],
        ["surat_suara", "51.08.01", 1, "9.000"],
        ["surat_suara", "51.08.02", 1, "8.518"],
        ["TOTAL", "", "", "17.581"],
    ]
    return text(rows, ";")


def signed_csv() -> bytes:
    """Place, date and two signatures below the table, with names and a staff number."""
    return text([HEADINGS, *PLACES, *SIGNED])


def numbered_columns_xlsx() -> bytes:
    """A row (1) (2) (3) below the headings, and a column of running numbers."""
    rows = [["No", *HEADINGS], [f"({n})" for n in range(1, 7)], *([n, *row] for n, row in enumerate(PLACES, 1))]
    return book(("Tempat", rows))


def thousands_csv() -> bytes:
    """Numbers with their thousands apart, by points and by spaces, and with two noughts behind a comma."""
    rows = [
        ["Jenis Barang", "Tujuan", "Ke", "Jumlah"],
        ["surat_suara", "51.08.01", 1, "17.518"],
        ["surat_suara", "51.08.02", 1, "16 000"],
        ["surat_suara", "51.08.01.2010", 1, "1.200,00"],
    ]
    return text(rows, ";")


def excel_dates_xlsx() -> bytes:
    """Due times are dates of Excel, which know no time zone."""
    rows = [[*row[:4], datetime(2024, 2, 12, 18, 0) if row[4] else ""] for row in PLACES]
    return book(("Tempat", [HEADINGS, *rows]))


def written_dates_csv() -> bytes:
    """Due times in words: 13 Februari 2024 pukul 20.00 WITA."""
    due = ["", "Senin, 12 Februari 2024 pukul 18.00 WITA", "12 Feb 2024, 18.00", "13 Februari 2024 pukul 20.00 WITA"]
    return text([HEADINGS, *([*row[:4], words] for row, words in zip(PLACES, due, strict=True))])


def instructions_first_xlsx() -> bytes:
    """The first sheet has instructions; the table is on the second."""
    return book(
        ("Petunjuk", [["Isi lembar kedua."], ["Kode seperti Kemendagri"]]),
        ("Data", [[], HEADINGS, *PLACES]),
    )


def two_tables_xlsx() -> bytes:
    """Two sheets have such a table: last year's and this year's."""
    return book(("2019", [HEADINGS, *PLACES[:2]]), ("2024", [HEADINGS, *PLACES]))


def unknown_heading_csv() -> bytes:
    """A heading that nobody could know: Satuan Kerja has the names."""
    return text([["Kode", "Satuan Kerja", "Tingkat", "Induk", "Batas Waktu"], *PLACES])


def two_codes_csv() -> bytes:
    """Two columns that both could be the code: that of the office, and that of the Ministry."""
    rows = [["Kode Lokasi", "Kode Wilayah", *HEADINGS[1:]], *([f"L{n}", *row] for n, row in enumerate(PLACES))]
    return text(rows)


def old_excel_xls() -> bytes:
    """A workbook of Excel 97 to 2003, with a title; it was saved once by xlwt 1.3."""
    return zlib.decompress(base64.b85decode("".join(_OLD_EXCEL.split())))


def libreoffice_ods() -> bytes:
    """A table of LibreOffice, with a title and a number of Excel's kind."""
    rows = [["DAFTAR TEMPAT"], [], HEADINGS, *PLACES]
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return ods(cells)


def printed_pages_xlsx() -> bytes:
    """A printed list: the headings are repeated on each page, with a blank row before them."""
    rows = [HEADINGS, *PLACES[:2], [], HEADINGS, *PLACES[2:], [], ["*) sesuai Keputusan KPU"]]
    return book(("Cetak", rows))


def each_tps_xlsx() -> bytes:
    """One row for each TPS; sub-district and village are merged over their rows; a column of voters."""
    rows = [
        ["DAFTAR TPS PEMILU 2024"],
        ["No", "Kecamatan", "Desa/Kelurahan", "TPS", "Jumlah DPT"],
        [1, "Gerokgak", "Patas", "001", 251],
        [2, "", "", "002", 249],
        [3, "", "Pejarakan", "001", 262],
        [4, "Seririt", "Kel. Seririt", "001", 270],
        [5, "", "", "002", 268],
    ]
    return book(("TPS", rows), merged=["A1:E1", "B3:B5", "C3:C4", "B6:B7", "C6:C7"])


def count_of_tps_csv() -> bytes:
    """One row for each village with how many TPS it has, names in capitals, totals of each sub-district."""
    rows = [
        ["No", "KECAMATAN", "DESA/KELURAHAN", "JUMLAH TPS"],
        [1, "GEROKGAK", "PATAS", 3],
        [2, "", "TINGA TINGA", 2],
        ["", "JUMLAH", "", 5],
        [3, "SERIRIT", "SERIRIT", 4],
        ["", "JUMLAH", "", 4],
        ["", "TOTAL", "", 9],
    ]
    return text(rows, ";")


def grouped_codes_xlsx() -> bytes:
    """Headings in two lines, Kecamatan and Desa each over Kode and Nama; codes are numbers without points."""
    rows = [
        ["Kecamatan", "", "Desa", "", "Jumlah TPS"],
        ["Kode", "Nama", "Kode", "Nama", ""],
        [510801, "Gerokgak", 5108012010, "Patas", 2],
        [510802, "Seririt", 5108022001, "Unggahan", 1],
    ]
    return book(("Desa", rows), merged=["A1:B1", "C1:D1", "E1:E2"])


def tps_means_how_many_csv() -> bytes:
    """The column TPS says how many there are, and villages have a due time."""
    rows = [
        ["Kecamatan", "Desa", "TPS", "Batas Waktu"],
        ["Gerokgak", "Patas", 3, "13/02/2024 12.00"],
        ["Gerokgak", "Pejarakan", 2, "13/02/2024 14.00"],
    ]
    return text(rows)


def misspelt_csv() -> bytes:
    """A village is misspelt, so that it looks like one of the Ministry's."""
    return text([["Kecamatan", "Desa", "Jumlah TPS"], ["Gerokgak", "Pejarakkan", 2], ["Gerokgak", "Patas", 1]])


def new_village_csv() -> bytes:
    """A village that no table has, and that looks like none."""
    return text([["Kecamatan", "Desa", "Jumlah TPS"], ["Gerokgak", "Wonosari Timur", 2], ["Gerokgak", "Patas", 1]])


def tps_twice_csv() -> bytes:
    """A TPS stands twice."""
    return text(
        [
            ["Kecamatan", "Desa", "TPS"],
            ["Gerokgak", "Patas", 1],
            ["Gerokgak", "Patas", 2],
            ["Gerokgak", "Patas", "TPS 002"],
        ]
    )


def one_name_twice_csv() -> bytes:
    """Two villages of one sub-district have one name."""
    return text([["Kecamatan", "Desa", "Jumlah TPS"], ["Gerokgak", "Patas", 3], ["Gerokgak", "PATAS", 2]])


def sub_district_rows_xlsx() -> bytes:
    """Each sub-district stands in a merged row above its villages, with a total below them; no column has it."""
    rows = [
        ["REKAPITULASI TPS KABUPATEN BULELENG"],
        [],
        ["NO", "DESA / KELURAHAN", "JUMLAH TPS", "JUMLAH DPT"],
        ["KECAMATAN GEROKGAK"],
        [1, "PATAS", 3, 812],
        [2, "PEJARAKAN", 2, 530],
        ["", "JUMLAH", 5, 1342],
        ["KECAMATAN SERIRIT"],
        [1, "SERIRIT", 2, 541],
        [2, "UNGGAHAN", 1, 266],
        ["", "JUMLAH", 3, 807],
        ["", "TOTAL", 8, 2149],
    ]
    return book(("Rekap", rows), merged=["A1:D1", "A4:D4", "A8:D8"])


def roman_sub_districts_xlsx() -> bytes:
    """Sub-district and village share a column; Roman numbers and a total in the same row tell the sub-districts."""
    rows = [
        ["No.", "Kecamatan / Desa", "Jml. TPS", "Ket."],
        ["I", "GEROKGAK", 5, ""],
        [1, "Patas", 3, ""],
        [2, "Pejarakan", 2, ""],
        ["II", "Kec. Seririt", 3, ""],
        [1, "Seririt", 2, ""],
        [2, "Unggahan", 1, ""],
    ]
    return book(("TPS", rows))


def tps_under_headings_csv() -> bytes:
    """A list of TPS under a title with the sub-district and a row for each village."""
    rows = [
        ["DAFTAR TPS PEMILU TAHUN 2024", "", ""],
        ["Kecamatan", ":", "Gerokgak"],
        ["No", "TPS", "Jumlah DPT"],
        ["Desa Patas", "", ""],
        [1, "001", 270],
        [2, "002", 261],
        ["Desa Pejarakan", "", ""],
        [1, "001", 281],
    ]
    return text(rows)


def wrong_sub_district_total_xlsx() -> bytes:
    """The number in a sub-district's own row is not what its villages make."""
    rows = [
        ["No.", "Kecamatan / Desa", "Jumlah TPS"],
        ["I", "Kecamatan Gerokgak", 6],
        [1, "Patas", 3],
        [2, "Pejarakan", 2],
        ["II", "Kecamatan Seririt", 2],
        [1, "Seririt", 2],
    ]
    return book(("TPS", rows))


def voters_by_sex_xlsx() -> bytes:
    """The recapitulation of the voters: L, P and L+P below one heading, which is merged over the three."""
    rows = [
        ["REKAPITULASI DAFTAR PEMILIH TETAP"],
        [],
        ["No", "Kecamatan", "Desa/Kelurahan", "Jumlah TPS", "Jumlah DPT", "", ""],
        ["", "", "", "", "L", "P", "L+P"],
        [1, "GEROKGAK", "Patas", 3, 380, 391, 771],
        [2, "", "Pejarakan", 2, 240, 262, 502],
        ["JUMLAH", "", "", 5, 620, 653, 1273],
    ]
    merged = ["A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:G3", "B5:B6", "A7:C7"]
    return book(("REKAP DPT", rows), merged=merged)


def as_people_say_csv() -> bytes:
    """Needs by the names of things, the voters and their reserve in place of a number."""
    rows = [
        ["No", "Jenis Logistik", "Jumlah per TPS", "Isi per pak"],
        ["1", "Kotak Suara", "5", ""],
        ["2", "Surat Suara", "DPT + 2 %", "500"],
    ]
    return "\n".join(";".join(row) for row in rows).encode() + b"\n"


def short_headings_csv() -> bytes:
    """Needs under the shortest headings, a level where a kind is counted by, no level for what follows voters."""
    rows = ("kode;nama;dihitung per;jumlah;cadangan;isi per pak", "kotak;Kotak Suara;TPS;5;;")
    return "\n".join((*rows, "surat_suara;Surat Suara;pemilih;1;2 %;500", "segel;Segel;Kotak Suara;2;;", "")).encode()


MAKERS: dict[str, Callable[[], bytes]] = {
    "_".join(name.split("_")[:-1]) + "." + name.split("_")[-1]: make
    for name, make in list(globals().items())
    if name.endswith(("_xlsx", "_csv", "_txt", "_xls", "_ods"))
}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    lines = ["# Tables as offices make them", "", "Made by ../make_office_tables.py.", ""]
    lines += ["| file | what is different |", "|---|---|"]
    for name, make in MAKERS.items():
        (FOLDER / name).write_bytes(make())
        lines.append(f"| {name} | {' '.join((make.__doc__ or '').split())} |")
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
