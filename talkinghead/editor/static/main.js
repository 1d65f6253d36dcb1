// Builds the page from the state of the puppet, and connects its controls.

import * as api from "./api.js";
import { PointerInput } from "./pointer_input.js";
import { Model } from "./model.js";
import { runBusy, checkPanel, layerPanel, pointError, pointPanel, notify, speakPanel } from "./panels.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);

const model = new Model(await api.state());
const view = new View($("canvas"), model);
new PointerInput(view, model);

const visibleLayers = () => [...view.layers].filter(([, { visible }]) => visible).map(([role]) => role);
const onError = (error) => pointError(model, view, error);
const inSpeech = ["mouth", "jaw", "teeth", "eyelids"];

// While points move, the server renders the pose that is not drawn, and the mesh.
const refreshPreview = api.latest(async () => {
  try {
    const [poseImage, mesh] = await Promise.all([
      model.poseIsDrawn ? null : api.pose(model.requestBody({ layers: [...visibleLayers(), ...inSpeech] })),
      pressed("triangles") ? api.mesh(model.requestBody()) : null,
    ]);
    view.poseImage = poseImage;
    view.mesh = mesh;
    view.draw();
  } catch (error) {
    notify(error.message, true);
  }
});

const pressed = (id) => $(id).getAttribute("aria-pressed") === "true";
function toggle(id) {
  $(id).setAttribute("aria-pressed", String(!pressed(id)));
  model.mirrored = pressed("mirror");
  refreshPreview();
  view.draw();
}

function refresh() {
  $("name").textContent = model.state.name;
  document.title = `${model.changed ? "• " : ""}${model.state.name}: puppet editor`;
  $("unsaved").hidden = !model.changed;
  $("undo").disabled = !model.past.length;
  $("redo").disabled = !model.future.length;
  for (const button of document.querySelectorAll("[data-pose]")) {
    const active = button.dataset.pose === model.pose;
    button.setAttribute("aria-checked", String(active));
    button.tabIndex = active ? 0 : -1;
  }
  $("hint").textContent = model.poseIsDrawn
    ? ""
    : "In this pose only lips and jaw move";
}

model.addEventListener("change", ({ detail }) => {
  refresh();
  if (detail === "points" || detail === "pose") refreshPreview();
  view.draw();
});

async function save(force = false) {
  const points = structuredClone(model.requestBody());
  await runBusy($("save"), async () => {
    const answer = await api.save({ ...points, revision: model.state.revision, force });
    model.markSaved(points, answer.revision);
    if (model.state.redrawn) {
      model.state.layers = answer.layers;
      layerPanel(model.state, view, refreshPreview);
    }
    const errors = answer.problems.filter(({ serious }) => serious);
    checks.show(answer.problems, errors.length > 0);
    if (errors.length) notify(`Saved, but it has ${count(errors.length, "error")}: ${errors[0].message}`, true);
    else notify("Saved");
  }, (error) => (error.status === 409 ? conflict(error) : onError(error)));
}

const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

function conflict(error) {
  $("conflicttext").textContent = `${error.message}.`;
  const dialog = $("conflict");
  dialog.onclose = async () => {
    if (dialog.returnValue === "force") await save(true);
    if (dialog.returnValue === "reload") await reload().catch(onError);
  };
  dialog.returnValue = "cancel";
  dialog.showModal();
}

async function reload() {
  model.reset(await api.state());
  layerPanel(model.state, view, refreshPreview);
}

const undo = () => model.undo() || notify("Nothing to undo");
const redo = () => model.redo() || notify("Nothing to redo");
const togglePose = () => model.setPose(model.pose === "closed" ? "open" : "closed");
$("undo").onclick = undo;
$("redo").onclick = redo;
$("save").onclick = () => save();
$("mirror").onclick = () => toggle("mirror");
$("triangles").onclick = () => toggle("triangles");
$("in").onclick = () => view.zoom(1.4);
$("out").onclick = () => view.zoom(1 / 1.4);
$("fit").onclick = () => view.showAll();
$("face").onclick = () => view.showFace();
for (const button of document.querySelectorAll("[data-pose]")) {
  button.onclick = () => model.setPose(button.dataset.pose);
  button.onkeydown = (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    togglePose();
    document.querySelector("[data-pose][aria-checked=true]").focus();
  };
}
const tabs = [...document.querySelectorAll(".tabs button")];
function openPanel(name) {
  document.body.dataset.panel = name;
  for (const item of tabs) item.setAttribute("aria-selected", String(item.dataset.panel === name));
}
tabs.forEach((tab, index) => {
  tab.onclick = () => openPanel(tab.dataset.panel);
  tab.onkeydown = ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) tabs[(index + step + tabs.length) % tabs.length].focus();
  };
});

const keys = {
  m: () => toggle("mirror"), t: () => toggle("triangles"), o: togglePose,
  "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(0.8),
  0: () => view.showAll(), f: () => view.showFace(),
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=number], select");
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const action = { z: event.shiftKey ? redo : undo, y: redo, s: () => save() }[key];
    if (!action || (typing && key !== "s")) return;
    event.preventDefault();
    action();
  } else if (!typing && !event.altKey && keys[key] && !$("conflict").open) {
    keys[key]();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (model.changed) event.preventDefault();
});

layerPanel(model.state, view, refreshPreview);
pointPanel(model, view);
speakPanel(model, onError);
const checks = checkPanel(model, view, onError, openPanel);
refresh();
view.showFace();
document.body.dataset.ready = "true";
