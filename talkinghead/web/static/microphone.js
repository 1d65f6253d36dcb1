// Runs beside the sound: collects what the microphone records, 20 ms at a time, as 16-bit samples.

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.pcm = new Int16Array(Math.round(sampleRate / 50));
    this.filled = 0;
  }

  process([[samples]]) {
    for (const sample of samples ?? []) {
      this.pcm[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.filled === this.pcm.length) {
        this.port.postMessage(this.pcm.slice());
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
