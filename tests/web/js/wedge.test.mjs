// A USB scanner types like a very quick person: what it typed is told from what people type by its pace and its form alone.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { body, click, page, Piece, press, type } from "./bare_page.mjs";

const { catch_labels, catch_scanner, code_in, is_by_scanner, pace } = await import("../../../web/static/wedge.js");
const CODE = "7K3M9Q2WXZ4TB", LABEL = `${CODE}*01`, SCANNER = 4, HAND = 160;
const is_kept = page.heard.length; // what the script itself hears, and each test leaves
let at = 0; // no two tests type at the same time

beforeEach(() => {
  page.heard.length = is_kept;
  body.replaceChildren();
  page.activeElement = body;
  at += 100_000;
});
function fields(parent, ...pieces) {
  body.append(parent);
  parent.append(...pieces);
  pieces[0].focus();
  return pieces;
}

describe("the pace of a line", () => {
  const entered = (text, every_ms) => {
    const pace_of = pace();
    fields(new Piece("form"), new Piece("input"));
    type(text, { from_ms: at, every_ms });
    return pace_of(text);
  };
  test("as fast as a scanner it is a burst, and by nobody's hand", () =>
    assert.deepEqual(entered(LABEL, SCANNER), { is_burst: true, by_hand: false }));
  test("key by key it is by hand", () => assert.deepEqual(entered(CODE, HAND), { is_burst: false, by_hand: true }));
  test("between the two nothing is claimed: a slow scanner is not said to be a hand", () =>
    assert.deepEqual(entered(CODE, 90), { is_burst: false, by_hand: false }));
  test("a few letters are no burst, however fast", () => assert.equal(entered("undo", SCANNER).is_burst, false));
  const writes = (inputType, letters, every_ms) => {
    const pace_of = pace(), [field] = fields(new Piece("form"), new Piece("input"));
    letters.forEach((data, count) => {
      press("Unidentified", at + count * every_ms);
      field.dispatchEvent({ type: "input", inputType, data, timeStamp: at + count * every_ms });
    });
    return pace_of(LABEL);
  };
  test("what came as a whole has no pace", () => {
    assert.deepEqual(pace()(CODE), { is_burst: false, by_hand: false });
    assert.deepEqual(writes("insertFromPaste", [LABEL], 0), { is_burst: false, by_hand: false });
    assert.deepEqual(writes("insertText", [LABEL], 0), { is_burst: false, by_hand: false });
  });
  test("a phone's keyboard names no keys, and what it writes letter by letter is by hand", () => {
    assert.deepEqual(writes("insertText", [...LABEL], HAND), { is_burst: false, by_hand: true });
    const growing = [...LABEL].map((_letter, count) => LABEL.slice(0, count + 1));
    assert.deepEqual(writes("insertCompositionText", growing, HAND), { is_burst: false, by_hand: true });
    assert.deepEqual(writes("insertText", [...LABEL], SCANNER), { is_burst: false, by_hand: false });
  });
  test("what was typed and taken out again, or sent by a button, does not slow the scan behind it", () => {
    const pace_of = pace();
    fields(new Piece("form"), new Piece("input"));
    type(CODE, { from_ms: at, every_ms: HAND, end: "" });
    assert.equal(pace_of(CODE).by_hand, true);
    type("ab", { from_ms: at + 20_000, every_ms: HAND, end: "" });
    press("Backspace", at + 21_000);
    type(LABEL, { from_ms: at + 50_000, every_ms: SCANNER });
    assert.deepEqual(pace_of(LABEL), { is_burst: true, by_hand: false });
  });
  test("a key that is held down is no scanner", () => {
    const pace_of = pace();
    fields(new Piece("form"), new Piece("input"));
    for (let count = 0; count < 8; count += 1) press("7", at + count * 30, { repeat: count > 0 });
    assert.equal(pace_of("77777777").is_burst, false);
  });
  test("one slow key within a scan breaks the burst, and each line is told by its own keys", () => {
    const pace_of = pace();
    fields(new Piece("form"), new Piece("input"));
    type(CODE.slice(0, 5), { from_ms: at, every_ms: SCANNER, end: "" });
    type(CODE.slice(5), { from_ms: at + 200, every_ms: SCANNER });
    assert.equal(pace_of(CODE).is_burst, false);
    type(CODE, { from_ms: at + 2000, every_ms: HAND });
    assert.deepEqual(pace_of(CODE), { is_burst: false, by_hand: true });
    type(CODE, { from_ms: at + 9000, every_ms: SCANNER });
    assert.deepEqual(pace_of(CODE), { is_burst: true, by_hand: false });
  });
});

