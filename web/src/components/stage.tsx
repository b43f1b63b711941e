// A camera's picture with its slots over it. The picture is asked for only while it
// can be seen; boxes come with the telemetry.

import { type PointerEventHandler, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { openSocket } from "../api/socket";
import { telemetry } from "../api/telemetry";
import type { Status } from "../api/types";
import { type Layers, Overlay } from "./overlay";

interface Props {
  status: Status;
  fps: number;
  width: number;
  picture: boolean;
  layers: Layers;
  /** What lies over everything, such as the region. */
  children?: ReactNode;
  pointer?: {
    onPointerDown: PointerEventHandler<HTMLDivElement>;
    onPointerMove: PointerEventHandler<HTMLDivElement>;
    onPointerUp: PointerEventHandler<HTMLDivElement>;
  };
}

export function Stage({ status, fps, width, picture, layers, children, pointer }: Props) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<Overlay | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const visible = useVisible(frame);

  useEffect(() => {
    if (!visible || !picture || !status.running) return;
    const path = `/ws/preview/${encodeURIComponent(status.id)}?fps=${fps}&width=${width}`;
    let latest = 0;
    return openSocket(path, {
      message: (data) => {
        if (typeof data === "string") return;
        const number = ++latest;
        void createImageBitmap(data).then((bitmap) => {
          // Decoding may end in another order than it began.
          if (number === latest) paint(image.current, bitmap);
          bitmap.close();
          setHasPicture(true);
        });
      },
    });
  }, [visible, picture, status.running, status.id, fps, width]);

  useEffect(() => {
    if (!visible || !over.current) return;
    overlay.current ??= new Overlay(over.current, layers, status.classes);
    const current = overlay.current;
    return telemetry.draw(status.id, (snapshot) => current.draw(snapshot));
  }, [visible, status.id, layers, status.classes]);

  useEffect(() => {
    if (!overlay.current) return;
    overlay.current.layers = layers;
    overlay.current.classes = status.classes;
  }, [layers, status.classes]);

  const { width: w, height: h } = status.frame_size ?? { width: 16, height: 9 };
  return (
    <div
      ref={frame}
      className={pointer ? "stage drawing" : "stage"}
      style={{ aspectRatio: `${w} / ${h}` }}
      {...pointer}
    >
      {!picture && <div className="note">{t("hidden")}</div>}
      {picture && !hasPicture && <div className="note">{t("noPicture")}</div>}
      <canvas
        ref={image}
        role="img"
        aria-label={t("preview", { id: status.name || status.id })}
        style={{ visibility: picture ? "visible" : "hidden" }}
      />
      <canvas ref={over} aria-hidden data-testid={`overlay-${status.id}`} />
      {children}
    </div>
  );
}

function paint(canvas: HTMLCanvasElement | null, bitmap: ImageBitmap): void {
  if (!canvas) return;
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
}

/** Whether an element is on the screen of a page that is looked at. */
function useVisible(element: React.RefObject<HTMLElement | null>): boolean {
  const [onScreen, setOnScreen] = useState(false);
  const [shown, setShown] = useState(!document.hidden);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new IntersectionObserver((entries) => {
      setOnScreen(entries.some((entry) => entry.isIntersecting));
    });
    observer.observe(target);
    const look = () => setShown(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", look);
    };
  }, [element]);
  return onScreen && shown;
}
