// The part of the picture that is looked at: shown, drawn with a pointer, typed.

import { Group, NumberInput } from "@mantine/core";
import { type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Region, Size } from "../api/types";

const round = (value: number) => Math.round(value * 1e4) / 1e4;
const clamp = (value: number) => Math.min(Math.max(value, 0), 1);

/** Two corners as left, top, right and bottom. */
export function spanned(a: [number, number], b: [number, number]): Region {
  const x = [clamp(a[0]), clamp(b[0])].toSorted((m, n) => m - n);
  const y = [clamp(a[1]), clamp(b[1])].toSorted((m, n) => m - n);
  return [round(x[0] ?? 0), round(y[0] ?? 0), round(x[1] ?? 1), round(y[1] ?? 1)];
}

/** A region in 0..1; a file may give it in pixels. */
export function normalised(region: Region | null, size: Size | null): Region | null {
  if (!region || !size || region.every((value) => value <= 1)) return region;
  const [x1, y1, x2, y2] = region;
  return [x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height];
}

export function useRegion(saved: Region | null, size: Size | null) {
  const [editing, setEditing] = useState(false);
  const [draft, setDraft] = useState<Region | null>(null);
  const start = useRef<[number, number] | null>(null);
  const inForce = normalised(saved, size);

  const place = (event: PointerEvent<HTMLDivElement>): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  return {
    editing,
    shown: editing ? draft : inForce,
    open: () => {
      setDraft(inForce);
      setEditing(true);
    },
    close: () => setEditing(false),
    set: setDraft,
    pointer: {
      onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = place(event);
      },
      onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
        if (start.current) setDraft(spanned(start.current, place(event)));
      },
      onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
        const from = start.current;
        start.current = null;
        if (!from) return;
        const drawn = spanned(from, place(event));
        // A click is no rectangle.
        if (drawn[2] - drawn[0] > 0.01 && drawn[3] - drawn[1] > 0.01) setDraft(drawn);
      },
    },
  };
}

/** The region over the picture, what is outside shaded. */
export function RegionBox({ region, editing }: { region: Region | null; editing: boolean }) {
  if (!region) return null;
  const [x1, y1, x2, y2] = region;
  const percent = (value: number) => `${value * 100}%`;
  return (
    <div
      data-testid="region"
      style={{
        position: "absolute",
        left: percent(x1),
        top: percent(y1),
        width: percent(x2 - x1),
        height: percent(y2 - y1),
        border: editing ? "2px dashed #fff" : "1px solid #ffffffb0",
        boxShadow: "0 0 0 200vmax rgb(0 0 0 / 45%)",
        pointerEvents: "none",
      }}
    />
  );
}

const EDGES = ["left", "top", "right", "bottom"] as const;

/** The region's edges as numbers, for the keyboard. */
export function RegionFields({
  value,
  set,
}: {
  value: Region | null;
  set: (region: Region) => void;
}) {
  const { t } = useTranslation();
  const current: Region = value ?? [0, 0, 1, 1];
  return (
    <Group grow>
      {EDGES.map((edge, index) => (
        <NumberInput
          key={edge}
          label={t(edge)}
          min={0}
          max={1}
          step={0.01}
          decimalScale={4}
          value={current[index] ?? 0}
          onChange={(number) => {
            if (typeof number !== "number") return;
            const next: Region = [...current];
            next[index] = number;
            set(next);
          }}
        />
      ))}
    </Group>
  );
}
