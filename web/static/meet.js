// Stations meet: they are admitted and join, bundles go out and come in, evidence is checked, a safe copy is made, the computer is looked at.

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
}, () => { clear_files(take.files); return renew_part("/meet", "held", "admission", ...["to-admit"].filter($)); });

// Who belongs to the election: first it is shown whose card it is, then a person who compared the words says so.
for (const form of [$("admit"), $("join")].filter(Boolean)) {
  const outcome = $(form.dataset.outcome);
  let shown = null; // the file that is looked at; null: what is held here
  work_form(form, async (_form, button, tell) => {
    const station = button?.dataset.station ?? "";
    if (station && form.contains(button)) shown = null;
    else if (!station) {
      if (!form.files.files.length) { form.files.click(); return null; }
      shown = (await send_all(form.files, form.dataset.sending, tell))[0];
    }
    return { upload: shown, station };
  }, () => {
    const said = outcome.querySelector("form");
    if (!said) return;
    if (said.branch) chooser(said.branch);
    work_form(said, () => {
      const asked = { upload: shown, station: said.dataset.station, compared: said.compared.checked };
      if (!said.branch) return asked;
      const powers = [...said.querySelectorAll("[name=powers]:checked")].map((power) => power.value);
      return { ...asked, powers, under: said.branch.value };
    }, (answer) => {
      outcome.innerHTML = answer.page; // rendered and escaped by the server
      clear_files(form.files);
      form.hidden = form.id === "join"; // that is for good
      outcome.focus({ preventScroll: true }); // what was pressed is gone
      outcome.scrollIntoView({ block: "nearest" });
      return renew_part("/meet", "held", "admission", ...["to-admit"].filter($));
    });
  });
  form.files.addEventListener("change", () => outcome.replaceChildren());
}

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

if ($("hub-here")) work_form($("hub-here"), (_form, button) => ({ open: button.value === "open" }), () => renew_part("/meet", "hub-lines", "hub-more"));
work_form($("hub"), async (form, _button, tell) => {
  const upload = form.files?.files.length ? (await send_all(form.files, form.dataset.sending, tell))[0] : null;
  return { address: form.address?.value ?? "", upload };
}, () => renew_part("/meet", "held", "hub-known", "hub-more"));
work_form($("photos"), () => ({}));
work_form($("copy"), () => ({}));
work_form($("doctor"), (form) => ({ camera: form.camera.checked }));
