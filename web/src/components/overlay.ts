// Slots drawn over a picture: boxes, numbers, names and trails.

import type { Slot, Snapshot } from "../api/types";

/** Okabe and Ito's colours (2008), which people with any colour vision tell apart. */
const COLOURS = [
  "#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#d55e00", "#ffffff",
];
const TRAIL_MS = 2000;

export interface Layers {
  boxes: boolean;
  trails: boolean;
  labels: boolean;
}

interface Trail {
  generation: number;
  points: { x: number; y: number; at: number }[];
}

export const slotColour = (index: number) => COLOURS[index % COLOURS.length] ?? "#fff";

/** Draws snapshots on a canvas that lies over the picture. */
export class Overlay {
  private trails: Trail[] = [];

  constructor(
    private canvas: HTMLCanvasElement,
    public layers: Layers,
    public classes: string[],
  ) {}

  draw(snapshot: Snapshot): void {
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * scale);
    const height = Math.round(this.canvas.clientHeight * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    pen.clearRect(0, 0, width, height);
    this.remember(snapshot);
    snapshot.slots.forEach((slot, index) => {
      if (slot.state === "empty") return;
      pen.strokeStyle = slotColour(index);
      pen.lineWidth = 2 * scale;
      pen.globalAlpha = slot.state === "held" ? 0.6 : 1;
      if (this.layers.trails) this.trail(pen, index, width, height);
      if (this.layers.boxes) box(pen, slot, width, height, scale);
    });
    if (this.layers.labels) {
      // Over all boxes, so that none crosses a label.
      snapshot.slots.forEach((slot, index) => {
        if (slot.state !== "empty") this.label(pen, slot, index, width, height, scale);
      });
    }
    pen.globalAlpha = 1;
    // For those who test the page: how many boxes it shows now.
    const shown = snapshot.slots.filter((slot) => slot.state !== "empty").length;
    this.canvas.dataset.boxes = String(shown);
    this.canvas.dataset.seq = String(snapshot.seq);
  }

  private remember(snapshot: Snapshot): void {
    const now = performance.now();
    snapshot.slots.forEach((slot, index) => {
      const trail = (this.trails[index] ??= { generation: 0, points: [] });
      if (slot.state === "empty" || slot.generation !== trail.generation) {
        trail.points = [];
        trail.generation = slot.generation;
      }
      if (slot.state !== "empty") trail.points.push({ x: slot.x, y: slot.y, at: now });
      while (trail.points[0] && now - trail.points[0].at > TRAIL_MS) trail.points.shift();
    });
  }

  private trail(pen: CanvasRenderingContext2D, index: number, width: number, height: number) {
    const points = this.trails[index]?.points ?? [];
    pen.beginPath();
    for (const { x, y } of points) pen.lineTo(x * width, y * height);
    pen.stroke();
  }

  private label(
    pen: CanvasRenderingContext2D,
    slot: Slot,
    index: number,
    width: number,
    height: number,
    scale: number,
  ) {
    const name = this.classes[slot.class_id] ?? "";
    const text = `p${index + 1} #${slot.track_id} ${name} ${slot.score.toFixed(2)}`;
    pen.font = `${12 * scale}px system-ui, sans-serif`;
    const textWidth = pen.measureText(text).width + 8 * scale;
    const textHeight = 17 * scale;
    const left = Math.min(Math.max((slot.x - slot.w / 2) * width, 0), width - textWidth);
    const top = Math.max((slot.y - slot.h / 2) * height - textHeight, 0);
    pen.globalAlpha = 0.85;
    pen.fillStyle = "#111";
    pen.fillRect(left, top, textWidth, textHeight);
    pen.globalAlpha = 1;
    pen.fillStyle = slotColour(index);
    pen.fillRect(left, top, 3 * scale, textHeight);
    pen.fillStyle = "#fff";
    pen.fillText(text, left + 6 * scale, top + 12.5 * scale);
  }
}

function box(
  pen: CanvasRenderingContext2D,
  slot: Slot,
  width: number,
  height: number,
  scale: number,
) {
  pen.setLineDash(slot.state === "held" ? [6 * scale, 5 * scale] : []);
  const left = (slot.x - slot.w / 2) * width;
  const top = (slot.y - slot.h / 2) * height;
  pen.strokeRect(left, top, slot.w * width, slot.h * height);
  pen.setLineDash([]);
}
