#!/usr/bin/env python3
"""Check a Serah bundle without Serah: a second verifier, written from docs/ledger-format.md alone (§ are its sections).

It shares no line with the program that writes the evidence: a fault of either shows as a disagreement. It needs
Python 3.11 and `cryptography`. Exit codes: 0 nothing wrong found, 1 evidence wrong, 2 wrong use.
"""

import argparse
import json
import re
import zlib
from base64 import b64decode
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any
from unicodedata import is_normalized

Body = dict[str, Any]
MAX_FIRST_LINE, MAX_LINE, MAX_BODY, MAX_BYTES, MAX_LOGS = 16 * 1024**2, 200 * 1024, 64 * 1024, 8 * 1024**3, 10_000
MAX_NAMED, MAX_DISPUTES = 50_000, 20_000  # of absent logs, all told; of findings between two logs
Absent = dict[str | None, tuple[int, str]]  # the highest number that is named of it, and by which log; None: no room
NUMBERS = {f"v{n}": range(n, n + 1) for n in range(1, 8)} | {"1+": range(1, 2**53), "0+": range(2**53)}
# §3-5, §9: an object (2 to 7: in that version; a<b: and b's), key:form; none is text, * texts, 1+ a number, ? null.
OBJECTS = """
both name_id name_en; need row:"need" kind name_id name_en level per_place:0+ unit tracked_as:"item"|"pack" elections*;
power power:"admit"|"plan" under?; ref log seq:1+ leaf:leaf; common log seq:1+ prev:leaf? refs:ref[] id at:time by app;
tier<both level many_id many_en short words*; pair giver receiver; item code kind to k:1+ n:1+ quantity:1+ election?
range:range?; ph phase name kind due:time?; ride vehicle driver escort stops*; size log size:0+; place due:time? level
name row:"place" code parent?; extra kind count:1+ note; gone row:"place" code; ans question answer:"yes"|"no"|"unknown"
note; first logs:row[] serah_bundle:v1; goal count:0+ absent:0+ by:"list"|"records"; row log:raw station:raw place:raw
size:0+ head:raw? checkpoint:raw?; ask<both key; place2<place dapil?; ack party:"giver"|"receiver"|"witness" name
how:"drawn"|"pin"|"paper" digest:leaf?; range width:0+ prefix last:0+ first:0+; lot absent* beyond*; meant<lot phase?
kinds*; entry body:raw signatures:raw; late note occurred:time?; gave<late from to bound* counted:0+? extras:extra[]
witnesses* bast part:1+ parts:1+; who<late names*; place4<place2 voters:0+?; unit<gone row:"item"; shape<both condition;
pair2<pair receiver_office giver_office; run to count:1+; said language:"id"|"en"; word<said word instead; letter<said
key lines*; say code text; need4<need per:"place"|"voter"|"piece"|"election" follows reserve:0+ pack:1+? serial rule;
stage<both code kinds* days:0+?; unnd row:"need" kind level?; unpt row:"point" point; touch code print:1+? after:0+?
how:"camera"|"typed"|"wedge"; hit<touch how:"matched"; hit7<touch how:"matched"|"completed"; label code print:1+; list
questions:ask[] about; genesis election root station place public_key continues?; clock2 expected:time codes*; seal2<who
photo:leaf? witness serials* item:touch action:"apply"|"check"|"remove"|"replace"|"spoil"|"return" place
result:"intact"|"broken"|"mismatch"|"none"?; profile5<both name codes:"official"|"free" zone:""|"WIB"|"WITA"|"WIT"|"UTC"
levels:tier[] phases:stage[] conditions:shape[] checklists:list[] words:word[] letter:letter[] source
source_digest:leaf; print codes* print:1+ sheet reason? second?; plan rows:place|need[] source source_digest:leaf
part:1+ parts:1+; plan2<plan rows:place2|need[]; withdraw4 rows:gone|unnd|unpt[] note part:1+ parts:1+; handover<gave
items:touch[] parties:pair vehicle; inspect item:touch condition:"good"|"light"|"heavy"|"wet"|"missing" photo:leaf?
note; incident2 action:"open"|"close" opened:leaf? place stage items:touch[] text occurred:time?; pack parent children*
action:"add"|"remove"; pack2<pack action:"add"|"remove"|"open"|"check" scope:"full"|"sample"? items:touch[] names* note
occurred:time?; withdraw5<withdraw4 rows:gone|unnd|unpt|unit[]; reassign items:touch[] to reason; correct target:leaf
reason:"did_not_occur"|"incorrect_data" corrective:leaf[] note; revoke station key:leaf last_good:size[] reason;
checklist2<who place about answers:ans[]; point2 point title owner due:time? place? state:"open"|"done" note; plan4<plan
rows:place4|need4[]; plan5<plan4 phases:ph[] under?; admit station place key:leaf powers:"plan"|"admit"[]; admit5<admit
powers:power[]; register items:item[] held_by out_of?; delivery2<late kind contracted:0+? parties:pair damaged:0+ paper
contract vendor place arrived:0+; join5 station place key:leaf; handover2<gave items:touch|hit[] refused:touch|hit[]
remarks:say[] parties:pair2 carriage:ride acknowledged:ack[]; handover3<handover2 destinations:run[] meant:meant?;
handover5<handover3 phase? kinds* meant:lot?; handover6<handover5 expected:goal?; handover7<handover6 items:touch|hit7[]
refused:touch|hit7[]; void2 labels:label[] reason:"spoiled"|"lost"|"unused" note second?; witness head"""
FORMS: dict[str, dict[str, str]] = {"": {}}
for name, *keys in map(str.split, OBJECTS.replace("*", ":text[]").split(";")):
    name, _, base = name.partition("<")
    FORMS[name] = FORMS[base] | dict([*re.split(r":|(?=[?])", k, maxsplit=1), "text"][:2] for k in keys)
