// What is being looked at, kept in the address: a reload, a bookmark or a colleague sees the same.

const DEFAULTS = {
  digest: "", what: "next", reader: "", template: "", test: "", to: "",
  view: "both", look: "light", images: "own", tab: "checks",
};
const SHOWN = ["digest", "what", "reader", "template", "test", "to"]; // what a picture depends on
const listeners = [];

export const state = { ...DEFAULTS };

export function read() {
  const query = new URLSearchParams(location.search);
  for (const name of Object.keys(DEFAULTS)) state[name] = query.get(name) ?? DEFAULTS[name];
  if (!query.has("view") && innerWidth < 1180) state.view = "phone";
}

export function change(values) {
  const before = { ...state };
  Object.assign(state, values);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== DEFAULTS[name]) query.set(name, value);
  history.replaceState(null, "", query.size ? `/?${query}` : "/");
  const changed = Object.keys(state).filter((name) => state[name] !== before[name]);
  for (const listener of listeners) listener(new Set(changed));
}

export function onChange(listener) {
  listeners.push(listener);
}

// The query that asks the server for the picture in view.
export function query(more = {}) {
  const found = new URLSearchParams();
  for (const name of SHOWN) if (state[name]) found.set(name, state[name]);
  for (const [name, value] of Object.entries(more)) found.set(name, value);
  return found.toString();
}

export function depends(changed) {
  return SHOWN.some((name) => changed.has(name));
}
