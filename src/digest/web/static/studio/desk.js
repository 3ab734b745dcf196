// The editor's desk: words, order and choice of the next issue; history; approve, hold, skip; a test to oneself.
// Every change is posted at the version that was seen. When somebody else was faster, nothing is lost: the page says who
// did what and offers to make this change on top of it.

import * as api from "./api.js";
import { $, fill, h, moment, plural, toast } from "./dom.js";
import { state } from "./state.js";

const KINDS = { pin: "put in", drop: "took out", move: "moved", title: "changed the title of", summary: "changed the summary of",
  image: "changed the picture of", subject: "changed the subject", preheader: "changed the preheader", intro: "changed the intro" };
let desk = null;
let opened = new Set();
let asked = 0;

const me = () => localStorage.getItem("digest-name") || document.querySelector('meta[name="digest-user"]').content;
const dirty = () => [...$("panel-edit").querySelectorAll("[data-was]")].some((field) => field.value !== field.dataset.was);

export async function show() {
  if (state.what !== "next") return fill($("panel-edit"), h("p", { class: "muted" }, "Only the next issue can be edited. Choose it on the left."));
  const mine = ++asked;
  const found = await api.get("desk", new URLSearchParams({ digest: state.digest }).toString());
  // What is being typed stays, and keeps the version it was begun at: saving it then tells of the other change.
  if (mine === asked && !(dirty() && desk?.digest === found.digest)) draw(found);
}

// What came back from a change is newer than any answer to `show` that is still on its way.
function changed(found) {
  asked += 1;
  draw(found);
}

function draw(found) {
  desk = found;
  const focused = document.activeElement?.closest("#panel-edit [data-key]")?.dataset.key;
  const panel = $("panel-edit");
  const { scrollTop } = panel;
  fill(panel, standing(), words(), h("h3", {}, `Articles (${desk.items.length})`), articles(), leftOut(), history(), nameField());
  panel.scrollTop = scrollTop;
  if (focused) panel.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

// -- posting ----------------------------------------------------------------------------------------------------------

async function edit(changes, said) {
  try {
    changed(await api.post("desk/edit", { digest: desk.digest, version: desk.version, by: me(), changes }));
    if (said) toast(said);
    return true;
  } catch (problem) {
    if (problem.status === 409 && problem.body?.desk) return conflict(problem.body.desk, changes, said);
    toast(problem.message, "bad");
    return false;
  }
}

function conflict(theirs, changes, said) {
  const known = new Map(desk.changes.map((one) => [one.number, one.undone]));
  const since = theirs.changes.filter((one) => !known.has(one.number) || known.get(one.number) !== one.undone);
  const box = $("ask");
  const again = () => { box.close(); draw(theirs); edit(changes, said); };
  fill(box, h("h2", { id: "ask-title" }, "Somebody else changed this issue"),
    h("p", {}, since.length ? "Since you looked:" : "It was changed since you looked."),
    h("ul", { class: "plain" }, since.map((one) => h("li", {}, sentence(one, theirs)))),
    h("p", {}, "Yours is not lost: ", h("b", {}, changes.map((one) => sentence({ ...one, by: "you" }, theirs)).join("; ")), "."),
    h("div", { class: "buttons" },
      h("button", { type: "button", class: "button main", onclick: again }, "Make my change too"),
      h("button", { type: "button", class: "button", onclick: () => { box.close(); draw(theirs); } }, "Keep theirs")));
  box.showModal();
  return false;
}

async function act(path, body, said) {
  try {
    changed(await api.post(`desk/${path}`, { digest: desk.digest, by: me(), ...body }));
    toast(said);
  } catch (problem) {
    if (problem.body?.desk) changed(problem.body.desk);
    toast(problem.message, "bad");
  }
}

function sentence(one, from) {
  if (one.undo !== undefined) return `${one.by} took back change ${one.undo}`;
  const title = from.items.find((item) => item.id === one.article)?.title
    ?? from.left_out.find((item) => item.id === one.article)?.title ?? (one.article ? `article ${one.article}` : "");
  const value = String(one.value ?? "").replace(/\s+/g, " ").trim();
  const to = one.kind === "move" ? ` to place ${value}` : value && !["pin", "drop"].includes(one.kind) ? `: “${value.slice(0, 80)}${value.length > 80 ? "…" : ""}”` : "";
  return `${one.by || "Somebody"} ${KINDS[one.kind] ?? one.kind}${title ? ` “${title}”` : ""}${to}${one.undone ? " (taken back)" : ""}`;
}

// -- standing ---------------------------------------------------------------------------------------------------------

function standing() {
  const due = moment(desk.due, desk.timezone);
  const words = desk.sample ? "Nothing is new yet: these are old articles."
    : desk.state === "held" ? `Held (${desk.reason})${desk.note ? `: ${desk.note}` : ""}. It will not go out until it is released.`
    : desk.state === "skipped" ? "Skipped. Its articles wait for the next issue."
    : desk.approved_by && !desk.objections.length ? `Approved by ${desk.approved_by}. It goes out ${due} exactly as it is.`
    : desk.approved_by ? `Approved by ${desk.approved_by}, but changed since:`
    : desk.needed ? `It waits for approval before ${due}.` : `It goes out ${due}, without asking.`;
  const held = desk.state === "held";
  const button = (label, kind, run, off) => h("button", { type: "button", class: `button ${kind}`, disabled: off, data: { key: label }, onclick: run }, label);
  return h("section", { class: "standing", data: { state: held ? "held" : desk.approved_by && !desk.objections.length ? "approved" : "open" } },
    h("p", { class: "lead" }, words),
    desk.objections.length ? h("ul", { class: "plain" }, desk.objections.map((one) => h("li", { dir: "auto" }, one))) : null,
    h("div", { class: "buttons" },
      button("Approve", "main", () => act("approve", { looks: desk.looks }, "Approved."), !desk.looks || !desk.editable),
      held ? button("Release", "", () => act("steer", { command: "release" }, "Released."))
        : button("Hold", "", () => reason("Hold this issue", "hold", "Held."), !desk.editable),
      button("Skip", "bad", () => reason("Skip this issue", "skip", "Skipped."), !desk.editable),
      button("Send me a test", "", sendTest, !desk.items.length)));
}

function reason(title, command, said) {
  const box = $("ask");
  const note = h("input", { type: "text", id: "ask-note", maxLength: 300 });
  const go = () => { box.close(); act("steer", { command, note: note.value }, said); };
  fill(box, h("h2", { id: "ask-title" }, title),
    h("p", {}, command === "skip" ? "Nobody gets it; its articles wait for the next one." : "It does not go out until somebody releases it."),
    h("label", { for: "ask-note" }, "Why (others will read it)"), note,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "button main", onclick: go }, title),
      h("button", { type: "button", class: "button", onclick: () => box.close() }, "Leave it")));
  box.showModal();
}

