// Mouse, pen, fingers and keys on the canvas.

const REACH = { mouse: 14, pen: 18, touch: 26 }; // CSS pixels around a point that take hold of it

export class Hand {
  constructor(view, model) {
    Object.assign(this, { view, model, down: new Map(), held: null });
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

  at(event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The point under the pointer: the chosen one first, then the nearest. */
  under(place, kind) {
    const reach = REACH[kind] ?? REACH.mouse;
    let best = null, least = reach;
    this.model.here.forEach((point, index) => {
      const [x, y] = this.view.toScreen(point);
      const away = Math.hypot(x - place[0], y - place[1]) - (index === this.model.chosen ? 6 : 0);
      if (away < least) [best, least] = [index, away];
    });
    return best;
  }

  press(event) {
    if (event.button > 1) return;
    const place = this.at(event);
    this.view.canvas.setPointerCapture(event.pointerId);
    this.view.canvas.focus({ preventScroll: true });
    this.down.set(event.pointerId, place);
    if (this.down.size === 2) return this.drop(true); // a pinch, not a drag
    const index = event.button === 1 ? null : this.under(place, event.pointerType);
    if (index === null) {
      this.tapped = place;
      return;
    }
    this.model.choose(index);
    // The point keeps its distance from the finger: taking hold of it does not move it.
    const [x, y] = this.view.toPicture(place), point = this.model.here[index];
    this.held = { index, off: [point[0] - x, point[1] - y], moved: false, id: event.pointerId };
    this.view.lens = place;
    this.view.draw();
  }

  drag(event) {
    const before = this.down.get(event.pointerId), place = this.at(event);
    if (!before) {
      const over = event.pointerType === "mouse" && this.under(place, "mouse") !== null;
      this.view.canvas.style.cursor = over ? "pointer" : "grab";
      return;
    }
    this.down.set(event.pointerId, place);
    if (this.down.size === 2) return this.pinch(event.pointerId, before, place);
    if (this.held?.id === event.pointerId) return this.carry(place);
    if (this.down.size === 1) this.view.pan(place[0] - before[0], place[1] - before[1]);
  }

  carry(place) {
    const { index, off } = this.held;
    const [x, y] = this.view.toPicture(place), point = this.model.here[index];
    const dx = x + off[0] - point[0], dy = y + off[1] - point[1];
    if (!this.held.moved) {
      if (Math.hypot(dx, dy) * this.view.scale < 2) return; // a trembling tap
      this.model.remember();
      this.held.moved = true;
    }
    this.view.lens = place;
    this.model.move(index, dx, dy);
  }

  pinch(id, before, place) {
    const [, other] = [...this.down].find(([key]) => key !== id);
    const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
    const is = Math.hypot(place[0] - other[0], place[1] - other[1]);
    const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    this.view.pan((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    if (was > 4) this.view.zoom(is / was, middle);
  }

  release(event) {
    const place = this.at(event);
    if (this.tapped && this.down.size === 1 && event.type === "pointerup") {
      const still = Math.hypot(place[0] - this.tapped[0], place[1] - this.tapped[1]) < 5;
      if (still) this.model.choose(null);
    }
    this.tapped = null;
    this.down.delete(event.pointerId);
    if (this.held?.id === event.pointerId) this.drop(event.type === "pointercancel");
  }

  drop(undone) {
    if (undone && this.held?.moved) this.model.undo();
    this.held = null;
    this.tapped = null;
    this.view.lens = null;
    this.view.draw();
  }

  wheel(event) {
    event.preventDefault();
    const step = event.deltaMode === 1 ? 30 : 1;
    if (event.ctrlKey || !event.shiftKey) this.view.zoom(Math.exp(-event.deltaY * step * 0.0018), this.at(event));
    else this.view.pan(-(event.deltaX || event.deltaY) * step, 0);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { chosen } = this.model;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Tab") {
      // Past the last point, and with none chosen, Tab leaves the canvas as it leaves any field.
      const next = chosen === null ? null : chosen + (event.shiftKey ? -1 : 1);
      if (next === null || next < 0 || next > 67) return;
      this.model.choose(next);
    } else if (event.key === "Enter" || event.key === " ") {
      if (chosen === null) this.model.choose(0);
    } else if (event.key === "Escape") {
      this.model.choose(null);
    } else if (ways[event.key]) {
      if (chosen === null) {
        this.model.choose(0);
      } else {
        const step = event.shiftKey ? 10 : 1;
        this.model.remember(`nudge ${chosen} ${this.model.pose}`);
        this.model.move(chosen, ...ways[event.key].map((way) => way * step));
      }
    } else return;
    event.preventDefault();
  }
}
