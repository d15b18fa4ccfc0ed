// What every page relies on: asking, hearing the news, doing something soon, long work, and choosing a place.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { answer_by, body, News, page, Piece, press, promised, settled, submit } from "./bare_page.mjs";

const { ask, ask_until_known, follow, is_lost, Refusal, soon } = await import("../../../web/static/page.js");
const { work, work_form } = await import("../../../web/static/work.js");
const { chooser, chosen_by_enter, is_plate, places_in } = await import("../../../web/static/choose.js");
const alarm = page.querySelector("#alarm"), nobody = () => { throw new TypeError("no answer"); };
const told = () => (alarm.hidden ? "" : alarm.textContent);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  body.replaceChildren();
  page.activeElement = body;
  alarm.hidden = true;
});

// --- asking ---------------------------------------------------------------------------------------------------------

test("a refusal reads as sentences: what is wrong, and what to do", () => {
  assert.equal(new Refusal(422, { error: "there is no such place", hint: "look it up!" }).message, "There is no such place. Look it up!");
  assert.equal(new Refusal(500, { error: "broken" }).message, "Broken.");
});

test("a refusal is an answer; no answer, and a server that broke off, leave it open", () => {
  assert.deepEqual([400, 404, 409, 422].map((status) => is_lost(new Refusal(status, { error: "no" }))), [false, false, false, false]);
  assert.deepEqual([new Refusal(500, { error: "no" }), new Refusal(503, { error: "no" }), new TypeError("cut off")].map(is_lost), [true, true, true]);
});

test("that nobody answers is said at once, and taken back with the next answer", async () => {
  answer_by(nobody);
  await assert.rejects(ask("POST", "/x", {}), TypeError);
  assert.equal(told(), "The station does not answer.");
  answer_by(() => [422, { error: "no" }]);
  await assert.rejects(ask("POST", "/x", {}), Refusal);
  assert.equal(told(), "");
});

test("what became of something is asked each second until somebody says it, and no longer than that", async () => {
  let times = 0;
  answer_by(() => { times += 1; return times < 3 ? nobody() : [200, { state: "in" }]; });
  const asked = ask_until_known("/asked", { id: "a" });
  for (const after of [999, 1, 1000]) {
    await settled();
    mock.timers.tick(after);
  }
  assert.deepEqual([await asked, times], [{ state: "in" }, 3]);
});

// --- news -----------------------------------------------------------------------------------------------------------

test("news are heard from where the page stands, and silence is told until somebody is heard again", () => {
  const heard = [], opened = [], { hear } = follow("/news", "run 7", () => opened.push(true));
  hear("changed", (news) => heard.push(news));
  assert.equal(News.newest.path, "/news?after=run%207");
  News.newest.onopen();
  for (let second = 0; second < 8; second += 1) mock.timers.tick(1000);
  assert.deepEqual([told(), opened.length], ["", 1]);
  mock.timers.tick(1000);
  assert.equal(told(), "The station does not answer.");
  News.newest.tell("changed", { version: "3" });
  assert.deepEqual([told(), heard], ["", [{ version: "3" }]]);
  for (let beat = 0; beat < 10; beat += 1) { mock.timers.tick(3000); News.newest.tell("beat"); }
  assert.equal(told(), "", "beats keep it quiet");
  News.newest.onerror();
  assert.equal(told(), "The station does not answer.");
});

test("a computer that slept was silent itself: the station is given its time again", () => {
  follow("/news", "");
  News.newest.onopen();
  mock.timers.tick(60_000);
  assert.equal(told(), "");
  for (let second = 0; second < 9; second += 1) mock.timers.tick(1000);
  assert.equal(told(), "The station does not answer.");
  News.newest.tell("beat");
});

test("gone back to, a page that the browser kept is loaded again, and a fresh one is not", () => {
  let times = 0;
  globalThis.location = { reload: () => { times += 1; } };
  const [{ then }] = page.heard.filter(({ kind }) => kind === "pageshow");
  then({ persisted: false });
  assert.equal(times, 0);
  then({ persisted: true });
  assert.equal(times, 1);
});

