// The mail on its devices: one frame for the phone, one for the desktop. They run nothing (sandbox, and a policy of
// their own), but share our origin, so that their documents can be patched in place: no flash, the same scroll.

import * as api from "./api.js";
import { $, h, toast } from "./dom.js";
import { morph } from "./morph.js";
import { query, state } from "./state.js";

const DEVICES = { phone: { width: 375, label: "phone, 375 pixels wide" }, desktop: { width: 700, label: "desktop, 700 pixels wide" } };
const LOOKS = { light: "light", dark: "dark", gmail: "turned dark by Gmail", outlook: "turned dark in part by Outlook" };
const frames = {};
let onKey = () => {};
let asked = 0;

export function build(keyHandler) {
  onKey = keyHandler;
  new ResizeObserver(fit).observe($("stage"));
  for (const [name, device] of Object.entries(DEVICES)) {
    const frame = h("iframe", { class: "mail", sandbox: "allow-same-origin", referrerPolicy: "no-referrer", title: "" });
    frame.addEventListener("load", () => tame(frame));
    frames[name] = { frame, device, box: h("div", { class: `device ${name}` }, frame), address: "" };
    $("frames").append(frames[name].box);
  }
}

export function shown() {
  return Object.keys(DEVICES).filter((name) => state.view === name || state.view === "both");
}

// Two devices side by side shrink together until both are seen; a single one only when it is wider than the page.
export function fit() {
  const stage = $("stage");
  const wanted = shown();
  const wide = wanted.reduce((sum, name) => sum + DEVICES[name].width + 16, 0) + (wanted.length - 1) * 26;
  const room = stage.clientWidth - 36;
  const scale = Math.max(Math.min(room / wide, 1), 0.5);
  // Not by `zoom`: the mail's own media queries must see the device's true width.
  const share = `${100 / scale}%`;
  Object.assign($("frames").style, { transform: `scale(${scale})`, transformOrigin: "0 0", width: share, height: share });
}

function address() {
  return query({ look: state.look, images: state.images });
}

// Shows what is wanted: patched in place while only the mail changes, loaded anew when what it may load does.
export async function show() {
  const wanted = shown();
  $("frames").hidden = wanted.length === 0;
  for (const [name, one] of Object.entries(frames)) {
    one.box.hidden = !wanted.includes(name);
    one.frame.title = `The email on a ${one.device.label}, ${LOOKS[state.look] ?? "light"}`;
    one.box.dataset.look = state.look;
  }
  if (!wanted.length) return;
  fit();
  const mine = ++asked;
  const now = address();
  // A frame that is still loading holds an empty page with our own policy, not the mail's: it is asked anew.
  const fresh = wanted.filter((name) => frames[name].images !== state.images || !frames[name].loaded);
  for (const name of fresh) {
    if (frames[name].address === now && !frames[name].loaded) continue;
    Object.assign(frames[name], { images: state.images, address: now, loaded: false });
    frames[name].frame.src = `/frame?${now}`;
  }
  const rest = wanted.filter((name) => !fresh.includes(name));
  if (!rest.length) return;
  const html = await api.frame(now);
  if (mine !== asked) return;
  for (const name of rest) {
    const elsewhere = frames[name].place !== place();
    patch(frames[name].frame, html);
    if (elsewhere) frames[name].frame.contentWindow.scrollTo(0, 0);
    Object.assign(frames[name], { address: now, place: place() });
  }
  document.dispatchEvent(new CustomEvent("painted"));
}

const place = () => `${state.digest} ${state.what}`;

function patch(frame, html) {
  const view = frame.contentWindow;
  const current = frame.contentDocument;
  if (!view || !current?.documentElement) return;
  const y = view.scrollY;
  // The frame's own parser: a document takes its policy from whoever makes it, and ours forbids the mail's styles.
  morph(current.documentElement, new view.DOMParser().parseFromString(html, "text/html").documentElement);
  if (view.scrollY !== y) view.scrollTo(0, y);
}

// Nothing in a mail leads anywhere from here: a click says where it would lead. Keys work inside it as outside.
function tame(frame) {
  const inside = frame.contentDocument;
  if (!inside) return;
  if (inside.URL === "about:blank") return;
  for (const one of Object.values(frames)) if (one.frame === frame) Object.assign(one, { place: place(), loaded: true });
  inside.addEventListener("click", (event) => {
    event.preventDefault();
    const target = event.target.nodeType === 1 ? event.target : event.target.parentElement;
    const link = target?.closest("a[href]");
    if (link) toast(`This link leads to ${link.getAttribute("href")}`, "info");
    const numbered = target?.closest("[data-at]");
    if (numbered) document.dispatchEvent(new CustomEvent("pointed", { detail: Number(numbered.dataset.at) }));
  });
  inside.addEventListener("auxclick", (event) => event.preventDefault());
  inside.addEventListener("submit", (event) => event.preventDefault());
  inside.addEventListener("keydown", onKey);
}

// Brings an element into view and marks it for a moment; false when it is in no frame.
export function point(number) {
  let found = false;
  for (const name of shown()) {
    const inside = frames[name].frame.contentDocument;
    const element = inside?.querySelector(`[data-at="${number}"]`);
    if (!element) continue;
    found = true;
    for (const old of inside.querySelectorAll("[data-pointed]")) unmark(old);
    element.scrollIntoView({ block: "center" });
    element.dataset.pointed = "yes";
    element.style.setProperty("outline", "3px solid #d9480f", "important");
    element.style.setProperty("outline-offset", "3px", "important");
    setTimeout(() => unmark(element), 6000);
  }
  return found;
}

function unmark(element) {
  element.removeAttribute("data-pointed");
  element.style.removeProperty("outline");
  element.style.removeProperty("outline-offset");
}
