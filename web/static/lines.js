// Lines that were typed or scanned, on their way to the server: each is said to be counted, or not, once that is known.

import { ask, ask_until_known, is_lost } from "./page.js";
import { sound } from "./sounds.js";
import { code_in } from "./wedge.js";

const $ = (id) => document.getElementById(id);
const short = (line) => line.slice(0, 60);
const bare = (text) => (code_in(text) ?? text).replace(/\*\d\d$/, "").replace(/-/g, "").toUpperCase();

/** How what came of a line looks: `right` alone says that all is well; `watch`, counted, but something is to be looked at. */
export function mark_of({ beep, kind, is_grave }) {
  const is_in = ["taken", "again", "place", "said"].includes(kind);
  return { ok: "right", again: "again", undone: "watch", wrong: is_in && !is_grave ? "watch" : "wrong" }[beep];
}

/** Shows a line below the field; an empty one takes it away. */
export function tell_waiting(text, kind = "watch") {
  const waiting = $("waiting");
  waiting.textContent = text;
  waiting.className = `notice ${kind}`;
  waiting.hidden = !text;
}

/**
 * Sends lines one after the other.
 *   words: what to say, from the page; show: shows what came of a line; show_in: shows that one is in the list; then: hears each
 *   answer, with its line
 * Gives `take`, and `hear`, which every outcome goes through: it comes both as the answer and as news, and is shown once;
 * `forget`, after which older ones are shown again: the server counts anew.
 */
export function sender(api, words, { show, show_in, then }) {
  const [run] = words.mark.split("-"), lines = [];
  // unknown: lines whose answer was lost, by their ids; untaken: what did not come, until it is scanned again or somebody has seen it
  const unknown = new Map(), untaken = new Map(), told_lines = new Set();
  let is_sending = false, sent = "", newest = 0;

  function list() {
    const asked = [...unknown.values()].map(short).join(", ");
    tell_waiting(asked && words.notKnown.replace("…", asked));
    $("untaken-lines").replaceChildren(...[...untaken.values()].map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    $("untaken").hidden = !untaken.size;
  }
  $("untaken-seen").addEventListener("click", () => { untaken.clear(); list(); });

  function miss(line, text) {
    untaken.set(bare(line), text);
    sound("wrong");
  }
  const miss_because = (line, why) => miss(line, `${words.notTaken} ${short(line)}. ${why}`);

  function settle({ line, kind, code }) {
    if (line) told_lines.add(line);
    const was_unknown = unknown.delete(line), is_in = ["taken", "again"].includes(kind);
    if ((is_in && untaken.delete(bare(code))) || was_unknown || (line && line === sent)) list(); // with the count, not behind it
  }

  function hear(outcome) {
    settle(outcome);
    if (outcome.number <= newest) return;
    newest = outcome.number;
    show(outcome);
  }
  const forget = () => { newest = 0; };

  async function send() {
    if (is_sending) return;
    is_sending = true;
    while (lines.length) {
      const { is_burst, ...line } = lines.shift();
      sent = line.id;
      if (!unknown.size) tell_waiting(words.sending.replace("…", short(line.line)));
      try {
        const outcome = await ask("POST", `${api}/lines`, line);
        untaken.delete(bare(line.line));
        hear(outcome);
        then(outcome, line.line, is_burst);
      } catch (error) {
        if (is_lost(error)) inquire(line);
        else miss_because(line.line, error.message);
      }
      list();
    }
    is_sending = false;
  }

  // Nobody answered: it may have been taken all the same. Until the server has said which, neither is claimed.
  async function inquire({ id, line }) {
    if (told_lines.has(id)) return; // as news, before its answer was lost
    unknown.set(id, line);
    sound("wrong");
    try {
      const { state, told } = await ask_until_known(`${api}/lines/asked`, { id, line });
      if (!unknown.delete(id)) return; // told as news meanwhile
      if (state === "in") untaken.delete(bare(line));
      if (state === "told") hear(told);
      else if (state === "in") show_in(line);
      else if (state === "out") miss_because(line, words.again);
      else miss(line, words.untold.replace("…", short(line)));
    } catch (error) {
      if (unknown.delete(id)) miss_because(line, error.message);
    }
    list();
  }

  function take(line, { is_burst = false, by_hand = false } = {}) {
    if (!line.trim()) return;
    lines.push({ id: `${run}.${crypto.randomUUID()}`, line, by_hand, is_burst });
    send();
  }
  return { take, hear, forget };
}
