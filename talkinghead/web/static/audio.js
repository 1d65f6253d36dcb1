// The audio: a file, a recording of the microphone, or a sample.

import { acceptFile, byId, showLinks, showMessage } from "./elements.js";

let audio = null; // a File, or the name of a sample
let recorder = null; // a MediaRecorder while it records

export function init(recordings) {
  acceptFile("drop-audio", "audio", (file) => choose(file, file.name, URL.createObjectURL(file)));
  showLinks("recordings", recordings.map(({ id, text }) =>
    [text, () => choose(id, text, `api/recordings/${id}.wav`)]));
  // Browsers offer the microphone to pages of this machine and to encrypted pages only.
  byId("record").hidden = !navigator.mediaDevices?.getUserMedia;
  byId("record").addEventListener("click", () => (recorder ? recorder.stop() : record()));
}

function choose(source, name, url) {
  audio = source;
  showMessage("audio-error");
  byId("chosen-audio").hidden = false;
  byId("audio-name").textContent = name;
  byId("player").src = url;
  byId("player").setAttribute("aria-label", name);
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
}

function showRecording(on) {
  byId("record").setAttribute("aria-pressed", on);
  byId("record").textContent = on ? "Stop recording" : "Record";
}

/** Add the audio to a form. Throws if none is chosen. */
export function fill(form) {
  if (recorder) throw new Error("Stop the recording first.");
  if (!audio) throw new Error("Choose or record audio first.");
  form.set("audio", audio);
}
