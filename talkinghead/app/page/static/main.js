// Makes the video: sends the form, follows the job, shows what came of it.

import * as api from "./api.js";
import * as controls from "./controls.js";
import { by, made, tell } from "./elements.js";
import * as face from "./face.js";
import * as voice from "./voice.js";

const PAUSE = 400; // milliseconds between questions
let job = null; // the id of what is being made

async function start() {
  const [offer, styles] = await Promise.all([api.offer(), api.styles()]);
  controls.start(offer, styles);
  voice.start(offer.recordings);
  await face.start(offer.portraits, controls.suit);
  by("form").addEventListener("submit", (event) => {
    event.preventDefault();
    make();
  });
  by("cancel").addEventListener("click", () => job && api.drop(job).catch(wrong));
  document.body.dataset.ready = "";
  // A page that was closed or loaded again goes on where it was.
  if (location.hash) follow(location.hash.slice(1));
}

async function make() {
  clear();
  const form = new FormData();
  try {
    face.fill(form);
    voice.fill(form);
    controls.fill(form);
    working(true, "sending");
    const { id } = await api.order(form);
    history.replaceState(null, "", `#${id}`);
    await follow(id);
  } catch (error) {
    wrong(error);
    working(false);
  }
}

async function follow(id) {
  job = id;
  working(true, "");
  try {
    let told = await api.state(id);
    while (!["done", "failed", "cancelled"].includes(told.state)) {
      show(told);
      await new Promise((done) => setTimeout(done, PAUSE));
      told = await api.state(id);
    }
    by("notes").replaceChildren(...told.notes.map((note) => made("li", {}, note)));
    if (told.state === "done") finished(told);
    if (told.state === "failed") wrong(new Error(told.error));
    if (told.state === "cancelled") say("Cancelled.");
  } catch (error) {
    wrong(error);
    history.replaceState(null, "", location.pathname);
  }
  job = null;
  working(false);
}

function show(told) {
  const { state, doing, ahead, frame, frames, seconds_left: left } = told;
  if (state === "painting") {
    by("bar").max = frames;
    by("bar").value = frame;
    by("doing").textContent = `painting ${frame} of ${frames}${left === undefined ? "" : `, ${clock(left)} left`}`;
  } else {
    by("bar").removeAttribute("value");
    by("doing").textContent = ahead ? `${ahead} before this one` : doing;
  }
}

const clock = (seconds) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

function finished({ video }) {
  const name = by("format").value;
  const film = made("video", { src: video, controls: true, playsinline: true, loop: true, "aria-label": "The video" });
  const picture = made("img", { src: video, alt: "The video" });
  film.addEventListener("error", () => {
    // webp and gif are pictures to a browser, and some videos it cannot show at all.
    by("stage").replaceChildren(picture);
    picture.addEventListener("error", () =>
      by("stage").replaceChildren(made("p", {}, `Your browser cannot show ${name}. Download it.`)));
  });
  by("stage").replaceChildren(film);
  Object.assign(by("download"), { href: video, download: "", hidden: false });
  say("The video is ready.");
}

function working(on, doing) {
  by("make").disabled = on;
  by("cancel").hidden = !on;
  by("progress").hidden = !on;
  if (on) {
    by("bar").removeAttribute("value");
    by("doing").textContent = doing;
    by("progress").scrollIntoView({ block: "nearest" });
  }
}

function clear() {
  tell("error");
  by("status").textContent = "";
  by("notes").replaceChildren();
  by("download").hidden = true;
  by("stage").replaceChildren(by("empty") ?? made("p", { id: "empty" }, ""));
}

function say(message) {
  by("status").textContent = message;
  if (by("empty")) by("empty").textContent = message;
}

function wrong(error) {
  tell("error", error.message);
}

start().catch(wrong);
