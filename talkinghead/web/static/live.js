// The controls of a live face: start, microphone, text, stop.

import { byId, create, showMessage } from "./elements.js";
import { getLive } from "./api.js";
import { LivePlayer } from "./live_player.js";
import { RtcPlayer } from "./rtc_player.js";

let player = null;

/** Fill #live. `open` resolves to the id of the face to show. */
export function init(open) {
  const canvas = create("canvas", { id: "live-canvas", "aria-label": "The live face", role: "img" });
  const video = create("video", { id: "live-video", hidden: true, playsinline: true, "aria-label": "The live face" });
  const start = create("button", { type: "button", id: "live-start", class: "primary" }, "Start");
  const microphone = create("button", { type: "button", id: "live-microphone", hidden: true, "aria-pressed": "false" }, "Microphone");
  const silence = create("button", { type: "button", id: "live-interrupt", hidden: true }, "Interrupt");
  const text = create("input", { type: "text", id: "live-text", placeholder: "Say something", "aria-label": "Text to say", maxlength: 2000 });
  const speech = create("form", { id: "live-say", hidden: true }, text, create("button", { type: "submit" }, "Say"));
  byId("live").replaceChildren(
    create("div", { class: "stage" }, canvas, video),
    create("p", { id: "live-state", class: "hint", role: "status" }),
    create("p", { id: "live-error", class: "error", role: "alert", hidden: true }),
    speech,
    create("div", { class: "actions" }, start, microphone, silence),
  );

  const show = (message) => (byId("live-state").textContent = message);
  const report = (event, detail) => {
    if (event === "open") show(`Live. It follows a voice by ${Math.round(1000 * detail.look_ahead)} ms.`);
    if (event === "lost") show("The connection was lost; trying again.");
    if (event === "error") showMessage("live-error", detail);
    if (event === "closed") {
      stop();
      showMessage("live-error", detail);
    }
  };

  /** Over WebRTC where the program offers it and a connection can be made, else a WebSocket. */
  async function connect(id) {
    const face = await getLive(id);
    if (face.webrtc && "RTCPeerConnection" in window) {
      try {
        const opened = await RtcPlayer.open(video, id, report);
        report("open", face);
        showPicture(video);
        return opened;
      } catch (error) {
        console.info(`WebSocket instead of WebRTC: ${error.message}`);
      }
    }
    showPicture(canvas);
    return new LivePlayer(canvas, id, report);
  }

  function showPicture(element) {
    canvas.hidden = element !== canvas;
    video.hidden = element !== video;
  }

  function setRunning(on) {
    start.textContent = on ? "Stop" : "Start";
    speech.hidden = silence.hidden = !on;
    // Browsers offer the microphone to pages of this machine and to encrypted pages only.
    microphone.hidden = !on || !navigator.mediaDevices?.getUserMedia;
  }

  function stop() {
    player?.close();
    player = null;
    microphone.ariaPressed = "false";
    setRunning(false);
    show("");
  }

  start.addEventListener("click", async () => {
    showMessage("live-error");
    if (player) return stop();
    start.ariaDisabled = "true";
    show("Preparing the face.");
    try {
      player = await connect(await open());
      window.livePlayer = player; // for the console and the tests
      setRunning(true);
    } catch (error) {
      show("");
      showMessage("live-error", error.message);
    }
    start.ariaDisabled = "false";
  });
  microphone.addEventListener("click", async () => {
    const on = microphone.ariaPressed !== "true";
    try {
      await player.setMicrophone(on);
      microphone.ariaPressed = String(on);
    } catch (error) {
      showMessage("live-error", `The microphone cannot be used: ${error.message}.`);
    }
  });
  silence.addEventListener("click", () => player?.interrupt());
  speech.addEventListener("submit", (event) => {
    event.preventDefault();
    showMessage("live-error");
    if (text.value.trim()) player?.say(text.value);
    text.value = "";
  });
}
