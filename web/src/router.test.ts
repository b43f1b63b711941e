import { expect, it } from "vitest";

import { links, parseRoute } from "./router";

it("the hash selects the page", () => {
  expect(parseRoute("")).toEqual({ page: "cameras" });
  expect(parseRoute("#/cameras/hall")).toEqual({ page: "camera", id: "hall" });
  expect(parseRoute("#/settings/log")).toEqual({ page: "settings", tab: "log" });
});

it("links lead to their page", () => {
  expect(parseRoute(links.cameras)).toEqual({ page: "cameras" });
  expect(parseRoute(links.camera("a b"))).toEqual({ page: "camera", id: "a b" });
  expect(parseRoute(links.settings())).toEqual({ page: "settings", tab: "settings" });
});
