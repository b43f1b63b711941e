// The service's objects, as docs/ref/api.md describes them.

export type SourceState = "stopped" | "connecting" | "live" | "lost" | "ended" | "failed";

export interface Size {
  width: number;
  height: number;
}

export interface SinkStatus {
  name: string;
  sent: number;
  failed: number;
  dropped: number;
  bytes: number;
  broken: string | null;
}

export interface Status {
  id: string;
  name: string;
  enabled: boolean;
  running: boolean;
  show_preview: boolean;
  stream: string;
  source_state: SourceState;
  problem: string | null;
  fps_in: number;
  fps_proc: number;
  latency_ms: number;
  inference_ms: number;
  frames_in: number;
  frames_processed: number;
  dropped: number;
  reconnects: number;
  slots: { active: number; held: number; waiting: number; max: number };
  frame_size: Size | null;
  model: string;
  device: string | null;
  classes: string[];
  remote: {
    node: string;
    clock_offset_ms: number;
    duplicates: number;
    reordered: number;
    refused: number;
  } | null;
  sinks: SinkStatus[];
}

export interface Slot {
  track_id: number;
  generation: number;
  state: "empty" | "active" | "held";
  class_id: number;
  score: number;
  x: number;
  y: number;
  w: number;
  h: number;
  vx: number;
  vy: number;
  age_ms: number;
  life_ms: number;
}

export interface Snapshot {
  camera: string;
  seq: number;
  frame_seq: number;
  capture_ns: number;
  source_state: SourceState;
  frame_size: Size;
  waiting: number;
  slots: Slot[];
}

export type EventKind =
  | "entered"
  | "left"
  | "lost"
  | "found"
  | "source"
  | "restarted"
  | "overflow";

export interface CameraEvent {
  kind: EventKind;
  time: string;
  slot: number | null;
  track_id: number | null;
  generation: number | null;
  class: string | null;
  source_state: SourceState;
  count: number;
}

export type Region = [number, number, number, number];

export interface CameraConfig {
  id: string;
  name: string;
  stream: string;
  enabled: boolean;
  show_preview: boolean;
  roi: Region | null;
  classes_filter: (string | number)[];
  max_fps: number;
  rtsp_transport: "tcp" | "udp";
  override: Record<string, unknown>;
  [key: string]: unknown;
}

export interface Tracking {
  model: string;
  confidence: number;
  iou: number;
  objects_max: number;
  object_persistence_ms: number;
  period_frames: number;
  [key: string]: unknown;
}

export interface CameraView {
  config: CameraConfig;
  effective: {
    tracking: Tracking;
    slots: Record<string, unknown>;
    osc: { host: string; port: number; [key: string]: unknown } | null;
  };
  status: Status;
}

export interface Health {
  status: "ok" | "degraded" | "failed";
  version: string;
  node: string;
  uptime_s: number;
  cameras: { total: number; enabled: number; live: number; failed: number };
  config: { path: string; saved: boolean; problem: string | null };
}

export interface KeyError {
  path: string;
  message: string;
}

export interface Checked {
  ok: boolean;
  errors: KeyError[];
  before: string;
  after: string | null;
}

export interface Applied {
  added: string[];
  removed: string[];
  changed: string[];
  restart: string[];
  warnings: string[];
  etag: string;
}

export interface Model {
  name: string;
  file: string | null;
  size_bytes: number;
  family: string | null;
  licence: string | null;
  needs_export: boolean;
  in_use: string[];
}

export interface Probe {
  ok: boolean;
  reason: string | null;
  width: number;
  height: number;
  picture: string | null;
  ms: number;
}

export interface LogLine {
  time: string;
  level: "error" | "warn" | "info" | "debug" | "trace";
  camera: string | null;
  message: string;
}

export interface Session {
  auth: "none" | "token";
  logged_in: boolean;
}

export interface OscView {
  receiver?: string;
  messages: { address: string; args: (number | string)[] }[] | null;
  reason?: string;
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  errors?: KeyError[];
}
