// Creates the video: submits the form, follows the job, shows the result.

import * as api from "./api.js";
import * as audio from "./audio.js";
import * as controls from "./controls.js";
import { byId, create, showMessage } from "./elements.js";
import * as subject from "./subject.js";

const POLL_INTERVAL = 400; // milliseconds
const FINISHED = ["done", "failed", "cancelled"];
let currentJob = null; // id
let cancelled = false; // the user cancelled the current job, perhaps before its id was known

async function init() {
  const [options, styles] = await Promise.all([api.getOptions(), api.getStyles()]);
  controls.init(options, styles);
  audio.init(options.recordings);
  await subject.init(options.portraits, controls.showFor);
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  byId("cancel").addEventListener("click", () => {
    cancelled = true;
    if (currentJob) api.deleteJob(currentJob).catch(showError);
  });
  document.body.dataset.ready = "";
  // A page that was closed or reloaded continues with its job.
  if (location.hash) follow(location.hash.slice(1));
}

async function submit() {
  clearResult();
  cancelled = false;
  const form = new FormData();
  try {
    subject.fill(form);
    audio.fill(form);
    controls.fill(form);
    setBusy(true, "uploading");
    const { id } = await api.submitJob(form);
    if (cancelled) await api.deleteJob(id);
    history.replaceState(null, "", `#${id}`);
    await follow(id);
  } catch (error) {
    showError(error);
    setBusy(false);
  }
}

async function follow(id) {
  currentJob = id;
  setBusy(true, "");
  try {
    let job = await api.getJob(id);
    while (!FINISHED.includes(job.state)) {
      showProgress(job);
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
      job = await api.getJob(id);
    }
    byId("notes").replaceChildren(...job.notes.map((note) => create("li", {}, note)));
    if (job.state === "done") showVideo(job.video);
    if (job.state === "failed") showError(new Error(job.error));
    if (job.state === "cancelled") announce("Cancelled.");
  } catch (error) {
    if (cancelled) announce("Cancelled."); // it was finished already, and is now removed
    else showError(error);
    history.replaceState(null, "", location.pathname);
  }
  currentJob = null;
  setBusy(false);
}

function showProgress({ state, message, ahead, frame, frames, seconds_left: left }) {
  const bar = byId("bar");
  if (state === "rendering") {
    bar.max = frames;
    bar.value = frame;
    const remaining = left === undefined ? "" : `, ${formatDuration(left)} left`;
    byId("message").textContent = `rendering frame ${frame} of ${frames}${remaining}`;
  } else {
    bar.removeAttribute("value");
    byId("message").textContent = ahead ? `waiting: ${ahead} more in the queue` : message;
  }
}

const formatDuration = (seconds) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

function showVideo(url) {
  const format = byId("format").value;
  const video = create("video", { src: url, controls: true, playsinline: true, loop: true, "aria-label": "The video" });
  const image = create("img", { src: url, alt: "The video" });
  video.addEventListener("error", () => {
    // To a browser webp and gif are images; some video formats it cannot play.
    byId("stage").replaceChildren(image);
    image.addEventListener("error", () =>
      byId("stage").replaceChildren(create("p", {}, `Your browser cannot play ${format}. Download the video.`)));
  });
  byId("stage").replaceChildren(video);
  Object.assign(byId("download"), { href: url, download: "", hidden: false });
  announce("The video is ready.");
}

function setBusy(busy, message) {
  byId("create").disabled = busy;
  byId("cancel").hidden = !busy;
  byId("progress").hidden = !busy;
  if (busy) {
    byId("bar").removeAttribute("value");
    byId("message").textContent = message;
    byId("progress").scrollIntoView({ block: "nearest" });
  }
}

function clearResult() {
  showMessage("error");
  byId("status").textContent = "";
  byId("notes").replaceChildren();
  byId("download").hidden = true;
  byId("stage").replaceChildren(byId("placeholder") ?? create("p", { id: "placeholder" }, ""));
}

/** Tell screen readers, and show it where the video would be. */
function announce(message) {
  byId("status").textContent = message;
  if (byId("placeholder")) byId("placeholder").textContent = message;
}

function showError(error) {
  showMessage("error", error.message);
}

init().catch(showError);
