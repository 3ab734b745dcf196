// Preflight, and what the mail weighs. A finding leads to its element in the picture and names the template's line.

import * as api from "./api.js";
import { $, fill, h, kib, plural, toast } from "./dom.js";
import * as frames from "./frames.js";
import { change, query, state } from "./state.js";

const WORDS = { error: "Error", warning: "Warning", hint: "Hint" };
const CLIP = 102 * 1024;
let asked = 0;

export async function show(picture) {
  size(picture.size_bytes);
  const mine = ++asked;
  const found = picture.empty ? { findings: [], shares: [] } : await api.get("checks", query());
  if (mine !== asked) return;
  weigh(found.shares, picture.size_bytes);
  list(found.findings, picture);
}

function size(bytes) {
  const meter = $("meter");
  meter.setAttribute("aria-valuenow", (bytes / 1024).toFixed(1));
  meter.setAttribute("aria-valuetext", `${kib(bytes)} of 102`);
  meter.dataset.state = bytes > 98 * 1024 ? "bad" : bytes > 80 * 1024 ? "near" : "good";
  $("size-words").textContent = `${kib(bytes)} of 102${bytes > CLIP ? ": Gmail will cut it off" : ""}`;
}

function weigh(shares, total) {
  const all = Math.max(total, CLIP);
  fill($("meter-parts"), shares.map((share, index) => {
    const part = h("i", { title: `${share.name}: ${kib(share.size_bytes)}`, data: { tone: index % 2 ? "odd" : "even" } });
    part.style.width = `${(share.size_bytes / all) * 100}%`;
    return part;
  }));
  fill($("shares"), shares.map((share) => h("li", {},
    h("span", { dir: "auto" }, share.name), h("span", { class: "number" }, `${kib(share.size_bytes)}, ${Math.round((share.size_bytes / (total || 1)) * 100)} %`))));
}

function list(findings, picture) {
  const counts = Object.keys(WORDS).map((kind) => [kind, findings.filter((one) => one.severity === kind).length]).filter(([, count]) => count);
  const tab = $("tab-checks");
  const serious = findings.filter((one) => one.severity !== "hint").length;
  fill(tab, "Checks", h("span", { class: "count", data: { state: counts[0]?.[0] ?? "none" } }, String(serious || findings.length)));
  fill($("panel-checks"),
    h("p", { class: "lead" }, picture.empty ? "Nothing to check yet." : findings.length
      ? counts.map(([kind, count]) => plural(count, WORDS[kind].toLowerCase())).join(", ")
      : "Nothing found. It is fit to be sent."),
    picture.warnings.length ? [h("h3", {}, "Worth a look"), h("ul", { class: "plain" }, picture.warnings.map((one) => h("li", { dir: "auto" }, one)))] : null,
    findings.length ? h("ul", { class: "findings" }, findings.map(item)) : null);
}

function item(one) {
  const go = () => {
    if (!frames.shown().length) change({ view: "desktop" });
    if (one.element === null || !frames.point(one.element)) toast(`This is about: ${one.place}`, "info");
  };
  return h("li", { class: "finding", data: { severity: one.severity } },
    h("button", { type: "button", class: "finding-go", onclick: go },
      h("span", { class: "badge" }, WORDS[one.severity]), h("span", { class: "what", dir: "auto" }, one.what),
      h("span", { class: "place", dir: "auto" }, one.place)),
    one.source ? h("p", { class: "source" }, "Template: ", h("code", {}, one.source)) : null,
    h("details", {}, h("summary", {}, `Why, and what to do`, h("span", { class: "quiet" }, ` about ${one.id}`)),
      h("p", {}, one.why), h("p", {}, h("b", {}, "Try: "), one.fix)));
}

export const clip = CLIP;
export const hidden = () => state.tab !== "checks";
