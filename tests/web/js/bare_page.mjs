// As much of a page as the scripts of web/static ask for, with no browser: pieces in a tree, keys at the times that a test says,
// a server that answers what a test says. Import it before a script: it makes the globals that scripts find in a browser.

const PART = /^[a-z]+|#[\w-]+|\.[\w-]+|\[[\w-]+(?:="[^"]*")?\]|:enabled/g;

/** An element. `attributes` are given as in HTML; `data-x` is found in `dataset` too. */
export class Piece {
  constructor(tag, attributes = {}, ...children) {
    [this.tag, this.id, this.className, this.name, this.value] = [tag, "", "", "", ""];
    [this.hidden, this.disabled, this.files, this.texts, this.heard, this.children] = [false, false, [], "", [], []];
    [this.attributes, this.dataset, this.parentElement] = [new Map(), {}, null];
    for (const [name, value] of Object.entries(attributes)) this.setAttribute(name, value);
    this.append(...children);
  }
  setAttribute(name, value) {
    this.attributes.set(name, value);
    if (name.startsWith("data-")) this.dataset[name.slice(5).replace(/-(\w)/g, (_all, letter) => letter.toUpperCase())] = value;
    else if (name === "class") this.className = value;
    else this[name] = value;
  }
  getAttribute(name) { return this.attributes.get(name) ?? null; }
  removeAttribute(name) {
    this.attributes.delete(name);
    if (name.startsWith("data-")) delete this.dataset[name.slice(5)];
  }
  toggleAttribute(name, is_on) { if (is_on) this.setAttribute(name, ""); else this.removeAttribute(name); }
  get textContent() { return this.texts + this.children.map((child) => child.textContent).join(""); }
  set textContent(text) { [this.texts, this.children] = [text, []]; }
  append(...children) { for (const child of children) if (typeof child === "object") this.children.push(Object.assign(child, { parentElement: this })); }
  replaceChildren(...children) { this.textContent = ""; this.append(...children); }
  matches(selector) { return selector.split(",").some((each) => this.#is(each.trim().split(/\s+/))); }
  #is(path) {
    const mine = path.at(-1).match(PART).every((part) => {
      if (part === ":enabled") return !this.disabled;
      if (part[0] === "#") return this.id === part.slice(1);
      if (part[0] === ".") return this.className.split(" ").includes(part.slice(1));
      if (part[0] !== "[") return this.tag === part;
      const [name, value] = part.slice(1, -1).split("=");
      return this.attributes.has(name) && (value === undefined || this.attributes.get(name) === value.slice(1, -1));
    });
    return mine && (path.length === 1 || Boolean(this.parentElement?.closest(path.slice(0, -1).join(" "))));
  }
  closest(selector) { return this.matches(selector) ? this : this.parentElement?.closest(selector) ?? null; }
  querySelectorAll(selector) { return this.children.flatMap((each) => [...(each.matches(selector) ? [each] : []), ...each.querySelectorAll(selector)]); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
  contains(other) { for (let each = other; each; each = each.parentElement) if (each === this) return true; return false; }
  addEventListener(kind, then, options) { this.heard.push({ kind, then, is_capture: Boolean(options?.capture) }); }
  removeEventListener(kind, then) { this.heard = this.heard.filter((each) => each.kind !== kind || each.then !== then); }
  /** Hands an event down from the page and up again, as a browser does. */
  dispatchEvent(event) {
    const way = [page];
    for (let each = this; each && each !== page; each = each.parentElement) way.splice(1, 0, each);
    let is_stopped = false;
    Object.defineProperty(event, "target", { value: this });
    event.stopPropagation = event.stopImmediatePropagation = () => { is_stopped = true; };
    for (const [pieces, is_capture] of [[way, true], [[...way].reverse(), false]])
      for (const piece of pieces)
        for (const each of piece.heard)
          if (!is_stopped && each.kind === event.type && each.is_capture === is_capture) each.then(event);
    return event;
  }
  focus() { page.activeElement = this; }
  select() {}
  scrollIntoView() {}
}

/** The document, and the window too: what is heard on one of them is heard here. */
export const page = new Piece("page");
export const body = new Piece("body");
const root = new Piece("html");
page.append(new Piece("meta", { name: "serah-token", content: "a secret" }), body);
page.append(new Piece("p", { id: "alarm", "data-gone": "The station does not answer." }));
page.activeElement = body;
const kept = new Map(), storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };

/** News that no server sends: `tell` is what one would have sent. */
export class News {
  constructor(path) { [this.path, this.heard, this.is_open] = [path, new Map(), true]; News.newest = this; }
  addEventListener(kind, then) { this.heard.set(kind, then); }
  close() { this.is_open = false; }
  tell(kind, told = {}) { if (this.is_open) this.heard.get(kind)?.({ data: JSON.stringify(told) }); }
}

const globals = {
  document: Object.assign(page, { documentElement: root, getElementById: (id) => page.querySelector(`#${id}`),
    createElement: (tag) => new Piece(tag) }),
  addEventListener: (...all) => page.addEventListener(...all), removeEventListener: (...all) => page.removeEventListener(...all),
  dispatchEvent: () => true, localStorage: storage, sessionStorage: storage, EventSource: News,
};
if (!("navigator" in globalThis)) globals.navigator = {};
for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** Lets the page ask this: given method, path and what was sent, it gives `[status, answer]`; what it throws is nobody's answer. */
export function answer_by(answer) {
  globalThis.fetch = async (path, { method = "GET", body: sent } = {}) => {
    const [status, said] = await answer(method, path, sent === undefined ? undefined : JSON.parse(sent));
    return new Response(JSON.stringify(said), { status });
  };
}

/** An answer that comes when a test says so. */
export function promised() {
  let give, fail;
  const answer = new Promise((done, broken) => { [give, fail] = [done, broken]; });
  return { answer, give, fail };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled() { for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done)); }

const event = (type, rest) => ({ type, isPrevented: false, preventDefault() { this.isPrevented = true; }, ...rest });

/** A key on what has the focus. A letter stands in the field afterwards, unless a script has kept it out. */
export function press(key, at_ms, rest = {}) {
  const pressed = page.activeElement.dispatchEvent(event("keydown", { key, timeStamp: at_ms, repeat: false, ...rest }));
  const field = page.activeElement;
  if (key.length === 1 && !pressed.isPrevented && field.matches("input, textarea")) field.value += key;
  return pressed;
}

/** Types a text with `every_ms` from key to key and Enter at its end; gives when that was pressed, and what came of it. */
export function type(text, { from_ms, every_ms, end = "Enter" }) {
  [...text].forEach((letter, at) => press(letter, from_ms + at * every_ms));
  const at_ms = from_ms + text.length * every_ms;
  return { at_ms, ...(end ? press(end, at_ms) : {}) };
}

/** A press on something: with a pointer, or, `detail` 0, with the keyboard. */
export const click = (piece, rest = {}) => piece.dispatchEvent(event("click", { detail: 1, timeStamp: 0, ...rest }));
/** A form that is sent. */
export const submit = (form, rest = {}) => form.dispatchEvent(event("submit", rest));
