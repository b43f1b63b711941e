import { expect, it } from "vitest";

import { normaliseRegion, regionFromCorners } from "./region";

it("region is the same from either corner", () => {
  const region = [0.2, 0.1, 0.8, 0.9];
  expect(regionFromCorners([0.8, 0.9], [0.2, 0.1])).toEqual(region);
  expect(regionFromCorners([0.2, 0.9], [0.8, 0.1])).toEqual(region);
});

it("region stays within the frame", () => {
  expect(regionFromCorners([-1, 0.5], [0.5, 7])).toEqual([0, 0.5, 0.5, 1]);
});

it("region in pixels is normalised", () => {
  const size = { width: 1280, height: 720 };
  expect(normaliseRegion([64, 36, 640, 360], size)).toEqual([0.05, 0.05, 0.5, 0.5]);
});

it("normalised region stays as it is", () => {
  const size = { width: 1280, height: 720 };
  expect(normaliseRegion([0, 0, 1, 0.5], size)).toEqual([0, 0, 1, 0.5]);
  expect(normaliseRegion(null, size)).toBeNull();
});
