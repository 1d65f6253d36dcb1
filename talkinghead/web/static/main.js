// Creates the video: submits the form, follows the job, shows the result.

import * as api from "./api.js";
import * as audio from "./audio.js";
import * as controls from "./controls.js";
import { byId, create, reveal, showMessage } from "./elements.js";
import { checkReadable } from "./files.js";
import * as live from "./live.js";
import * as subject from "./subject.js";

const POLL_INTERVAL = 400; // milliseconds
const PATIENCE = 15_000; // milliseconds for which a service that does not answer is asked again
const FINISHED = ["done", "failed", "cancelled"];
let busy = false; // from the upload until the job is finished
let currentJob = null; // id
let cancelled = false; // the user cancelled the current job, perhaps before its id was known

async function init() {
  const [options, styles] = await Promise.all([api.getOptions(), api.getStyles()]);
  controls.init(options, styles);
  audio.init(options.recordings, clearError);
  await subject.init(options.portraits, (command, imageSide) => {
    clearError();
    controls.showFor(command, imageSide);
  });
  const form = byId("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!busy) submit();
  });
  form.addEventListener("input", clearError);
  byId("cancel").addEventListener("click", () => {
    cancelled = true;
    if (currentJob) api.deleteJob(currentJob).catch(showError);
  });
  live.init(openLive);
  for (const tab of document.querySelectorAll("[name=tab]")) tab.addEventListener("change", () => showTab(tab.value));
  addEventListener("hashchange", followAddress);
  document.body.dataset.ready = "";
  followAddress();
}

function showTab(name) {
  for (const part of document.querySelectorAll("[data-tab]")) part.hidden = part.dataset.tab !== name;
}

/** The id of a live face of the chosen subject. */
async function openLive() {
  const form = new FormData();
  subject.fill(form);
  if (form.has("video")) throw new Error("Choose an image or a puppet: a video cannot be shown live.");
  form.delete("face");
  await checkReadable(form);
  return (await api.openLive(form)).id;
}

/** A page that was closed or reloaded continues with its job, which its address names. */
function followAddress() {
  if (location.hash.length > 1 && !busy) follow(location.hash.slice(1));
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
    await checkReadable(form);
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
    let job = await getJob(id);
    while (!FINISHED.includes(job.state)) {
      showProgress(job);
      showNotes(job.notes);
      await pause();
      job = await getJob(id);
    }
    showNotes(job.notes);
    if (job.state === "done") showVideo(job.video);
    if (job.state === "failed") showError(new Error(job.error));
    if (job.state === "cancelled") announce("Cancelled.");
  } catch (error) {
    if (cancelled) announce("Cancelled."); // it was finished already, and is now removed
    else showError(error);
    if (error instanceof api.Refused) history.replaceState(null, "", location.pathname);
  }
  currentJob = null;
  setBusy(false);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));

/** The status of a job. A service that does not answer is asked again for a while. */
async function getJob(id) {
  for (const began = performance.now(); ; await pause()) {
    try {
      return await api.getJob(id);
    } catch (error) {
      if (!(error instanceof api.Unreachable) || performance.now() - began > PATIENCE || cancelled) throw error;
      byId("message").textContent = "the program does not answer; trying again";
    }
  }
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

function showNotes(notes) {
  if (notes.length === byId("notes").children.length) return; // screen readers read each once
  byId("notes").replaceChildren(...notes.map((note) => create("li", {}, note)));
}

function showVideo(url) {
  const format = byId("format").value;
  const video = create("video", { src: url, controls: true, playsinline: true, loop: true, "aria-label": "The video" });
  const image = create("img", { src: url, alt: "The video" });
  const show = () => reveal(byId("result").offsetHeight <= innerHeight ? "result" : "stage"); // heights are known now
  video.addEventListener("loadedmetadata", show);
  video.addEventListener("error", () => {
    // To a browser webp and gif are images; some video formats it cannot play.
    byId("stage").replaceChildren(image);
    image.addEventListener("load", show);
    image.addEventListener("error", () => describeStage(`Your browser cannot play ${format}. Download the video.`));
  });
  byId("stage").replaceChildren(video);
  Object.assign(byId("download"), { href: url, download: "", hidden: false });
  byId("status").textContent = "The video is ready.";
}

/** Create is not disabled while a job runs: a disabled button would lose the keyboard's focus. */
function setBusy(on, message) {
  const hidesFocus = !on && document.activeElement === byId("cancel");
  busy = on;
  byId("create").setAttribute("aria-disabled", on);
  byId("cancel").hidden = !on;
  byId("progress").hidden = !on;
  if (hidesFocus) byId("create").focus({ preventScroll: true });
  if (!on) return;
  describeStage("The video is being made.");
  byId("bar").removeAttribute("value");
  byId("message").textContent = message;
  reveal("result");
}

function clearResult() {
  clearError();
  byId("status").textContent = "";
  byId("notes").replaceChildren();
  byId("download").hidden = true;
  describeStage("The video will appear here.");
}

/** A message where the video would be. */
function describeStage(message) {
  byId("stage").replaceChildren(create("p", { id: "placeholder" }, message));
}

/** Tell screen readers, and show it where the video would be. */
function announce(message) {
  byId("status").textContent = message;
  describeStage(message);
}

/** The error of an earlier choice does not concern the next one. */
function clearError() {
  showMessage("error");
}

function showError(error) {
  if (byId("stage").querySelector("#placeholder")) describeStage("There is no video yet.");
  showMessage("error", error.message);
  reveal("error");
}

init().catch(showError);
