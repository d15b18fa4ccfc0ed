// Until the page's own scripts have run (they come last), a press would be lost, and Enter would send the form into the address of
// the page: a scan gone, a token in the history. Both are held back here. A press of a pointer is done as soon as it can be; Enter
// in a form is done then only where it says `data-eager`: a scanner presses it too. No module, so that it runs first.
{
  const held = new Map(); // once for each, however often it was pressed
  const hold = (event) => {
    const button = event.target.closest("button");
    const form = event.type === "submit" ? event.target : button?.form;
    if ((!button && !form) || form?.hasAttribute("action")) return; // what the browser does by itself works already
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.detail > 0) held.set(button, () => button.click());
    else if (form && "eager" in form.dataset) held.set(form, () => form.requestSubmit());
  };
  for (const kind of ["click", "submit"]) addEventListener(kind, hold, { capture: true });
  addEventListener("DOMContentLoaded", () => { // by then all modules have run
    for (const kind of ["click", "submit"]) removeEventListener(kind, hold, { capture: true });
    for (const go of held.values()) go();
  });
}
