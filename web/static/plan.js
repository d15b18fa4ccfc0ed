// The plan: tables are sent, looked at, and loaded as they were looked at; what is missing is counted, then registered; what was a
// mistake is looked at with what hangs on it, then withdrawn.

import { chooser } from "./choose.js";
import { renew_part, send_all, work_form } from "./work.js";

const load = document.getElementById("load"), register = document.getElementById("register");
const files = document.getElementById("files");
chooser(register.place);

let sent = [], said = []; // the files, and what was answered about them
const forget = () => { sent = []; said = []; document.getElementById("load-outcome").replaceChildren(); };
files.addEventListener("change", forget);
if (load.under) {
  chooser(load.under);
  for (const kind of ["input", "chosen"]) load.under.addEventListener(kind, forget);
}
const under = () => load.under?.value ?? ""; // the branch that the tables are for

work_form(load, async (form, button, tell) => {
  const version = button?.dataset.version;
  if (version) return { uploads: sent, said, version, under: under() };
  if (button?.dataset.said) {
    said = [...said, JSON.parse(button.dataset.said)];
    return { uploads: sent, said, under: under() };
  }
  if (!button) return { uploads: sent, said, under: under() }; // looked at again
  if (!files.files.length) { files.focus(); files.click(); return null; }
  said = [];
  sent = await send_all(files, form.dataset.sending, tell);
  return { uploads: sent, said, under: under() };
}, renew);

// What the plan has by now stands below and in the choices; after a change it is asked for again.
async function renew(answer) {
  if (["missing", "is_ok", "version"].some((name) => name in answer)) return; // looked at, not changed
  if ("files" in answer) document.getElementById("register-outcome").replaceChildren(); // counted before this was loaded
  const parts = ["known", "kind", "mistaken-kind", "mistaken-level", "mistaken-point"];
  await renew_part("/plan", ...parts.filter((id) => document.getElementById(id)));
}

work_form(register, (form, button) => {
  const asked = { place: form.place.value, kind: form.kind.value };
  return button?.dataset.seen ? { ...asked, seen: Number(button.dataset.seen) } : asked;
}, renew);
register.addEventListener("change", () => document.getElementById("register-outcome").replaceChildren());

const withdraw = document.getElementById("withdraw"); // where there is a plan
if (withdraw) {
  chooser(withdraw.mistaken);
  const fit = () => { for (const part of withdraw.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== withdraw.what.value; };
  work_form(withdraw, ({ what, mistaken, mistaken_kind, mistaken_point, level, note }, button) => {
    const name = { place: mistaken, kind: mistaken_kind, point: mistaken_point }[what.value].value;
    const asked = { what: what.value, name, level: what.value === "kind" ? level.value : "" };
    return button?.dataset.version ? { ...asked, note: note.value, version: button.dataset.version } : asked;
  }, renew);
  for (const kind of ["change", "input", "chosen"])
    withdraw.addEventListener(kind, ({ target }) => {
      fit();
      if (target !== withdraw.note) document.getElementById("withdraw-outcome").replaceChildren(); // it told of something else
    });
  fit();
}
