// Second scanners, at the station's screen: the code that lets one in, and who is in.

import { ask, Refusal } from "./page.js";

const $ = (id) => document.getElementById(id);

export function second_scanner(draft, hear) {
  const dialog = $("devices"), offer = $("offer"), closed = $("lan-closed"), list = $("device-list"), trouble = dialog.querySelector(".notice");

  async function renew() {
    const { is_on, fingerprint, devices } = await (await fetch("/api/devices")).json();
    $("offer-fingerprint").textContent = fingerprint;
    list.replaceChildren(...devices.map(({ id, name }) => {
      const row = document.createElement("li"), words = document.createElement("span"), out = document.createElement("button");
      row.className = "row";
      words.textContent = name;
      out.type = "button";
      out.className = "small";
      out.textContent = list.dataset.forget;
      out.setAttribute("aria-label", `${list.dataset.forget}: ${name}`);
      out.addEventListener("click", async () => { await ask("DELETE", `/api/devices/${id}`).catch(() => {}); renew(); });
      row.append(words, out);
      return row;
    }));
    if (!devices.length) {
      const none = document.createElement("li");
      none.textContent = list.dataset.none;
      list.append(none);
    }
    return is_on;
  }

  async function show_code() {
    const { address, code } = await ask("POST", "/api/devices", { draft });
    $("offer-address").textContent = address;
    $("offer-code").textContent = code;
    $("offer-symbol").src = `/devices/code.svg?${Date.now()}`;
    offer.hidden = false;
  }

  async function trying(work) {
    offer.hidden = closed.hidden = trouble.hidden = true;
    try {
      await work();
    } catch (error) {
      trouble.textContent = error instanceof Refusal ? error.message : $("alarm").textContent;
      trouble.hidden = false;
    }
  }

  $("devices-open").addEventListener("click", () => {
    dialog.showModal();
    trying(async () => { if (await renew()) await show_code(); else closed.hidden = false; });
  });
  $("lan-open").addEventListener("click", () => trying(async () => {
    await ask("POST", "/api/devices/open");
    await show_code();
    await renew();
  }));
  hear("device", () => { offer.hidden = true; renew().catch(() => {}); });
}
