// Controls for the options of the service, which supplies their ranges, defaults and help.

import { byId, create } from "./elements.js";

// Options with a label of their own come first, in this order; the others follow.
const SLIDERS = {
  amp_lip_x: "Lips, horizontally", amp_lip_y: "Lips, vertically", amp_pos: "Head", amp_brow: "Brows", blink: "Blinks",
};
const LABELS = {
  still: "Keep the head still", style_from: "Speaking style", seed: "Random seed",
  yaw: "Turn the head", pitch: "Lower the head", roll: "Tilt the head",
  size: "Size", crop: "Crop to the head", background: "Background", transparent: "Transparent background",
  extend: "If the recording is longer", keep: "If the video is longer, keep its rest as filmed",
  keep_streams: "Keep the video's own audio tracks and subtitles", face_like: "Dub the person who looks like",
  fps: "Frames per second", side_by_side: "Show the landmarks beside it",
};
const ELSEWHERE = ["face", "say", ...Object.keys(SLIDERS)]; // the face is chosen in the image, the text typed beside it
const MOTION = ["how the face moves", "motion transfer"]; // groups of options
const SIZES = [512, 720, 1080];

let fields = {}; // name -> field of the form
const edited = new Set(); // fields that the user changed

export function init({ options, formats }, styles) {
  fields = Object.fromEntries(options.map((field) => [field.name, field]));
  const choices = {
    style_from: ["the speaker's own", styles.map((name) => [name, name])],
    size: ["same as the image", SIZES.map((size) => [size, `${size} pixels`])],
  };
  byId("sliders").append(...Object.entries(SLIDERS).map(slider));
  const names = new Set([...Object.keys(LABELS), ...Object.keys(fields)]);
  for (const name of names) {
    if (!fields[name] || ELSEWHERE.includes(name)) continue;
    const label = LABELS[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
    byId(boxOf(fields[name])).append(control(name, label, choices[name]));
  }
  byId("more-audio").hidden = !byId("audio-options").children.length;
  const format = create("select", { id: "format" }, ...formats.map((name) => create("option", {}, name)));
  byId("video-options").append(labelled("format", "Format", format));
}

function boxOf({ name, group }) {
  if (MOTION.includes(group)) return "motion";
  return name.startsWith("audio") || name === "voice" ? "audio-options" : "video-options";
}

/** Show the options of `photo`, `cartoon` or `dub`. A large image gets a smaller size, unless the user chose one. */
export function showFor(command, imageSide = null) {
  for (const box of document.querySelectorAll("[data-commands]")) {
    box.hidden = !box.dataset.commands.split(" ").includes(command);
  }
  const largest = SIZES.at(-1);
  if (imageSide && !edited.has("size")) byId("size").value = imageSide > largest ? largest : "";
}

/** Add the options to a form. */
export function fill(form) {
  for (const input of document.querySelectorAll("[data-option]")) {
    if (input.closest("[data-commands]").hidden) continue;
    const name = input.dataset.option;
    if (name === "voice" && !form.has("say")) continue; // a recording has its own
    if (input.type === "file") input.files[0] && form.set(name, input.files[0]);
    else if (input.type === "checkbox") input.checked && form.set(name, "true");
    else if (input.value !== "" && input.value !== String(fields[name].default)) form.set(name, input.value);
  }
  form.set("format", byId("format").value);
}

function labelled(name, label, input, commands = "photo cartoon dub", help = "") {
  if (help) input.setAttribute("aria-describedby", `${name}-help`);
  input.addEventListener("input", () => edited.add(name));
  return create("div", { class: "control", "data-commands": commands },
    ...(input.type === "checkbox"
      ? [create("label", { class: "check" }, input, label)]
      : [create("label", { for: name }, label), input]),
    ...(help ? [create("p", { class: "hint", id: `${name}-help` }, help)] : []));
}

function control(name, label, choice) {
  const field = fields[name];
  const { kind, help, low, high, commands, default: value } = field;
  const shared = { id: name, "data-option": name };
  let input;
  if (choice || field.choices.length) {
    const [none, entries] = choice ?? [value, []];
    const more = field.choices.filter((entry) => entry !== none).map((entry) => [entry, entry]);
    input = create("select", shared, create("option", { value: "" }, none),
      ...[...entries, ...more].map(([entry, text]) => create("option", { value: entry }, text)));
  } else if (kind === "switch") input = create("input", { ...shared, type: "checkbox", title: help });
  else if (kind === "file") input = create("input", { ...shared, type: "file", accept: "image/*" });
  else if (kind === "number" || kind === "integer") {
    input = create("input", { ...shared, type: "number", min: low, max: high, step: kind === "integer" ? 1 : "any", value });
  } else input = create("input", { ...shared, type: "text", value: value?.length ? value : null });
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
