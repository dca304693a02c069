// Two sets beside each other, in step: one clock goes through the phases of a rep, and each side is shown where it was then.

/** Where nothing is said, a phase is of this length at least, so that nothing stands still or flashes by. */
const SHORTEST_S = 0.2;
/** A video that is off by more is put right at once; by less, its speed does it. */
const OFF_S = 0.12;
/** Radius of a drawn head, of the drawing's height. */
const HEAD = 0.045;
const RATES = { least: 0.1, most: 4 };

/** The number of the phase, 0 to 2, at a place. */
export function phaseAt(place) {
  return Math.min(2, Math.max(0, Math.floor(place)));
}

/** How long each phase of a rep takes on the clock that both share, s: as long as the slower one takes. */
export function sharedPhases(first, second) {
  return [0, 1, 2].map((i) => Math.max(SHORTEST_S, first[i + 1] - first[i], second[i + 1] - second[i]));
}

/** The place in the phases, 0 to 3, after so many seconds of the shared clock. */
export function placeAt(phases, elapsed) {
  let left = elapsed;
  for (let i = 0; i < phases.length; i += 1) {
    if (left < phases[i]) return i + Math.max(0, left) / phases[i];
    left -= phases[i];
  }
  return phases.length;
}

/** When a rep with these edges was at a place, s of its own video. */
export function timeAt(edges, place) {
  const i = phaseAt(place);
  return edges[i] + (place - i) * (edges[i + 1] - edges[i]);
}

/** How fast a video goes in a phase to be in step with the shared clock. */
export function rateAt(edges, phases, place) {
  const i = phaseAt(place);
  return Math.min(RATES.most, Math.max(RATES.least, (edges[i + 1] - edges[i]) / phases[i]));
}

class Side {
  constructor(data, bones, head) {
    this.data = data;
    this.bones = bones;
    this.head = head;
    this.element = document.createElement("figure");
    const name = document.createElement("figcaption");
    name.textContent = data.name;
    this.video = data.video_url ? document.createElement("video") : null;
    this.canvas = this.video ? null : document.createElement("canvas");
    if (this.video) {
      Object.assign(this.video, { src: data.video_url, muted: true, playsInline: true, preload: "metadata" });
      this.video.setAttribute("aria-label", data.name);
    } else {
      this.canvas.width = 480;
      this.canvas.height = 480;
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", `${data.name}, drawn`);
    }
    this.element.append(name, this.video ?? this.canvas);
  }

  get reps() {
    return this.data.reps;
  }

  show(rep, place, phases, playing) {
    if (this.canvas) {
      this.draw(this.data.figures[rep], place);
      return;
    }
    const wanted = timeAt(this.reps[rep], place);
    if (playing) {
      this.video.playbackRate = rateAt(this.reps[rep], phases, place);
      if (this.video.paused) this.video.play().catch(() => {});
      if (Math.abs(this.video.currentTime - wanted) > OFF_S && !this.video.seeking) this.video.currentTime = wanted;
    } else {
      this.video.pause();
      this.video.currentTime = wanted;
    }
  }

  draw(figure, place) {
    const points = figure[Math.round((place / 3) * (figure.length - 1))];
    const context = this.canvas.getContext("2d");
    const [left, top, width, height] = this.data.box;
    const scale = Math.min(this.canvas.width / width, this.canvas.height / height);
    const dx = (this.canvas.width - scale * width) / 2;
    const dy = (this.canvas.height - scale * height) / 2;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = 6;
    context.lineCap = "round";
    for (const [a, b] of this.bones) {
      if (points[a] === null || points[b] === null) continue;
      context.beginPath();
      for (const [x, y] of [points[a], points[b]]) context.lineTo(dx + scale * (x - left), dy + scale * (y - top));
      context.stroke();
    }
    const head = points[this.head];
    if (head === null) return;
    context.beginPath();
    context.arc(dx + scale * (head[0] - left), dy + scale * (head[1] - top), HEAD * this.canvas.height, 0, 2 * Math.PI);
    context.stroke();
  }
}

class Stage {
  constructor(root, data) {
    this.data = data;
    this.sides = data.sides.map((side) => new Side(side, data.bones, data.head));
    this.count = Math.min(...this.sides.map((side) => side.reps.length));
    this.rep = 0;
    this.place = 0;
    this.speed = 1;
    this.playing = false;
    this.build(root);
    this.show();
  }

  build(root) {
    const row = document.createElement("div");
    row.className = "sides";
    row.append(...this.sides.map((side) => side.element));
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "play";
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.slow = document.createElement("button");
    this.slow.type = "button";
    this.slow.textContent = this.data.words.half;
    this.slow.setAttribute("aria-pressed", "false");
    this.slow.onclick = () => {
      this.speed = this.speed === 1 ? 0.5 : 1;
      this.slow.setAttribute("aria-pressed", String(this.speed !== 1));
    };
    this.slider = document.createElement("input");
    Object.assign(this.slider, { type: "range", min: 0, max: this.count * 3, step: 0.02, value: 0 });
    this.slider.setAttribute("aria-label", this.data.words.place);
    this.slider.oninput = () => {
      this.pause();
      const at = Math.min(this.count * 3 - 0.001, Number(this.slider.value));
      this.rep = Math.floor(at / 3);
      this.place = at - 3 * this.rep;
      this.show();
    };
    this.words = document.createElement("output");
    const controls = document.createElement("div");
    controls.className = "controls";
    controls.append(this.button, this.slow, this.slider, this.words);
    root.replaceChildren(row, controls);
    for (const side of this.sides) side.video?.addEventListener("loadeddata", () => this.playing || this.show());
  }

  get phases() {
    return sharedPhases(...this.sides.map((side) => side.reps[this.rep]));
  }

  play() {
    if (this.rep === this.count - 1 && this.place >= 3) [this.rep, this.place] = [0, 0];
    this.playing = true;
    let before = null; // the first frame may be older than this moment
    const step = (now) => {
      if (!this.playing || !this.button.isConnected) return this.pause();
      const phases = this.phases;
      const passed = Math.max(0, now - (before ?? now)) / 1000;
      this.place += (passed * this.speed) / phases[phaseAt(this.place)];
      before = now;
      if (this.place >= 3) {
        if (this.rep + 1 < this.count) [this.rep, this.place] = [this.rep + 1, 0];
        else {
          this.place = 3;
          this.pause();
          return undefined;
        }
      }
      this.show();
      requestAnimationFrame(step);
      return undefined;
    };
    requestAnimationFrame(step);
    this.show();
  }

  pause() {
    this.playing = false;
    this.show();
  }

  show() {
    const { words } = this.data;
    const phases = this.phases.map((seconds) => seconds / this.speed);
    for (const side of this.sides) side.show(this.rep, this.place, phases, this.playing);
    this.button.textContent = this.playing ? words.pause : words.play;
    this.slider.value = String(this.rep * 3 + this.place);
    this.words.textContent = `${words.rep} ${this.rep + 1} · ${words.phases[phaseAt(this.place)]}`;
  }
}

export default function sideBySide({ parentElement, data }) {
  const root = parentElement.querySelector(".side-by-side");
  if (!root || root.dataset.key === data.key) return;
  root.dataset.key = data.key;
  new Stage(root, data);
}
