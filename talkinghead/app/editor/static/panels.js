// What stands beside the picture: the point, the clip, the layers, the problems.

import * as api from "./api.js";

const $ = (id) => document.getElementById(id);
const HIDDEN = new Set(["mouth", "jaw", "teeth", "eyelids"]); // seen in speech and blinks only

let fading;
/** Tell the user something in passing. */
export function say(text, bad = false) {
  const status = $("status");
  status.textContent = text;
  status.className = bad ? "seen bad" : "seen";
  clearTimeout(fading);
  fading = setTimeout(() => (status.className = ""), bad ? 7000 : 2600);
}

/** Do what a button asks for, once at a time, and say what was refused. */
export async function busy(button, work, refused = (error) => say(error.message, true)) {
  if (button.classList.contains("busy")) return;
  button.classList.add("busy");
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    refused(error);
  } finally {
    button.classList.remove("busy");
    button.removeAttribute("aria-busy");
  }
}

export function pointPanel(model, view) {
  const fields = { x: $("x"), y: $("y") };
  const turn = (by) => model.choose(model.chosen === null ? (by > 0 ? 0 : 67) : (model.chosen + by + 68) % 68);
  $("previous").onclick = () => turn(-1);
  $("next").onclick = () => turn(1);
  for (const [axis, field] of Object.entries(fields)) {
    field.onchange = () => {
      const value = field.valueAsNumber, point = model.here[model.chosen];
      if (!Number.isFinite(value)) return show();
      const moved = value - point[axis === "x" ? 0 : 1];
      model.remember();
      model.move(model.chosen, axis === "x" ? moved : 0, axis === "y" ? moved : 0);
    };
  }
  $("suggest").onclick = (event) =>
    busy(event.currentTarget, async () => {
      model.replace(await api.suggest(model.body()));
      say(model.pose === "closed" ? "Lips meet" : "Mouth opened");
    });

  function show() {
    const { chosen } = model;
    $("pointname").textContent =
      chosen === null ? "Choose a point" : `${chosen} · ${model.state.names[chosen]}`;
    Object.values(fields).forEach((field) => (field.disabled = chosen === null));
    fields.x.value = chosen === null ? "" : model.here[chosen][0];
    fields.y.value = chosen === null ? "" : model.here[chosen][1];
    $("suggest").textContent =
      model.pose === "closed" ? "Let the lips meet" : "Open the mouth anew";
    $("suggest").hidden = model.pose === "open" && model.drawn; // there the picture decides
    clearError();
  }
  function clearError() {
    $("pointerror").hidden = true;
    Object.values(fields).forEach((field) => field.removeAttribute("aria-invalid"));
    view.wrong = new Set();
  }
  model.addEventListener("change", show);
  show();
}

/** Show what was refused where it is: at the point and its fields. */
export function pointError(model, view, error) {
  if (error.pose && error.pose !== model.pose) model.show(error.pose);
  if (error.point === null) return say(error.message, true);
  model.choose(error.point);
  document.body.dataset.panel = "point";
  view.wrong.add(error.point);
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
      (error) => say(error.message, true),
    );
  }
}

export function speakPanel(model, refused) {
  const choice = $("sentence"), style = $("style"), video = $("video"), text = $("filmtext");
  choice.replaceChildren(...model.state.sentences.map(({ id, text: words }) => new Option(words, id)));
  style.replaceChildren(
    new Option("Manner: the voice's own", ""),
    ...model.state.styles.map((name) => new Option(`Manner: ${name}`, name)),
  );
  style.parentElement.hidden = !model.state.styles.length;
  if (!model.state.sentences.length) {
    text.textContent = "There is no recording in the folder examples.";
    $("speak").disabled = choice.disabled = true;
  }
  $("speak").onclick = (event) =>
    busy(
      event.currentTarget,
      async () => {
        text.textContent = "Rendering…";
        text.hidden = false;
        video.hidden = true;
        try {
          video.src = await api.speak(model.body({ sentence: choice.value, style: style.value }));
          video.hidden = false;
          text.hidden = true;
          await video.play().catch(() => say("Press play to hear it"));
        } catch (error) {
          text.textContent = error.message;
          throw error;
        }
      },
      refused,
    );
}

export function checkPanel(model, view, refused) {
  const list = $("problems");
  $("check").onclick = (event) =>
    busy(
      event.currentTarget,
      async () => {
        const found = await api.check(model.body());
        list.replaceChildren(...found.map(entry));
        if (!found.length) {
          const fine = document.createElement("p");
          fine.textContent = "Nothing is wrong.";
          list.append(fine);
        }
        view.wrong = new Set(found.flatMap(({ points }) => points));
        view.draw();
      },
      refused,
    );

  function entry({ message, serious, pose, points }) {
    const item = document.createElement("li");
    const where = points.length || pose;
    const box = document.createElement(where ? "button" : "p");
    box.className = serious ? "finding serious" : "finding";
    const kind = document.createElement("b");
    kind.textContent = serious ? "Error" : "Warning";
    box.append(kind, ` ${message}`);
    box.onclick = () => {
      const wrong = view.wrong;
      if (pose) model.show(pose);
      if (points.length) model.choose(points[0]);
      view.wrong = wrong;
      view.draw();
    };
    item.append(box);
    return item;
  }
}
