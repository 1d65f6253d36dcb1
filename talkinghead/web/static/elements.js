// Finds, creates and updates elements of the page.

export const byId = (id) => document.getElementById(id);

export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
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

/** Call `use` with a file that is dropped onto an element or chosen in its input. */
export function acceptFile(dropArea, input, use) {
  const area = byId(dropArea);
  byId(input).addEventListener("change", ({ target }) => target.files[0] && use(target.files[0]));
  for (const type of ["dragenter", "dragover"]) {
    area.addEventListener(type, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  for (const type of ["dragleave", "drop"]) {
    area.addEventListener(type, () => area.classList.remove("over"));
  }
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) use(event.dataTransfer.files[0]);
  });
}
