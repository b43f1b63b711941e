import { type PointerEventHandler, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { openSocket } from "../api/socket";
import { telemetry } from "../api/telemetry";
import type { CameraStatus } from "../api/types";
import { type OverlayLayers, SlotOverlay } from "./slot-overlay";
import { useVisible } from "./use-visible";

export interface PointerHandlers {
  onPointerDown: PointerEventHandler<HTMLDivElement>;
  onPointerMove: PointerEventHandler<HTMLDivElement>;
  onPointerUp: PointerEventHandler<HTMLDivElement>;
}

interface CameraPreviewProps {
  status: CameraStatus;
  fps: number;
  width: number;
  showPicture: boolean;
  layers: OverlayLayers;
  /** Shown on top of the picture, such as the region. */
  children?: ReactNode;
  pointerHandlers?: PointerHandlers;
}

/** A camera's picture with its slots drawn over it. The service sends and encodes
 * pictures only while they are visible; the boxes come from the telemetry. */
export function CameraPreview({
  status,
  fps,
  width,
  showPicture,
  layers,
  children,
  pointerHandlers,
}: CameraPreviewProps) {
  const { t } = useTranslation();
  const container = useRef<HTMLDivElement>(null);
  const pictureCanvas = useRef<HTMLCanvasElement>(null);
  const overlayCanvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<SlotOverlay | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const visible = useVisible(container);

  useEffect(() => {
    if (!visible || !showPicture || !status.running) return;
    const path = `/ws/preview/${encodeURIComponent(status.id)}?fps=${fps}&width=${width}`;
    let latest = 0;
    return openSocket(path, {
      onMessage: (data) => {
        if (typeof data === "string") return;
        const number = ++latest;
        void createImageBitmap(data).then((bitmap) => {
          // Pictures may be decoded out of order.
          if (number === latest) drawPicture(pictureCanvas.current, bitmap);
          bitmap.close();
          setHasPicture(true);
        });
      },
    });
  }, [visible, showPicture, status.running, status.id, fps, width]);

  useEffect(() => {
    if (!visible || !overlayCanvas.current) return;
    overlay.current ??= new SlotOverlay(overlayCanvas.current, layers, status.classes);
    const current = overlay.current;
    return telemetry.onSnapshot(status.id, (snapshot) => current.draw(snapshot));
  }, [visible, status.id, layers, status.classes]);

  useEffect(() => {
    if (!overlay.current) return;
    overlay.current.layers = layers;
    overlay.current.classes = status.classes;
  }, [layers, status.classes]);

  const frameSize = status.frame_size ?? { width: 16, height: 9 };
  return (
    <div
      ref={container}
      className={pointerHandlers ? "preview preview-drawing" : "preview"}
      style={{ aspectRatio: `${frameSize.width} / ${frameSize.height}` }}
      {...pointerHandlers}
    >
      {!showPicture && <div className="preview-note">{t("preview.off")}</div>}
      {showPicture && !hasPicture && <div className="preview-note">{t("preview.none")}</div>}
      <canvas
        ref={pictureCanvas}
        role="img"
        aria-label={t("preview.label", { name: status.name || status.id })}
        style={{ visibility: showPicture ? "visible" : "hidden" }}
      />
      <canvas ref={overlayCanvas} aria-hidden data-testid={`overlay-${status.id}`} />
      {children}
    </div>
  );
}

function drawPicture(canvas: HTMLCanvasElement | null, bitmap: ImageBitmap): void {
  if (!canvas) return;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
}
