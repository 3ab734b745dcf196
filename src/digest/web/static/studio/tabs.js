// The right side's tabs, by the pattern of the ARIA authoring practices: arrows move, the panel follows.

import { $, fill, h } from "./dom.js";
import * as keys from "./keys.js";
import { change, state } from "./state.js";

const TABS = [["checks", "Checks", "1"], ["edit", "Edit", "2"], ["about", "About", "3"]];

export function build() {
  for (const [name, label, key] of TABS) {
    const tab = h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`,
      onclick: () => change({ tab: name }), onkeydown: move }, label);
    $("tabs").append(tab);
    $("panels").append(h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabIndex: 0 }));
    keys.bind(key, `${label}, on the right`, () => { change({ tab: name }); tab.focus(); });
  }
  reflect();
}

export function reflect() {
  if (!TABS.some(([name]) => name === state.tab)) state.tab = "checks";
  for (const [name] of TABS) {
    const chosen = state.tab === name;
    $(`tab-${name}`).setAttribute("aria-selected", String(chosen));
    $(`tab-${name}`).tabIndex = chosen ? 0 : -1;
    $(`panel-${name}`).hidden = !chosen;
  }
}

function move(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1, Home: -9, End: 9 }[event.key];
  if (!by) return;
  event.preventDefault();
  const at = TABS.findIndex(([name]) => name === state.tab);
  const to = Math.abs(by) > 1 ? (by < 0 ? 0 : TABS.length - 1) : (at + by + TABS.length) % TABS.length;
  change({ tab: TABS[to][0] });
  $(`tab-${TABS[to][0]}`).focus();
}

export function show(picture) {
  fill($("panel-about"),
    picture.notes.length ? [h("h3", {}, "What a real run would do"), h("ul", { class: "plain" }, picture.notes.map((one) => h("li", {}, one)))] : null,
    h("h3", {}, "In this issue"),
    picture.items.length ? h("ol", { class: "items" }, picture.items.map((one) =>
      h("li", {}, h("span", { class: "main", dir: "auto" }, one.title), h("span", { class: "sub" }, one.reasons.join(", "))))) : h("p", { class: "muted" }, "No articles."),
    h("h3", {}, "Message"),
    h("dl", { class: "facts" }, [["From", picture.from], ["To", picture.to], ["Template", picture.template || "as stored"],
      ["Message", `${(picture.message_bytes / 1024).toFixed(1)} KiB on the wire`]].map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)])));
}
