// The studio: the server says what there is as JSON, this page shows it, and asks again when something changed.

import * as api from "./api.js";
import * as checks from "./checks.js";
import * as desk from "./desk.js";
import { $, fill, h, moment } from "./dom.js";
import * as frames from "./frames.js";
import * as inbox from "./inbox.js";
import * as keys from "./keys.js";
import * as rail from "./rail.js";
import * as reader from "./reader.js";
import * as sheets from "./sheets.js";
import { change, depends, onChange, query, read, state } from "./state.js";
import * as tabs from "./tabs.js";

const VIEWS = [
  ["phone", "Phone", "p"], ["desktop", "Desktop", "d"], ["both", "Side by side", "b"], ["text", "Plain text", "t"],
  ["headers", "Headers", "h"], ["source", "Source", "s"], ["mjml", "MJML", "m"], ["diff", "Changes", "c"],
];
const LOOKS = [["light", "Light", "l"], ["dark", "Dark", "k"], ["gmail", "Gmail dark", "g"], ["outlook", "Outlook dark", "o"]];
let picture = null;
let asked = 0;
let later = 0;

function radios(group, name, choices) {
  for (const [value, label, key] of choices) {
    const input = h("input", { type: "radio", name, value, checked: state[name] === value, onchange: () => change({ [name]: value }) });
    group.append(h("label", { class: "switch", title: `${label} (${key})` }, input, h("span", {}, label)));
    keys.bind(key, label, () => change({ [name]: value }));
  }
}

function reflect() {
  for (const name of ["view", "look"]) {
    for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === state[name];
  }
  $("looks").disabled = sheets.isSheet();
  $("images-off").checked = state.images === "off";
  $("as-test").checked = state.test === "1";
  $("as-test").disabled = state.what !== "next";
}

function say(text, kind) {
  $("status").textContent = text;
  $("status").dataset.state = kind;
}

function head() {
  const zone = picture.timezone;
  $("title").textContent = picture.subject || rail.digest()?.title || "Nothing yet";
  document.title = `${picture.subject || "Nothing yet"} · digest studio`;
  const when = picture.at ? moment(picture.at, zone) : "";
  $("subtitle").textContent = [picture.number, picture.state.replace("_", " "), when].filter(Boolean).join(" · ");
  $("reader-name").textContent = picture.seen_by || "somebody";
  $("banner").hidden = !picture.banner;
  $("banner").textContent = picture.banner;
  const blocked = picture.remote > 0 && state.images === "own";
  $("remote").hidden = !blocked;
  $("remote-text").textContent = `${picture.remote} picture${picture.remote === 1 ? " is" : "s are"} elsewhere and not loaded: loading tells their servers that you looked.`;
}

function problem(said) {
  const box = $("problem");
  box.hidden = !said;
  if (!said) return;
  const place = said.file ? `${said.file}${said.line ? `:${said.line}` : ""}` : "";
  fill(box,
    h("h2", {}, picture ? "This does not render: below is the last version that did" : "This does not render"),
    place ? h("p", { class: "place" }, h("code", {}, place)) : null,
    h("p", { class: "message" }, said.message),
    said.excerpt?.length ? h("pre", { tabIndex: 0, role: "region", "aria-label": "The lines around it" },
      said.excerpt.map(([number, line]) => h("span", { class: number === said.line ? "line here" : "line" },
        h("span", { class: "no" }, `${number === said.line ? "›" : " "}${String(number).padStart(4)}  `), line, "\n"))) : null);
}

async function show() {
  const mine = ++asked;
  const painted = frames.show().catch(() => {});
  try {
    const found = await api.get("picture", query());
    if (mine !== asked) return;
    picture = found;
    problem(null);
  } catch (error) {
    if (mine !== asked) return;
    problem(error.said ?? { message: String(error) });
    if (picture) return;
  }
  await painted;
  if (!picture) return;
  head();
  inbox.show(picture);
  await sheets.show(picture).catch(() => {});
  clearTimeout(later);
  later = setTimeout(() => {
    checks.show(picture).catch(() => {});
    desk.show().catch(() => {});
    tabs.show(picture);
  }, mine === 1 ? 0 : 200);
}

async function look() {
  try {
    const found = await api.get("rail");
    if (!found.digests.some((one) => one.name === state.digest)) change({ digest: found.digests[0]?.name ?? "" });
    rail.show(found);
  } catch (error) {
    problem(error.said ?? { message: String(error) });
  }
}

function listen() {
  const events = new EventSource("/events");
  let lost = false;
  events.addEventListener("open", () => {
    if (lost) refresh();
    lost = false;
    say("Live", "live");
  });
  events.addEventListener("error", () => {
    lost = true;
    say("Stopped: start it again in the terminal", "lost");
  });
  events.addEventListener("change", refresh);
}

async function refresh() {
  const began = performance.now();
  await show();
  say(`Updated ${new Date().toLocaleTimeString("en-GB")}`, "live");
  document.documentElement.dataset.took = String(Math.round(performance.now() - began));
  look();
}

function bind() {
  radios($("views"), "view", VIEWS);
  radios($("looks"), "look", LOOKS);
  $("images-off").addEventListener("change", (event) => change({ images: event.target.checked ? "off" : "own" }));
  $("as-test").addEventListener("change", (event) => change({ test: event.target.checked ? "1" : "" }));
  $("remote-load").addEventListener("click", () => change({ images: "all" }));
  $("help-open").addEventListener("click", keys.help);
  keys.bind("i", "Images off or on", () => change({ images: state.images === "off" ? "own" : "off" }));
  keys.bind("v", "View as another reader", reader.open);
  keys.bind(",", "Previous in the list", () => rail.step(-1));
  keys.bind(".", "Next in the list", () => rail.step(1));
  keys.bind("z", "Undo the last change of the issue", desk.undo);
  keys.bind("?", "These shortcuts", keys.help);
  document.addEventListener("keydown", keys.press);
}

onChange((changed) => {
  reflect();
  rail.show();
  if (changed.has("tab")) tabs.reflect();
  if (depends(changed)) show();
  else if (["view", "look", "images"].some((name) => changed.has(name))) {
    frames.show().catch(() => {});
    if (picture) {
      head();
      sheets.show(picture).catch(() => {});
    }
  }
});

read();
tabs.build();
bind();
frames.build(keys.press);
reader.build();
state.digest ||= document.querySelector('meta[name="digest-first"]').content;
reflect();
// Side by side: the picture takes longest. Without a digest the list says which one it is of.
if (state.digest) await Promise.all([look(), show()]);
else {
  await look();
  await show();
}
listen();
