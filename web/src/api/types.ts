// The service's objects, under the names that they have in its OpenAPI document.
// generated.ts has the components that are named here, and those that they need.

import type { components } from "./generated";

type Schemas = components["schemas"];

export type CameraConfig = Schemas["CameraConfig"];
export type CameraEvent = Schemas["CameraEvent"];
export type CameraPatch = Schemas["CameraPatch"];
export type CameraStatus = Schemas["CameraStatus"];
export type CameraView = Schemas["CameraView"];
export type CheckResult = Schemas["CheckResult"];
export type ConfigChange = Schemas["ConfigChange"];
export type Events = Schemas["Events"];
export type FrameSize = Schemas["FrameSize"];
export type Health = Schemas["Health"];
export type KeyError = Schemas["KeyError"];
export type LogLevel = Schemas["LogLevel"];
export type LogLine = Schemas["LogLine"];
export type Logs = Schemas["Logs"];
export type Model = Schemas["Model"];
export type Models = Schemas["Models"];
export type OscMonitorMessage = Schemas["OscMonitorMessage"];
export type ProbeRequest = Schemas["ProbeRequest"];
export type ProbeResult = Schemas["ProbeResult"];
export type Problem = Schemas["Problem"];
export type RtspTransport = Schemas["RtspTransport"];
export type SessionStatus = Schemas["SessionStatus"];
export type SinkStatus = Schemas["SinkStatus"];
export type Slot = Schemas["Slot"];
export type Snapshot = Schemas["Snapshot"];
export type SourceState = Schemas["SourceState"];
export type TelemetryMessage = Schemas["TelemetryMessage"];

/** Left, top, right and bottom edge. */
export type Region = NonNullable<CameraConfig["roi"]>;
