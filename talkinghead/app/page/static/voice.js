// What is said: a file, a recording of the microphone, or an example.

import { by, links, receive, tell } from "./elements.js";

let sound = null; // a File, or the name of an example
let recorder = null;

export function start(recordings) {
  receive("drop-sound", "sound", (file) => chosen(file, file.name, URL.createObjectURL(file)));
  links("recordings", recordings.map(({ id, text }) =>
    [text, () => chosen(id, text, `api/recordings/${id}.wav`)]));
  // Browsers give the microphone to this machine's own pages and to encrypted ones only.
  by("record").hidden = !navigator.mediaDevices?.getUserMedia;
  by("record").addEventListener("click", () => (recorder ? recorder.stop() : record()));
}

function chosen(what, name, address) {
  sound = what;
  tell("sound-error");
  by("voice").hidden = false;
  by("voice-name").textContent = name;
  by("listen").src = address;
  by("listen").setAttribute("aria-label", name);
}

async function record() {
  tell("sound-error");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    tell("sound-error", `The microphone cannot be used: ${error.message}. Allow it, or choose a file.`);
    return;
  }
  const parts = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  recorder.addEventListener("stop", () => {
    stream.getTracks().forEach((track) => track.stop());
    const file = new File(parts, "recording.webm", { type: recorder.mimeType });
    recorder = null;
    recording(false);
    chosen(file, "Your recording", URL.createObjectURL(file));
  });
  recorder.start();
  recording(true);
}

function recording(on) {
  by("record").setAttribute("aria-pressed", on);
  by("record").textContent = on ? "Stop recording" : "Record";
}

/** Put the choice into a form; what is missing is thrown. */
export function fill(form) {
  if (recorder) throw new Error("Stop the recording first.");
  if (!sound) throw new Error("Choose or record a voice first.");
  form.set("sound", sound);
}
