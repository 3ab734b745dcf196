// Asks the server. What fails is thrown as `Problem` with what the server said: message, file, line, excerpt.

export class Problem extends Error {
  constructor(said, status, body = {}) {
    super(said.message);
    Object.assign(this, { said, status, body });
  }
}

const token = () => document.querySelector('meta[name="digest-action"]')?.content ?? "";

async function answer(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = { error: { message: `The studio answered ${response.status}: load the page again.` } };
  }
  if (!response.ok) throw new Problem(body.error ?? { message: `The studio answered ${response.status}.` }, response.status, body);
  return body;
}

async function reach(address, options) {
  try {
    return await fetch(address, { cache: "no-store", ...options });
  } catch {
    throw new Problem({ message: "The studio does not answer. Is it still running in the terminal?" }, 0);
  }
}

export async function get(path, query = "") {
  return answer(await reach(`/api/${path}${query ? `?${query}` : ""}`));
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-Digest-Action": token() };
  return answer(await reach(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

export async function frame(query) {
  const response = await reach(`/frame?${query}`);
  if (!response.ok) throw new Problem({ message: "no picture" }, response.status);
  return response.text();
}