for n in (TYPES := list(FORMS)[list(FORMS).index("genesis") :]):
    FORMS[n] |= FORMS["common"] | {"type": f'"{n.rstrip("234567")}"', "v": "v" + (n[-1] if n[-1] in "234567" else "1")}
TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,6})?Z")
BASE64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?"  # unused bits zero
DIGEST = rf"(?=[^\s=]{{43}}=){BASE64}"  # of 32 bytes
SIGNED = rf"— [^\s+]+ (?=[^\s=]{{7}}){BASE64}\n"  # with at least 5 bytes
NOTE = rf"(?=[^\0-\t\v-\x1f]{{,65536}}\Z)((.+)\n(0|[1-9][0-9]{{,15}})\n({DIGEST})\n)\n((?:{SIGNED}){{1,16}})"  # §8
TELL = "log seq type at by from to refused held_by print reason second action parent condition result serials target"
WRONG, ACCUSED = {"TAMPERED", "INCOMPLETE", "FORK", "DISPUTED"}, {"ALTERED": "file", "TAMPERED": "log", "FORK": "log"}
LEAF, REF = re.compile(r"[0-9a-f]{64}"), Struct(">Q32sQ")  # of what an entry relies on: number, leaf, its own number
VERDICTS = """the evidence is wrong: see the findings|bukti ini salah: lihat temuan di atas / self-consistent only: give
--root or --head|hanya cocok satu sama lain: tambahkan --root atau --head / complete up to these heads|lengkap sampai
posisi log ini / incomplete: some is missing, the rest is as signed|belum lengkap: ada yang belum masuk, sisanya utuh /
disputed: logs contradict each other, no signature tells which is wrong|bertentangan: antarlog tidak cocok, tanda
tangan tidak menunjukkan mana yang salah / unchanged; but nobody has seen how long these logs are|tidak diubah; tetapi
panjang log ini belum diketahui pos lain""".replace("\n", " ").split(" / ")


def has_form(value: Any, form: str) -> bool:
    """Whether a value has a form of §3; ValueError for a day that does not exist."""
    if form.endswith("?"):
        return value is None or has_form(value, form[:-1] or "text")
    if form.endswith("[]"):
        return isinstance(value, list) and all(has_form(one, form[:-2] or "text") for one in value)
    if "|" in form:
        return any(has_form(value, one) for one in form.split("|"))
    if form in NUMBERS:
        return type(value) is int and value in NUMBERS[form]
    if own := FORMS.get(form):
        return isinstance(value, dict) and value.keys() == own.keys() and all(has_form(value[k], own[k]) for k in own)
    if not isinstance(value, str) or form in ("raw", "text", f'"{value}"'):
        return isinstance(value, str) and (form == "raw" or is_normalized("NFC", value))
    pattern = {"time": TIME, "leaf": LEAF}.get(form)
    return bool(pattern and pattern.fullmatch(value) and (form == "leaf" or datetime.fromisoformat(value)))


