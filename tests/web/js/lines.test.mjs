// What was scanned is counted, not counted, or not known yet: one of the three is said of each line, once, and it is so.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { answer_by, body, click, page, Piece, promised, settled } from "./bare_page.mjs";

const { mark_of, sender } = await import("../../../web/static/lines.js");
const WORDS = { mark: "run-7", sending: "Sending …", notKnown: "Not known yet: …", notTaken: "NOT counted:", again: "Scan it again.",
  untold: "Nobody knows of …" };
const A = "7K3M9Q2WXZ4TB", B = "8K3M9Q2WXZ4TC";
let shown, in_list, thens, asked, heard_wrong, lines;
let answer; // what the server says to a line, and to who asks what became of it

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  body.replaceChildren(...["waiting", "untaken", "untaken-lines", "untaken-seen"].map((id) => new Piece("div", { id })));
  [shown, in_list, thens, asked, heard_wrong] = [[], [], [], [], 0];
  Object.defineProperty(document.documentElement.dataset, "sound", { set: (name) => { heard_wrong += name === "wrong"; }, configurable: true });
  lines = sender("/api/drafts/d", WORDS, { show: (outcome) => shown.push(outcome), show_in: (line) => in_list.push(line),
    then: (outcome, line, is_burst) => thens.push([line, is_burst]) });
  answer_by((method, path, sent) => {
    assert.equal(method, "POST");
    asked.push({ path: path.replace("/api/drafts/d/", ""), ...sent });
    return answer(path.endsWith("/asked"), sent);
  });
});
const nobody = () => { throw new TypeError("no answer"); };
let number = 0;
const taken = ({ line, id }, kind = "taken") => ({ kind, beep: kind === "taken" ? "ok" : "again", code: line.slice(0, 13), line: id, number: number += 1 });
const counts = (_is_asked, sent) => [200, taken(sent)];
const waiting = () => (page.querySelector("#waiting").hidden ? "" : page.querySelector("#waiting").textContent);
const untaken = () => (page.querySelector("#untaken").hidden ? [] : page.querySelector("#untaken-lines").children.map((each) => each.textContent));
async function scan(...texts) {
  for (const text of texts) lines.take(text);
  await settled();
}
/** The page asks once more. */
async function ask_again() {
  mock.timers.tick(1000);
  await settled();
}

test("a line goes to the server with an id of this run, and what came of it is shown", async () => {
  answer = counts;
  lines.take(A, { is_burst: true, by_hand: true });
  await settled();
  assert.match(asked[0].id, /^run\.[0-9a-f-]{36}$/);
  assert.deepEqual([asked.length, asked[0].line, asked[0].by_hand, shown.length, thens], [1, A, true, 1, [[A, true]]]);
  assert.deepEqual([waiting(), untaken()], ["", []]);
});

test("a line with nothing in it is not sent", async () => {
  await scan("", "  ");
  assert.deepEqual(asked, []);
});

test("two scans of one code are two lines, each with an answer of its own", async () => {
  answer = (_is_asked, sent) => [200, taken(sent, shown.length ? "again" : "taken")];
  await scan(A, A);
  assert.notEqual(asked[0].id, asked[1].id);
  assert.deepEqual(shown.map(({ kind }) => kind), ["taken", "again"]);
  assert.deepEqual(untaken(), []);
});

test("lines go one after the other, in the order in which they were scanned", async () => {
  const [first, second] = [promised(), promised()], waits = [first, second];
  answer = (_is_asked, sent) => waits[asked.length - 1].answer.then(() => [200, taken(sent)]);
  await scan(A, B);
  assert.deepEqual([asked.map(({ line }) => line), waiting()], [[A], `Sending ${A}`]);
  first.give();
  await settled();
  assert.deepEqual(asked.map(({ line }) => line), [A, B]);
  second.give();
  await settled();
  assert.deepEqual([shown.map(({ code }) => code), waiting()], [[A, B], ""]);
});

for (const comes_first of ["the answer", "the news"])
  test(`what comes as answer and as news is shown, and sounds, once: ${comes_first} first`, async () => {
    answer = (_is_asked, sent) => {
      const outcome = taken(sent);
      if (comes_first === "the news") lines.hear(outcome);
      else setImmediate(() => setImmediate(() => lines.hear(outcome)));
      return [200, outcome];
    };
    await scan(A);
    assert.equal(shown.length, 1);
  });

test("what another page scanned is shown, but nothing that is older than what is shown", () => {
  lines.hear({ kind: "taken", code: A, number: 1001 });
  lines.hear({ kind: "taken", code: B, number: 1000 });
  assert.deepEqual(shown.map(({ code }) => code), [A]);
});

test("a server that was restarted counts anew, and is heard", () => {
  lines.hear({ kind: "taken", code: A, number: 900 });
  lines.forget();
  lines.hear({ kind: "taken", code: B, number: 1 });
  assert.deepEqual(shown.map(({ code }) => code), [A, B]);
});

