// Single keys, listed under "?" and off at one's wish (WCAG 2.2, success criterion 2.1.4).

import { $, fill, h } from "./dom.js";

const actions = new Map();

export function bind(key, words, act) {
  actions.set(key, { words, act });
}

const on = () => localStorage.getItem("digest-keys") !== "off";

export function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea");
  if (typing || document.querySelector("dialog[open]")) return;
  const found = actions.get(event.key) ?? actions.get(event.key.toLowerCase());
  if (!found || (!on() && event.key !== "?")) return;
  event.preventDefault();
  found.act();
}

export function help() {
  const box = $("help");
  const toggle = h("input", { type: "checkbox", checked: on(), onchange: (event) => localStorage.setItem("digest-keys", event.target.checked ? "on" : "off") });
  fill(box,
    h("div", { class: "dialog-head" }, h("h2", { id: "help-title" }, "Keyboard shortcuts"),
      h("button", { type: "button", class: "button", onclick: () => box.close() }, "Close")),
    h("dl", { class: "keys" }, [...actions].map(([key, { words }]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, words)))),
    h("label", { class: "toggle" }, toggle, h("span", {}, "Single keys do something")));
  box.showModal();
}
