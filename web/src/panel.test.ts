import { describe, expect, it } from "vitest";

import { en } from "./i18n/en";
import { ru } from "./i18n/ru";
import { position, rangeOf, valueAt } from "./components/range";
import { normalised, spanned } from "./components/region";
import { proposed } from "./pages/add-camera";
import { parse } from "./router";
import { choices, withoutNull } from "./schema/schema";
import { fromPointer, mistakes } from "./schema/validate";

describe("words", () => {
  it("are there in both languages, with the same blanks", () => {
    const blanks = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort();
    for (const [key, text] of Object.entries(en)) {
      const other = ru[key as keyof typeof en];
      expect(other, key).not.toBe("");
      expect(blanks(other), key).toEqual(blanks(text));
    }
  });
});

describe("routes", () => {
  it("are read from the address", () => {
    expect(parse("")).toEqual({ page: "cameras" });
    expect(parse("#/cameras/hall")).toEqual({ page: "camera", id: "hall" });
    expect(parse("#/settings/log")).toEqual({ page: "settings", tab: "log" });
  });
});

describe("a region", () => {
  it("is the same from whichever corner it is drawn, and within the picture", () => {
    expect(spanned([0.8, 0.9], [0.2, 0.1])).toEqual([0.2, 0.1, 0.8, 0.9]);
    expect(spanned([-1, 0.5], [0.5, 7])).toEqual([0, 0.5, 0.5, 1]);
  });
  it("may stand in the file in pixels", () => {
    expect(normalised([64, 36, 640, 360], { width: 1280, height: 720 })).toEqual([
      0.05, 0.05, 0.5, 0.5,
    ]);
  });
});

describe("a short name", () => {
  it("is made of the long one and is free", () => {
    expect(proposed("The Door, left!", [])).toBe("the-door-left");
    expect(proposed("Door", ["door"])).toBe("door1");
    expect(proposed("Дверь", ["cam1"])).toBe("cam2");
  });
});

describe("the schema", () => {
  const schema = {
    type: "object",
    properties: {
      osc: { anyOf: [{ $ref: "#/$defs/Osc" }, { type: "null" }], default: { port: 1 } },
      level: { oneOf: [{ const: "a", description: "A" }, { enum: ["b", "c"] }] },
    },
    $defs: {
      Osc: { type: "object", properties: { port: { type: "integer", minimum: 1 } } },
    },
  };
  it("knows sections that may be off, and choices", () => {
    const osc = withoutNull(schema, schema.properties.osc);
    expect(osc.nullable).toBe(true);
    expect(osc.schema.properties).toHaveProperty("port");
    expect(choices(schema.properties.level)?.map((c) => c.value)).toEqual(["a", "b", "c"]);
  });
  it("finds mistakes by their place", () => {
    expect([...mistakes(schema, { osc: { port: 0 } }).keys()]).toEqual(["osc.port"]);
    expect(mistakes(schema, { osc: null }).size).toBe(0);
    expect(fromPointer("#/cameras/0/override/a~1b")).toBe("cameras[0].override.a/b");
  });
});

describe("a slider", () => {
  const root = {
    properties: { tracking: { $ref: "#/$defs/Tracking" } },
    $defs: {
      Tracking: {
        properties: {
          confidence: { type: "number", minimum: 0, maximum: 1 },
          objects_max: { type: "integer", minimum: 1, maximum: 256 },
          object_persistence_ms: { type: "integer", minimum: 0, maximum: 3_600_000 },
          period_frames: { type: "integer", minimum: 1, maximum: 1000 },
          model: { type: "string" },
        },
      },
    },
  };
  const range = (key: string) => {
    const found = rangeOf(root, key);
    if (!found) throw new Error(key);
    return found;
  };
  it("goes as far as the schema, in even steps where there are few", () => {
    expect(range("objects_max")).toEqual({ min: 1, max: 256, step: 1, stops: null });
    expect(position(range("objects_max"), 128)).toBe(128);
    expect(range("confidence")).toEqual({ min: 0, max: 1, step: 0.01, stops: null });
    expect(rangeOf(root, "model")).toBeNull();
  });
  it("has stops close together where values are small, and both ends", () => {
    for (const key of ["object_persistence_ms", "period_frames"]) {
      const { min, max, stops } = range(key);
      if (!stops) throw new Error(key);
      expect([stops[0], stops.at(-1)]).toEqual([min, max]);
      expect(stops.length).toBeLessThan(100);
      expect([...stops].sort((a, b) => a - b)).toEqual(stops);
      expect(new Set(stops).size).toBe(stops.length);
      for (const stop of stops) expect(valueAt(range(key), position(range(key), stop))).toBe(stop);
    }
    const { stops } = range("object_persistence_ms");
    for (const value of [500, 1000, 1500, 5000]) expect(stops).toContain(value);
    expect(range("period_frames").stops?.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });
  it("shows a value between two stops at the nearest", () => {
    const persistence = range("object_persistence_ms");
    expect(valueAt(persistence, position(persistence, 1040))).toBe(1000);
    expect(valueAt(persistence, position(persistence, 9_999_999))).toBe(3_600_000);
  });
});