function sendTest() {
  const box = $("ask");
  const to = h("input", { type: "email", id: "ask-to", value: localStorage.getItem("digest-test-to") || "", autocomplete: "email" });
  const go = async () => {
    if (!to.value.trim()) return to.focus();
    localStorage.setItem("digest-test-to", to.value.trim());
    box.close();
    try {
      const found = await api.post("desk/test", { digest: desk.digest, to: to.value.trim(), reader: "" });
      toast(`Test to ${to.value.trim()}: ${found.kind}${found.said ? ` (${found.said})` : ""}`, found.kind === "accepted" ? "done" : "bad");
    } catch (problem) {
      toast(problem.message, "bad");
    }
  };
  fill(box, h("h2", { id: "ask-title" }, "Send me a test"),
    h("p", {}, "Marked [test], with links that do nothing."), h("label", { for: "ask-to" }, "Your address"), to,
    h("div", { class: "buttons" }, h("button", { type: "button", class: "button main", onclick: go }, "Send it"),
      h("button", { type: "button", class: "button", onclick: () => box.close() }, "Cancel")));
  box.showModal();
}

// -- words ------------------------------------------------------------------------------------------------------------

function field(label, kind, value, { article = null, many = false, hint = null, key = kind } = {}) {
  const id = `edit-${key}`;
  const save = () => { if (input.value !== value) edit([{ kind, article, value: input.value }], "Saved."); };
  const told = h("p", { class: "hint muted", id: `${id}-hint` }, hint?.(value) ?? "");
  const input = h(many ? "textarea" : "input", { id, value, dir: "auto", disabled: !desk.editable, data: { key, was: value },
    "aria-describedby": `${id}-hint`, rows: many ? 3 : null, onchange: save,
    oninput: () => { if (hint) told.textContent = hint(input.value); },
    onkeydown: (event) => { if (event.key === "Escape") { input.value = value; event.stopPropagation(); } } });
  if (!many) input.type = "text";
  return h("div", { class: "field" }, h("label", { for: id }, label), input, told);
}

function words() {
  const size = (text) => [...text].length;
  const subject = (text) => [`${size(text)} characters`, size(text) > 60 ? "phones cut after about 40, desktops after 60" : size(text) > 40 ? "phones cut after about 40" : "",
    text.trim() === desk.last_subject.trim() && text ? "the same as last time: mail programs will put them together" : "",
    /!{2,}|^[^a-z]{12,}$/.test(text) ? "it shouts" : ""].filter(Boolean).join("; ");
  const preheader = (text) => [`${size(text)} characters`, size(text) < 40 ? "inboxes show more: up to 130 are seen" : size(text) > 130 ? "only the first 130 are seen" : "",
    text && desk.subject && text.trim().startsWith(desk.subject.trim()) ? "it begins like the subject" : ""].filter(Boolean).join("; ");
  return h("section", { "aria-label": "Words of the issue" },
    field("Subject", "subject", desk.subject, { hint: subject }), field("Preheader", "preheader", desk.preheader, { hint: preheader }),
    field("Intro", "intro", desk.intro, { many: true, hint: (text) => text ? `${size(text)} characters` : "Shown above the articles, in Markdown: **bold**, *italics*, [words](https://…), - lists." }));
}

