// The panels beside the canvas: point, clip, layers, problems.

import * as api from "./api.js";

const $ = (id) => document.getElementById(id);
const HIDDEN = new Set(["mouth", "jaw", "teeth", "eyelids"]); // visible during speech and blinks only

let fading;
/** Show a message for a few seconds. */
export function notify(text, isError = false) {
  const status = $("status");
  status.textContent = text;
  status.className = isError ? "visible error" : "visible";
  clearTimeout(fading);
  fading = setTimeout(() => (status.className = ""), isError ? 7000 : 2600);
}

/** Run the work of a button, unless it is running already, and report errors. */
export async function runBusy(button, work, onError = (error) => notify(error.message, true)) {
  if (button.classList.contains("busy")) return;
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    onError(error);
  } finally {
    button.classList.remove("busy");
    button.removeAttribute("aria-busy");
  }
}

export function pointPanel(model, view) {
  const fields = { x: $("x"), y: $("y") };
  const turn = (by) => model.select(model.selected === null ? (by > 0 ? 0 : 67) : (model.selected + by + 68) % 68);
  $("previous").onclick = () => turn(-1);
  $("next").onclick = () => turn(1);
  for (const [axis, field] of Object.entries(fields)) {
    field.onchange = () => {
      const value = field.valueAsNumber, point = model.currentPoints[model.selected];
      if (!Number.isFinite(value)) return show();
      const moved = value - point[axis === "x" ? 0 : 1];
      model.pushUndo();
      model.move(model.selected, axis === "x" ? moved : 0, axis === "y" ? moved : 0);
    };
  }
  $("suggest").onclick = (event) =>
    runBusy(event.currentTarget, async () => {
      model.replacePoints(await api.suggest(model.requestBody()));
      notify(model.pose === "closed" ? "Lips closed" : "Mouth opened");
    });

  function show() {
    const { selected } = model;
    $("pointname").textContent =
      selected === null ? "Select a point" : `${selected} · ${model.state.names[selected]}`;
    Object.values(fields).forEach((field) => (field.disabled = selected === null));
    fields.x.value = selected === null ? "" : model.currentPoints[selected][0];
    fields.y.value = selected === null ? "" : model.currentPoints[selected][1];
    $("suggest").textContent =
      model.pose === "closed" ? "Close the lips" : "Open the mouth";
    $("suggest").hidden = model.pose === "open" && model.poseIsDrawn; // there the image shows the mouth
    clearError();
  }
  function clearError() {
    $("pointerror").hidden = true;
    Object.values(fields).forEach((field) => field.removeAttribute("aria-invalid"));
    view.invalid = new Set();
  }
  model.addEventListener("change", show);
  show();
}

/** Show an error at the point that it concerns. */
export function pointError(model, view, error) {
  if (error.pose && error.pose !== model.pose) model.setPose(error.pose);
  if (error.point === null) return notify(error.message, true);
  model.select(error.point);
  document.body.dataset.panel = "point";
  view.invalid.add(error.point);
  $("pointerror").textContent = error.message;
  $("pointerror").hidden = false;
  $("x").setAttribute("aria-invalid", "true");
  $("y").setAttribute("aria-invalid", "true");
  view.draw();
}

export function layerPanel(state, view, changed) {
  const list = $("layers");
  list.replaceChildren();
  view.layers.clear();
  for (const role of state.layers) {
    const layer = { image: null, visible: !HIDDEN.has(role) };
    view.layers.set(role, layer);
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = layer.visible;
    box.onchange = () => {
      layer.visible = box.checked;
      changed();
      view.draw();
    };
    const label = document.createElement("label"), item = document.createElement("li");
    label.append(box, role);
    item.append(label);
    list.append(item);
    api.layer(role).then(
      (image) => {
        layer.image = image;
        view.draw();
      },
      (error) => notify(error.message, true),
    );
  }
}

export function speakPanel(model, onError) {
  const choice = $("sentence"), style = $("style"), video = $("video"), text = $("cliptext");
  choice.replaceChildren(...model.state.sentences.map(({ id, text: words }) => new Option(words, id)));
  style.replaceChildren(
    new Option("Style: the speaker's own", ""),
    ...model.state.styles.map((name) => new Option(`Style: ${name}`, name)),
  );
  style.parentElement.hidden = !model.state.styles.length;
  if (!model.state.sentences.length) {
    text.textContent = "The folder examples has no recordings.";
    $("speak").disabled = choice.disabled = true;
  }
  $("speak").onclick = (event) =>
    runBusy(
      event.currentTarget,
      async () => {
        text.textContent = "Rendering…";
        text.hidden = false;
        video.hidden = true;
        try {
          video.src = await api.speak(model.requestBody({ sentence: choice.value, style: style.value }));
          video.hidden = false;
          text.hidden = true;
          await video.play().catch(() => notify("Press play"));
        } catch (error) {
          text.textContent = error.message;
          throw error;
        }
      },
      onError,
    );
}

export function checkPanel(model, view, onError, openPanel) {
  const list = $("problems");
  $("check").onclick = (event) =>
    runBusy(event.currentTarget, async () => show(await api.check(model.requestBody()), true), onError);
  return { show };

  /** List problems; `open` opens the panel and marks their points. */
  function show(problems, open) {
    list.replaceChildren(...problems.map(entry));
    if (!problems.length) {
      const none = document.createElement("p");
      none.textContent = "No problems found.";
      list.append(none);
    }
    if (!open) return;
    openPanel("check");
    view.invalid = new Set(problems.flatMap(({ points }) => points));
    view.draw();
  }

  function entry({ message, serious, pose, points }) {
    const item = document.createElement("li");
    const where = points.length || pose;
    const box = document.createElement(where ? "button" : "p");
    box.className = serious ? "finding serious" : "finding";
    const kind = document.createElement("b");
    kind.textContent = serious ? "Error" : "Warning";
    box.append(kind, ` ${message}`);
    box.onclick = () => {
      const invalid = view.invalid;
      if (pose) model.setPose(pose);
      if (points.length) model.select(points[0]);
      view.invalid = invalid;
      view.draw();
    };
    item.append(box);
    return item;
  }
}
