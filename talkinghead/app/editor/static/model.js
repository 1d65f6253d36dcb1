// The points: both poses, what is chosen, and everything that can be undone.

const SHARED_FROM = 17, SHARED_TO = 48; // brows, nose and eyes are the same in both poses
const JOINED = 600; // ms: nudges of one point that follow so closely are undone together

export class Model extends EventTarget {
  constructor(state) {
    super();
    Object.assign(this, { pose: state.drawn, chosen: null, mirrored: true });
    this.#take(state);
  }

  #take(state) {
    this.state = state;
    this.points = { closed: copied(state.closed), open: copied(state.open) };
    this.saved = this.#written();
    this.past = [];
    this.future = [];
  }

  /** Start over with what is in the folder. */
  reset(state) {
    this.#take(state);
    this.#tell();
  }

  get here() { return this.points[this.pose]; }
  get changed() { return this.#written() !== this.saved; }
  get drawn() { return this.pose === this.state.drawn; }

  #written() { return JSON.stringify([this.points.closed, this.points.open]); }
  #tell(what = "points") { this.dispatchEvent(new CustomEvent("change", { detail: what })); }

  body(more = {}) { return { ...this.points, pose: this.pose, ...more }; }

  show(pose) {
    this.pose = pose;
    this.#tell("pose");
  }

  choose(index) {
    this.chosen = index;
    this.#tell("choice");
  }

  /** The other side's point that moves along, or null. */
  partner(index) {
    const other = this.state.mirror[index];
    return this.mirrored && other !== index ? other : null;
  }

  /** Remember how things are, before they change. */
  remember(key = null) {
    const last = this.past.at(-1), now = performance.now();
    if (key !== null && last?.key === key && now - last.time < JOINED) {
      last.time = now;
      return;
    }
    this.past.push({ key, time: now, points: this.#snapshot() });
    if (this.past.length > 300) this.past.shift();
    this.future = [];
  }

  #snapshot() { return { closed: copied(this.points.closed), open: copied(this.points.open) }; }

  /** Move a point by (dx, dy), and what is tied to it. Call `remember` first. */
  move(index, dx, dy) {
    this.#shift(index, dx, dy);
    const other = this.partner(index);
    if (other !== null) this.#shift(other, ...this.#reflected(dx, dy));
    this.#tell();
  }

  #shift(index, dx, dy) {
    // In the pose of the picture both poses follow; in the other one mouth and jaw move alone.
    const shared = index >= SHARED_FROM && index < SHARED_TO;
    const poses = shared || this.drawn ? ["closed", "open"] : [this.pose];
    for (const pose of poses) {
      const point = this.points[pose][index];
      point[0] = rounded(point[0] + dx);
      point[1] = rounded(point[1] + dy);
    }
  }

  /** A movement as it looks on the other side of the face, however the face is tilted. */
  #reflected(dx, dy) {
    const left = this.here[0], right = this.here[16];
    let x = 0, y = 0;
    this.state.mirror.forEach((other, index) => {
      if (other <= index) return;
      const a = this.here[index], b = this.here[other];
      const apart = [b[0] - a[0], b[1] - a[1]];
      const turn = apart[0] * (right[0] - left[0]) + apart[1] * (right[1] - left[1]) < 0 ? -1 : 1;
      x += turn * apart[0];
      y += turn * apart[1];
    });
    const length = Math.hypot(x, y) || 1;
    const along = (dx * x + dy * y) / length;
    return [dx - (2 * along * x) / length, dy - (2 * along * y) / length];
  }

  replace(points) {
    this.remember();
    Object.assign(this.points, structuredClone(points));
    this.#tell();
  }

  undo() { return this.#step(this.past, this.future); }
  redo() { return this.#step(this.future, this.past); }

  #step(from, to) {
    const entry = from.pop();
    if (!entry) return false;
    to.push({ key: null, time: 0, points: this.#snapshot() });
    this.points = entry.points;
    this.#tell();
    return true;
  }

  /** What was sent at a save is now in the folder. */
  keep(sent, revision) {
    this.saved = JSON.stringify([sent.closed, sent.open]);
    this.state.revision = revision;
    this.#tell("saved");
  }
}

const copied = (points) => points.map(([x, y]) => [x, y]);
const rounded = (value) => Math.round(value * 100) / 100;
