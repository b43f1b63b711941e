// Live data of all cameras, over one WebSocket for the whole page.
//
// Status changes about once a second and goes through React state. Snapshots come many
// times a second and go straight to the listeners that draw them.

import { useSyncExternalStore } from "react";

import { openSocket } from "./socket";
import type { CameraEvent, CameraStatus, Snapshot, TelemetryMessage } from "./types";

const SNAPSHOTS_PER_SECOND = 20;
/** Two minutes, at one point a second. */
const HISTORY_LENGTH = 120;
/** The service sends status also between the seconds, when a source changes. */
const HISTORY_INTERVAL_MIN_S = 0.5;
const EVENTS_MAX = 200;

export interface HistoryPoint {
  /** Seconds since 1970. */
  time: number;
  sourceFps: number;
  processedFps: number;
  latencyMs: number;
  activeSlots: number;
}

/** What the telemetry has reported so far; each change makes a new object. */
export interface TelemetryState {
  connected: boolean;
  /** False until the first message. */
  loaded: boolean;
  node: string;
  version: string;
  cameras: CameraStatus[];
  /** Why the service does not use the configuration file as it is now. */
  fileProblem: string | null;
  /** Goes up with each change of the configuration. */
  configSeq: number;
}

type SnapshotListener = (snapshot: Snapshot) => void;

const NO_EVENTS: CameraEvent[] = [];

class Telemetry {
  private state: TelemetryState = {
    connected: false,
    loaded: false,
    node: "",
    version: "",
    cameras: [],
    fileProblem: null,
    configSeq: 0,
  };
  private listeners = new Set<() => void>();
  private snapshotListeners = new Map<string, Set<SnapshotListener>>();
  private latestSnapshots = new Map<string, Snapshot>();
  private histories = new Map<string, HistoryPoint[]>();
  private events = new Map<string, CameraEvent[]>();
  private closeSocket: (() => void) | null = null;

  connect(): void {
    this.closeSocket ??= openSocket(`/ws/telemetry?rate=${SNAPSHOTS_PER_SECOND}`, {
      onMessage: (data) => this.handleMessage(JSON.parse(data as string) as TelemetryMessage),
      onConnectedChange: (connected) => this.update({ connected }),
    });
  }

  disconnect(): void {
    this.closeSocket?.();
    this.closeSocket = null;
    this.update({ connected: false });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): TelemetryState => this.state;

  /** Calls the listener with the latest snapshot of a camera, then with each new one. */
  onSnapshot(camera: string, listener: SnapshotListener): () => void {
    const listeners = this.snapshotListeners.get(camera) ?? new Set();
    this.snapshotListeners.set(camera, listeners.add(listener));
    const latest = this.latestSnapshots.get(camera);
    if (latest) listener(latest);
    return () => listeners.delete(listener);
  }

  getHistory(camera: string): HistoryPoint[] {
    return this.histories.get(camera) ?? [];
  }

  /** The newest event first. */
  getEvents(camera: string): CameraEvent[] {
    return this.events.get(camera) ?? NO_EVENTS;
  }

  /** Replaces a camera's events by those that the service has kept, oldest first. */
  setEvents(camera: string, events: CameraEvent[]): void {
    this.events.set(camera, events.toReversed().slice(0, EVENTS_MAX));
    this.update({});
  }

  private update(change: Partial<TelemetryState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private handleMessage(message: TelemetryMessage): void {
    switch (message.type) {
      case "hello":
      case "cameras": {
        const { version, node, cameras } = message;
        this.update({ loaded: true, connected: true, version, node, cameras });
        break;
      }
      case "snapshot":
        this.latestSnapshots.set(message.camera, message);
        for (const listener of this.snapshotListeners.get(message.camera) ?? []) listener(message);
        break;
      case "status":
        this.addToHistory(message.status);
        this.update({
          cameras: this.state.cameras.map((camera) =>
            camera.id === message.camera ? message.status : camera,
          ),
        });
        break;
      case "event":
        this.events.set(
          message.camera,
          [message.event, ...this.getEvents(message.camera)].slice(0, EVENTS_MAX),
        );
        this.update({});
        break;
      case "config":
        this.update({
          fileProblem: message.problem ?? null,
          configSeq: this.state.configSeq + 1,
        });
        break;
    }
  }

  private addToHistory(status: CameraStatus): void {
    const history = this.histories.get(status.id) ?? [];
    const time = Date.now() / 1000;
    const last = history.at(-1);
    if (last && time - last.time < HISTORY_INTERVAL_MIN_S) return;
    history.push({
      time,
      sourceFps: status.fps_in,
      processedFps: status.fps_proc,
      latencyMs: status.latency_ms,
      activeSlots: status.slots.active,
    });
    this.histories.set(status.id, history.slice(-HISTORY_LENGTH));
  }
}

export const telemetry = new Telemetry();

export function useTelemetry(): TelemetryState {
  return useSyncExternalStore(telemetry.subscribe, telemetry.getState);
}

export function useCameraEvents(camera: string): CameraEvent[] {
  return useSyncExternalStore(telemetry.subscribe, () => telemetry.getEvents(camera));
}
