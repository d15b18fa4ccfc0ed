"""A fingerprint as words, to compare it by voice: eight bytes of it as eight words.

The list is fixed: word number n stands for the byte n. No two words differ in a single letter only, and the first four
letters are different in each. Eight words are 64 of 256 bits: enough to notice a mistake or an exchange on the
telephone. The whole fingerprint is what people write down and sign.
"""

WORDS = tuple(
    """
    abon acar adat adik akhir alam alun amal ambil ampas anak angin angka antar apel api arah arang asin atap awan
    babak bagus bahu bakau balai bambu banjar bantal batik bawah bayam becak bedug belut benang benih beras besi
    betis biduk bijak biru bola buah buaya budi buku bulan bunga burung cabai cacing cahaya cakap cantik catur cawan
    celana cemara cendol cepat cerita cermin cicak cincin cuaca cuci dagu dahan daki damai danau dapur dasar daun
    dekat delima denah depan derap desa detik diam dodol dokar domba ekor elang emas embun empat engsel erat esok
    fajar gadis gajah gambar ganjil garam gelas gempa gigi gitar golok goreng gubuk gula guling gunung guru hadiah
    hakim halus harum hasil hati hijau hitam hujan ijuk ikan ilmu imbang indah ingat intan ipar iring isi istana
    jagung jahe jalan janur jarak jejak jernih jeruk jinak jual jujur kabut kaca kadal kakak kali kanan karang kasur
    kayu kebun kecap kelapa kemah kenari kerbau ketan kijang kilat kipas kopi kota kuda kulit kunci kursi labu lada
    lampu langit lapis laut lebah lemari lensa lidah lilin lima logam lombok lurus madu main makan malam manis mata
    melati menara merah mimpi minyak muara musim naga nanas nasi nila nyala obat ombak onde padi paku pandan pantai
    pasir payung pelita perahu pintu pisang pohon puisi pulau rajin rakit rambut rawa rotan ruas rumah rusa sabun
    salak sapi sayap semut senja siang siput sore sungai tamu tanah tari tebu telur timun tirai tulang udang ukir
    ular umbi unta usaha wajan waktu warna wayang wortel yakin zaitun
    """.split()  # noqa: SIM905 -- a list of 256 quoted words hides what it is
)
SHOWN = 8


def words_of(fingerprint: str) -> tuple[str, ...]:
    """The first eight bytes of a fingerprint (64 hex digits) as words."""
    return tuple(WORDS[byte] for byte in bytes.fromhex(fingerprint)[:SHOWN])
