// What is said of a thing stays with that thing, and what somebody has typed of it stays, however late an answer comes.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answer_by, body, click, page, Piece, promised, settled, submit } from "./bare_page.mjs";

const { note_seal, things } = await import("../../../web/static/things.js");
const PARTS = ["item-title", "item-words", "item-error", "photo", "photo-away", "serials-field", "put-out", "shoot", "photo-file"];
const piece = (id) => page.querySelector(`#${id}`);
let dialog, form, board, chosen, sent, late;

/** Opens the dialog of a thing, as a press on it does. */
const open = (code, said = {}) => {
  const button = new Piece("button", { "data-item": code, "data-shown": code, "data-words": "box" });
  Object.assign(button.dataset, said);
  board.append(button);
  click(button);
};

beforeEach(() => {
  [dialog, form, board] = [new Piece("dialog", { id: "item" }), new Piece("form", { id: "item-form" }), new Piece("div")];
  Object.assign(dialog, { open: false, showModal() { this.open = true; }, close() { this.open = false; } });
  for (const name of ["condition", "refused", "seals", "remark", "serials"]) form.append(form[name] = new Piece("input", { name, id: name }));
  body.replaceChildren(dialog, form, board, new Piece("div", { id: "away" }, new Piece("p", { class: "notice" })),
    new Piece("button", { id: "away-go" }), ...PARTS.map((id) => new Piece("div", { id })));
  [chosen, sent, late] = [new Set(["A", "B"]), [], promised()];
  answer_by((_method, _path, said) => { sent.push(said); return [200, {}]; });
  things(board, { api: "/api", chosen, shoot: () => late.answer, put_out: () => late.answer, then: () => {} });
});

test("a photograph that comes late belongs to the thing that it was taken of", async () => {
  open("A");
  click(piece("shoot"));
  dialog.close();
  open("B");
  late.give({ digest: "of A" });
  await settled();
  assert.deepEqual([piece("photo").src, piece("photo").hidden], [undefined, true]);
  submit(form);
  await settled();
  assert.deepEqual([sent[0].codes, sent[0].photo], [["B"], null]);
});

test("a photograph is shown and kept with the thing that is still open", async () => {
  open("A");
  click(piece("shoot"));
  late.give({ digest: "of A" });
  await settled();
  assert.deepEqual([piece("photo").src, piece("photo").hidden], ["/photos/of A", false]);
  submit(form);
  await settled();
  assert.deepEqual([sent[0].photo, dialog.open, chosen.size], ["of A", false, 0]);
});

test("a refusal that comes late is not told of another thing, and closes nothing", async () => {
  open("A");
  click(piece("put-out"));
  dialog.close();
  open("B");
  late.give({});
  await settled();
  assert.deepEqual([dialog.open, [...chosen]], [true, ["B"]], "A alone was taken out");
  late = promised();
  click(piece("shoot"));
  open("C");
  late.fail(new TypeError("no camera"));
  await settled();
  assert.equal(piece("item-error").textContent, "");
});

test("a seal that is read stands behind those that were typed or told, once", () => {
  open("A", { serials: "S1" });
  form.serials.value = "S1, S2";
  note_seal("A", "S3");
  note_seal("A", "S2");
  note_seal("B", "S9");
  assert.equal(form.serials.value, "S1 S2 S3");
});
