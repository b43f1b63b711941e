import { expect, it } from "vitest";

import { positionOf, sliderRange, valueAt } from "./slider-range";

function range(type: string, minimum: number, maximum: number) {
  const found = sliderRange({ type, minimum, maximum });
  if (!found) throw new Error("no range");
  return found;
}

const persistence = range("integer", 0, 3_600_000);
const period = range("integer", 1, 1000);

it("range without a minimum or a maximum has no slider", () => {
  expect(sliderRange({ type: "string" })).toBeNull();
  expect(sliderRange({ type: "integer", minimum: 0 })).toBeNull();
});

it("narrow range has even steps", () => {
  const slots = range("integer", 1, 256);
  expect(slots).toEqual({ min: 1, max: 256, step: 1, stops: null });
  expect(positionOf(slots, 128)).toBe(128);
  expect(range("number", 0, 1)).toEqual({ min: 0, max: 1, step: 0.01, stops: null });
});

it("wide range has increasing stops from the minimum to the maximum", () => {
  for (const { min, max, stops } of [persistence, period]) {
    if (!stops) throw new Error("no stops");
    expect([stops[0], stops.at(-1)]).toEqual([min, max]);
    expect(stops.length).toBeLessThan(100);
    expect([...new Set(stops)].sort((a, b) => a - b)).toEqual(stops);
  }
  for (const value of [500, 1000, 1500, 5000]) expect(persistence.stops).toContain(value);
  expect(period.stops?.slice(0, 4)).toEqual([1, 2, 3, 4]);
});

it("each stop has its own position", () => {
  for (const wide of [persistence, period]) {
    for (const stop of wide.stops ?? []) expect(valueAt(wide, positionOf(wide, stop))).toBe(stop);
  }
});

it("value between two stops is shown at the nearest", () => {
  expect(valueAt(persistence, positionOf(persistence, 1040))).toBe(1000);
  expect(valueAt(persistence, positionOf(persistence, 9_999_999))).toBe(3_600_000);
});