def read_json(data: bytes, *forms: str) -> Any:
    """The value of JSON in its one form (RFC 8785, where keys are ASCII and numbers integers); None of other bytes."""
    with suppress(ValueError, RecursionError):  # 16 MB of objects would be 400 MB
        value = json.loads(data) if sum(map(data.count, (b",", b"[", b"{"))) <= 2**20 else None
        written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return value if written == data and any(has_form(value, form) for form in forms) else None


def is_signed(key: bytes, signature: str, message: bytes, key_id: bytes = b"") -> bool:
    """Whether this Ed25519 key made this signature (RFC 8032 §5.1.7); a key of small order (§2) makes none."""
    from cryptography.exceptions import InvalidSignature  # here, so that main can say what to install
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(b64decode(signature).removeprefix(key_id), message)
    except (InvalidSignature, ValueError):
        return False
    y = int.from_bytes(key, "little") % 2**255
    return y * (y * y - 1) * (121665 * y**4 - 243332 * y * y + 121666) % (2**255 - 19) != 0


class Log:
    """One log as its entries come (§7): its leaves, what they rely on, and the first number that is wrong, if any."""

    def __init__(self, name: str) -> None:
        self.name, self.key, self.genesis, self.signed_to, self.apart = name, b"", Body(), 0, None
        self.is_named = self.is_wrong = self.is_here = False
        self.leaves, self.said, self.findings, self.unfollowed = list[bytes](), list[Body](), list[Body](), 0
        self.seen_by, self.nodes, self.refs = dict[str, int](), dict[tuple[int, int], bytes](), dict[str, bytearray]()

    def find(self, code: str, seq: int | None, text: str, between: bool = False) -> None:
        """Note a finding; `between` logs: what does not show that this one itself is wrong, or what it keeps."""
        accused = ACCUSED.get(code) if self.is_named or code not in ACCUSED else "file"
        code = "TAMPERED" if code == "ALTERED" else code  # §7: that is what no log's key has signed
        if between or not self.is_wrong or code not in WRONG:
            row = {"code": code, "log": self.name, "seq": seq, "detail": text, "between": between, "accuses": accused}
            self.findings.append(row)
            self.is_wrong |= code in WRONG and not between

    def root(self, start: int, end: int) -> bytes:
        """The root of the tree over `leaves[start:end]` (RFC 6962 §2.1)."""
        if end - start < 2:
            return self.leaves[start] if start < end else sha256(b"").digest()
        if (start, end) not in self.nodes:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            self.nodes[start, end] = sha256(b"\x01" + self.root(start, middle) + self.root(middle, end)).digest()
        return self.nodes[start, end]

    def take(self, raw: bytes, line: str, body: Body | None) -> bool:
        """Take the next entry; whether it is sound and stands in its place."""
        if body and not self.key and body["seq"] == 1 and LEAF.fullmatch(body.get("public_key", "")):
            self.genesis, self.key = body, bytes.fromhex(body["public_key"])
            self.is_named = self.name.rpartition("/")[2][:-6] == sha256(self.key).hexdigest()[:10]  # §4; else anybody's
        size, leaf, self.is_here = len(self.leaves), sha256(b"\x00" + raw + b"\n" + line.encode()).digest(), True
        match = re.fullmatch(rf"station {sha256(self.key).hexdigest()[:16]} ({BASE64})\n", line)
        if not body:
            self.find("ALTERED", size + 1, "is no event of this format, byte for byte")
        elif not self.key:
            self.find("INCOMPLETE", size + 1, "cannot be checked: the entry with the log's key does not come before it")
        elif not match or not is_signed(self.key, match[1], b"serah-event/v1\n" + raw):
            self.find("ALTERED", size + 1, "is not signed by the log's key, or was changed after signing")
        elif (seq := body["seq"]) > size + 1:
            self.find("INCOMPLETE", size + 1, f"to number {seq - 1} are missing")
        elif seq <= size:
            self.find("FORK" if self.leaves[seq - 1] != leaf else "ALTERED", seq, "is there twice")
        elif bytes.fromhex(body["prev"] or "") != (self.leaves[-1] if self.leaves else b""):
            self.find("TAMPERED", size or 1, f"is not the one that number {seq} was written after")
        elif (seq == 1) != (body["type"] == "genesis"):
            self.find("TAMPERED", seq, "must be a genesis if it is the first, and no other may be one")
        if self.is_wrong or not body:
            return False
        self.leaves.append(leaf)
        self.said += [body] if body["type"] in ("admit", "revoke", "join", "witness", "withdraw") else []
        if self.apart is None and body["type"] in ("admit", "plan"):  # §7: whether it is of an office that began apart
            self.apart = all(ref["log"] == self.name for ref in body["refs"])
        for ref in body["refs"]:
            if ref["log"] == self.name and (ref["seq"] > size or self.leaves[ref["seq"] - 1].hex() != ref["leaf"]):
                self.find("TAMPERED", min(seq, ref["seq"]), f"is not what number {seq} relies on")
        return True

    def hold(self, by: "Log", size: int, root: bytes, is_listed: bool) -> None:
        """Hold the log to a head that its key signed and that another log, its list or the auditor keeps."""
        if size > len(self.leaves):
            text = f"and on are missing: its key signed a head of {size} entries, which {by.name} keeps"
            self.find("INCOMPLETE", len(self.leaves) + 1, text, not self.is_wrong and not is_listed)
        elif root != self.root(0, size):
            self.find("FORK", None, f"does not fit the head of {size} entries that its key signed and {by.name} keeps")
        else:
            return self.witness(by, size)
        self.signed_to = max(size, self.signed_to)

    def hold_others(self, logs: dict[str, "Log"], end: int, first: dict[str, int], absent: Absent) -> Any:
        """Hold others to what this log relies on, where neither their `first` fault nor their signature explains it."""
        for name, rows in self.refs.items():
            log, seen, past, other = logs.get(name), 0, (0, 0), (0, 0)
            for seq, leaf, place in (row for row in REF.iter_unpack(rows) if row[2] <= end):
                if log is None or not log.is_here:
                    miss(absent, name, seq, self.name, place)
                elif seq <= len(log.leaves) and log.leaves[seq - 1] == leaf:
                    seen = max(seen, seq)
                elif first[name] > seq > max(log.signed_to, len(log.leaves)):
                    past = past if past[0] >= seq else (seq, place)
                elif first[name] > seq > log.signed_to:
                    other = other if other[0] else (seq, place)
            if log and seen:
                log.witness(self, seen)
            lie = "or this one names what never was"
            if other[0]:
                why = f"relies on another number {other[0]} of {name} than is here: that was written anew, {lie}"
                yield "DISPUTED", other[1], why
            if log and past[0]:
                why = f"relies on number {past[0]} of {name}, which ends at {len(log.leaves)} here: that was cut, {lie}"
                yield "INCOMPLETE", past[1], why

    def facts(self) -> Body:
        """What a report says of the log."""
        size, key = len(self.leaves), sha256(self.key).hexdigest() * bool(self.key)
        told = {"log": self.name, "key": key} | {name: self.genesis.get(name) for name in ("station", "place")}
        seen = {"size": size, "head": self.leaves[-1].hex() if self.leaves else None, "root": self.root(0, size).hex()}
        return {**told, **seen, "witnesses": self.seen_by, "witnessed_to": max(self.seen_by.values(), default=0)}

    def witness(self, by: "Log", size: int) -> None:
        if self.key != by.key:  # nobody witnesses himself
            self.seen_by[by.name] = max(size, self.seen_by.get(by.name, 0))


