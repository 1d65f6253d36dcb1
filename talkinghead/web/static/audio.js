// The audio: a file, a recording of the microphone, a sample, or a text to say.

import { byId, showLinks, showMessage } from "./elements.js";
import { acceptFile } from "./files.js";

let audio = null; // a File, or the name of a sample
let recorder = null; // a MediaRecorder while it records
let onChange = () => {};

export function init(recordings, changed) {
  onChange = changed;
  acceptFile("drop-audio", "audio", ["audio/", "video/"], chooseFile);
  showLinks("recordings", recordings.map(({ id, text }) =>
    [text, () => choose(id, text, `api/recordings/${id}.wav`)]));
  byId("say").addEventListener("input", () => byId("say").value.trim() && forget());
  // Browsers offer the microphone to pages of this machine and to encrypted pages only.
  byId("record").hidden = !navigator.mediaDevices?.getUserMedia;
  byId("record").addEventListener("click", () => (recorder ? recorder.stop() : record()));
  // The program reads more formats than browsers play.
  byId("player").addEventListener("error", () => (byId("player").hidden = true));
}

const chooseFile = (file) => choose(file, file.name, URL.createObjectURL(file));

function choose(source, name, url) {
  if (byId("player").src.startsWith("blob:")) URL.revokeObjectURL(byId("player").src);
  audio = source;
  byId("say").value = "";
  showMessage("audio-error");
  byId("chosen-audio").hidden = false;
  byId("audio-name").textContent = name;
  byId("player").hidden = false;
  byId("player").src = url;
  byId("player").setAttribute("aria-label", name);
  onChange();
}

/** Only one is spoken: what is typed, or what was chosen. */
function forget() {
  audio = null;
  showMessage("audio-error");
  byId("player").pause();
  byId("chosen-audio").hidden = true;
}

async function record() {
  showMessage("audio-error");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    showMessage("audio-error", `The microphone cannot be used: ${error.message}. Allow it, or choose a file.`);
    return;
  }
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  recorder.addEventListener("stop", () => {
    stream.getTracks().forEach((track) => track.stop());
    const file = new File(parts, "recording.webm", { type: recorder.mimeType });
    recorder = null;
    showRecording(false);
    choose(file, "Your recording", URL.createObjectURL(file));
  });
  recorder.start();
  showRecording(true);
  onChange();
}

function showRecording(on) {
  byId("record").setAttribute("aria-pressed", on);
  byId("record").textContent = on ? "Stop recording" : "Record";
}

/** Add the audio to a form, or the text. Throws if there is neither. */
export function fill(form) {
  if (recorder) throw new Error("Stop the recording first.");
  const text = byId("say").value.trim();
  if (text) return form.set("say", text);
  if (!audio) throw new Error("Choose or record audio first, or type what to say.");
  form.set("audio", audio);
}
