// What every page needs: asking the server with the secret, and saying at once when it does not answer.

const ASK_AGAIN_MS = 1000, SILENCE_MS = 8000, ASLEEP_MS = 5000;
const token = document.querySelector('meta[name="serah-token"]').content;
const alarm = document.getElementById("alarm");

// Gone back to, a page that the browser kept shows what was then, and hears nothing.
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });

/** Shows a line across the page, or takes it away again (empty text). */
export function sound_the_alarm(text) {
  if (alarm.textContent !== text) alarm.textContent = text;
  alarm.hidden = !text;
}

/** The server is gone: say so at once, on every page alike. */
export function say_gone(is_gone) {
  sound_the_alarm(is_gone ? alarm.dataset.gone : "");
}

/** A message as a sentence: a capital at its beginning, a stop at its end. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?:…]$/.test(text) ? "" : ".");

/** What a request that was refused says: a line, what to do, and its faults one by one. */
export class Refusal extends Error {
  constructor(status, answer) {
    super([answer.error, answer.hint].filter(Boolean).map(sentence).join(" "));
    this.status = status;
    this.answer = answer;
  }
}

/** Asks the server to do something; gives its answer. Throws a Refusal, or TypeError when nobody answers. */
export const ask = (method, path, body) =>
  ask_with(method, path, body === undefined ? undefined : JSON.stringify(body), "application/json");

/** The same with a body that is sent as it is: a picture. */
export async function ask_with(method, path, body, kind = body?.type) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: { "X-Serah-Token": token, Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": kind }) },
      body,
      signal: AbortSignal.timeout(60000),
    });
  } catch (error) {
    say_gone(true);
    throw error;
  }
  say_gone(false);
  if (response.headers.get("Content-Type") === "application/pdf") return response.blob(); // what is drawn and kept nowhere
  const answer = await response.json().catch(() => ({ error: response.statusText }));
  if (response.status === 401) dispatchEvent(new Event("serah-locked"));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/** Whether a failure leaves open what became of a request: nobody answered, or the server broke off. */
export const is_lost = (error) => !(error instanceof Refusal) || error.status >= 500;

/** Asks what became of a request, by its id, until the server answers. Throws a Refusal where it does not say. */
export async function ask_until_known(path, body) {
  for (;;) {
    try { return await ask("POST", path, body); }
    catch (error) { if (!is_lost(error)) throw error; }
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
  }
}

/** A part of a page, as the server renders it. */
export async function part(path) {
  const response = await fetch(path, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Refusal(response.status, { error: response.statusText });
  return response.text();
}

/**
 * Hears the news at an address, and says when nobody has answered for a while.
 *   mark: what the page has heard already; opened: called at each connection, the first and later ones
 * Gives `hear(name, then)`, for one kind of news, and `close`.
 */
export function follow(path, mark, opened = () => {}) {
  const news = new EventSource(`${path}?after=${encodeURIComponent(mark)}`);
  let heard = Date.now();
  const is_there = () => { heard = Date.now(); say_gone(false); };
  let ticked = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - ticked > ASLEEP_MS) heard = Date.now(); // the computer slept: nobody was silent
    ticked = Date.now();
    if (ticked - heard > SILENCE_MS) say_gone(true);
  }, 1000);
  const close = () => { clearInterval(watch); news.close(); };
  const hear = (name, then) => news.addEventListener(name, (event) => {
    is_there();
    if (name !== "beat") dispatchEvent(new Event("serah-heard"));
    then(JSON.parse(event.data));
  });
  news.onopen = () => { is_there(); opened(); };
  news.onerror = () => {
    say_gone(true);
    if (news.readyState === EventSource.CLOSED) dispatchEvent(new Event("serah-closed")); // refused: perhaps nobody is named any more
  };
  hear("beat", () => {});
  addEventListener("pagehide", close);
  return { hear, close };
}

/** Gives a function that does `job` soon: once however often it is called meanwhile, and again where it was called during it. */
export function soon(job, pause_ms) {
  let timer = 0, is_doing = false, is_stale = false;
  function call() {
    is_stale = true;
    if (!timer && !is_doing) timer = setTimeout(run, pause_ms);
  }
  async function run() {
    [timer, is_doing, is_stale] = [0, true, false];
    try { await job(); } catch { /* what is gone is said elsewhere */ }
    is_doing = false;
    if (is_stale) call();
  }
  return call;
}
