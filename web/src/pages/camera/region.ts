import type { FrameSize, Region } from "../../api/types";

type Point = [x: number, y: number];

const round = (value: number) => Math.round(value * 1e4) / 1e4;
const clamp = (value: number) => Math.min(Math.max(value, 0), 1);

/** The region between two opposite corners, within the frame. */
export function regionFromCorners(a: Point, b: Point): Region {
  const [ax, ay] = [round(clamp(a[0])), round(clamp(a[1]))];
  const [bx, by] = [round(clamp(b[0])), round(clamp(b[1]))];
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** A region in 0..1; the configuration may have it in pixels. */
export function normaliseRegion(region: Region | null, size: FrameSize | null): Region | null {
  if (!region || !size || region.every((value) => value <= 1)) return region;
  const [x1, y1, x2, y2] = region;
  return [x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height];
}