test("scans made while the server is away are kept and asked for by their ids until each is known", async () => {
  answer = nobody;
  await scan(A, B);
  assert.deepEqual([waiting(), untaken(), heard_wrong], [`Not known yet: ${A}, ${B}`, [], 2]);
  const ids = Object.fromEntries(asked.filter(({ path }) => path === "lines").map(({ line, id }) => [line, id]));
  await ask_again();
  await ask_again();
  assert.deepEqual([waiting(), untaken(), shown], [`Not known yet: ${A}, ${B}`, [], []], "nothing is claimed");
  answer = (_is_asked, { line }) => [200, { state: line === A ? "in" : "out" }];
  asked.length = 0;
  await ask_again();
  assert.deepEqual(asked.map(({ path, line, id }) => [path, id === ids[line]]), [["lines/asked", true], ["lines/asked", true]]);
  assert.deepEqual([waiting(), in_list, untaken()], ["", [A], [`NOT counted: ${B}. Scan it again.`]]);
  answer = nobody;
  asked.length = 0;
  await ask_again();
  assert.deepEqual(asked, [], "what is known is not asked for again, and nothing is sent twice");
});

test("a scan whose answer was lost is shown as what it became, and once: to who asks, and as news", async () => {
  let outcome;
  answer = (is_asked, sent) => {
    if (is_asked) return [200, { state: "told", told: outcome }];
    outcome = taken(sent);
    throw new TypeError("cut off");
  };
  await scan(A);
  lines.hear(outcome);
  assert.deepEqual([shown, waiting(), untaken()], [[outcome], "", []]);
});

test("told as news while it is asked for, it is not told again", async () => {
  let outcome;
  const late = promised();
  answer = (is_asked, sent) => {
    if (is_asked) return late.answer;
    outcome = taken(sent);
    throw new TypeError("cut off");
  };
  await scan(A);
  lines.hear(outcome);
  assert.deepEqual([shown.length, waiting()], [1, ""]);
  late.give([200, { state: "out" }]);
  await settled();
  assert.deepEqual([shown.length, untaken()], [1, []]);
});

test("told as news before its answer was lost, it is not asked for at all", async () => {
  answer = (is_asked, sent) => {
    assert.equal(is_asked, false);
    lines.hear(taken(sent));
    throw new TypeError("cut off");
  };
  await scan(A);
  assert.deepEqual([shown.length, waiting(), heard_wrong], [1, "", 0]);
});

for (const again of [A, `${A}*02`, A.toLowerCase(), "7K3M-9Q2W-XZ4T-B"])
  test(`what was not counted stands there until the server has answered to it, in whatever form: ${again}`, async () => {
    answer = (is_asked) => (is_asked ? [200, { state: "out" }] : nobody());
    await scan(`${A}*01`, B);
    assert.deepEqual(untaken(), [`${A}*01`, B].map((line) => `NOT counted: ${line}. Scan it again.`));
    answer = (_is_asked, sent) => [200, { ...taken(sent), kind: "paused" }]; // it says so itself, and so it is said once
    await scan(again);
    assert.deepEqual(untaken(), [`NOT counted: ${B}. Scan it again.`]);
  });

test("counted by another device, or seen by somebody, it stands there no longer", async () => {
  answer = (is_asked) => (is_asked ? [200, { state: "out" }] : nobody());
  await scan(A, B);
  lines.hear({ kind: "taken", code: "7K3M-9Q2W-XZ4T-B", number: number += 1 });
  assert.deepEqual(untaken(), [`NOT counted: ${B}. Scan it again.`]);
  click(page.querySelector("#untaken-seen"));
  assert.deepEqual(untaken(), []);
});

test("a line that the server refuses is not counted, with the reason, and is not asked for", async () => {
  answer = (is_asked) => { assert.equal(is_asked, false); return [409, { error: "the session is over" }]; };
  await scan(A);
  assert.deepEqual([untaken(), shown, heard_wrong], [[`NOT counted: ${A}. The session is over.`], [], 1]);
});

test("a server that breaks off is asked like one that does not answer", async () => {
  answer = (is_asked) => (is_asked ? [200, { state: "unknown" }] : [500, { error: "broken" }]);
  await scan("undo");
  assert.deepEqual([untaken(), asked.map(({ path }) => path)], [["Nobody knows of undo"], ["lines", "lines/asked"]]);
});

test("a server that refuses to say what became of a line leaves it not counted, with the reason", async () => {
  answer = (is_asked) => (is_asked ? [404, { error: "there is no such session" }] : nobody());
  await scan(A);
  assert.deepEqual([untaken(), waiting()], [[`NOT counted: ${A}. There is no such session.`], ""]);
});

test("what was not counted never looks counted", () => {
  for (const kind of ["taken", "again", "place", "said", "not_understood", "bad_check", "paused", "unknown"])
    for (const is_grave of [true, false]) {
      const is_in = ["taken", "again", "place", "said"].includes(kind);
      assert.equal(mark_of({ beep: "wrong", kind, is_grave }), is_in && !is_grave ? "watch" : "wrong");
    }
  assert.deepEqual(["ok", "again", "undone"].map((beep) => mark_of({ beep, kind: "taken" })), ["right", "again", "watch"]);
});
