// How a number of the configuration is set with a slider: from where to where, and in
// which steps.

import { resolve, type Schema } from "../schema/schema";

export interface Range {
  min: number;
  max: number;
  step: number;
  /** Values to stop at, where even steps would be too many for a slider. */
  stops: number[] | null;
}

/** Even steps up to this many can be told apart on a slider. */
const EVEN_STEPS_MAX = 300;
/** Stops of a decade, close enough to tune by. */
const MANTISSAS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
/** Milliseconds and frames below this are not worth a stop where the range is vast. */
const FIRST_OF_VAST = 10;
const VAST = 100_000;

/** The range that the schema gives a key of `tracking`; none if it gives none. */
export function rangeOf(root: Schema, key: string): Range | null {
  const section = resolve(root, root.properties?.tracking ?? {});
  const schema = resolve(root, section.properties?.[key] ?? {});
  const { minimum: min, maximum: max } = schema;
  if (min === undefined || max === undefined) return null;
  const step = schema.type === "integer" ? 1 : (max - min) / 100;
  const even = (max - min) / step <= EVEN_STEPS_MAX;
  return { min, max, step, stops: even ? null : ladder(min, max) };
}

/** Values from `min` to `max` that grow with their size. */
function ladder(min: number, max: number): number[] {
  const first = max >= VAST ? FIRST_OF_VAST : 1;
  const stops = [min];
  for (let decade = first; decade <= max; decade *= 10) {
    for (const mantissa of MANTISSAS) {
      const value = Math.round(mantissa * decade);
      if (value > (stops.at(-1) ?? min) && value < max) stops.push(value);
    }
  }
  stops.push(max);
  return stops;
}

/** Where the thumb stands for a value: the value itself, or the nearest stop's number. */
export function position(range: Range, value: number): number {
  const { stops } = range;
  if (!stops) return value;
  let nearest = 0;
  stops.forEach((stop, index) => {
    if (Math.abs(stop - value) < Math.abs((stops[nearest] ?? stop) - value)) nearest = index;
  });
  return nearest;
}

/** The value that a thumb's position means. */
export function valueAt(range: Range, thumb: number): number {
  return range.stops ? (range.stops[Math.round(thumb)] ?? range.max) : thumb;
}