def read_lines(path: Path) -> Any:
    """The lines of a bundle as they unpack; ValueError or zlib.error where it is cut, changed or a bomb."""
    total, held, rest, member = 0, 0, list[bytes](), zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while packed := member.unused_data or file.read(4096):
            member = zlib.decompressobj(wbits=31) if member.eof else member  # takes a header with no reserved flag
            begun, *more = (piece := member.decompress(packed)).split(b"\n")
            total, held = total + len(piece), held + len(begun)
            if max(held, *map(len, more), 0) >= MAX_FIRST_LINE or total > min(MAX_BYTES, 2**20 + 100 * file.tell()):
                raise ValueError("a line is too long, or it unpacks to far too much")
            rest.append(begun)  # joined once: a line of 16 MB comes in thousands of pieces
            for line in more:
                yield b"".join(rest)
                rest, held = [line], len(line)
    if any(rest) or not member.eof:
        raise ValueError("it is cut")


def read_bundle(path: Path, code: str) -> tuple[dict[str, Log], list[tuple[str, Log, bool]], list[Body]]:
    """The logs of a bundle held to its list (§9), the list's heads, and the events that name an item or correct one."""
    lines, named = read_lines(path), 0
    first = read_json(next(lines, b""), "first")
    if not first or not len(rows := {row["log"]: row for row in first["logs"]}) == len(first["logs"]) <= MAX_LOGS:
        raise ValueError("line 1 is not a list of logs")
    name, logs, events = first["logs"][0]["log"] if rows else "", {name: Log(name) for name in rows}, list[Body]()
    for number, line in enumerate(lines, start=2):
        entry = read_json(line, "entry")
        if not entry or len(line) >= MAX_LINE or len(raw := entry["body"].encode()) > MAX_BODY or len(logs) > MAX_LOGS:
            raise ValueError(f"line {number} is no entry, or of a log too many")
        body = read_json(raw, *TYPES)
        name = body["log"] if body else name
        is_sound = (log := logs.get(name) or logs.setdefault(name, Log(name))).take(raw, entry["signatures"], body)
        for ref in body["refs"] if body and is_sound else ():
            if ref["log"] not in log.refs and ref["log"] not in rows:
                named += ref["log"] != name
                log.unfollowed = log.unfollowed or (body["seq"] if named > MAX_NAMED else 0)
            if ref["log"] != name and (ref["log"] in log.refs or ref["log"] in rows or named <= MAX_NAMED):
                row = REF.pack(ref["seq"], bytes.fromhex(ref["leaf"]), body["seq"])
                log.refs.setdefault(ref["log"], bytearray()).extend(row)
        if body and is_sound and (code and (f'"{code}"' in entry["body"] or body["type"] == "correct")):
            events.append({key: body[key] for key in body if key in TELL.split()})
    for name, log in logs.items():
        row, size = rows.get(name, {"size": 0, "head": None, "station": None, "place": None}), len(log.leaves)
        if row["size"] > size:
            log.find("INCOMPLETE", size + 1, f"and on are missing: the list says {row['size']} entries")
        elif (row["size"], row["head"]) != (size, log.leaves[-1].hex() if log.leaves else None):
            log.find("ALTERED", min(row["size"] + 1, size) or 1, "is not what the list of logs says")
        elif any(row[key] != log.genesis.get(key, row[key]) for key in ("station", "place")):
            log.find("ALTERED", 1, "names another station or place than the list of logs")
    return logs, [(r["checkpoint"], logs[n], True) for n, r in rows.items() if r["checkpoint"] is not None], events