describe("what stands at the end of a text", () => {
  for (const code of [LABEL, LABEL.toLowerCase(), CODE, "7K3M-9Q2W-XZ4T-B", "P:51.08.02"])
    test(`${code} is a code, also behind a name`, () => {
      assert.equal(code_in(code), code);
      assert.equal(code_in(`Made ${code}`), code);
    });
  for (const name of ["Ni Luh Putu Ayu", "I Made Sudarma", "Ketua PPK 12", "DK 8123 AB", "BAMBANGSETYAN", "sent by P: nobody"])
    test(`${name} is a name`, () => assert.equal(code_in(name), undefined));
});

describe("on the review no scan is a name", () => {
  let taken, form, giver, receiver, button;
  beforeEach(() => {
    taken = [];
    form = new Piece("form");
    [giver, receiver, button] = fields(form, new Piece("input", { name: "giver_name" }), new Piece("input", { name: "receiver_name" }), new Piece("button"));
    giver.value = "Made";
    catch_labels((label) => taken.push(label), form);
  });
  const SCANS = [LABEL, CODE, "7K3M-9Q2W-XZ4T-B", "P:51.08.02", "8991234567890"];
  for (const scan of SCANS)
    for (const end of ["Enter", "Tab"])
      test(`${scan} and ${end}: taken out again, told, and nothing moves on`, () => {
        if (scan.startsWith("899") && end === "Tab") return; // only Enter ends what is no code of ours
        const { isPrevented } = type(scan, { from_ms: at, every_ms: SCANNER, end });
        assert.deepEqual([giver.value, taken, isPrevented], ["Made", [scan], true]);
      });
  test("as slow as a scanner can be set", () => {
    type(LABEL, { from_ms: at, every_ms: 90 });
    assert.deepEqual([giver.value, taken], ["Made", [LABEL]]);
  });
  for (const scan of [LABEL, CODE, "8991234567890"])
    test(`${scan} in pieces, as a busy computer brings it, leaves nothing behind`, () => {
      type(scan.slice(0, 5), { from_ms: at, every_ms: SCANNER, end: "" });
      type(scan.slice(5), { from_ms: at + 4 * SCANNER + 100, every_ms: SCANNER });
      assert.deepEqual([giver.value, taken.length], ["Made", 1]);
    });
  test("in pieces on a button it presses nothing either", () => {
    button.focus();
    type(LABEL.slice(0, 5), { from_ms: at, every_ms: SCANNER, end: "" });
    assert.ok(type(LABEL.slice(5), { from_ms: at + 4 * SCANNER + 100, every_ms: SCANNER }).isPrevented);
    assert.deepEqual(taken, [LABEL]);
  });
  test("two right behind each other are two", () => {
    const { at_ms } = type("96385074", { from_ms: at, every_ms: SCANNER });
    type("96385074", { from_ms: at_ms + 20, every_ms: SCANNER });
    assert.deepEqual([giver.value, taken], ["Made", ["96385074", "96385074"]]);
  });
  test("right behind what somebody writes, it alone is taken out", () => {
    receiver.focus();
    type("Ketut", { from_ms: at, every_ms: HAND, end: "" });
    type(LABEL, { from_ms: at + 5 * HAND, every_ms: SCANNER });
    assert.deepEqual([receiver.value, taken], ["Ketut", [LABEL]]);
  });
  test("what follows what is typed hears that it was taken out", () => {
    const seen = [];
    giver.addEventListener("input", ({ target }) => seen.push(target.value));
    type(LABEL, { from_ms: at, every_ms: SCANNER });
    assert.deepEqual(seen, ["Made"]);
  });
  test("on a button it presses nothing", () => {
    button.focus();
    [...LABEL].forEach((letter, number) => assert.equal(press(letter, at + number * SCANNER).isPrevented, number > 0));
    assert.ok(press("Enter", at + LABEL.length * SCANNER).isPrevented);
    assert.deepEqual(taken, [LABEL]);
  });
  test("a name that somebody writes stays, and its Enter is the page's", () => {
    receiver.focus();
    const { isPrevented } = type("Ketut", { from_ms: at, every_ms: HAND });
    assert.deepEqual([receiver.value, taken, isPrevented], ["Ketut", [], false]);
  });
  test("a code that somebody writes into a remark stays there, and is none in a name", () => {
    for (const [tag, stays, told] of [["textarea", true, []], ["input", false, [CODE]]]) {
      const [field] = fields(form, new Piece(tag, { name: "note" }));
      taken.length = 0;
      type(`box ${CODE}`, { from_ms: at, every_ms: HAND, end: "" });
      press("Enter", at + 5000);
      assert.deepEqual([field.value.endsWith(CODE), taken], [stays, told]);
    }
  });
});

