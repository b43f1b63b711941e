import { expect, it } from "vitest";

import { suggestId } from "./suggest-id";

it("suggested ID resembles the name", () => {
  expect(suggestId("The Door, left!", [])).toBe("the-door-left");
});

it("suggested ID is unused", () => {
  expect(suggestId("Door", ["door"])).toBe("door1");
  expect(suggestId("Door", ["door", "door1"])).toBe("door2");
});

it("name without Latin letters gives a numbered ID", () => {
  expect(suggestId("Дверь", ["cam1"])).toBe("cam2");
});
