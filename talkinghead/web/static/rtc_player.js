// Shows a live face over WebRTC: the browser itself keeps picture and sound in step.

const PATIENCE = 5000; // milliseconds in which a connection must be made

export class RtcPlayer {
  /** A connected player; throws where none can be made. `report` is that of LivePlayer. */
  static async open(video, id, report) {
    const player = new RtcPlayer(video, report);
    try {
      await player.connect(id);
    } catch (error) {
      player.close();
      throw error;
    }
    return player;
  }

  constructor(video, report) {
    this.video = video;
    this.report = report;
    this.peer = new RTCPeerConnection();
    this.orders = this.peer.createDataChannel("orders");
    this.orders.addEventListener("message", ({ data }) => report("error", data));
    this.peer.addTransceiver("video", { direction: "recvonly" });
    this.voice = this.peer.addTransceiver("audio", { direction: "sendrecv" });
    this.stream = new MediaStream();
    this.peer.addEventListener("track", ({ track }) => {
      this.stream.addTrack(track);
      video.srcObject = this.stream;
    });
  }

  async connect(id) {
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await this.until("icegatheringstatechange", () => this.peer.iceGatheringState === "complete");
    const response = await fetch(`api/live/${id}/offer`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(this.peer.localDescription),
    });
    if (!response.ok) throw new Error((await response.json()).error);
    await this.peer.setRemoteDescription(await response.json());
    await this.until("connectionstatechange", () => this.peer.connectionState === "connected");
    this.peer.addEventListener("connectionstatechange", () => {
      if (["failed", "closed"].includes(this.peer.connectionState)) this.report("closed", "The connection was lost.");
    });
    await this.video.play();
  }

  /** Wait for an event after which something holds. */
  until(event, holds) {
    return new Promise((resolve, reject) => {
      const check = () => holds() && resolve();
      this.peer.addEventListener(event, check);
      setTimeout(() => reject(new Error("no WebRTC connection")), PATIENCE);
      check();
    });
  }

  send(order) {
    if (this.orders.readyState === "open") this.orders.send(JSON.stringify(order));
  }

  say(text) {
    this.send({ say: text });
  }

  interrupt() {
    this.send({ stop: true });
  }

  /** Speak as the microphone does, or stop; its own sound is not played then. */
  async setMicrophone(on) {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.microphone = on ? await navigator.mediaDevices.getUserMedia({ audio: true }) : null;
    await this.voice.sender.replaceTrack(this.microphone?.getAudioTracks()[0] ?? null);
    this.video.muted = on;
  }

  close() {
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.peer.close();
    this.video.srcObject = null;
  }
}