def whose_word_counts(logs: dict[str, Log], root: str) -> tuple[dict[str, int], dict[str, str]]:
    """The logs that count, each with its last number that does (§7), and the places below which alone some may plan."""

    def up_to(key: str, by: tuple[str, ...], name: str) -> int:  # by one branch's word, and what was taken back of it
        said = [rows for of, rows in ended.get(key, ()) if by[: len(of)] == of]
        return min([min([row["size"] for row in rows if row["log"] == name] or [0]) for rows in said] or [2**53])

    known, plans, ended, keys = Body(), Body(), Body(), {name: log.key.hex() for name, log in sorted(logs.items())}
    said = [(name, keys[name], body["key"], body) for name in keys for body in logs[name].said if "key" in body]
    joined = {own: key for _, own, key, body in reversed(said) if body["type"] == "join"}
    heirs = {(keys.get((logs[n].genesis.get("continues") or "").rsplit(":", 2)[0]), keys[n]) for n in keys}
    apart = {keys[n] for n in keys if logs[n].apart and logs[n].genesis.get("root") == sha256(logs[n].key).hexdigest()}
    level: Body = {keys[n]: {(): {()}} for n in keys if root in ("", sha256(logs[n].key).hexdigest() if keys[n] else 0)}
    while level:  # of each key: what it may admit, below which places, by the branch that says so
        known, now, level = known | level, level, Body()
        for name, own, key, body in (one for one in said if one[3]["type"] != "join" and one[2] not in known):
            may = [at for by, at in now.get(own, {}).items() if body["seq"] <= up_to(own, by, name)]
            for by in set[tuple[str, ...]]().union(*may):
                if body["type"] == "revoke":
                    ended.setdefault(key, []).append((by, body["last_good"]))
                elif key not in apart or joined.get(key) == own or (key, own) in heirs:
                    told = [(p, "") if isinstance(p, str) else (p["power"], p["under"]) for p in body["powers"]]
                    at = {(power, by if not top or top in by[-1:] else (*by, top)) for power, top in told}
                    level.setdefault(key, {})[by] = {way for power, way in at if power == "admit"}
                    plans.setdefault(key, {})[by] = {way for power, way in at if power == "plan"}
    ends = {name: max(up_to(key, by, name) for by in known[key]) for name, key in keys.items() if key in known}
    ways = {name: set().union(*plans.get(keys[name], {"": {()}}).values()) for name in ends}
    limits = {name: " ".join(sorted(way[-1] for way in at)) for name, at in ways.items() if () not in at}
    return {name: min(len(logs[name].leaves), end) for name, end in ends.items()}, limits


