// Files that the user chooses or drops. A drop anywhere on the page is accepted: a browser would
// otherwise open the file and leave the page.

import { byId, showMessage } from "./elements.js";

const boxes = []; // {area, types, use}

/** Call `use` with a file that is chosen in an input, or dropped: onto its area, or of its types. */
export function acceptFile(area, input, types, use) {
  boxes.push({ area: byId(area), types, use });
  byId(input).addEventListener("change", ({ target }) => {
    const [file] = target.files; // none if the dialog was cancelled: what was chosen stays
    target.value = ""; // so that the same file can be chosen again after it was edited
    if (file) use(file);
  });
}

/** Throw for a file that was changed or removed since it was chosen: it cannot be uploaded. */
export async function checkReadable(form) {
  for (const file of form.values()) {
    if (!(file instanceof File)) continue;
    await file.slice(0, 1).arrayBuffer().catch(() => {
      throw new Error(`${file.name} was changed or removed since you chose it; choose it again.`);
    });
  }
}

const boxAt = (target) => boxes.find(({ area }) => area.contains(target));
const boxFor = (type) => boxes.find(({ types }) => types.some((start) => type.startsWith(start)));

function mark(box) {
  for (const each of boxes) each.area.classList.toggle("over", each === box);
}

for (const type of ["dragenter", "dragover"]) {
  addEventListener(type, (event) => {
    if (isText(event)) return;
    event.preventDefault();
    mark(boxAt(event.target));
  });
}
addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || mark(null));
addEventListener("drop", (event) => {
  mark(null);
  if (isText(event)) return;
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  for (const file of files) {
    const under = boxAt(event.target), fitting = boxFor(file.type);
    const box = files.length === 1 ? (under ?? fitting) : (fitting ?? under);
    if (box) box.use(file);
    else showMessage("error", `${file.name}: drop it onto the box for an image or for a recording.`);
  }
});

/** Whether text is dragged into a field that takes it. */
const isText = ({ dataTransfer, target }) =>
  !dataTransfer.types.includes("Files") && target.matches?.("input[type=number], input[type=text]");