// -- articles ---------------------------------------------------------------------------------------------------------

function articles() {
  return h("ol", { class: "articles" }, desk.items.map((item, index) => article(item, index + 1)));
}

function article(item, place) {
  const count = desk.items.length;
  const move = (to) => to >= 1 && to <= count && edit([{ kind: "move", article: item.id, value: to }], `“${item.title}” is now number ${to}.`);
  const off = !desk.editable;
  const tool = (label, text, run, disabled) => h("button", { type: "button", class: "tool", title: label, "aria-label": `${label}: ${item.title}`,
    disabled: off || disabled, data: { key: `${label} ${item.id}` }, onclick: run }, text);
  const details = h("details", { open: opened.has(item.id), ontoggle: () => (details.open ? opened.add(item.id) : opened.delete(item.id)) },
    h("summary", { data: { key: `article ${item.id}` } }, h("span", { class: "main", dir: "auto" }, item.title),
      h("span", { class: "sub" }, `${item.score.toFixed(2)}: ${item.reasons.join(", ")}`)),
    field("Title", "title", item.title, { article: item.id, key: `title-${item.id}` }),
    field("Summary", "summary", item.summary, { article: item.id, many: true, key: `summary-${item.id}` }),
    pictures(item));
  const li = h("li", { draggable: false, onkeydown: (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || off) return;
    event.preventDefault();
    move(place + (event.key === "ArrowUp" ? -1 : 1));
  } }, details, h("div", { class: "toolbox" },
    tool("Move up", "↑", () => move(place - 1), place === 1), tool("Move down", "↓", () => move(place + 1), place === count),
    tool("Move to the top", "⤒", () => move(1), place === 1),
    tool("Drop", "✕", () => edit([{ kind: "drop", article: item.id }], `“${item.title}” is out; it can be taken back below.`))));
  return li;
}

function pictures(item) {
  const id = `image-${item.id}`;
  const choices = [...new Set([item.image, ...item.pictures].filter(Boolean))];
  const own = h("input", { type: "url", id: `${id}-own`, placeholder: "https://", disabled: !desk.editable,
    onchange: (event) => edit([{ kind: "image", article: item.id, value: event.target.value.trim() }], "Saved.") });
  const select = h("select", { id, disabled: !desk.editable, data: { key: id },
    onchange: () => edit([{ kind: "image", article: item.id, value: select.value }], "Saved.") },
    h("option", { value: "", selected: !item.image }, "No picture"),
    choices.map((url) => h("option", { value: url, selected: url === item.image }, url.replace(/^https?:\/\//, "").slice(-60))));
  return h("div", { class: "field" }, h("label", { for: id }, "Picture"), select, h("label", { for: `${id}-own` }, "or another address"), own);
}

function leftOut() {
  if (!desk.left_out.length) return null;
  return h("details", { class: "more", open: opened.has("left"), ontoggle: (event) => (event.target.open ? opened.add("left") : opened.delete("left")) },
    h("summary", {}, `Not in it (${desk.left_out.length})`),
    h("ul", { class: "left" }, desk.left_out.map((one) => h("li", {},
      h("span", { class: "main", dir: "auto" }, one.title), h("span", { class: "sub" }, one.why),
      h("button", { type: "button", class: "button small", disabled: !desk.editable, "aria-label": `Put in: ${one.title}`,
        onclick: () => edit([{ kind: "pin", article: one.id }], `“${one.title}” is in.`) }, "Put in")))));
}

function history() {
  const standing = desk.changes.filter((one) => !one.undone);
  const last = standing.at(-1);
  return h("details", { class: "more", open: opened.has("history"), ontoggle: (event) => (event.target.open ? opened.add("history") : opened.delete("history")) },
    h("summary", {}, `History (${plural(desk.changes.length, "change")})`),
    last ? h("button", { type: "button", class: "button small", data: { key: "undo" }, onclick: undo }, "Undo the last change") : h("p", { class: "muted" }, desk.changes.length ? "Everything was taken back." : "Nobody has changed anything yet."),
    h("ol", { class: "history" }, [...desk.changes].reverse().map((one) => h("li", { class: one.undone ? "undone" : "" },
      h("span", { class: "main", dir: "auto" }, sentence(one, desk)), h("span", { class: "sub" }, moment(one.at, desk.timezone)),
      one.undone || !desk.editable ? null : h("button", { type: "button", class: "button small", "aria-label": `Undo: ${sentence(one, desk)}`,
        onclick: () => edit([{ undo: one.number }], "Taken back.") }, "Undo")))));
}

export function undo() {
  const last = desk?.changes.filter((one) => !one.undone).at(-1);
  if (last) edit([{ undo: last.number }], "Taken back.");
  else toast("There is nothing to take back.", "info");
}

function nameField() {
  const input = h("input", { type: "text", id: "edit-name", value: me(), maxLength: 60, autocomplete: "name",
    onchange: () => localStorage.setItem("digest-name", input.value.trim()) });
  return h("div", { class: "field" }, h("label", { for: "edit-name" }, "Your name, in the history"), input);
}
