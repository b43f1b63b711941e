import type { Schema } from "../../schema/schema";

export interface SliderRange {
  min: number;
  max: number;
  step: number;
  /** The values that the slider can have, where even steps would be too fine. */
  stops: number[] | null;
}

/** Finer steps cannot be told apart on a slider. */
const EVEN_STEPS_MAX = 300;
/** The stops within a decade. */
const STOPS_IN_DECADE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
/** In a range this wide, stops between the minimum and `WIDE_RANGE_FIRST_STOP` are left out. */
const WIDE_RANGE = 100_000;
const WIDE_RANGE_FIRST_STOP = 10;

/** The slider range of a number; null if its schema has no minimum or no maximum. */
export function sliderRange(schema: Schema): SliderRange | null {
  const { minimum: min, maximum: max } = schema;
  if (min === undefined || max === undefined) return null;
  const step = schema.type === "integer" ? 1 : (max - min) / 100;
  const even = (max - min) / step <= EVEN_STEPS_MAX;
  return { min, max, step, stops: even ? null : logarithmicStops(min, max) };
}

function logarithmicStops(min: number, max: number): number[] {
  const stops = [min];
  const firstDecade = max >= WIDE_RANGE ? WIDE_RANGE_FIRST_STOP : 1;
  for (let decade = firstDecade; decade <= max; decade *= 10) {
    for (const factor of STOPS_IN_DECADE) {
      const value = Math.round(factor * decade);
      if (value > (stops.at(-1) ?? min) && value < max) stops.push(value);
    }
  }
  stops.push(max);
  return stops;
}

/** The slider's position for a value: the value itself, or the index of the nearest stop. */
export function positionOf(range: SliderRange, value: number): number {
  const { stops } = range;
  if (!stops) return value;
  const distances = stops.map((stop) => Math.abs(stop - value));
  return distances.indexOf(Math.min(...distances));
}

/** The value at a position of the slider. */
export function valueAt(range: SliderRange, position: number): number {
  return range.stops ? (range.stops[Math.round(position)] ?? range.max) : position;
}