def is_head_signed(head: re.Match[str], key: bytes) -> bool:
    """Whether a head bears its log's signature, and none of its key that does not hold (§8)."""
    key_id = sha256(head[2].encode() + b"\n\x01" + key).digest()[:4]
    ours = [s for _, name, s in map(str.split, head[5].splitlines()) if name == head[2] and b64decode(s)[:4] == key_id]
    return bool(ours) and all(is_signed(key, text, head[1].encode(), key_id) for text in ours)


def miss(absent: Absent, name: str, seq: int, by: str, place: int | None) -> None:
    """Note the highest number that is named of a log of which no entry is here."""
    key = None if name not in absent and len(absent) >= MAX_LOGS and by != "head" else name
    most = max((seq, by), absent.get(key, (0, "")), key=lambda known: known[0])
    absent[key] = most if key is not None else absent.get(None, (place or 0, by))


def audit(logs: dict[str, Log], notes: list[tuple[str, Log, bool]], root: str, auditor: Log) -> None:
    """Hold logs to each other, to the root's fingerprint and to signed heads (§7)."""
    (ends, limits), absent = whose_word_counts(logs, root), Absent()
    first = {name: min([2**53, *(f["seq"] for f in log.findings if f["seq"])]) for name, log in logs.items()}
    if root and not ends:
        auditor.find("INCOMPLETE", None, f"no log here is signed by the key {root}: nobody vouches for any of them")
    for by_name, by in sorted(logs.items()):
        if (end := ends.get(by_name, 0)) < len(by.leaves) or (by.key and by_name not in ends):
            by.find("UNKNOWN_STATION", end + 1 if by_name in ends else None, "does not count, by the root's word")
    said = [(logs[name], body) for name in ends for body in logs[name].said if body["seq"] <= ends[name]]
    for log, body in ((log, body) for log, body in said if body["type"] == "withdraw" and log.name in limits):
        log.find("UNKNOWN_STATION", body["seq"], f"counts below {limits[log.name]} alone: look at what it withdraws")
    kept = [(body["head"], by, False, body["seq"]) for by, body in said if "head" in body]
    for note, keeper, is_listed, seq in [*kept, *((*one, None) for one in notes)]:
        code = "TAMPERED" if seq else "ALTERED"  # §8: who kept a C2SP tlog-checkpoint, in an entry that he signed
        if not (match := re.fullmatch(NOTE, note)) or int(match[3]) >= 2**53 or (is_listed and match[2] != keeper.name):
            keeper.find(code, seq, "what should be a log's signed head is none, or of another log", not is_listed)
        elif (log := logs.get(match[2])) is None or not log.is_here:
            miss(absent, match[2], int(match[3]), keeper.name, seq)
        elif log.key and not is_head_signed(match, log.key):
            code = code if log.is_named else "ALTERED"
            keeper.find(code, seq, f"keeps a head of {match[2]} that its key has not signed", not is_listed)
        elif log.key:
            log.hold(keeper, int(match[3]), b64decode(match[4]), is_listed)
    disputes = ((logs[name], one) for name in ends for one in logs[name].hold_others(logs, ends[name], first, absent))
    for number, (by, finding) in enumerate(disputes):
        (by if number < MAX_DISPUTES else Log("")).find(*finding, True)
        auditor.find("DISPUTED", None, "more logs contradict each other", True) if number == MAX_DISPUTES else None
    for name in (name for name in ends if 0 < logs[name].unfollowed <= ends[name]):
        absent.setdefault(None, (logs[name].unfollowed, name))
    if lost := absent.pop(None, None):
        text = f"more absent logs are named than are followed: {lost[1]} names some from its number {lost[0]} on"
        auditor.find("INCOMPLETE", None, text, True)
    for name, (seq, by_name) in absent.items():
        text = f"and on are not here: {by_name} names number {seq} of this log, and no entry of it is here"
        logs.setdefault(str(name), Log(str(name))).find("INCOMPLETE", 1, text, True)
    for log in logs.values():
        if len(log.leaves) > (to := max(log.seen_by.values(), default=0)):
            log.find("UNWITNESSED", to + 1, "and on are witnessed by nobody: cutting them off would not be noticed")


