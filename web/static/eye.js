// The browser's own camera: shows its picture, sends it frame by frame, and outlines what the server has read in it.

import { ask_with, Refusal } from "./page.js";
import { sound } from "./sounds.js";

const WIDTH = 1280, QUALITY = 0.75, LEAST_PAUSE_MS = 60, AFTER_FAILURE_MS = 1000, SILENCE_MS = 2500, RING_MS = 3000;
const COLOURS = { taken: "#3cc850", finding: "#ffb000", wrong: "#f04646" };

/**
 * A camera that reads into what is at an address, a draft or the tray of papers. `tell` hears what it does: `opening`, `on`,
 * `lost`, `failed`, `off`; `seen` each answer of the server.
 */
export function own_eye(address, video, outlines, tell, seen = () => {}) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36).padStart(2, "0")).join("").slice(0, 16);
  const sheet = document.createElement("canvas"), pen = sheet.getContext("2d", { alpha: false });
  let stream = null, run = 0;

  function stop(state = "off", reason = "") {
    run += 1;
    for (const track of stream?.getTracks() ?? []) { track.onended = null; track.stop(); }
    stream = video.srcObject = null;
    video.hidden = outlines.hidden = true;
    tell(state, reason);
  }

  async function start() {
    stop("opening");
    const mine = run;
    if (!navigator.mediaDevices?.getUserMedia) return stop("failed", "noOwn");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: WIDTH }, height: { ideal: 720 } } });
    } catch (error) {
      return stop("failed", error.name === "NotFoundError" ? "noOwn" : "denied");
    }
    if (mine !== run) return stream?.getTracks().forEach((track) => track.stop());
    const [track] = stream.getVideoTracks();
    track.onended = () => stop("failed", "lost"); // pulled out, or taken by another program
    track.onmute = () => tell("lost", "lost");
    track.onunmute = () => tell("on");
    video.srcObject = stream;
    video.hidden = outlines.hidden = false;
    await video.play().catch(() => {});
    tell("on");
    send(mine);
  }

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const next_frame = () => new Promise((done) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(done);
    else requestAnimationFrame(done);
  });

  async function send(mine) {
    let is_lost = false;
    while (mine === run) {
      const is_there = await Promise.race([next_frame().then(() => true), wait(SILENCE_MS).then(() => document.hidden)]);
      if (mine !== run) return;
      if (!is_there) { is_lost = true; tell("lost", "lost"); continue; }
      if (is_lost) { is_lost = false; tell("on"); }
      if (!video.videoWidth || document.hidden) { await wait(LEAST_PAUSE_MS); continue; }
      const scale = Math.min(1, WIDTH / video.videoWidth);
      sheet.width = Math.round(video.videoWidth * scale);
      sheet.height = Math.round(video.videoHeight * scale);
      pen.drawImage(video, 0, 0, sheet.width, sheet.height);
      const picture = await new Promise((done) => sheet.toBlob(done, "image/jpeg", QUALITY));
      try {
        const answer = await ask_with("POST", `${address}/frames?eye=${id}`, picture);
        if (mine !== run) return;
        outline(answer);
        tell("on", "", answer.advice, answer.aim);
        await seen(answer);
      } catch (error) {
        if (error instanceof Refusal && error.status !== 409) tell("on", "", error.message);
        await wait(AFTER_FAILURE_MS);
      }
      await wait(LEAST_PAUSE_MS);
    }
  }

  function outline({ width, height, labels }) {
    outlines.width = width;
    outlines.height = height;
    const line = outlines.getContext("2d");
    line.lineWidth = Math.max(4, width / 200);
    line.font = `${Math.round(width / 45)}px sans-serif`;
    for (const { corners, mark, words } of labels) {
      line.strokeStyle = line.fillStyle = COLOURS[mark] ?? "#c8c8c8";
      line.setLineDash(words ? [12, 8] : []);
      line.beginPath();
      corners.forEach(([x, y], at) => (at ? line.lineTo(x, y) : line.moveTo(x, y)));
      line.closePath();
      line.stroke();
      if (words) line.fillText(words, Math.min(...corners.map(([x]) => x)), Math.max(Math.min(...corners.map(([, y]) => y)) - 8, 20));
    }
  }

  /** Keeps what the camera shows now as a photograph: as large as it comes, not as it is sent for reading. */
  async function shoot() {
    const large = document.createElement("canvas");
    large.width = video.videoWidth;
    large.height = video.videoHeight;
    large.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((done) => large.toBlob(done, "image/jpeg", 0.92));
    return ask_with("POST", `${address}/photos`, picture);
  }

  addEventListener("pagehide", () => stop());
  return { start, stop, shoot };
}

let told = "", rung_at = -Infinity;

/** Shows what a camera does, or what would help it, with its pictogram; a sound when that is something new. */
export function show_advice(node, { state, words, advice, aim }) {
  if (node.textContent !== (advice || words || "") || node.dataset.aim !== (aim ?? "")) {
    node.textContent = advice || words || "";
    node.dataset.aim = aim ?? "";
    if (aim) node.insertAdjacentHTML("afterbegin", '<svg class="pic" aria-hidden="true"><use/></svg> ');
    node.querySelector("use")?.setAttribute("href", `/static/pictograms.svg#aim_${aim}`);
  }
  node.className = state === "lost" || state === "failed" ? "notice wrong" : advice ? "notice watch" : "soft";
  if (aim && aim !== told && performance.now() - rung_at >= RING_MS) {
    sound("aim");
    rung_at = performance.now();
  }
  told = aim ?? "";
}

/** The camera of a page's part `own_camera`, with its two buttons. */
export function own_camera(address, seen) {
  const $ = (id) => document.getElementById(id), words = $("camera-words");
  const eye = own_eye(address, $("own"), $("outlines"), (state, reason = "", advice = "", aim = "") => {
    const is_running = ["opening", "on", "lost"].includes(state);
    show_advice(words, { state, words: words.dataset[reason || state], advice, aim });
    $("camera-start").hidden = is_running;
    $("camera-stop").hidden = !is_running;
  }, seen);
  $("camera-start").addEventListener("click", eye.start);
  $("camera-stop").addEventListener("click", () => eye.stop());
  return eye;
}
