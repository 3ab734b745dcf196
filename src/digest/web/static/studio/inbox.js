// The mail before it is opened: a row in three inboxes, cut where they cut.

import { $, fill, h } from "./dom.js";

export function show(picture) {
  const { sender, subject, preheader } = picture;
  const face = () => h("span", { class: "face", "aria-hidden": "true" }, ([...sender][0] ?? "?").toUpperCase());
  const words = (tag, kind, text) => h(tag, { class: kind, dir: "auto" }, text);
  fill($("inbox"),
    client("Gmail", "gmail", h("span", { class: "tick", "aria-hidden": "true" }), words("b", "who", sender || "No sender yet"),
      h("span", { class: "line" }, words("b", "subject", subject || "No subject yet"), words("span", "pre", preheader && ` – ${preheader}`))),
    client("Apple Mail", "apple", words("b", "who", sender || "No sender yet"), words("span", "subject", subject || "No subject yet"),
      words("span", "pre", preheader)),
    client("Outlook", "outlook", face(), words("b", "who", sender || "No sender yet"), words("span", "subject", subject || "No subject yet"),
      words("span", "pre", preheader)));
  $("inbox-hint").textContent = hint(picture);
}

function client(name, kind, ...parts) {
  return h("figure", { class: `client ${kind}`, role: "group", "aria-label": `In ${name}` },
    h("div", { class: "card" }, parts), h("figcaption", {}, name));
}

function hint({ subject, preheader }) {
  if (!subject) return "";
  const cut = [...document.querySelectorAll("#inbox .subject")].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
    .map((one) => one.closest("figure").getAttribute("aria-label").replace("In ", ""));
  const said = [`Subject ${[...subject].length} characters, preheader ${[...(preheader ?? "")].length}`];
  if (cut.length) said.push(`the subject is cut in ${cut.join(" and ")}`);
  return said.join("; ");
}
