// What is not the picture: plain text, headers, the message's source, compiled MJML, and the difference to last time.

import * as api from "./api.js";
import { $, fill, h, plural } from "./dom.js";
import { query, state } from "./state.js";

const SHEETS = { text, headers, source, mjml, diff };
let asked = 0;

export const isSheet = () => state.view in SHEETS;

export async function show(picture) {
  const sheet = $("sheet");
  sheet.hidden = !isSheet();
  if (!isSheet() || !picture) return;
  const mine = ++asked;
  const made = await SHEETS[state.view](picture);
  if (mine !== asked) return;
  const { scrollTop } = sheet;
  fill(sheet, made);
  sheet.scrollTop = scrollTop;
}

function paper(label, words, kind) {
  return h("pre", { class: `paper ${kind}`, tabIndex: 0, role: "region", "aria-label": label, dir: "auto" }, words);
}

async function text(picture) {
  return paper("Plain text part", picture.text || "This message has no plain text part.", "prose");
}

async function headers() {
  const { headers: found, envelope } = await api.get("source", query());
  const rows = [["Envelope sender", envelope?.from ?? ""], ["Envelope recipient", envelope?.to ?? ""], ...found];
  const body = rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { dir: "auto" }, value)));
  return h("div", { class: "paper", tabIndex: 0, role: "region", "aria-label": "Headers" },
    h("table", { class: "headers" }, h("caption", {}, "Envelope and headers, decoded"), h("tbody", {}, body)));
}

async function source() {
  const found = await api.get("source", query());
  return paper("Source of the message", found.source, "code");
}

async function mjml() {
  const found = await api.get("mjml", query());
  const none = "What is stored of a sent issue is the finished HTML. This is it.\n\n";
  return paper(found.mjml ? "Compiled MJML" : "Stored HTML", found.mjml || none + found.html, "code");
}

async function diff() {
  const found = await api.get("diff", query());
  if (!found.before) return h("p", { class: "paper" }, "There is no issue before this one to compare with.");
  return h("div", { class: "paper", tabIndex: 0, role: "region", "aria-label": `Differences from ${found.before}` },
    h("h2", {}, `Structure, against ${found.before}`), lines(found.structure, "The structure is the same."),
    h("h2", {}, `Text, against ${found.before}`), lines(found.text, "The text is the same."));
}

function lines(found, none) {
  if (!found.length) return h("p", { class: "muted" }, none);
  const counts = ["+", "-"].map((op) => found.filter(([kind]) => kind === op).length);
  const said = { "+": "added", "-": "gone", " ": "", "…": "" };
  return [
    h("p", { class: "muted" }, `${plural(counts[0], "line")} added, ${counts[1]} gone`),
    h("ol", { class: "diff" }, found.map(([op, words]) =>
      h("li", { data: { op: said[op] || "same" } }, h("span", { class: "op" }, op === "…" ? "…" : op,
        said[op] && h("span", { class: "quiet" }, ` ${said[op]}: `)), h("span", { dir: "auto" }, words)))),
  ];
}
