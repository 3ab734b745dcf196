// The left side: digests with their next and past issues, templates, made-up issues.

import { $, fill, h, moment } from "./dom.js";
import { change, state } from "./state.js";

let known = null;

export function digest() {
  return known?.digests.find((one) => one.name === state.digest) ?? known?.digests[0];
}

export const rail = () => known;

export function show(found) {
  known = found ?? known;
  if (!known) return;
  const open = new Set([...$("rail").querySelectorAll("details[open]")].map((one) => one.dataset.name));
  const focused = document.activeElement?.closest("#rail [data-key]")?.dataset.key;
  fill($("rail"), known.digests.map(section), templates(), fixtures(open));
  if (focused) $("rail").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function choice(key, current, values, ...words) {
  return h("button", { type: "button", class: "choice", data: { key }, "aria-current": current ? "true" : null,
    onclick: () => change(values) }, words);
}

function section(one) {
  const here = state.digest === one.name;
  const id = `digest-${one.name}`;
  return h("section", { class: "digest", "aria-labelledby": id },
    h("h2", { id, dir: "auto" }, one.title),
    h("ul", {},
      h("li", {}, choice(`next ${one.name}`, here && state.what === "next",
        { digest: one.name, what: "next", template: here ? state.template : "" },
        h("span", { class: "main" }, "Next issue"), h("span", { class: "sub" }, `due ${moment(one.due, one.timezone)}`))),
      one.issues.map((issue) => h("li", {}, choice(`issue ${issue.id}`, here && state.what === `issue:${issue.id}`,
        { digest: one.name, what: `issue:${issue.id}`, template: "", test: "" },
        h("span", { class: "main", dir: "auto" }, issue.subject || issue.name),
        h("span", { class: "sub" }, `${issue.name}, ${issue.state === "done" ? moment(issue.at, one.timezone) : issue.state}`))))));
}

function templates() {
  const one = digest();
  if (!one) return null;
  const current = state.template || one.template;
  return h("section", { "aria-labelledby": "templates-title" },
    h("h2", { id: "templates-title" }, "Templates"),
    h("ul", {}, one.templates.map((name) => h("li", {}, choice(`template ${name}`, name === current,
      { template: name === one.template ? "" : name, ...(state.what.startsWith("issue:") ? { what: "next" } : {}) },
      h("span", { class: "main" }, name), name === one.template ? h("span", { class: "sub" }, "this digest’s") : null)))));
}

function fixtures(open) {
  const isOpen = open.has("fixtures") || state.what.startsWith("fixture:");
  return h("details", { open: isOpen, data: { name: "fixtures" } },
    h("summary", {}, `Made-up issues (${known.fixtures.length})`),
    h("ul", {}, known.fixtures.map((one) => h("li", {}, choice(`fixture ${one.name}`, state.what === `fixture:${one.name}`,
      { what: `fixture:${one.name}`, digest: digest().name, test: "" },
      h("span", { class: "main" }, one.name), h("span", { class: "sub" }, one.about))))));
}

// The next or previous thing of the list, for single keys.
export function step(by) {
  const all = [...$("rail").querySelectorAll("section.digest .choice")];
  const at = all.findIndex((one) => one.getAttribute("aria-current"));
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.click();
}
