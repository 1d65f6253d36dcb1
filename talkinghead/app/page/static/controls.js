// The controls that matter, out of the options the service offers: ranges, defaults and help are its.

import { by, made, tell } from "./elements.js";

const SLIDERS = { amp_lip_x: "Lips sideways", amp_lip_y: "Lips up and down", amp_pos: "Head", amp_brow: "Brows", blink: "Blinks" };
const MOTION = { still: "Hold the head still", "style-from": "Manner", seed: "Take" };
const VIDEO = { size: "Size", crop: "The head alone", background: "Background", transparent: "No background" };
const SIZES = [512, 720, 1080];

let offered = {};
const changed = new Set(); // what the user set; all else is the service's own default

export function start({ options, formats, limits }, styles) {
  offered = { limits, ...Object.fromEntries(options.map((one) => [one.name, one])) };
  by("sliders").append(...Object.entries(SLIDERS).map(slider));
  const choices = { "style-from": ["the voice's own", styles], size: ["as large as the picture", SIZES] };
  const draw = ([name, label]) => control(name, label, choices[name]);
  by("motion").append(...Object.entries(MOTION).map(draw));
  by("video-options").append(...Object.entries(VIDEO).map(draw),
    field("format", "Format", made("select", { id: "format", name: "format" }, ...formats.map((one) => made("option", {}, one)))));
}

/** Show what fits a photo or a cartoon; a large picture is made smaller unless asked otherwise. */
export function suit(kind, side = null) {
  for (const box of document.querySelectorAll("[data-commands]")) {
    box.hidden = !box.dataset.commands.split(" ").includes(kind);
  }
  if (side && !changed.has("size")) by("size").value = side > SIZES.at(-1) ? SIZES.at(-1) : "";
}

/** Put what was set into a form; files that are too large together are thrown. */
export function fill(form) {
  for (const input of document.querySelectorAll("[data-option]")) {
    if (input.closest("[data-commands]").hidden) continue;
    const name = input.dataset.option;
    if (input.type === "file") input.files[0] && form.set(name, input.files[0]);
    else if (input.type === "checkbox") input.checked && form.set(name, "true");
    else if (input.value !== "" && input.value !== String(offered[name].default)) form.set(name, input.value);
  }
  form.set("format", by("format").value);
  const size = [...form.values()].reduce((sum, value) => sum + (value.size ?? 0), 0);
  const most = offered.limits.max_upload;
  if (size > most * 1e6) throw new Error(`the files are larger than ${most} MB together; send smaller ones`);
}

function field(name, label, input, commands = "photo cartoon", help = "") {
  if (help) input.setAttribute("aria-describedby", `${name}-help`);
  input.addEventListener("input", () => changed.add(name));
  return made("div", { class: "control", "data-commands": commands },
    ...(input.type === "checkbox"
      ? [made("label", { class: "check" }, input, label)]
      : [made("label", { for: name }, label), input]),
    ...(help ? [made("p", { class: "hint", id: `${name}-help` }, help)] : []));
}

function control(name, label, choice) {
  const { kind, help, low, high, commands, default: value } = offered[name];
  const shared = { id: name, "data-option": name };
  let input;
  if (choice) {
    input = made("select", shared, made("option", { value: "" }, choice[0]),
      ...choice[1].map((one) => made("option", { value: one }, name === "size" ? `${one} pixels` : one)));
  } else if (kind === "switch") input = made("input", { ...shared, type: "checkbox" });
  else if (kind === "file") input = made("input", { ...shared, type: "file", accept: "image/*" });
  else input = made("input", { ...shared, type: "number", min: low, max: high, step: kind === "whole" ? 1 : "any", value });
  if (kind === "switch") input.title = help; // its label says it
  return field(name, label, input, commands.join(" "), choice || kind === "switch" ? "" : help);
}

/** A slider whose middle is natural, and a number that may go as far as the option does. */
function slider([name, label]) {
  const { help, low, high, commands, default: natural } = offered[name];
  const number = made("input", { type: "number", id: name, "data-option": name, min: low, max: high, step: "any", value: natural, "aria-describedby": `${name}-help` });
  const range = made("input", { type: "range", min: low, max: 2 * natural, step: natural / 20, value: natural, "aria-label": label, "aria-describedby": `${name}-help` });
  range.addEventListener("input", () => (number.value = range.value));
  number.addEventListener("input", () => (range.value = number.value));
  return made("div", { class: "control", "data-commands": commands.join(" ") },
    made("label", { for: name }, label),
    made("div", { class: "slide" }, range, number),
    made("p", { class: "hint", id: `${name}-help` }, help));
}
