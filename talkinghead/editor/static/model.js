// The landmarks of both poses, the selected point, and the undo history.

const SHARED_FROM = 17, SHARED_TO = 48; // brows, nose and eyes are the same in both poses
const MERGE_INTERVAL = 600; // ms: steps of one point that follow each other so closely are undone together

export class Model extends EventTarget {
  constructor(state) {
    super();
    Object.assign(this, { pose: state.drawn, selected: null, mirrored: true });
    this.#load(state);
  }

  #load(state) {
    this.state = state;
    this.points = { closed: copyPoints(state.closed), open: copyPoints(state.open) };
    this.saved = this.#serialize();
    this.past = [];
    this.future = [];
  }

  /** Discard all edits and load the state of the folder. */
  reset(state) {
    this.#load(state);
    this.#notify();
  }

  get currentPoints() { return this.points[this.pose]; }
  get changed() { return this.#serialize() !== this.saved; }
  get poseIsDrawn() { return this.pose === this.state.drawn; }

  #serialize() { return JSON.stringify([this.points.closed, this.points.open]); }
  #notify(change = "points") { this.dispatchEvent(new CustomEvent("change", { detail: change })); }

  requestBody(more = {}) { return { ...this.points, pose: this.pose, ...more }; }

  setPose(pose) {
    this.pose = pose;
    this.#notify("pose");
  }

  select(index) {
    this.selected = index;
    this.#notify("selection");
  }

  /** The point of the other side that moves along, or null. */
  mirrorPoint(index) {
    const other = this.state.mirror[index];
    return this.mirrored && other !== index ? other : null;
  }

  /** Store the points for undo, before they change; steps with the same `key` merge. */
  pushUndo(key = null) {
    const last = this.past.at(-1), now = performance.now();
    if (key !== null && last?.key === key && now - last.time < MERGE_INTERVAL) {
      last.time = now;
      return;
    }
    this.past.push({ key, time: now, points: this.#snapshot() });
    if (this.past.length > 300) this.past.shift();
    this.future = [];
  }

  #snapshot() { return { closed: copyPoints(this.points.closed), open: copyPoints(this.points.open) }; }

  /** Move a point by (dx, dy), and the points tied to it. Call `pushUndo` first. */
  move(index, dx, dy) {
    this.#moveOne(index, dx, dy);
    const other = this.mirrorPoint(index);
    if (other !== null) this.#moveOne(other, ...this.#mirrorVector(dx, dy));
    this.#notify();
  }

  #moveOne(index, dx, dy) {
    // In the drawn pose both poses follow; in the other one mouth and jaw move alone.
    const shared = index >= SHARED_FROM && index < SHARED_TO;
    const poses = shared || this.poseIsDrawn ? ["closed", "open"] : [this.pose];
    for (const pose of poses) {
      const point = this.points[pose][index];
      point[0] = roundCoordinate(point[0] + dx);
      point[1] = roundCoordinate(point[1] + dy);
    }
  }

  /** The movement mirrored at the axis of the face, which may be tilted. */
  #mirrorVector(dx, dy) {
    const left = this.currentPoints[0], right = this.currentPoints[16];
    let x = 0, y = 0;
    this.state.mirror.forEach((other, index) => {
      if (other <= index) return;
      const a = this.currentPoints[index], b = this.currentPoints[other];
      const across = [b[0] - a[0], b[1] - a[1]];
      const sign = across[0] * (right[0] - left[0]) + across[1] * (right[1] - left[1]) < 0 ? -1 : 1;
      x += sign * across[0];
      y += sign * across[1];
    });
    const length = Math.hypot(x, y) || 1;
    const along = (dx * x + dy * y) / length;
    return [dx - (2 * along * x) / length, dy - (2 * along * y) / length];
  }

  replacePoints(points) {
    this.pushUndo();
    Object.assign(this.points, structuredClone(points));
    this.#notify();
  }

  undo() { return this.#step(this.past, this.future); }
  redo() { return this.#step(this.future, this.past); }

  #step(from, to) {
    const entry = from.pop();
    if (!entry) return false;
    to.push({ key: null, time: 0, points: this.#snapshot() });
    this.points = entry.points;
    this.#notify();
    return true;
  }

  /** The points that were sent are now in the folder. */
  markSaved(sent, revision) {
    this.saved = JSON.stringify([sent.closed, sent.open]);
    this.state.revision = revision;
    this.#notify("saved");
  }
}

const copyPoints = (points) => points.map(([x, y]) => [x, y]);
const roundCoordinate = (value) => Math.round(value * 100) / 100;
