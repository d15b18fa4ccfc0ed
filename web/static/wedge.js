// A USB scanner types a line and presses Enter, and knows of no focus: what is typed outside of fields goes into this one.

export function catch_scanner(field) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (document.activeElement.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    field.value = "";
    field.focus();
  });
}

const LABEL = /[0-9A-HJKMNP-TV-Z]{13}\*\d\d$/i;
// A name never ends so: a code with no print number, in groups or without, or the label of a place.
const CODE = /((?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]|[0-9A-HJKMNP-TV-Z]{13}|P:[0-9A-Z][0-9A-Z./-]*)$/i;
const BURST_MS = 60, FAST_MS = 30, LEAST_BURST = 6;

const label_in = (text) => LABEL.exec(text)?.[0];
const code_in = (text) => label_in(text) ?? CODE.exec(text)?.[0].match(/.*\d.*|^P:.*/i)?.[0];

/** Tells whether a line was just typed faster than anybody types, each key hard upon the last: a scanner sent it. */
export function pace() {
  let keys = 0, last = 0;
  addEventListener("keydown", (event) => {
    if (event.key.length !== 1) return;
    keys = event.repeat ? 0 : event.timeStamp - last > BURST_MS ? 1 : keys + 1;
    last = event.timeStamp;
  }, { capture: true });
  return (line) => line.length >= LEAST_BURST && keys >= line.length;
}

/**
 * A label that is scanned while a dialog or a form is worked in: takes what the scanner typed out of the field again, and gives it.
 *   where: the part of the page that takes no scans at all, whatever was scanned; else dialogs, where labels alone are taken
 */
export function catch_labels(take, where = null) {
  let typed = "", first = 0, last = 0, field = null, before = "";
  const find = where ? code_in : label_in;
  const find_in = (target) => (where && target.matches("input[name]") ? code_in : label_in)(target.value); // a remark may name a code
  const is_burst = (now) => typed.length >= LEAST_BURST && now - last < BURST_MS && (last - first) / (typed.length - 1) < FAST_MS;
  addEventListener("keydown", (event) => {
    if (where ? !where.contains(event.target) : !event.target.closest("dialog")) return;
    if (event.key.length === 1) {
      if (!typed || event.timeStamp - last > BURST_MS) [typed, first, field, before] = ["", event.timeStamp, event.target, event.target.value];
      typed += event.key;
      last = event.timeStamp;
      // it would choose something, or press something
      if (typed.length > 1 && event.target.matches("select, button, summary")) event.preventDefault();
    } else if (event.key === "Enter" || (event.key === "Tab" && where)) {
      const written = event.target.matches("input, textarea") ? event.target.value : "";
      const is_fast = event.timeStamp - last < BURST_MS;
      const quick = (is_fast && find(typed)) || (where && event.key === "Enter" && is_burst(event.timeStamp) && typed);
      const label = quick || (written && find_in(event.target));
      typed = "";
      if (!label) return;
      event.preventDefault();
      event.stopPropagation();
      if (quick && field === event.target && before !== undefined) field.value = before;
      else if (written) event.target.value = written.slice(0, written.length - label.length);
      take(label);
    }
  }, { capture: true });
}

/** So long nothing is pressed behind another key, or behind a question that has just come up, unless by mistake. */
export const CALM_MS = 300;

let last_key = -Infinity;
addEventListener("keydown", (event) => {
  if ((event.key.length === 1 && event.key !== " ") || (event.key === "Enter" && event.repeat)) last_key = event.timeStamp;
}, { capture: true });

/** Whether a scanner may have pressed this: by the keyboard, right behind other keys. People come there with Tab, or a pointer. */
export const is_by_scanner = (click) => click.detail === 0 && click.timeStamp - last_key < CALM_MS;