test("whoever has closed the news is told nothing more", () => {
  const { hear, close } = follow("/news", "");
  hear("changed", () => assert.fail());
  close();
  News.newest.tell("changed");
  mock.timers.tick(60_000);
  assert.equal(told(), "");
});

test("what is called for often is done once, and again where it was called for meanwhile", async () => {
  const rounds = [promised(), promised()];
  let done = 0;
  const renew = soon(() => rounds[done++].answer, 120);
  for (const _time of [1, 2, 3]) renew();
  mock.timers.tick(119);
  assert.equal(done, 0);
  mock.timers.tick(1);
  assert.equal(done, 1);
  renew();
  renew();
  mock.timers.tick(1000);
  assert.equal(done, 1, "one at a time");
  rounds[0].fail(new TypeError("no answer"));
  await settled();
  mock.timers.tick(120);
  assert.equal(done, 2);
  rounds[1].give();
  await settled();
  mock.timers.tick(1000);
  assert.equal(done, 2);
});

// --- long work ------------------------------------------------------------------------------------------------------

test("work is waited for, and how far it is is told", async () => {
  const steps = [[200, { state: "running", job: 4, label: "Reading", done: 1, total: 9 }], [200, { state: "done", page: "all" }]], asked = [];
  answer_by((method, path) => { asked.push(`${method} ${path}`); return asked.length === 1 ? steps[0] : steps.shift(); });
  const far = [];
  assert.deepEqual(await work("/api/jobs", {}, (...all) => far.push(all)), { state: "done", page: "all" });
  assert.deepEqual([asked[1], far[0]], ["GET /api/jobs/4?wait=0.4", ["Reading", 1, 9]]);
});

function long_form(answers, read = () => ({})) {
  const button = new Piece("button", { type: "submit" }), outcome = new Piece("div", { id: "outcome" }), seen = [];
  const form = new Piece("form", { "data-outcome": "outcome", "data-path": "/api/load", "data-working": "Working", "data-failed": "Failed." }, button);
  body.append(form, outcome);
  work_form(form, read, (answer) => seen.push(answer));
  answer_by((_method, path) => { seen.push(path); return answers(); });
  return { form, button, outcome, seen };
}
const words = (outcome) => outcome.querySelector(".working-words").textContent;

test("a form whose work is under way is off, and a second press sends nothing", async () => {
  const wait = promised(), { form, button, outcome, seen } = long_form(() => wait.answer);
  submit(form);
  submit(form);
  await settled();
  assert.deepEqual([seen, button.disabled, words(outcome)], [["/api/load"], true, "Working"]);
  wait.give([200, { state: "done", page: "<p>Loaded</p>" }]);
  await settled();
  assert.deepEqual([seen.length, button.disabled, outcome.innerHTML], [2, false, "<p>Loaded</p>"]);
  submit(form);
  await settled();
  assert.equal(seen.filter((each) => each === "/api/load").length, 2);
});

test("once all files have gone the page says what is done now, not what was sent", async () => {
  const wait = promised();
  const { form, outcome } = long_form(() => wait.answer, async (_form, _button, tell) => { tell("Sending qr.pdf", 5, 5); return {}; });
  submit(form);
  await settled();
  assert.equal(words(outcome), "Working");
  wait.give([200, { state: "done", page: "" }]);
  await settled();
});

test("a refusal stands there with its faults one by one, and the form is on again", async () => {
  const { form, button, outcome } = long_form(() => [422, { error: "the table is wrong", faults: ["row 2", "row 9"] }]);
  submit(form);
  await settled();
  assert.equal(outcome.querySelector("p").textContent, "The table is wrong.");
  assert.deepEqual([outcome.querySelectorAll("li").map((each) => each.textContent), button.disabled], [["row 2", "row 9"], false]);
});

