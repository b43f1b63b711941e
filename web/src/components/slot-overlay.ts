import type { Slot, Snapshot } from "../api/types";

/** Okabe and Ito's palette (2008), whose colours are also distinct with colour blindness. */
const COLOURS = [
  "#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#0072b2", "#d55e00", "#ffffff",
];
const TRAIL_MS = 2000;

export interface OverlayLayers {
  boxes: boolean;
  trails: boolean;
  labels: boolean;
}

interface Trail {
  generation: number;
  points: { x: number; y: number; timeMs: number }[];
}

/** A canvas and its size in device pixels. */
interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Device pixels for each CSS pixel. */
  scale: number;
}

const slotColour = (index: number) => COLOURS[index % COLOURS.length] ?? "#fff";

/** Draws the boxes, labels and trails of slots on a canvas over the picture. */
export class SlotOverlay {
  private trails: Trail[] = [];

  constructor(
    private canvas: HTMLCanvasElement,
    public layers: OverlayLayers,
    public classes: string[],
  ) {}

  draw(snapshot: Snapshot): void {
    const surface = this.resizedSurface();
    if (!surface) return;
    const { context, width, height, scale } = surface;
    context.clearRect(0, 0, width, height);
    this.updateTrails(snapshot);
    snapshot.slots.forEach((slot, index) => {
      if (slot.state === "empty") return;
      context.strokeStyle = slotColour(index);
      context.lineWidth = 2 * scale;
      context.globalAlpha = slot.state === "held" ? 0.6 : 1;
      if (this.layers.trails) this.drawTrail(surface, index);
      if (this.layers.boxes) drawBox(surface, slot);
    });
    if (this.layers.labels) {
      // After all boxes, so that no box covers a label.
      snapshot.slots.forEach((slot, index) => {
        if (slot.state !== "empty") this.drawLabel(surface, slot, index);
      });
    }
    context.globalAlpha = 1;
    // The browser tests read how many boxes are drawn.
    const boxes = snapshot.slots.filter((slot) => slot.state !== "empty").length;
    this.canvas.dataset.boxes = String(boxes);
    this.canvas.dataset.seq = String(snapshot.seq);
  }

  private resizedSurface(): Surface | null {
    const context = this.canvas.getContext("2d");
    if (!context) return null;
    const scale = window.devicePixelRatio || 1;
    const width = Math.round(this.canvas.clientWidth * scale);
    const height = Math.round(this.canvas.clientHeight * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    return { context, width, height, scale };
  }

  private updateTrails(snapshot: Snapshot): void {
    const now = performance.now();
    snapshot.slots.forEach((slot, index) => {
      const trail = (this.trails[index] ??= { generation: 0, points: [] });
      if (slot.state === "empty" || slot.generation !== trail.generation) {
        trail.points = [];
        trail.generation = slot.generation;
      }
      if (slot.state !== "empty") trail.points.push({ x: slot.x, y: slot.y, timeMs: now });
      while (trail.points[0] && now - trail.points[0].timeMs > TRAIL_MS) trail.points.shift();
    });
  }

  private drawTrail({ context, width, height }: Surface, index: number): void {
    const points = this.trails[index]?.points ?? [];
    context.beginPath();
    for (const { x, y } of points) context.lineTo(x * width, y * height);
    context.stroke();
  }

  private drawLabel({ context, width, height, scale }: Surface, slot: Slot, index: number): void {
    const className = this.classes[slot.class_id] ?? "";
    const text = `p${index + 1} #${slot.track_id} ${className} ${slot.score.toFixed(2)}`;
    context.font = `${12 * scale}px system-ui, sans-serif`;
    const labelWidth = context.measureText(text).width + 8 * scale;
    const labelHeight = 17 * scale;
    const left = Math.min(Math.max((slot.x - slot.w / 2) * width, 0), width - labelWidth);
    const top = Math.max((slot.y - slot.h / 2) * height - labelHeight, 0);
    context.globalAlpha = 0.85;
    context.fillStyle = "#111";
    context.fillRect(left, top, labelWidth, labelHeight);
    context.globalAlpha = 1;
    context.fillStyle = slotColour(index);
    context.fillRect(left, top, 3 * scale, labelHeight);
    context.fillStyle = "#fff";
    context.fillText(text, left + 6 * scale, top + 12.5 * scale);
  }
}

function drawBox({ context, width, height, scale }: Surface, slot: Slot): void {
  context.setLineDash(slot.state === "held" ? [6 * scale, 5 * scale] : []);
  const left = (slot.x - slot.w / 2) * width;
  const top = (slot.y - slot.h / 2) * height;
  context.strokeRect(left, top, slot.w * width, slot.h * height);
  context.setLineDash([]);
}
