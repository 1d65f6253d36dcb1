// Builds the page from what the server tells of the puppet.

import * as api from "./api.js";
import { Hand } from "./hand.js";
import { Model } from "./model.js";
import { busy, checkPanel, layerPanel, pointError, pointPanel, say, speakPanel } from "./panels.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);

const model = new Model(await api.state());
const view = new View($("canvas"), model);
new Hand(view, model);

const shown = () => [...view.layers].filter(([, { visible }]) => visible).map(([role]) => role);
const refused = (error) => pointError(model, view, error);
const inSpeech = ["mouth", "jaw", "teeth", "eyelids"];

// The pose that is not drawn, and the triangles, come from the server while points move.
const renew = api.latest(async () => {
  try {
    const [posed, mesh] = await Promise.all([
      model.drawn ? null : api.pose(model.body({ layers: [...shown(), ...inSpeech] })),
      pressed("triangles") ? api.mesh(model.body()) : null,
    ]);
    view.posed = posed;
    view.mesh = mesh;
    view.draw();
  } catch (error) {
    say(error.message, true);
  }
});

const pressed = (id) => $(id).getAttribute("aria-pressed") === "true";
function toggle(id) {
  $(id).setAttribute("aria-pressed", String(!pressed(id)));
  model.mirrored = pressed("mirror");
  renew();
  view.draw();
}

function refresh() {
  $("name").textContent = model.state.name;
  document.title = `${model.changed ? "• " : ""}${model.state.name}: puppet editor`;
  $("unsaved").hidden = !model.changed;
  $("undo").disabled = !model.past.length;
  $("redo").disabled = !model.future.length;
  for (const button of document.querySelectorAll("[data-pose]")) {
    const here = button.dataset.pose === model.pose;
    button.setAttribute("aria-checked", String(here));
    button.tabIndex = here ? 0 : -1;
  }
  $("hint").textContent = model.drawn
    ? ""
    : "Lips and jaw move in this pose only";
}

model.addEventListener("change", ({ detail }) => {
  refresh();
  if (detail === "points" || detail === "pose") renew();
  view.draw();
});

async function save(force = false) {
  const sent = structuredClone(model.body());
  await busy($("save"), async () => {
    const answer = await api.save({ ...sent, revision: model.state.revision, force });
    model.keep(sent, answer.revision);
    if (model.state.redrawn) {
      model.state.layers = answer.layers;
      layerPanel(model.state, view, renew);
    }
    say("Saved");
  }, (error) => (error.status === 409 ? conflict(error) : refused(error)));
}

function conflict(error) {
  $("conflicttext").textContent = `${error.message}.`;
  const dialog = $("conflict");
  dialog.onclose = async () => {
    if (dialog.returnValue === "force") await save(true);
    if (dialog.returnValue === "reload") await reload().catch(refused);
  };
  dialog.returnValue = "cancel";
  dialog.showModal();
}

async function reload() {
  model.reset(await api.state());
  layerPanel(model.state, view, renew);
}

const undo = () => model.undo() || say("Nothing to undo");
const redo = () => model.redo() || say("Nothing to redo");
const other = () => model.show(model.pose === "closed" ? "open" : "closed");
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
  button.onclick = () => model.show(button.dataset.pose);
  button.onkeydown = (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    other();
    document.querySelector("[data-pose][aria-checked=true]").focus();
  };
}
const tabs = [...document.querySelectorAll(".tabs button")];
tabs.forEach((tab, place) => {
  tab.onclick = () => {
    document.body.dataset.panel = tab.dataset.panel;
    for (const each of tabs) each.setAttribute("aria-selected", String(each === tab));
  };
  tab.onkeydown = ({ key }) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (way) tabs[(place + way + tabs.length) % tabs.length].focus();
  };
});

const keys = {
  m: () => toggle("mirror"), t: () => toggle("triangles"), o: other,
  "+": () => view.zoom(1.25), "=": () => view.zoom(1.25), "-": () => view.zoom(0.8),
  0: () => view.showAll(), f: () => view.showFace(),
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=number], select");
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const work = { z: event.shiftKey ? redo : undo, y: redo, s: () => save() }[key];
    if (!work || (typing && key !== "s")) return;
    event.preventDefault();
    work();
  } else if (!typing && !event.altKey && keys[key] && !$("conflict").open) {
    keys[key]();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (model.changed) event.preventDefault();
});

layerPanel(model.state, view, renew);
pointPanel(model, view);
speakPanel(model, refused);
checkPanel(model, view, refused);
refresh();
view.showFace();
document.body.dataset.ready = "true";
