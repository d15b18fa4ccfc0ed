// A USB scanner types a line and presses Enter, and knows of no focus: what is typed outside of fields goes into this one.

export function catch_scanner(field) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (document.activeElement.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    field.value = "";
    field.focus();
  });
}

const LABEL = /[0-9A-HJKMNP-TV-Z]{13}\*\d\d$/i, BURST_MS = 60;

/**
 * A label that is scanned while a dialog or a form is worked in: takes what the scanner typed out of the field again, and gives it.
 *   where: the part of the page where that happens; dialogs, where nothing is given
 */
export function catch_labels(take, where = null) {
  let typed = "", last = 0, field = null, before = "";
  addEventListener("keydown", (event) => {
    if (where ? !where.contains(event.target) : !event.target.closest("dialog")) return;
    if (event.key.length === 1) {
      if (event.timeStamp - last > BURST_MS) [typed, field, before] = ["", event.target, event.target.value];
      typed += event.key;
      if (typed.length > 1 && event.target.matches("select")) event.preventDefault(); // it would choose something
    } else if (event.key === "Enter") {
      const written = event.target.matches("input, textarea") ? event.target.value : "";
      const label = LABEL.exec(typed)?.[0] ?? LABEL.exec(written)?.[0];
      typed = "";
      if (!label) return;
      event.preventDefault();
      event.stopPropagation();
      if (written) event.target.value = written.replace(LABEL, "");
      else if (field?.matches("select")) field.value = before;
      take(label);
    }
    last = event.timeStamp;
  }, { capture: true });
}
