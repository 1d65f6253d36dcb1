// The subject: an image and one of its faces, a puppet, or a video to dub.

import * as api from "./api.js";
import { byId, create, showLinks, showMessage } from "./elements.js";
import { acceptFile } from "./files.js";

let image = null; // a File, or the name of a sample portrait
let video = null; // a File
let imageCount = 0; // images chosen so far; the result of an older detection is dropped
let onChange = () => {};

export const command = () => document.querySelector("[name=command]:checked").value;

export async function init(portraits, changed) {
  onChange = changed;
  acceptFile("drop-image", "image", ["image/"], chooseFile);
  acceptFile("drop-video", "video", [], chooseVideo); // a video that is dropped elsewhere has the audio
  showLinks("portraits", portraits.map((name) => [name.replaceAll("_", " "), () => choosePortrait(name)]));
  for (const radio of document.querySelectorAll("[name=command]")) radio.addEventListener("change", showCommand);
  showCommand();
  const puppets = await api.getPuppets();
  byId("puppets").replaceChildren(...puppets.map(({ name, title }, index) =>
    create("label", { title },
      create("input", { type: "radio", name: "puppet", value: name, checked: index === 0, "aria-label": `${name}: ${title}` }),
      create("img", { src: `api/puppets/${name}.webp`, alt: "" }),
      create("span", {}, name))));
}

function showCommand() {
  byId("for-photo").hidden = command() !== "photo";
  byId("for-cartoon").hidden = command() !== "cartoon";
  byId("for-dub").hidden = command() !== "dub";
  onChange(command());
}

function chooseVideo(file) {
  video = file;
  showMessage("video-name", file.name);
  onChange(command());
}

function choosePortrait(name) {
  imageCount += 1;
  image = name;
  showImage(`api/portraits/${name}.webp`, []);
  showMessage("image-error");
  onChange(command());
}

async function chooseFile(file) {
  const number = ++imageCount;
  image = file;
  showMessage("image-error");
  byId("portrait").hidden = true;
  byId("faces").replaceChildren();
  document.querySelector("[name=command][value=photo]").checked = true; // it may have been dropped
  showCommand();
  showMessage("faces-hint", `Detecting faces in ${file.name} …`);
  try {
    const detected = await api.detectFaces(file);
    if (number !== imageCount) return;
    showImage(`data:image/webp;base64,${detected.preview}`, detected.faces);
    onChange(command(), Math.max(...detected.size));
  } catch (error) {
    if (number !== imageCount) return;
    image = null;
    showMessage("faces-hint");
    showMessage("image-error", error.message);
  }
}

/** Show the image; with several faces, each has a box to choose it, the largest being chosen. */
function showImage(source, boxes) {
  byId("preview").src = source;
  byId("portrait").hidden = false;
  const area = ([left, top, right, bottom]) => (right - left) * (bottom - top);
  const largest = Math.max(...boxes.map(area));
  const several = boxes.length > 1;
  byId("faces").replaceChildren(...(several ? boxes : []).map((box, number) => {
    const label = create("label", {},
      create("input", { type: "radio", name: "face", value: number, checked: area(box) === largest, "aria-label": `Face ${number}, counted from the left` }),
      create("span", {}, create("b", {}, String(number))));
    const [left, top, right, bottom] = box.map((share) => 100 * share);
    Object.assign(label.style, { left: `${left}%`, top: `${top}%`, width: `${right - left}%`, height: `${bottom - top}%` });
    return label;
  }));
  showMessage("faces-hint", several ? "Choose the face to animate." : "");
}

/** Add the subject to a form. Throws if none is chosen. */
export function fill(form) {
  if (command() === "cartoon") {
    form.set("puppet", document.querySelector("[name=puppet]:checked").value);
    return;
  }
  if (command() === "dub") {
    if (!video) throw new Error("Choose a video first.");
    form.set("video", video);
    const person = byId("video-face").value;
    if (person) form.set("face", person);
    return;
  }
  if (!image) throw new Error("Choose an image first.");
  form.set("photo", image);
  const face = document.querySelector("[name=face]:checked");
  if (face) form.set("face", face.value);
}
