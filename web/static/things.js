// What is said of things: condition, seals, refusal, remark, photograph; of one, of the chosen ones, or of all.

import { ask, ask_with, Refusal } from "./page.js";

const KEEP = "keep";
const LARGEST_PX = 2400;
const $ = (id) => document.getElementById(id);

/** Shows which things are chosen, after the board was rendered anew. */
export function show_chosen(board, chosen) {
  for (const box of board.querySelectorAll("[data-choose]")) box.checked = chosen.has(box.dataset.choose);
  const button = $("change-chosen");
  if (!button) return chosen.clear();
  button.hidden = !chosen.size;
  button.textContent = `${button.textContent.replace(/ \(\d+\)$/, "")} (${chosen.size})`;
}

export function things(board, { api, chosen, shoot, put_out }) {
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
    form.serials.value = said.serials ?? "";
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

  async function attempt(job) {
    try { await job(); }
    catch (error) { tell(error instanceof Refusal ? error.message : $("alarm").textContent); }
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
      dialog.close();
    });
  });
  $("put-out").addEventListener("click", () => attempt(async () => {
    await put_out(codes[0]);
    chosen.delete(codes[0]);
    dialog.close();
  }));

  // --- the photograph -----------------------------------------------------------------------------------------

  const keep = (job) => attempt(async () => {
    tell("");
    const { digest } = await job();
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
