import type { Region } from "../../api/types";

/** The region's outline over the picture; the rest of the picture is shaded. */
export function RegionOutline({ region, editing }: { region: Region | null; editing: boolean }) {
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
