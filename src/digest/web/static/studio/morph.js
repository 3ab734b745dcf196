// Makes one tree say what another says, touching only what differs: scroll, loaded pictures and layout stay.

export function morph(current, wanted) {
  if (current.nodeType !== wanted.nodeType || current.nodeName !== wanted.nodeName) {
    current.replaceWith(current.ownerDocument.importNode(wanted, true));
    return;
  }
  if (current.nodeType !== 1) {
    if (current.nodeValue !== wanted.nodeValue) current.nodeValue = wanted.nodeValue;
    return;
  }
  if (current.isEqualNode(wanted)) return;
  attributes(current, wanted);
  children(current, wanted);
}

function attributes(current, wanted) {
  for (const { name } of [...current.attributes]) if (!wanted.hasAttribute(name)) current.removeAttribute(name);
  for (const { name, value } of [...wanted.attributes]) {
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}

function children(current, wanted) {
  const old = [...current.childNodes];
  const fresh = [...wanted.childNodes];
  let first = 0;
  while (first < old.length && first < fresh.length && same(old[first], fresh[first])) first += 1;
  let last = 0;
  const most = Math.min(old.length, fresh.length) - first;
  while (last < most && same(old[old.length - 1 - last], fresh[fresh.length - 1 - last])) last += 1;
  const between = old.slice(first, old.length - last);
  const coming = fresh.slice(first, fresh.length - last);
  const after = old[old.length - last] ?? null;
  coming.forEach((node, index) => {
    if (between[index]) morph(between[index], node);
    else current.insertBefore(current.ownerDocument.importNode(node, true), after);
  });
  between.slice(coming.length).forEach((node) => node.remove());
}

function same(one, other) {
  return one.isEqualNode(other);
}