def main(words: list[str] | None = None) -> int:
    """Check one bundle; the exit code."""
    parser = argparse.ArgumentParser(description="Check a Serah bundle without Serah.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--root", default="", metavar="FINGERPRINT", help="of the root's key, from the witnessed sheet")
    parser.add_argument("--head", action="append", default=[], metavar="FILE", type=Path, help="a head that was kept")
    parser.add_argument("--item", default="", metavar="CODE", help="tell what was recorded about this item, too")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(words)
    root, code = re.sub(r"\s", "", args.root).lower(), args.item.upper().replace("-", "").partition("*")[0]
    auditor, logs, events = Log("head"), dict[str, Log](), list[Body]()
    try:
        heads = [(head.read_bytes().decode("utf-8-sig", "replace"), auditor, False) for head in args.head]
        if (root and not LEAF.fullmatch(root)) or [t for t, *_ in heads if "\ufffd" in t or not re.fullmatch(NOTE, t)]:
            parser.error("--root takes the 64 hex digits of a fingerprint, --head a file with just a signed head")
        logs, notes, events = read_bundle(args.bundle, code)
        audit(logs, notes + heads, root, auditor)
    except (ValueError, zlib.error) as error:
        auditor.find("ALTERED", None, f"this is no whole bundle: {error}")
    except (OSError, ModuleNotFoundError) as error:
        parser.error(str(error) + "; run (jalankan): pip install cryptography" * isinstance(error, ModuleNotFoundError))
    findings = [finding for log in (auditor, *logs.values()) for finding in log.findings]
    wrong = [finding for finding in findings if finding["code"] in WRONG]
    is_sure = any(not one["between"] or one["code"] == "TAMPERED" for one in wrong)
    unsure = 3 + ("DISPUTED" in {one["code"] for one in wrong})
    clean = 1 if not root and not args.head else 2 if any(log.seen_by for log in logs.values()) else 5
    verdict, summary = VERDICTS[0 if is_sure else unsure if wrong else clean].split("|")
    facts = [log.facts() for log in logs.values()]
    report = {"ok": not wrong, "verdict": verdict, "logs": facts, "findings": findings, "events": events}
    told = [", ".join(f"{k} {json.dumps(v)}" for k, v in r.items() if v or v == 0) for r in facts + events + findings]
    print(*([json.dumps(report)] if args.json else [*told, verdict, f"Ringkasan: {summary}"]), sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
