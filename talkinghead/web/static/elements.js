// Finds, creates and updates elements of the page.

export const byId = (id) => document.getElementById(id);

export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Show a message in an element; without a message, hide the element. */
export function showMessage(id, message = "") {
  byId(id).textContent = message;
  byId(id).hidden = !message;
}

/** Fill an element with buttons that look like links, separated by commas. */
export function showLinks(id, entries) {
  const buttons = entries.map(([text, onclick]) =>
    create("button", { type: "button", class: "link", onclick }, text));
  byId(id).replaceChildren(...buttons.flatMap((button, index) => (index ? [", ", button] : [button])));
}

/** Scroll until an element is visible, if it is not. */
export function reveal(id) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId(id).scrollIntoView({ block: "nearest", behavior: calm ? "instant" : "smooth" });
}
