// View as: search among all subscribers, a page at a time, or take one who shows what an ordinary one hides.

import * as api from "./api.js";
import { $, fill, h } from "./dom.js";
import { rail } from "./rail.js";
import { change, state } from "./state.js";

let waiting = 0;

export function build() {
  $("reader-open").addEventListener("click", open);
}

export function open() {
  const box = $("reader");
  const list = h("ul", { class: "people", id: "people", "aria-label": "Subscribers" });
  const count = h("p", { class: "muted", role: "status" });
  const search = h("input", { type: "search", id: "reader-search", autocomplete: "off", spellcheck: false,
    oninput: () => { clearTimeout(waiting); waiting = setTimeout(() => find(search.value, list, count), 120); } });
  fill(box,
    h("div", { class: "dialog-head" }, h("h2", { id: "reader-title" }, "View as"),
      h("button", { type: "button", class: "button", onclick: () => box.close() }, "Close")),
    h("label", { for: "reader-search" }, "Address or name"), search, count, list,
    h("h3", {}, "Readers who show what others hide"),
    h("ul", { class: "people cases" },
      h("li", {}, person("", "Somebody on the list", "the first one")),
      rail().cases.map((one) => h("li", {}, person(one.name, one.label, "made up")))));
  box.showModal();
  search.focus();
  find("", list, count);
}

function person(reference, name, about) {
  return h("button", { type: "button", class: "choice", "aria-current": state.reader === reference ? "true" : null,
    onclick: () => { $("reader").close(); change({ reader: reference }); } },
    h("span", { class: "main", dir: "auto" }, name), h("span", { class: "sub" }, about));
}

async function find(text, list, count, after = 0) {
  const found = await api.get("readers", new URLSearchParams({ digest: state.digest, q: text, after }).toString())
    .catch((problem) => ({ readers: [], next: 0, why: problem.message }));
  const rows = found.readers.map((one) => h("li", {}, person(one.ref, one.name || one.address,
    [one.name ? one.address : "", one.locale, one.topics ? (one.topics.length ? one.topics.join(", ") : "no topic") : "every topic"].filter(Boolean).join(" · "))));
  if (!after) list.replaceChildren();
  list.querySelector(".more")?.remove();
  list.append(...rows);
  if (found.next) {
    list.append(h("li", { class: "more" }, h("button", { type: "button", class: "button",
      onclick: () => find(text, list, count, found.next) }, "Show more")));
  }
  count.textContent = found.why ?? (rows.length || after ? `${list.querySelectorAll(".choice").length}${found.next ? " and more" : ""} found` : "Nobody is found.");
}
