// Who is to speak: a picture, one of its faces, or a puppet.

import * as api from "./api.js";
import { by, links, made, receive, tell } from "./elements.js";

let picture = null; // a File, or the name of a portrait
let turn = 0;
let changed = () => {};

export const kind = () => document.querySelector("[name=kind]:checked").value;

export async function start(portraits, told) {
  changed = told;
  receive("drop-picture", "picture", choose);
  links("portraits", portraits.map((name) => [name.replaceAll("_", " "), () => sample(name)]));
  for (const radio of document.querySelectorAll("[name=kind]")) radio.addEventListener("change", turned);
  turned();
  const puppets = await api.puppets();
  by("puppets").replaceChildren(...puppets.map(({ name, title }, at) =>
    made("label", { title },
      made("input", { type: "radio", name: "puppet", value: name, checked: at === 0, "aria-label": `${name}: ${title}` }),
      made("img", { src: `api/puppets/${name}.webp`, alt: "" }),
      made("span", {}, name))));
}

function turned() {
  by("for-photo").hidden = kind() !== "photo";
  by("for-cartoon").hidden = kind() !== "cartoon";
  changed(kind());
}

function sample(name) {
  turn += 1;
  picture = name;
  show(`api/portraits/${name}.webp`, []);
  tell("picture-error");
}

async function choose(file) {
  const mine = ++turn;
  picture = file;
  tell("picture-error");
  by("portrait").hidden = true;
  tell("faces-hint", `Looking at ${file.name} …`);
  try {
    const seen = await api.faces(file);
    if (mine !== turn) return;
    show(`data:image/webp;base64,${seen.picture}`, seen.faces);
    changed(kind(), Math.max(...seen.size));
  } catch (error) {
    if (mine !== turn) return;
    picture = null;
    tell("faces-hint");
    tell("picture-error", error.message);
  }
}

function show(source, boxes) {
  by("shown").src = source;
  by("portrait").hidden = false;
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  const largest = Math.max(...boxes.map(area));
  const several = boxes.length > 1;
  by("faces").replaceChildren(...(several ? boxes : []).map((box, number) => {
    const label = made("label", {},
      made("input", { type: "radio", name: "face", value: number, checked: area(box) === largest, "aria-label": `Face ${number}, counted from the left` }),
      made("span", {}, made("b", {}, String(number))));
    const [left, top, right, bottom] = box.map((share) => 100 * share);
    Object.assign(label.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` });
    return label;
  }));
  tell("faces-hint", several ? "Choose the face that is to speak." : "");
}

/** Put the choice into a form; what is missing is thrown. */
export function fill(form) {
  if (kind() === "cartoon") {
    form.set("puppet", document.querySelector("[name=puppet]:checked").value);
    return;
  }
  if (!picture) throw new Error("Choose a picture first.");
  form.set("picture", picture);
  const face = document.querySelector("[name=face]:checked");
  if (face) form.set("face", face.value);
}
