// The service's objects under the panel's names. Their fields are generated.

import type { components } from "./generated";

type Schemas = components["schemas"];

export type CameraConfig = Schemas["CameraConfig"];
export type CheckResult = Schemas["Checked"];
export type ConfigChange = Schemas["Applied"];
export type FieldError = Schemas["KeyError"];
export type FrameSize = Schemas["Size"];
export type Health = Schemas["Health"];
export type LogLevel = Schemas["LogLevel"];
export type Model = Schemas["Model"];
export type ModelList = Schemas["Models"];
export type ProbeRequest = Schemas["ProbeRequest"];
export type ProbeResult = Schemas["Probe"];
export type ProblemDetails = Schemas["Problem"];
export type RtspTransport = Schemas["RtspTransport"];
export type Session = Schemas["Session"];
export type TrackingConfig = Schemas["TrackingConfig"];

/** A merge patch (RFC 7396): `null` removes a key. */
export type CameraPatch = Partial<Omit<CameraConfig, "override">> & {
  override?: { [Key in keyof CameraConfig["override"]]: CameraConfig["override"][Key] | null };
};

/** Left, top, right and bottom edge. */
export type Region = NonNullable<CameraConfig["roi"]>;

// The document has plain strings, or nothing, for what follows.

export type SourceState = "stopped" | "connecting" | "live" | "lost" | "ended" | "failed";

export type CameraStatus = Omit<Schemas["Status"], "source_state" | "sinks"> & {
  source_state: SourceState;
  sinks: SinkStatus[];
};

export type SinkStatus = Omit<Schemas["SinkStatus"], "broken"> & { problem?: string | null };

export type CameraEvent = Omit<Schemas["EventRecord"], "kind" | "source_state"> & {
  kind: "entered" | "left" | "lost" | "found" | "source" | "restarted" | "overflow";
  source_state: SourceState;
};

export type LogLine = Omit<Schemas["LogLine"], "level"> & { level: LogLevel };

export interface Camera {
  config: CameraConfig;
  effective: {
    tracking: TrackingConfig;
    slots: Schemas["SlotsConfig"];
    osc: Schemas["OscConfig"] | null;
  };
  status: CameraStatus;
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
}

export interface Snapshot {
  camera: string;
  seq: number;
  slots: Slot[];
}

/** A message of `/ws/telemetry`. */
export type TelemetryMessage =
  | { type: "hello" | "cameras"; version: string; node: string; cameras: CameraStatus[] }
  | ({ type: "snapshot" } & Snapshot)
  | { type: "status"; camera: string; status: CameraStatus }
  | { type: "event"; camera: string; event: CameraEvent }
  | { type: "config"; etag?: string; problem?: string };

/** A message of `/ws/osc/{id}`. */
export interface OscMonitorMessage {
  receiver?: string;
  messages: { address: string; args: (number | string)[] }[] | null;
  reason?: string;
}
