// Signatures and PINs on the review. What was drawn goes to the server as lines; it makes the picture.

import { ask, part, Refusal } from "./page.js";
import { code_in, is_by_scanner } from "./wedge.js";

const FIELDS = { giver: "giver_name", receiver: "receiver_name", "witness-1": "witness_1", "witness-2": "witness_2" };
const LEAST_STEP = 4, MOST_POINTS = 5500;
const $ = (id) => document.getElementById(id);

/** Lets the people of a draft sign; `settle` is awaited first, so that what they sign for is what the server has. */
export function signing(draft, settle) {
  const api = `/api/drafts/${draft}`, list = $("record");
  const sign = $("sign"), away = $("away"), pad = $("pad"), pen = pad.getContext("2d");
  const pin = $("pin"), form = $("pin-form");
  let signer = "", name = "", strokes = [], count = 0;

  const renew = async () => {
    try {
      const html = await part(`/scan/${draft}/signatures`);
      while (document.querySelector("button:active")) await new Promise((go) => setTimeout(go, 40)); // or the press is lost
      const { sign: to_sign, pin: by_pin, back } = list.contains(document.activeElement) ? document.activeElement.dataset : {};
      put_in_place(html);
      for (const [role, id] of Object.entries(FIELDS)) if ($(id) === document.activeElement) show_typed(role, $(id)); // not left yet
      if (to_sign || by_pin || back)
        list.querySelector(`[data-sign="${to_sign}"], [data-pin="${by_pin}"], [data-back="${back}"]`)?.focus(); // as it was
    } catch { /* what is gone is said elsewhere */ }
  };
  // Each signature in its own place: on the card of who gives, or receives; those of witnesses below their names.
  function put_in_place(html) {
    const sheet = document.createElement("template");
    sheet.innerHTML = html; // rendered and escaped by our own server
    const rows = [...sheet.content.querySelectorAll("[data-signer]")];
    $("witness-signatures").replaceChildren(...rows.filter(({ dataset }) => dataset.signer.startsWith("witness")));
    for (const row of rows) list.querySelector(`.side [data-signer="${row.dataset.signer}"]`)?.replaceChildren(...row.childNodes);
  }
  // Whoever types a name sees at once who is to sign; the server hears of it when the field is left.
  const show_typed = (role, field) => {
    const row = list.querySelector(`[data-signer="${role}"]`), text = field.value.trim().replace(/\s+/g, " ");
    const typed = code_in(text) ? "" : text; // what a scanner types there is nobody's name, and is taken out again
    if (!row) return;
    row.querySelector(".who strong").textContent = typed || row.dataset.none;
    for (const each of row.querySelectorAll("[data-name]")) [each.dataset.name, each.disabled] = [typed, !typed];
  };
  for (const [role, id] of Object.entries(FIELDS)) $(id).addEventListener("input", ({ target }) => show_typed(role, target));
  const trouble = (dialog, text) => {
    const line = dialog.querySelector(".notice");
    line.textContent = text;
    line.hidden = !text;
  };
  const open = (dialog, button) => {
    ({ name } = button.dataset);
    signer = button.dataset.sign ?? button.dataset.pin ?? button.dataset.back;
    dialog.querySelector(".sign-name").textContent = name;
    trouble(dialog, "");
    dialog.showModal();
  };
  const attempt = async (dialog, job) => {
    try {
      await job();
      dialog.close();
    } catch (error) {
      trouble(dialog, error instanceof Refusal ? error.message : document.getElementById("alarm").textContent);
    }
    await renew();
    if (!dialog.open) go_on();
  };
  // To who has still to sign, else to what stands before the button that records: another Enter removes and records nothing.
  const go_on = () => (list.querySelector("[data-sign]:enabled") ?? $("before-record")).focus();

  list.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-signer] button");
    if (!button) return;
    if (button.dataset.back) return is_by_scanner(event) || open(away, button);
    if (!(await settle())) return;
    if (button.dataset.sign) { open(sign, button); clear(); }
    else {
      form.reset();
      $("pin-new").hidden = $("pin-twice").hidden = Boolean(button.dataset.has);
      open(pin, button);
    }
  });
  $("away-go").addEventListener("click", (event) => {
    if (is_by_scanner(event)) return;
    attempt(away, () => ask("DELETE", `${api}/signatures/${signer}`));
  });
  for (const button of document.querySelectorAll("dialog .close"))
    button.addEventListener("click", () => button.closest("dialog").close());

  // --- drawing -----------------------------------------------------------------------------------------------

  function clear() {
    strokes = [];
    count = 0;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    pen.strokeStyle = "#9aa5a0";
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(60, 320);
    pen.lineTo(940, 320);
    pen.stroke();
  }
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    const across = (event.clientX - box.left) / box.width, down = (event.clientY - box.top) / box.height;
    const is_turned = getComputedStyle(pad).getPropertyValue("--turned").trim() === "1"; // along an upright phone: scan.css
    const [x, y] = is_turned ? [down, 1 - across] : [across, down];
    return [within(x * pad.width, pad.width), within(y * pad.height, pad.height)];
  };
  let line = null;
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    line = [place(event)];
    strokes.push(line);
    count += 1;
  });
  pad.addEventListener("pointermove", (event) => {
    if (!line) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = place(each), [u, v] = line.at(-1);
      if (Math.abs(x - u) + Math.abs(y - v) < LEAST_STEP || count >= MOST_POINTS) continue;
      line.push([x, y]);
      count += 1;
      pen.strokeStyle = "#102060";
      pen.lineWidth = 6;
      pen.lineCap = "round";
      pen.beginPath();
      pen.moveTo(u, v);
      pen.lineTo(x, y);
      pen.stroke();
    }
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { line = null; });
  pad.addEventListener("pointerup", () => trouble(sign, "")); // what was wrong was said of what stood there before
  $("sign-clear").addEventListener("click", clear);
  $("sign-keep").addEventListener("click", () =>
    attempt(sign, () => ask("POST", `${api}/signatures/${signer}`, { name, strokes })));

  // --- PINs --------------------------------------------------------------------------------------------------

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = form.pin.value;
    // Enter after the first of two new PINs goes to the second.
    if (given && !$("pin-twice").hidden && !form.again.value) return form.again.focus();
    attempt(pin, async () => {
      if (!$("pin-twice").hidden) {
        if (given !== form.again.value) throw new Refusal(422, { error: form.dataset.different });
        await ask("PUT", "/api/pins", { name, pin: given });
        $("pin-new").hidden = $("pin-twice").hidden = true;
      }
      await ask("POST", `${api}/pins/${signer}`, { name, pin: given });
    });
  });

  return renew;
}