describe("beside a dialog labels are taken, and nothing else", () => {
  let taken;
  beforeEach(() => { taken = []; catch_labels((label) => taken.push(label)); });
  test("a label in a remark: taken, and the remark is as it was", () => {
    const [remark] = fields(new Piece("dialog", { open: "" }), new Piece("input"));
    remark.value = "wet lid ";
    const { isPrevented } = type(LABEL, { from_ms: at, every_ms: SCANNER });
    assert.deepEqual([remark.value, taken, isPrevented], ["wet lid ", [LABEL], true]);
  });
  test("a label on a list of choices chooses nothing", () => {
    const [condition] = fields(new Piece("dialog", { open: "" }), new Piece("select"));
    type(LABEL, { from_ms: at, every_ms: SCANNER });
    assert.deepEqual([condition.value, taken], ["", [LABEL]]);
  });
  test("the serial number of a seal is no label", () => {
    const [serials] = fields(new Piece("dialog", { open: "" }), new Piece("input"));
    const { isPrevented } = type("8991234567890", { from_ms: at, every_ms: SCANNER });
    assert.deepEqual([serials.value, taken, isPrevented], ["8991234567890", [], false]);
  });
  test("outside of a dialog it is the page's own", () => {
    fields(new Piece("form"), new Piece("input"));
    type(LABEL, { from_ms: at, every_ms: SCANNER });
    assert.deepEqual(taken, []);
  });
});

describe("a press by the keyboard right behind other keys", () => {
  const button = new Piece("button");
  test("is a scanner's; later it is a person's", () => {
    body.append(button);
    press("7", at);
    assert.equal(is_by_scanner(click(button, { detail: 0, timeStamp: at + 20 })), true);
    assert.equal(is_by_scanner(click(button, { detail: 0, timeStamp: at + 400 })), false);
  });
  test("with a pointer it is a person's at once, and so is Space", () => {
    press("7", at);
    assert.equal(is_by_scanner(click(button, { detail: 1, timeStamp: at + 20 })), false);
    press(" ", at + 1000);
    assert.equal(is_by_scanner(click(button, { detail: 0, timeStamp: at + 1001 })), false);
  });
  test("an Enter that is held down presses nothing again", () => {
    press("Enter", at, { repeat: true });
    assert.equal(is_by_scanner(click(button, { detail: 0, timeStamp: at + 5 })), true);
  });
});

describe("the focus goes to the field of scans", () => {
  let line;
  beforeEach(() => { [line] = fields(new Piece("form"), new Piece("input", { id: "line" })); line.value = "kept"; body.focus(); });
  test("from the page, with the first letter, and what stood there makes room", () => {
    catch_scanner(line);
    press("7", at);
    assert.deepEqual([page.activeElement, line.value], [line, "7"]);
  });
  test("and stays there where the page says so", () => {
    catch_scanner(line, { is_fresh: false });
    press("7", at);
    assert.equal(line.value, "kept7");
  });
  for (const tag of ["input", "textarea", "select"])
    test(`but never from somebody who is in a field: ${tag}`, () => {
      const [other] = fields(new Piece("form"), new Piece(tag));
      catch_scanner(line);
      press("7", at);
      assert.deepEqual([page.activeElement, line.value], [other, "kept"]);
    });
  test("nor out of a dialog", () => {
    const [button] = fields(new Piece("dialog", { open: "" }), new Piece("button"));
    catch_scanner(line);
    press("7", at);
    assert.equal(page.activeElement, button);
  });
  for (const [words, key, rest] of [["Space", " ", {}], ["Tab", "Tab", {}], ["Ctrl+C", "c", { ctrlKey: true }], ["Alt+F", "f", { altKey: true }]])
    test(`nor by ${words}`, () => {
      catch_scanner(line);
      press(key, at, rest);
      assert.equal(page.activeElement, body);
    });
});
