// The plan: tables are sent, looked at, and loaded as they were looked at; what is missing is counted, then registered.

import { chooser } from "./choose.js";
import { renew_part, send_all, work_form } from "./work.js";

const load = document.getElementById("load"), register = document.getElementById("register");
const files = document.getElementById("files");
chooser(register.place);

let sent = [], said = []; // the files, and what was answered about them
files.addEventListener("change", () => { sent = []; said = []; document.getElementById("load-outcome").replaceChildren(); });

work_form(load, async (form, button, tell) => {
  const version = button?.dataset.version;
  if (version) return { uploads: sent, said, version };
  if (button?.dataset.said) {
    said = [...said, JSON.parse(button.dataset.said)];
    return { uploads: sent, said };
  }
  if (!files.files.length) { files.focus(); files.click(); return null; }
  said = [];
  sent = await send_all(files, form.dataset.sending, tell);
  return { uploads: sent, said };
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
