import type { CameraConfig, RtspTransport } from "../../api/types";
import { enumValues, schemaAt } from "../../schema/schema";
import { useConfigSchema } from "../../schema/use-config-schema";

/** Patterns, examples and choices of a camera's fields; empty until the schema is loaded. */
export function useCameraFields() {
  const root = useConfigSchema();
  const field = (key: keyof CameraConfig) => (root ? schemaAt(root, ["cameras", key]) : {});
  const { pattern } = field("id");
  const transport = field("rtsp_transport");
  return {
    idPattern: pattern === undefined ? null : new RegExp(pattern),
    streamExamples: (field("stream").examples ?? []).map(String),
    transports: (enumValues(transport) ?? []) as RtspTransport[],
    defaultTransport: transport.default as RtspTransport | undefined,
  };
}
