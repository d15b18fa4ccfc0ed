// The plan: tables are sent, looked at, and loaded as they were looked at; what is missing is counted, then registered.

import { chooser } from "./choose.js";
import { renew_part, send_all, work_form } from "./work.js";

const load = document.getElementById("load"), register = document.getElementById("register");
const files = document.getElementById("files");
chooser(register.place);

let sent = [];
files.addEventListener("change", () => { sent = []; document.getElementById("load-outcome").replaceChildren(); });

work_form(load, async (form, button, tell) => {
  const version = button?.dataset.version;
  if (version) return { uploads: sent, version };
  if (!files.files.length) { files.focus(); files.click(); return null; }
  sent = await send_all(files, form.dataset.sending, tell);
  return { uploads: sent };
}, renew);

// What the plan has by now stands below; after a change it is asked for anew.
async function renew(answer) {
  if ("missing" in answer || "is_ok" in answer) return; // looked at, not changed
  await renew_part("/plan", "known");
}

work_form(register, (form, button) => {
  const asked = { place: form.place.value, kind: form.kind.value };
  return button?.dataset.seen ? { ...asked, seen: Number(button.dataset.seen) } : asked;
}, renew);
register.addEventListener("change", () => document.getElementById("register-outcome").replaceChildren());
