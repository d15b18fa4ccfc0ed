// What is said of things: condition, seals, refusal, remark, photograph; of one, of the chosen ones, or of all.

import { ask, ask_with, Refusal } from "./page.js";
import { CALM_MS, is_by_scanner } from "./wedge.js";

const KEEP = "keep";
const LARGEST_PX = 2400;
const $ = (id) => document.getElementById(id);
const seals_read = new Map(); // by the code of the thing, as long as this page is open

/** Keeps the number of a seal whose own barcode was read after this thing, so that nobody types it. */
export function note_seal(code, serial) {
  const read = seals_read.get(code) ?? seals_read.set(code, new Set()).get(code);
  read.add(serial);
  if (!$("item")?.open || $("item").dataset.code !== code) return;
  const field = $("serials"), stands = field.value.split(/[\s,;]+/).filter(Boolean); // read before, or typed
  if (!stands.includes(serial)) field.value = [...stands, serial].join(" ");
}

/** Shows which things are chosen, after the board was rendered again; what is in the list no more is chosen no more. */
export function show_chosen(board, chosen) {
  if (!$("taken-title")) return;
  for (const box of board.querySelectorAll("[data-choose]")) box.checked = chosen.has(box.dataset.choose);
  for (const id of ["change-chosen", "remove-chosen"]) {
    const button = $(id);
    button.disabled = !chosen.size;
    button.textContent = `${button.textContent.replace(/ \(\d+\)$/, "")}${chosen.size ? ` (${chosen.size})` : ""}`;
  }
}

export function things(board, { api, chosen, shoot, put_out, then }) {
  const dialog = $("item"), form = $("item-form"), trouble = $("item-error");
  const selects = ["condition", "refused", "seals"].map((name) => form[name]);
  let codes = [], is_all = false, photo = null; // null: as it is

  const tell = (text) => { trouble.textContent = text; trouble.hidden = !text; };
  const is_many = () => is_all || codes.length > 1;

  function show_photo(digest) {
    $("photo").hidden = $("photo-away").hidden = !digest;
    if (digest) $("photo").src = `/photos/${digest}`;
    else $("photo").removeAttribute("src");
  }
  function open(title, words, said = {}) {
    $("item-title").textContent = title;
    $("item-words").textContent = words;
    for (const select of selects) {
      select.querySelector(`[value="${KEEP}"]`)?.remove();
      if (is_many()) select.prepend(new Option(form.dataset.keep, KEEP));
      select.value = select.dataset.before = is_many() ? KEEP : said[select.name] ?? "";
    }
    form.remark.value = said.remark ?? "";
    dialog.dataset.code = is_many() ? "" : codes[0];
    form.serials.value = said.serials || [...(seals_read.get(dialog.dataset.code) ?? [])].join(" ");
    $("serials-field").hidden = is_many();
    $("put-out").hidden = is_many();
    photo = null;
    show_photo(said.photo);
    tell("");
    dialog.showModal();
  }

  board.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.item) {
      [codes, is_all] = [[button.dataset.item], false];
      open(button.dataset.shown, button.dataset.words, button.dataset);
    } else if (button.id === "change-chosen" || button.id === "change-all") {
      is_all = button.id === "change-all";
      codes = is_all ? [] : [...chosen];
      const count = is_all ? $("taken").dataset.all : String(codes.length);
      open(form.dataset.many.replace("…", count), "");
    } else if (button.dataset.remove) {
      remove({ codes: [button.dataset.remove], count: 1 }, button.dataset.shown);
    } else if (button.dataset.removeGroup !== undefined) {
      remove({ group: button.dataset.removeGroup, count: Number(button.dataset.count) });
    } else if (button.id === "remove-chosen") {
      remove({ codes: [...chosen], count: chosen.size });
    }
  });

  // --- several at once, out of the list: asked once, since only a scan of each brings it back ------------------

  const away = $("away"), go = $("away-go"), trouble_away = away.querySelector(".notice");
  let wanted = null, asked_ms = 0;
  function remove(what, shown = "") {
    wanted = what;
    $("away-title").textContent = go.textContent = shown ? `${go.dataset.one} ${shown}` : go.dataset.many.replace("…", what.count.toLocaleString(document.documentElement.lang));
    trouble_away.hidden = true;
    away.showModal();
    asked_ms = performance.now();
  }
  go.addEventListener("click", async (event) => {
    if (is_by_scanner(event) || event.timeStamp - asked_ms < CALM_MS) return; // the second press of a double click
    try {
      await ask("POST", `${api}/items/removed`, wanted);
      for (const code of wanted.codes ?? []) chosen.delete(code);
      show_chosen(board, chosen);
      away.close();
      then();
    } catch (error) {
      trouble_away.textContent = error instanceof Refusal ? error.message : $("alarm").textContent;
      trouble_away.hidden = false;
    }
  });
  for (const box of board.querySelectorAll("[data-choose]:checked")) chosen.add(box.dataset.choose); // before this script had come
  show_chosen(board, chosen);
  board.addEventListener("change", ({ target }) => {
    if (!target.dataset.choose) return;
    if (target.checked) chosen.add(target.dataset.choose);
    else chosen.delete(target.dataset.choose);
    show_chosen(board, chosen);
  });

  /** Asks for something, and does the rest with the answer unless the dialog is open for another thing by then. */
  async function attempt(job, rest) {
    const asked_for = codes;
    try {
      const answer = await job();
      if (codes === asked_for) rest(answer);
    } catch (error) {
      if (codes === asked_for) tell(error instanceof Refusal ? error.message : $("alarm").textContent);
    }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [condition, refused, seals] = selects.map(({ value }) => (value === KEEP ? null : value));
    const remark = form.remark.value;
    attempt(async () => {
      await ask("PUT", `${api}/words`, {
        codes, all: is_all, condition, seals, photo,
        refused: refused === null || refused === form.refused.dataset.before ? null : Boolean(refused),
        serials: seals && !is_many() ? form.serials.value : "", remark: is_many() && !remark.trim() ? null : remark,
      });
      chosen.clear();
    }, () => dialog.close());
  });
  $("put-out").addEventListener("click", () => attempt(async () => {
    const [code] = codes;
    await put_out(code);
    chosen.delete(code);
  }, () => dialog.close()));

  // --- the photograph -----------------------------------------------------------------------------------------

  const keep = (job) => attempt(() => { tell(""); return job(); }, ({ digest }) => {
    photo = digest;
    show_photo(digest);
  });
  $("shoot").addEventListener("click", () => keep(shoot));
  $("photo-file").addEventListener("change", () => {
    const [file] = $("photo-file").files;
    if (file) keep(async () => ask_with("POST", `${api}/photos`, await smaller(file)));
    $("photo-file").value = "";
  });
  $("photo-away").addEventListener("click", () => { photo = ""; show_photo(""); });
}

/** A photograph no larger than is kept anyway: a phone's twelve megapixels would take long over a slow network. */
async function smaller(file) {
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LARGEST_PX / Math.max(image.width, image.height)), sheet = document.createElement("canvas");
    sheet.width = Math.round(image.width * scale);
    sheet.height = Math.round(image.height * scale);
    sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
    return await new Promise((done) => sheet.toBlob(done, "image/jpeg", 0.9));
  } catch {
    return file; // the server says what is wrong with it
  }
}
