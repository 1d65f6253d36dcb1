// Draws the puppet, its mesh, the landmarks and the magnifying lens on one canvas.

const LENS_RADIUS = 68, LENS_ZOOM = 3.5; // CSS pixels; relative to the scale of the view
const INK = "#0d0f12", ACCENT = "#ffb65c", POINT = "#ffffff", CONTOUR = "rgb(255 255 255 / .55)";

export class View {
  constructor(canvas, model) {
    Object.assign(this, { canvas, model, scale: 1, x: 0, y: 0 });
    this.layers = new Map(); // role -> { image, visible }
    this.poseImage = null; // the puppet in the pose that is not drawn, rendered by the server
    this.mesh = null;
    this.invalid = new Set();
    this.lens = null; // position of the pointer while a point is dragged
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
    this.fitBox([0, 0, width, height], 16);
  }

  showFace() {
    const xs = this.model.currentPoints.map(([x]) => x), ys = this.model.currentPoints.map(([, y]) => y);
    this.fitBox([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], 44);
  }

  fitBox([left, top, right, bottom], margin) {
    const below = margin + 56; // for the toolbar over the lower edge
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
      this.render();
    });
  }

  render() {
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.drawScene(context, this.scale, this.x, this.y, 1);
    if (this.lens && this.model.selected !== null) this.drawLens(context);
    this.canvas.dataset.view = [this.scale, this.x, this.y].join(" ");
  }

  drawScene(context, scale, x, y, size) {
    const [width, height] = this.model.state.canvas;
    context.fillStyle = checkerboard(context);
    context.fillRect(x, y, width * scale, height * scale);
    context.imageSmoothingQuality = "high";
    // Pixel centres have integer coordinates: the image starts half a pixel before them.
    const at = [x - scale / 2, y - scale / 2, width * scale, height * scale];
    if (this.model.poseIsDrawn || !this.poseImage) {
      for (const { image, visible } of this.layers.values()) {
        if (visible && image) context.drawImage(image, ...at);
      }
    } else context.drawImage(this.poseImage, ...at);
    const to = ([px, py]) => [px * scale + x, py * scale + y];
    if (this.mesh) this.drawMesh(context, to);
    this.drawContours(context, to);
    this.drawPoints(context, to, size);
  }

  drawMesh(context, to) {
    const corners = this.mesh.vertices.map(to);
    const folded = new Set(this.mesh.folded);
    const trace = (list) => {
      context.beginPath();
      for (const [a, b, c] of list) {
        context.moveTo(...corners[a]);
        context.lineTo(...corners[b]);
        context.lineTo(...corners[c]);
        context.closePath();
      }
    };
    trace(this.mesh.triangles.filter((_, index) => !folded.has(index)));
    context.lineWidth = 1;
    context.strokeStyle = "rgb(20 24 30 / .5)";
    context.stroke();
    context.strokeStyle = "rgb(150 205 255 / .55)";
    context.stroke();
    trace(this.mesh.triangles.filter((_, index) => folded.has(index)));
    context.fillStyle = "rgb(255 80 70 / .45)";
    context.fill();
  }

  drawContours(context, to) {
    context.lineJoin = "round";
    for (const [width, colour] of [[3, "rgb(13 15 18 / .35)"], [1.25, CONTOUR]]) {
      context.beginPath();
      for (const { points, closed } of this.model.state.contours) {
        points.forEach((index, place) => context[place ? "lineTo" : "moveTo"](...to(this.model.currentPoints[index])));
        if (closed) context.closePath();
      }
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
  }

  drawPoints(context, to, size) {
    const { selected } = this.model;
    const partner = selected === null ? null : this.model.mirrorPoint(selected);
    const radius = Math.min(3.6, Math.max(2.2, this.scale * 2)) * size;
    this.model.currentPoints.forEach((point, index) => {
      if (index === selected) return;
      const invalid = this.invalid.has(index);
      drawDot(context, to(point), radius, invalid ? "#ff6b60" : index === partner ? ACCENT : POINT);
    });
    if (selected === null) return;
    const [x, y] = to(this.model.currentPoints[selected]);
    context.beginPath();
    context.arc(x, y, radius + 6, 0, 7);
    context.lineWidth = 4;
    context.strokeStyle = "rgb(13 15 18 / .6)";
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = ACCENT;
    context.stroke();
    drawDot(context, [x, y], size > 1 ? 2 : radius, ACCENT);
  }

  /** A lens beside the finger, which hides the point it drags. */
  drawLens(context) {
    const point = this.model.currentPoints[this.model.selected];
    const [px, py] = this.toScreen(point);
    const away = LENS_RADIUS + 44;
    const x = Math.min(this.width - LENS_RADIUS - 10, Math.max(LENS_RADIUS + 10, px + (px > this.width / 2 ? -away : away)));
    const y = Math.min(this.height - LENS_RADIUS - 10, Math.max(LENS_RADIUS + 10, py - away));
    context.save();
    context.beginPath();
    context.arc(x, y, LENS_RADIUS, 0, 7);
    context.fillStyle = "#131519";
    context.shadowColor = "rgb(0 0 0 / .6)";
    context.shadowBlur = 18;
    context.fill();
    context.shadowBlur = 0;
    context.clip();
    const scale = Math.max(this.scale * LENS_ZOOM, 2);
    this.drawScene(context, scale, x - point[0] * scale, y - point[1] * scale, 1.4);
    context.restore();
    context.beginPath();
    context.arc(x, y, LENS_RADIUS, 0, 7);
    context.lineWidth = 2;
    context.strokeStyle = ACCENT;
    context.stroke();
  }
}

function drawDot(context, [x, y], radius, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = colour;
  context.strokeStyle = INK;
  context.lineWidth = 1.5;
  context.stroke();
  context.fill();
}

let pattern = null;
function checkerboard(context) {
  if (pattern) return pattern;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 24;
  const inner = tile.getContext("2d");
  inner.fillStyle = "#2b2f37";
  inner.fillRect(0, 0, 24, 24);
  inner.fillStyle = "#343943";
  inner.fillRect(0, 0, 12, 12);
  inner.fillRect(12, 12, 12, 12);
  pattern = context.createPattern(tile, "repeat");
  return pattern;
}
