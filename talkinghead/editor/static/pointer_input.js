// Mouse, pen, touch and keyboard input on the canvas.

const GRAB_RADIUS = { mouse: 14, pen: 18, touch: 26 }; // CSS pixels around a point

export class PointerInput {
  constructor(view, model) {
    Object.assign(this, { view, model, pointers: new Map(), dragged: null });
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => this.release(event));
    }
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  /** Position on the canvas in CSS pixels. */
  position(event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The point nearest to a position, within reach; the selected one is favoured. */
  pointAt(place, pointerType) {
    let best = null, least = GRAB_RADIUS[pointerType] ?? GRAB_RADIUS.mouse;
    this.model.currentPoints.forEach((point, index) => {
      const [x, y] = this.view.toScreen(point);
      const distance = Math.hypot(x - place[0], y - place[1]) - (index === this.model.selected ? 6 : 0);
      if (distance < least) [best, least] = [index, distance];
    });
    return best;
  }

  press(event) {
    if (event.button > 1) return;
    const place = this.position(event);
    this.view.canvas.setPointerCapture(event.pointerId);
    this.view.canvas.focus({ preventScroll: true });
    this.pointers.set(event.pointerId, place);
    if (this.pointers.size === 2) return this.endDrag(true); // a pinch, not a drag
    const index = event.button === 1 ? null : this.pointAt(place, event.pointerType);
    if (index === null) {
      this.tapStart = place;
      return;
    }
    this.model.select(index);
    // The point keeps its offset from the pointer, so grabbing it does not move it.
    const [x, y] = this.view.toPicture(place), point = this.model.currentPoints[index];
    this.dragged = { index, offset: [point[0] - x, point[1] - y], moved: false, id: event.pointerId };
    this.view.lens = place;
    this.view.draw();
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId), place = this.position(event);
    if (!before) {
      const over = event.pointerType === "mouse" && this.pointAt(place, "mouse") !== null;
      this.view.canvas.style.cursor = over ? "pointer" : "grab";
      return;
    }
    this.pointers.set(event.pointerId, place);
    if (this.pointers.size === 2) return this.pinch(event.pointerId, before, place);
    if (this.dragged?.id === event.pointerId) return this.dragPoint(place);
    if (this.pointers.size === 1) this.view.pan(place[0] - before[0], place[1] - before[1]);
  }

  dragPoint(place) {
    const { index, offset } = this.dragged;
    const [x, y] = this.view.toPicture(place), point = this.model.currentPoints[index];
    const dx = x + offset[0] - point[0], dy = y + offset[1] - point[1];
    if (!this.dragged.moved) {
      if (Math.hypot(dx, dy) * this.view.scale < 2) return; // an unsteady tap
      this.model.pushUndo();
      this.dragged.moved = true;
    }
    this.view.lens = place;
    this.model.move(index, dx, dy);
  }

  pinch(id, before, place) {
    const [, other] = [...this.pointers].find(([key]) => key !== id);
    const distanceBefore = Math.hypot(before[0] - other[0], before[1] - other[1]);
    const distance = Math.hypot(place[0] - other[0], place[1] - other[1]);
    const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    this.view.pan((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    if (distanceBefore > 4) this.view.zoom(distance / distanceBefore, middle);
  }

  release(event) {
    const place = this.position(event);
    if (this.tapStart && this.pointers.size === 1 && event.type === "pointerup") {
      const still = Math.hypot(place[0] - this.tapStart[0], place[1] - this.tapStart[1]) < 5;
      if (still) this.model.select(null);
    }
    this.tapStart = null;
    this.pointers.delete(event.pointerId);
    if (this.dragged?.id === event.pointerId) this.endDrag(event.type === "pointercancel");
  }

  endDrag(undo) {
    if (undo && this.dragged?.moved) this.model.undo();
    this.dragged = null;
    this.tapStart = null;
    this.view.lens = null;
    this.view.draw();
  }

  wheel(event) {
    event.preventDefault();
    const step = event.deltaMode === 1 ? 30 : 1;
    if (event.ctrlKey || !event.shiftKey) this.view.zoom(Math.exp(-event.deltaY * step * 0.0018), this.position(event));
    else this.view.pan(-(event.deltaX || event.deltaY) * step, 0);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { selected } = this.model;
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Tab") {
      // Past the last point, or without a selection, Tab leaves the canvas like any other field.
      const next = selected === null ? null : selected + (event.shiftKey ? -1 : 1);
      if (next === null || next < 0 || next > 67) return;
      this.model.select(next);
    } else if (event.key === "Enter" || event.key === " ") {
      if (selected === null) this.model.select(0);
    } else if (event.key === "Escape") {
      this.model.select(null);
    } else if (directions[event.key]) {
      if (selected === null) {
        this.model.select(0);
      } else {
        const step = event.shiftKey ? 10 : 1;
        this.model.pushUndo(`nudge ${selected} ${this.model.pose}`);
        this.model.move(selected, ...directions[event.key].map((direction) => direction * step));
      }
    } else return;
    event.preventDefault();
  }
}
