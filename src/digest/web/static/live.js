// The preview and the inbox, alive: switches remembered in the address, single keys, and reloading in place.
// The server renders everything; this file only swaps what carries [data-live] and keeps scroll and focus.
"use strict";

const status = document.getElementById("status");
const switches = document.getElementById("switches");

function say(text, state) {
  if (!status) return;
  status.textContent = text;
  status.dataset.state = state;
}

function frames() {
  return [...document.querySelectorAll("iframe.mail:not(.coming)")];
}

// Frames have no scripts but share our origin, so their scroll position can be read and set.
function scrollOf(frame) {
  return frame.contentWindow ? frame.contentWindow.scrollY : 0;
}

function scrollTo(frame, y) {
  if (frame.contentWindow) frame.contentWindow.scrollTo(0, y);
}

function shownFrame() {
  return frames().find((frame) => frame.offsetParent !== null);
}

if (switches) {
  let lastY = 0;
  let lastShown = shownFrame();
  switches.addEventListener("change", (event) => {
    if (lastShown) lastY = scrollOf(lastShown);
    const address = new URL(location.href);
    address.searchParams.set(event.target.name, event.target.value);
    history.replaceState(null, "", address);
    const now = shownFrame();
    if (now) {
      if (now !== lastShown) scrollTo(now, lastY);
      lastShown = now;
    }
  });
  switches.addEventListener("submit", (event) => event.preventDefault());

  // WCAG 2.1.4: single-character shortcuts can be switched off, and stay off.
  const keys = document.getElementById("keys");
  keys.checked = localStorage.getItem("digest-keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("digest-keys", keys.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (!keys.checked) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=radio]), select, textarea")) return;
    const radio = switches.querySelector(`input[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!radio || radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// The new frame loads unseen beside the old one and takes its place when it is ready: no white flash, same scroll.
function renewFrame(old) {
  const coming = old.cloneNode();
  coming.classList.add("coming");
  coming.setAttribute("aria-hidden", "true");
  coming.addEventListener("load", () => {
    const y = scrollOf(old);
    coming.classList.remove("coming");
    coming.removeAttribute("aria-hidden");
    old.remove();
    scrollTo(coming, y);
  }, { once: true });
  old.after(coming);
}

async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = fresh.title;
  for (const element of document.querySelectorAll("[data-live]")) {
    const replacement = fresh.getElementById(element.id);
    if (replacement && replacement.innerHTML !== element.innerHTML) {
      const y = element.scrollTop;
      element.replaceChildren(...document.importNode(replacement, true).childNodes);
      element.scrollTop = y;
    }
  }
  document.querySelectorAll("iframe.coming").forEach((frame) => frame.remove());
  frames().forEach(renewFrame);
  const now = new Date();
  say(`Updated ${now.toLocaleTimeString()}`, "live");
}

if (status) {
  const events = new EventSource("/events");
  let lost = false;
  events.addEventListener("open", () => {
    if (lost) renew().catch(() => {});
    else say("Live", "live");
    lost = false;
  });
  events.addEventListener("error", () => {
    lost = true;
    say("Stopped: start it again in the terminal", "lost");
  });
  events.addEventListener("change", () => {
    renew().catch(() => say("Could not reload", "lost"));
  });
}
