// Elements of the page: found by id, made with their contents, told or silent.

export const by = (id) => document.getElementById(id);

export function made(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}

/** Show a message in a paragraph, or hide it where there is none. */
export function tell(id, message = "") {
  by(id).textContent = message;
  by(id).hidden = !message;
}

/** Names that can be clicked, with commas between them. */
export function links(id, entries) {
  const buttons = entries.map(([text, onclick]) =>
    made("button", { type: "button", class: "link", onclick }, text));
  by(id).replaceChildren(...buttons.flatMap((one, at) => (at ? [", ", one] : [one])));
}

/** Files that are dropped onto an element or chosen in its input go to `take`. */
export function receive(drop, input, take) {
  by(input).addEventListener("change", ({ target }) => target.files[0] && take(target.files[0]));
  for (const kind of ["dragenter", "dragover"]) {
    by(drop).addEventListener(kind, (event) => {
      event.preventDefault();
      by(drop).classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    by(drop).addEventListener(kind, () => by(drop).classList.remove("over"));
  }
  by(drop).addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
