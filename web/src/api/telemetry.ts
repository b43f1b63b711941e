// What the service says without being asked: one socket for the whole page.
//
// Figures change about once a second and go through React; snapshots come many
// times a second and go straight to those who draw them.

import { useSyncExternalStore } from "react";

import { openSocket } from "./socket";
import type { CameraEvent, Snapshot, Status } from "./types";

const RATE = 20;
/** Two minutes of one figure a second. */
const HISTORY = 120;
const EVENTS_KEPT = 200;

export interface Point {
  time: number;
  fpsIn: number;
  fpsProc: number;
  latency: number;
  active: number;
}

/** How things stand; another object after each change. */
export interface Standing {
  connected: boolean;
  /** False until the service has said anything. */
  known: boolean;
  node: string;
  version: string;
  cameras: Status[];
  /** Why the configuration file on the disk is not in force. */
  fileProblem: string | null;
  /** Goes up whenever the configuration changes. */
  configSeq: number;
}

type Message =
  | { type: "hello" | "cameras"; version: string; node: string; cameras: Status[] }
  | ({ type: "snapshot" } & Snapshot)
  | { type: "status"; camera: string; status: Status }
  | { type: "event"; camera: string; event: CameraEvent }
  | { type: "config"; etag?: string; problem?: string };

const NOBODY: CameraEvent[] = [];

class Telemetry {
  private standing: Standing = {
    connected: false,
    known: false,
    node: "",
    version: "",
    cameras: [],
    fileProblem: null,
    configSeq: 0,
  };
  private listeners = new Set<() => void>();
  private drawers = new Map<string, Set<(snapshot: Snapshot) => void>>();
  private newest = new Map<string, Snapshot>();
  private histories = new Map<string, Point[]>();
  private happened = new Map<string, CameraEvent[]>();
  private close: (() => void) | null = null;

  open(): void {
    this.close ??= openSocket(`/ws/telemetry?rate=${RATE}`, {
      message: (data) => this.take(JSON.parse(data as string) as Message),
      state: (connected) => this.set({ connected }),
    });
  }

  shut(): void {
    this.close?.();
    this.close = null;
    this.set({ connected: false });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  current = (): Standing => this.standing;

  /** Calls back with each snapshot of a camera, the newest at once. */
  draw(camera: string, drawer: (snapshot: Snapshot) => void): () => void {
    const drawers = this.drawers.get(camera) ?? new Set();
    this.drawers.set(camera, drawers.add(drawer));
    const newest = this.newest.get(camera);
    if (newest) drawer(newest);
    return () => drawers.delete(drawer);
  }

  history(camera: string): Point[] {
    return this.histories.get(camera) ?? [];
  }

  events(camera: string): CameraEvent[] {
    return this.happened.get(camera) ?? NOBODY;
  }

  /** Puts what happened before the page was opened in front. */
  setEvents(camera: string, events: CameraEvent[]): void {
    this.happened.set(camera, events.toReversed().slice(0, EVENTS_KEPT));
    this.set({});
  }

  private set(change: Partial<Standing>): void {
    this.standing = { ...this.standing, ...change };
    for (const listener of this.listeners) listener();
  }

  private take(message: Message): void {
    switch (message.type) {
      case "hello":
      case "cameras": {
        const { version, node, cameras } = message;
        this.set({ known: true, connected: true, version, node, cameras });
        break;
      }
      case "snapshot":
        this.newest.set(message.camera, message);
        for (const drawer of this.drawers.get(message.camera) ?? []) drawer(message);
        break;
      case "status":
        this.remember(message.status);
        this.set({
          cameras: this.standing.cameras.map((c) =>
            c.id === message.camera ? message.status : c,
          ),
        });
        break;
      case "event":
        this.happened.set(
          message.camera,
          [message.event, ...this.events(message.camera)].slice(0, EVENTS_KEPT),
        );
        this.set({});
        break;
      case "config":
        this.set({
          fileProblem: message.problem ?? null,
          configSeq: this.standing.configSeq + 1,
        });
        break;
    }
  }

  private remember(status: Status): void {
    const history = this.histories.get(status.id) ?? [];
    const time = Date.now() / 1000;
    // News comes between the seconds; the plot has one point a second.
    const last = history.at(-1);
    if (last && time - last.time < 0.5) return;
    history.push({
      time,
      fpsIn: status.fps_in,
      fpsProc: status.fps_proc,
      latency: status.latency_ms,
      active: status.slots.active,
    });
    this.histories.set(status.id, history.slice(-HISTORY));
  }
}

export const telemetry = new Telemetry();

export function useStanding(): Standing {
  return useSyncExternalStore(telemetry.subscribe, telemetry.current);
}

export function useEvents(camera: string): CameraEvent[] {
  return useSyncExternalStore(telemetry.subscribe, () => telemetry.events(camera));
}
