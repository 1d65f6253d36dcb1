// The picture, the triangles, the points and the lens, drawn on one canvas.

const LENS = 68, LENS_ZOOM = 3.5; // radius in CSS pixels, times the view's own scale
const INK = "#0d0f12", ACCENT = "#ffb65c", POINT = "#ffffff", CALM = "rgb(255 255 255 / .55)";

export class View {
  constructor(canvas, model) {
    Object.assign(this, { canvas, model, scale: 1, x: 0, y: 0 });
    this.layers = new Map(); // role -> { image, visible }
    this.posed = null; // the picture in the pose that is not drawn
    this.mesh = null;
    this.wrong = new Set();
    this.lens = null; // where the pointer is while a point is moved
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.resize();
  }

  resize() {
    const before = [this.width, this.height];
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(this.width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(this.height * this.ratio));
    if (!before[0]) this.showFace();
    else {
      this.x += (this.width - before[0]) / 2;
      this.y += (this.height - before[1]) / 2;
      this.draw();
    }
  }

  toScreen([x, y]) { return [x * this.scale + this.x, y * this.scale + this.y]; }
  toPicture([x, y]) { return [(x - this.x) / this.scale, (y - this.y) / this.scale]; }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const [width, height] = this.model.state.canvas;
    const least = 0.5 * Math.min(this.width / width, this.height / height);
    const scale = Math.min(40, Math.max(least, this.scale * factor));
    const [x, y] = this.toPicture(at);
    Object.assign(this, { scale, x: at[0] - x * scale, y: at[1] - y * scale });
    this.draw();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.draw();
  }

  showAll() {
    const [width, height] = this.model.state.canvas;
    this.frame([0, 0, width, height], 16);
  }

  showFace() {
    const xs = this.model.here.map(([x]) => x), ys = this.model.here.map(([, y]) => y);
    this.frame([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], 44);
  }

  frame([left, top, right, bottom], margin) {
    const below = margin + 56; // the tools lie over the lower edge
    this.scale = Math.min(
      (this.width - 2 * margin) / (right - left || 1),
      (this.height - margin - below) / (bottom - top || 1),
    );
    this.x = this.width / 2 - (this.scale * (left + right)) / 2;
    this.y = (this.height - below + margin) / 2 - (this.scale * (top + bottom)) / 2;
    this.draw();
  }

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = null;
      this.paint();
    });
  }

  paint() {
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    this.scene(pen, this.scale, this.x, this.y, 1);
    if (this.lens && this.model.chosen !== null) this.magnify(pen);
    this.canvas.dataset.view = [this.scale, this.x, this.y].join(" ");
  }

  scene(pen, scale, x, y, size) {
    const [width, height] = this.model.state.canvas;
    pen.fillStyle = checked(pen);
    pen.fillRect(x, y, width * scale, height * scale);
    pen.imageSmoothingQuality = "high";
    // A pixel's centre is a whole number here: the picture begins half a pixel before.
    const at = [x - scale / 2, y - scale / 2, width * scale, height * scale];
    if (this.model.drawn || !this.posed) {
      for (const { image, visible } of this.layers.values()) {
        if (visible && image) pen.drawImage(image, ...at);
      }
    } else pen.drawImage(this.posed, ...at);
    const to = ([px, py]) => [px * scale + x, py * scale + y];
    if (this.mesh) this.web(pen, to);
    this.contours(pen, to);
    this.dots(pen, to, size);
  }

  web(pen, to) {
    const corners = this.mesh.vertices.map(to);
    const folded = new Set(this.mesh.folded);
    const trace = (list) => {
      pen.beginPath();
      for (const [a, b, c] of list) {
        pen.moveTo(...corners[a]);
        pen.lineTo(...corners[b]);
        pen.lineTo(...corners[c]);
        pen.closePath();
      }
    };
    trace(this.mesh.triangles.filter((_, index) => !folded.has(index)));
    pen.lineWidth = 1;
    pen.strokeStyle = "rgb(20 24 30 / .5)";
    pen.stroke();
    pen.strokeStyle = "rgb(150 205 255 / .55)";
    pen.stroke();
    trace(this.mesh.triangles.filter((_, index) => folded.has(index)));
    pen.fillStyle = "rgb(255 80 70 / .45)";
    pen.fill();
  }

  contours(pen, to) {
    pen.lineJoin = "round";
    for (const [width, colour] of [[3, "rgb(13 15 18 / .35)"], [1.25, CALM]]) {
      pen.beginPath();
      for (const { points, closed } of this.model.state.contours) {
        points.forEach((index, place) => pen[place ? "lineTo" : "moveTo"](...to(this.model.here[index])));
        if (closed) pen.closePath();
      }
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    }
  }

  dots(pen, to, size) {
    const { chosen } = this.model;
    const partner = chosen === null ? null : this.model.partner(chosen);
    const radius = Math.min(3.6, Math.max(2.2, this.scale * 2)) * size;
    this.model.here.forEach((point, index) => {
      if (index === chosen) return;
      const wrong = this.wrong.has(index);
      dot(pen, to(point), radius, wrong ? "#ff6b60" : index === partner ? ACCENT : POINT);
    });
    if (chosen === null) return;
    const [x, y] = to(this.model.here[chosen]);
    pen.beginPath();
    pen.arc(x, y, radius + 6, 0, 7);
    pen.lineWidth = 4;
    pen.strokeStyle = "rgb(13 15 18 / .6)";
    pen.stroke();
    pen.lineWidth = 2;
    pen.strokeStyle = ACCENT;
    pen.stroke();
    dot(pen, [x, y], size > 1 ? 2 : radius, ACCENT);
  }

  /** A lens beside the finger, which covers what it moves. */
  magnify(pen) {
    const point = this.model.here[this.model.chosen];
    const [px, py] = this.toScreen(point);
    const away = LENS + 44;
    const x = Math.min(this.width - LENS - 10, Math.max(LENS + 10, px + (px > this.width / 2 ? -away : away)));
    const y = Math.min(this.height - LENS - 10, Math.max(LENS + 10, py - away));
    pen.save();
    pen.beginPath();
    pen.arc(x, y, LENS, 0, 7);
    pen.fillStyle = "#131519";
    pen.shadowColor = "rgb(0 0 0 / .6)";
    pen.shadowBlur = 18;
    pen.fill();
    pen.shadowBlur = 0;
    pen.clip();
    const scale = Math.max(this.scale * LENS_ZOOM, 2);
    this.scene(pen, scale, x - point[0] * scale, y - point[1] * scale, 1.4);
    pen.restore();
    pen.beginPath();
    pen.arc(x, y, LENS, 0, 7);
    pen.lineWidth = 2;
    pen.strokeStyle = ACCENT;
    pen.stroke();
  }
}

function dot(pen, [x, y], radius, colour) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fillStyle = colour;
  pen.strokeStyle = INK;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fill();
}

let pattern = null;
function checked(pen) {
  if (pattern) return pattern;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 24;
  const inner = tile.getContext("2d");
  inner.fillStyle = "#2b2f37";
  inner.fillRect(0, 0, 24, 24);
  inner.fillStyle = "#343943";
  inner.fillRect(0, 0, 12, 12);
  inner.fillRect(12, 12, 12, 12);
  pattern = pen.createPattern(tile, "repeat");
  return pattern;
}
