// The press that records: whatever happens to its answer, what is said of it is so, and it records once.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { answer_by, settled } from "./bare_page.mjs";

const { record } = await import("../../../web/static/recording.js");
const { Refusal } = await import("../../../web/static/page.js");
const WORDS = { giver_name: "Made" };
let asked, sure, went; // what came to the server, whether somebody agrees, and what the page heard on the way
const server = {};

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  [asked, sure, went] = [[], true, []];
  Object.assign(server, { said: () => [200, {}], record: () => [200, { page: "/handover?number=1" }], "record/asked": () => [200, { state: "open" }] });
  answer_by((method, path, sent) => {
    const what = path.replace("/api/drafts/d/", "");
    asked.push({ what, method, sent });
    return server[what](sent);
  });
});
const nobody = () => { throw new TypeError("no answer"); };
const press = (rest = {}) => record("/api/drafts/d", "v3", { said: () => WORDS, is_sure: async () => sure, sends: () => went.push("sends"),
  waits: () => went.push("waits"), ...rest });
const whats = () => asked.map(({ what }) => what);

test("what stands there is kept, agreed to, and recorded as it was seen", async () => {
  assert.deepEqual(await press(), { state: "recorded", page: "/handover?number=1" });
  assert.deepEqual([whats(), went], [["said", "record"], ["sends"]]);
  const { sent } = asked[1];
  assert.deepEqual([sent.giver_name, sent.version], ["Made", "v3"]);
  assert.match(sent.id, /^[0-9a-f-]{36}$/);
});

test("who does not agree records nothing", async () => {
  sure = false;
  assert.deepEqual([await press(), whats(), went], [{ state: "unsure" }, ["said"], []]);
});

for (const [lost, how] of [["no answer", nobody], ["a server that breaks off", () => [502, { error: "gone" }]]])
  test(`a lost answer is asked for by the id of the press until somebody knows: ${lost}`, async () => {
    server.record = how;
    server["record/asked"] = how;
    const press_is_over = press();
    await settled();
    assert.deepEqual(went, ["sends", "waits"]);
    mock.timers.tick(1000);
    await settled();
    server["record/asked"] = () => [200, { state: "recorded", page: "/handover?number=2" }];
    mock.timers.tick(1000);
    const { state, page } = await press_is_over;
    assert.deepEqual([state, page], ["recorded", "/handover?number=2"]);
    assert.deepEqual(whats(), ["said", "record", "record/asked", "record/asked", "record/asked"], "recorded once, never sent again");
    assert.equal(new Set(asked.slice(1).map(({ sent }) => sent.id)).size, 1);
  });

test("a press that never came is said not to be recorded, and the next one has another id", async () => {
  server.record = nobody;
  const { state, error } = await press();
  assert.equal(state, "open");
  assert.ok(error instanceof TypeError);
  server.record = () => [200, { page: "/p" }];
  assert.equal((await press()).state, "recorded");
  const [first, , second] = asked.filter(({ what }) => what !== "said").map(({ sent }) => sent.id);
  assert.notEqual(first, second);
});

test("a session that was dropped meanwhile is said to be dropped", async () => {
  server.record = nobody;
  server["record/asked"] = () => [200, { state: "dropped" }];
  assert.equal((await press()).state, "dropped");
});

test("a refusal of the record is the last word: nothing was recorded, and nobody is asked", async () => {
  server.record = () => [409, { error: "it is out of date" }];
  const { state, error } = await press();
  assert.deepEqual([state, error.status, error.message, whats()], ["open", 409, "It is out of date.", ["said", "record"]]);
});

test("a session that is over before anything was sent may have been recorded elsewhere: the server is asked", async () => {
  server.said = () => [409, { error: "the session is over" }];
  server["record/asked"] = () => [200, { state: "recorded", page: "/p" }];
  const { state, page } = await press();
  assert.deepEqual([state, page, whats(), went], ["recorded", "/p", ["said", "record/asked"], []]);
});

test("nobody there before anything was sent: not recorded, and nothing to ask", async () => {
  server.said = nobody;
  assert.equal((await press()).state, "open");
  assert.deepEqual([whats(), went], [["said"], []]);
});

test("a field with a mistake records nothing, asks nobody, and is named", async () => {
  const field = { name: "counted" };
  const { state, error } = await press({ said: () => { throw Object.assign(new Refusal(422, { error: "no whole number" }), { field }); } });
  assert.deepEqual([state, error.field, whats()], ["open", field, []]);
});

test("a server that refuses to say what became of it leaves it unknown, never not recorded", async () => {
  server.record = nobody;
  server["record/asked"] = () => [404, { error: "there is no such session" }];
  const { state, error } = await press();
  assert.deepEqual([state, error.message], ["unknown", "There is no such session."]);
});
