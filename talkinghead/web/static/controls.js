// Controls for the options of the service, which supplies their ranges, defaults and help.

import { byId, create } from "./elements.js";

const SLIDERS = {
  amp_lip_x: "Lips, horizontally", amp_lip_y: "Lips, vertically", amp_pos: "Head", amp_brow: "Brows", blink: "Blinks",
};
const MOTION = { still: "Keep the head still", style_from: "Speaking style", seed: "Random seed" };
const VIDEO = { size: "Size", crop: "Crop to the head", background: "Background", transparent: "Transparent background" };
const SIZES = [512, 720, 1080];

let fields = {}; // name -> field of the form
let maxUpload = 0; // megabytes
const edited = new Set(); // fields that the user changed

export function init({ options, formats, limits }, styles) {
  fields = Object.fromEntries(options.map((field) => [field.name, field]));
  maxUpload = limits.max_upload;
  const choices = {
    style_from: ["the speaker's own", styles.map((name) => [name, name])],
    size: ["same as the image", SIZES.map((size) => [size, `${size} pixels`])],
  };
  const build = ([name, label]) => control(name, label, choices[name]);
  byId("sliders").append(...Object.entries(SLIDERS).map(slider));
  byId("motion").append(...Object.entries(MOTION).map(build));
  const format = create("select", { id: "format" }, ...formats.map((name) => create("option", {}, name)));
  byId("video-options").append(...Object.entries(VIDEO).map(build), labelled("format", "Format", format));
}

/** Show the options of `photo` or `cartoon`. A large image gets a smaller size, unless the user chose one. */
export function showFor(command, imageSide = null) {
  for (const box of document.querySelectorAll("[data-commands]")) {
    box.hidden = !box.dataset.commands.split(" ").includes(command);
  }
  const largest = SIZES.at(-1);
  if (imageSide && !edited.has("size")) byId("size").value = imageSide > largest ? largest : "";
}

/** Add the options to a form. Throws if the files are too large together. */
export function fill(form) {
  for (const input of document.querySelectorAll("[data-option]")) {
    if (input.closest("[data-commands]").hidden) continue;
    const name = input.dataset.option;
    if (input.type === "file") input.files[0] && form.set(name, input.files[0]);
    else if (input.type === "checkbox") input.checked && form.set(name, "true");
    else if (input.value !== "" && input.value !== String(fields[name].default)) form.set(name, input.value);
  }
  form.set("format", byId("format").value);
  const bytes = [...form.values()].reduce((sum, value) => sum + (value.size ?? 0), 0);
  if (bytes > maxUpload * 1e6) {
    throw new Error(`the files are larger than ${maxUpload} MB together; send smaller ones`);
  }
}

function labelled(name, label, input, commands = "photo cartoon", help = "") {
  if (help) input.setAttribute("aria-describedby", `${name}-help`);
  input.addEventListener("input", () => edited.add(name));
  return create("div", { class: "control", "data-commands": commands },
    ...(input.type === "checkbox"
      ? [create("label", { class: "check" }, input, label)]
      : [create("label", { for: name }, label), input]),
    ...(help ? [create("p", { class: "hint", id: `${name}-help` }, help)] : []));
}

function control(name, label, choice) {
  const { kind, help, low, high, commands, default: value } = fields[name];
  const shared = { id: name, "data-option": name };
  let input;
  if (choice) {
    const [none, entries] = choice;
    input = create("select", shared, create("option", { value: "" }, none),
      ...entries.map(([entry, text]) => create("option", { value: entry }, text)));
  } else if (kind === "switch") input = create("input", { ...shared, type: "checkbox", title: help });
  else if (kind === "file") input = create("input", { ...shared, type: "file", accept: "image/*" });
  else input = create("input", { ...shared, type: "number", min: low, max: high, step: kind === "integer" ? 1 : "any", value });
  return labelled(name, label, input, commands.join(" "), choice || kind === "switch" ? "" : help);
}

/** A slider with the default in its middle, and a number field for the option's whole range. */
function slider([name, label]) {
  const { help, low, high, commands, default: natural } = fields[name];
  const described = { "aria-describedby": `${name}-help` };
  const number = create("input", { type: "number", id: name, "data-option": name, min: low, max: high, step: "any", value: natural, ...described });
  const range = create("input", { type: "range", min: low, max: 2 * natural, step: natural / 20, value: natural, "aria-label": label, ...described });
  range.addEventListener("input", () => (number.value = range.value));
  number.addEventListener("input", () => (range.value = number.value));
  return create("div", { class: "control", "data-commands": commands.join(" ") },
    create("label", { for: name }, label),
    create("div", { class: "slide" }, range, number),
    create("p", { class: "hint", id: `${name}-help` }, help));
}