test("where there is nothing to send, nothing is sent", async () => {
  const { form, outcome, seen } = long_form(nobody, () => null);
  submit(form);
  await settled();
  assert.deepEqual([seen, outcome.children], [[], []]);
});

// --- choosing a place -------------------------------------------------------------------------------------------------

test("number plates are vehicles, in whatever way they are written; codes and names are not", () => {
  for (const plate of ["DK 8123 AB", "dk8123ab", " P:DK8123AB ", "B 1 A", "DK 8123"]) assert.ok(is_plate(plate), plate);
  for (const other of ["51.08.01.2001", "Patas", "PPK 12345", "", "DK"]) assert.ok(!is_plate(other), other);
});

test("a field of several places is read with what is between them left out", () =>
  assert.deepEqual(places_in(" 51.08.01 ;; Patas (51.08.01.2001); "), ["51.08.01", "Patas (51.08.01.2001)"]));

test("Enter takes the marked one, the one whose code was written, or the only one; else none", () => {
  const found = [{ code: "51.08.01" }, { code: "51.08.02" }];
  assert.deepEqual([chosen_by_enter(found, 1, "51.08.01"), chosen_by_enter(found, -1, "51.08.01"), chosen_by_enter([found[1]], -1, "pat")],
    [found[1], found[0], found[1]]);
  assert.equal(chosen_by_enter(found, -1, "51.08"), null);
});

function place_field() {
  const list = new Piece("ul", { id: "to-list" }), shown = new Piece("p", { id: "to-shown" });
  const input = new Piece("input", { "aria-controls": "to-list", "aria-describedby": "to-shown", "data-none": "No such place" });
  body.append(input, list, shown);
  chooser(input);
  input.focus();
  return { input, list, shown, type(text) { input.value = text; input.dispatchEvent(new Event("input")); mock.timers.tick(120); } };
}

test("what was asked for first and answered last does not take the place of what was asked for since", async () => {
  const late = promised(), { list, type } = place_field();
  answer_by((_method, path) => (path.endsWith("q=pa") ? late.answer : [200, [{ code: "51.08.02", name: "Patas" }]]));
  type("pa");
  type("patas");
  await settled();
  late.give([200, [{ code: "51.08.09", name: "Panji" }]]);
  await settled();
  assert.deepEqual(list.children.map((each) => each.querySelector("strong").textContent), ["Patas"]);
});

test("a list that comes when somebody has gone on opens for nobody", async () => {
  const late = promised(), { list, type } = place_field();
  list.hidden = true;
  answer_by(() => late.answer);
  type("pa");
  body.focus();
  late.give([200, [{ code: "51.08.09", name: "Panji" }]]);
  await settled();
  assert.equal(list.hidden, true);
});

test("what was typed is found, too, where another window came before this one meanwhile", async () => {
  const late = promised(), { input, list, type } = place_field();
  answer_by(() => late.answer);
  type("pa");
  input.dispatchEvent(new Event("blur"));
  late.give([200, [{ code: "51.08.02", name: "Patas" }]]);
  await settled();
  assert.equal(list.hidden, false);
  body.focus();
  input.dispatchEvent(new Event("blur"));
  assert.equal(list.hidden, true);
});

test("Enter with several found marks the first and sends no form; Enter again takes it", async () => {
  const { input, shown, type } = place_field();
  answer_by(() => [200, [{ code: "51.08.02", name: "Patas", within: "Gerokgak" }, { code: "51.08.03", name: "Patemon" }]]);
  type("pat");
  await settled();
  assert.ok(press("Enter", 1).isPrevented);
  assert.equal(input.value, "pat");
  assert.ok(press("Enter", 2).isPrevented);
  assert.deepEqual([input.value, shown.textContent], ["51.08.02", "Patas, Gerokgak"]);
  assert.equal(press("Enter", 3).isPrevented, false, "the form may be sent now");
});
