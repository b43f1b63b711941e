import { type PointerEvent, useRef, useState } from "react";

import type { FrameSize, Region } from "../../api/types";
import { normaliseRegion, regionFromCorners } from "./region";

/** A drag that is smaller than this is a click, and draws no region. */
const SIZE_MIN = 0.01;

/** The position of the pointer within the element, 0..1. */
function pointerPosition(event: PointerEvent<HTMLDivElement>): [number, number] {
  const box = event.currentTarget.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

/** State of a region that is shown, or drawn by dragging over the picture. */
export function useRegionEditor(saved: Region | null, frameSize: FrameSize | null) {
  const [editing, setEditing] = useState(false);
  const [draft, setDraft] = useState<Region | null>(null);
  const dragStart = useRef<[number, number] | null>(null);
  const current = normaliseRegion(saved, frameSize);

  return {
    editing,
    shown: editing ? draft : current,
    setDraft,
    open: () => {
      setDraft(current);
      setEditing(true);
    },
    close: () => setEditing(false),
    pointerHandlers: {
      onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragStart.current = pointerPosition(event);
      },
      onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
        if (!dragStart.current) return;
        setDraft(regionFromCorners(dragStart.current, pointerPosition(event)));
      },
      onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
        const start = dragStart.current;
        dragStart.current = null;
        if (!start) return;
        const region = regionFromCorners(start, pointerPosition(event));
        const [x1, y1, x2, y2] = region;
        if (x2 - x1 > SIZE_MIN && y2 - y1 > SIZE_MIN) setDraft(region);
      },
    },
  };
}
