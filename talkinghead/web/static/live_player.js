// Shows a live face over a WebSocket: each message holds one frame and the sound that goes with it.
// The sound's clock leads: a frame is drawn when its sound is heard.

const AHEAD = 0.12; // seconds of sound that are scheduled ahead: what the network may vary
const MOST_AHEAD = 0.6; // more than that has piled up, for example while the page was hidden
const RETRY = 500; // milliseconds
const PATIENCE = 20_000; // milliseconds for which a lost connection is opened again

export class LivePlayer {
  /** `report` gets ("open", face), ("lost"), ("closed", message) and ("error", message). */
  constructor(canvas, id, report) {
    this.canvas = canvas;
    this.id = id;
    this.report = report;
    this.audio = new AudioContext({ latencyHint: "interactive" });
    this.volume = new GainNode(this.audio);
    this.volume.connect(this.audio.destination);
    this.frames = []; // {time, bitmap}, by time
    this.start = null; // the sound's clock at frame 0
    this.closed = false;
    this.lostAt = null;
    this.stats = { shown: 0, offset: 0, average: 0, worst: 0, late: 0, connections: 0 };
    this.connect();
    const draw = () => {
      this.draw();
      if (!this.closed) requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  connect() {
    const address = new URL(`api/live/${this.id}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.receive(JSON.parse(data));
      else this.play(data);
    });
    socket.addEventListener("close", () => this.reconnect());
    this.socket = socket;
  }

  reconnect() {
    if (this.closed) return;
    this.lostAt ??= performance.now();
    if (this.refused || performance.now() - this.lostAt > PATIENCE) {
      this.close();
      this.report("closed", this.refused ?? "The connection was lost.");
      return;
    }
    this.report("lost");
    setTimeout(() => this.closed || this.connect(), RETRY);
  }

  receive(message) {
    if (message.id) {
      this.face = message;
      this.start = null;
      this.lostAt = null;
      this.stats.connections += 1;
      [this.canvas.width, this.canvas.height] = message.size;
      if (this.rate) this.send(JSON.stringify({ rate: this.rate }));
      this.report("open", message);
    } else if (this.face) this.report("error", message.error);
    else this.refused = message.error;
  }

  async play(data) {
    const view = new DataView(data);
    const [index, bytes] = [view.getUint32(0, true), view.getUint32(4, true)];
    const now = this.audio.currentTime;
    let time = this.start === null ? 0 : this.start + index / this.face.fps;
    if (this.start === null || time < now + 0.005 || time > now + MOST_AHEAD) {
      if (this.start !== null) this.stats.late += 1;
      this.start = now + AHEAD - index / this.face.fps;
      time = now + AHEAD;
    }
    this.schedule(new Int16Array(data, 8, bytes / 2), time);
    if (data.byteLength === 8 + bytes) return; // the frame was dropped, its sound was not
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(data, 8 + bytes)], { type: "image/jpeg" }));
    this.frames.push({ time, bitmap });
  }

  schedule(pcm, time) {
    const buffer = this.audio.createBuffer(1, pcm.length, this.face.sample_rate);
    buffer.getChannelData(0).set(Float32Array.from(pcm, (sample) => sample / 32768));
    const source = new AudioBufferSourceNode(this.audio, { buffer });
    source.connect(this.volume);
    source.start(time);
  }

  /** Draw the newest frame whose sound is heard by now. */
  draw() {
    const heard = this.audio.currentTime - (this.audio.outputLatency || 0);
    let due = null;
    while (this.frames.length && this.frames[0].time <= heard + 0.008) {
      due?.bitmap.close();
      due = this.frames.shift();
    }
    if (!due) return;
    this.canvas.getContext("2d").drawImage(due.bitmap, 0, 0);
    due.bitmap.close();
    this.stats.shown += 1;
    this.stats.offset = 1000 * (heard - due.time); // milliseconds by which the picture is late
    const off = Math.abs(this.stats.offset);
    this.stats.average += (off - this.stats.average) / Math.min(this.stats.shown, 50);
    if (this.stats.shown > 10) this.stats.worst = Math.max(this.stats.worst, off);
    Object.assign(this.canvas.dataset, this.stats);
  }

  send(data) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(data);
  }

  say(text) {
    this.send(JSON.stringify({ say: text }));
  }

  interrupt() {
    this.send(JSON.stringify({ stop: true }));
  }

  /** Speak as the microphone does, or stop; its own sound is not played then. */
  async setMicrophone(on) {
    if (!on) {
      this.microphone?.getTracks().forEach((track) => track.stop());
      this.microphone = null;
      this.volume.gain.value = 1;
      return;
    }
    this.microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    await this.audio.audioWorklet.addModule("static/microphone.js");
    const worklet = new AudioWorkletNode(this.audio, "microphone", { numberOfOutputs: 0 });
    this.audio.createMediaStreamSource(this.microphone).connect(worklet);
    worklet.port.onmessage = ({ data }) => this.microphone && this.send(data.buffer);
    this.rate = Math.round(this.audio.sampleRate);
    this.send(JSON.stringify({ rate: this.rate }));
    this.volume.gain.value = 0;
  }

  close() {
    this.closed = true;
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.socket.close();
    this.audio.close();
  }
}
