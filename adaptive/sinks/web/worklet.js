// Plays float32 blocks from a ring buffer.  It fills the buffer before it starts, and again after an underrun;
// fades avoid clicks.
const FADE_FRAMES = 240;

class Player extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.channels = options.processorOptions.channels;
    this.capacity = 65536;                       // frames: more than a second
    this.lead = options.processorOptions.lead;   // frames to gather before sound begins
    this.ring = Array.from({ length: this.channels }, () => new Float32Array(this.capacity));
    this.written = 0;
    this.read = 0;
    this.isPlaying = false;
    this.faded = 0;                              // frames of the fade-in that were played
    this.starved = 0;
    this.port.onmessage = (event) => this.take(new Float32Array(event.data));
  }

  take(samples) {
    const frames = samples.length / this.channels;
    for (let i = 0; i < frames; i++) {
      const at = (this.written + i) % this.capacity;
      for (let c = 0; c < this.channels; c++) this.ring[c][at] = samples[i * this.channels + c];
    }
    this.written += frames;
    // a suspended page has buffered too much: keep the newest frames
    if (this.written - this.read > 4 * this.lead) {
      this.read = this.written - this.lead;
      this.faded = 0;
    }
  }

  process(_inputs, outputs) {
    const out = outputs[0];
    const held = this.written - this.read;
    if (!this.isPlaying && held >= this.lead) {
      this.isPlaying = true;
      this.faded = 0;
    }
    if (!this.isPlaying) return true;
    const frames = Math.min(out[0].length, held);
    const isLast = frames < out[0].length;       // underrun: the remaining frames fade out
    for (let i = 0; i < frames; i++) {
      const at = (this.read + i) % this.capacity;
      const gain = Math.min(1, (this.faded + i) / FADE_FRAMES) * (isLast ? 1 - i / frames : 1);
      for (let c = 0; c < out.length; c++) out[c][i] = gain * this.ring[Math.min(c, this.channels - 1)][at];
    }
    this.read += frames;
    this.faded += frames;
    if (isLast) {
      this.isPlaying = false;
      this.starved += 1;
      this.port.postMessage({ starved: this.starved });
    }
    return true;
  }
}
registerProcessor("player", Player);
