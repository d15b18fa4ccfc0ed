// Stations meet: bundles go out and come in, evidence is checked, a safe copy is made, the computer is looked at.

import { chooser } from "./choose.js";
import { clear_files, renew_part, send_all, work_form } from "./work.js";
import "./papers.js";

const $ = (id) => document.getElementById(id);
const give = $("give"), take = $("take"), check = $("check");
chooser(give.under);

work_form(give, () => ({ under: give.under.value, with_strangers: give.with_strangers.checked }));

work_form(take, async (form, _button, tell) => {
  if (!form.files.files.length) { form.files.click(); return null; }
  return { uploads: await send_all(form.files, form.dataset.sending, tell) };
}, () => { clear_files(take.files); return renew_part("/meet", "held"); });

const fit = () => { $("evidence-field").hidden = check.what.value !== "file"; };
check.addEventListener("change", fit);
fit();
work_form(check, async (form, _button, tell) => {
  const is_file = form.what.value === "file";
  if (is_file && !form.files.files.length) { form.files.click(); return null; }
  const words = form.dataset.sending;
  return {
    upload: is_file ? (await send_all(form.files, words, tell))[0] : null, root: form.root.value, head: form.head.value,
    heads: await send_all(form.heads, words, tell),
  };
});

work_form($("hub"), (form) => ({ address: form.address?.value ?? "" }), () => renew_part("/meet", "held", "hub-known"));
work_form($("photos"), () => ({}));
work_form($("copy"), () => ({}));
work_form($("doctor"), (form) => ({ camera: form.camera.checked }));
