// A USB scanner types a line and presses Enter, and knows of no focus: what is typed outside of fields goes into this one.

export function catch_scanner(field) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (document.activeElement.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    field.value = "";
    field.focus();
  });
}
