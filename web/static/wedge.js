// A USB scanner types a line and presses Enter, and knows of no focus.

/** What is typed goes into this field wherever the focus is, but for other fields and dialogs: there somebody writes. */
export function catch_scanner(field, { is_fresh = true } = {}) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (document.activeElement.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    if (is_fresh) field.value = "";
    field.focus();
  });
}

/** So long nothing is pressed behind another key, or behind a question that has just come up, unless by mistake. */
export const CALM_MS = 300;

const LABEL = /[0-9A-HJKMNP-TV-Z]{13}\*\d\d$/i;
// A name never ends so: a code with no print number, in groups or without, or the label of a place.
const CODE = /((?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]|[0-9A-HJKMNP-TV-Z]{13}|P:[0-9A-Z][0-9A-Z./-]*)$/i;
const BURST_MS = 60, FAST_MS = 30, LEAST_BURST = 6;
const HAND_MS = 110; // from key to key, over a whole line: no scanner is set to be so slow
const LONGEST = 500; // no line has more letters

const label_in = (text) => LABEL.exec(text)?.[0];
/** The code at the end of a text that is none of a name, in whatever form; undefined where there is none. */
export const code_in = (text) => label_in(text) ?? CODE.exec(text)?.[0].match(/.*\d.*|^P:.*/i)?.[0];

/**
 * Tells of a line that was just entered how it came: `is_burst` faster than anybody types, each key hard upon the last, so that
 * a scanner sent it; `by_hand` letter by letter, as slowly as people type. Neither where it came as a whole: it was pasted, or a
 * scanner writes into the field. The keyboards of phones name no keys; there the letters that come are looked at.
 */
export function pace() {
  let hard = 0, letters = [], last = 0, composed = 0, is_key = false, is_over = true;
  const add = (at) => { [letters, is_over] = [[...(is_over ? [] : letters), at].slice(-LONGEST), false]; };
  addEventListener("keydown", (event) => {
    if (event.key === "Enter") is_over = true;
    is_key = event.key.length === 1;
    if (!is_key) return;
    hard = event.repeat ? 0 : event.timeStamp - last > BURST_MS ? 1 : hard + 1;
    last = event.timeStamp;
    add(last);
  }, { capture: true });
  addEventListener("input", ({ inputType, data, timeStamp }) => {
    const size = data?.length ?? 0, is_one = size === 1 || (inputType === "insertCompositionText" && size === composed + 1);
    if (is_one && !is_key && /^insert(Composition)?Text$/.test(inputType)) add(timeStamp);
    [composed, is_key] = [size, false];
  }, { capture: true });
  return (line) => {
    const own = letters.slice(-line.length), per_letter = (own.at(-1) - own[0]) / (own.length - 1);
    is_over = true;
    return { is_burst: line.length >= LEAST_BURST && hard >= line.length, by_hand: own.length >= line.length && per_letter > HAND_MS };
  };
}

/**
 * A label that is scanned while a dialog or a form is worked in: takes what the scanner typed out of the field again, and gives it.
 *   where: the part of the page that takes no scans at all, whatever was scanned; else dialogs, where labels alone are taken
 */
export function catch_labels(take, where = null) {
  // typed: what came as fast as only a scanner types; run: that and what came before it with no longer pause than a busy computer makes
  let typed = "", run = "", first = 0, last = 0, field = null, before = "";
  const find = where ? code_in : label_in;
  const find_in = (target) => (where && target.matches("input[name]") ? code_in : label_in)(target.value); // a remark may name a code
  const is_burst = () => typed.length >= LEAST_BURST && (last - first) / (typed.length - 1) < FAST_MS;
  addEventListener("keydown", (event) => {
    if (where ? !where.contains(event.target) : !event.target.closest("dialog")) return;
    const pause = event.timeStamp - last;
    if (event.key.length === 1) {
      if (!run || pause > CALM_MS) [run, field, before] = ["", event.target, event.target.value];
      if (!typed || pause > BURST_MS) [typed, first] = ["", event.timeStamp];
      typed += event.key;
      run += event.key;
      last = event.timeStamp;
      // it would choose something, or press something
      if (typed.length > 1 && event.target.matches("select, button, summary")) event.preventDefault();
    } else if (event.key === "Enter" || (event.key === "Tab" && where)) {
      const written = event.target.matches("input, textarea") ? event.target.value : "";
      const label = (pause < CALM_MS && find(run)) || (written && find_in(event.target)) ||
        (where && event.key === "Enter" && pause < BURST_MS && is_burst() && typed);
      const is_at_its_end = label && written.endsWith(label);
      const is_whole_run = run === label || !is_at_its_end; // else somebody typed before the scanner did
      typed = run = "";
      if (!label) return;
      event.preventDefault();
      event.stopPropagation();
      if (is_whole_run && field === event.target && before !== undefined) field.value = before;
      else if (is_at_its_end) event.target.value = written.slice(0, written.length - label.length);
      if (written) event.target.dispatchEvent(new Event("input", { bubbles: true })); // what follows what is typed follows this
      take(label);
    }
  }, { capture: true });
}

let last_key = -Infinity;
addEventListener("keydown", (event) => {
  if ((event.key.length === 1 && event.key !== " ") || (event.key === "Enter" && event.repeat)) last_key = event.timeStamp;
}, { capture: true });

/** Whether a scanner may have pressed this: by the keyboard, right behind other keys. People come there with Tab, or a pointer. */
export const is_by_scanner = (click) => click.detail === 0 && click.timeStamp - last_key < CALM_MS;
