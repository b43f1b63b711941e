// Requests to the service. An error response is thrown as an ApiError.

import { ApiError } from "./api-error";
import type {
  CameraConfig,
  CameraPatch,
  CameraView,
  CheckResult,
  ConfigChange,
  Events,
  Health,
  Logs,
  Models,
  ProbeRequest,
  ProbeResult,
  Problem,
  SessionStatus,
} from "./types";

type Listener = () => void;
const unauthorisedListeners = new Set<Listener>();

/** Calls the listener whenever the service requires a token. */
export function onUnauthorised(listener: Listener): () => void {
  unauthorisedListeners.add(listener);
  return () => unauthorisedListeners.delete(listener);
}

interface RequestOptions {
  method?: string;
  body?: unknown;
  ifMatch?: string;
}

async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  let body: string | undefined;
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  if (options.ifMatch) headers["if-match"] = options.ifMatch;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { method: options.method ?? "GET", headers, body });
  } catch {
    throw new ApiError(0, "");
  }
  // The health of a service with failed cameras is 503 with the usual body.
  if (response.ok || (path === "/health" && response.status === 503)) return response;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const retryAfter = response.headers.get("retry-after");
  // A 401 to a log-in means a wrong token; the log-in page reports it.
  if (response.status === 401 && path !== "/session") {
    for (const listener of unauthorisedListeners) listener();
  }
  throw new ApiError(
    response.status,
    problem?.detail ?? response.statusText,
    problem?.errors ?? [],
    retryAfter === null ? null : Number(retryAfter),
  );
}

async function requestJson<T>(path: string, options?: RequestOptions): Promise<T> {
  return (await request(path, options)).json() as Promise<T>;
}

const cameraPath = (id: string) => `/cameras/${encodeURIComponent(id)}`;

export const api = {
  session: () => requestJson<SessionStatus>("/session"),
  logIn: (token: string) => request("/session", { method: "POST", body: { token } }),
  logOut: () => request("/session", { method: "DELETE" }),

  health: () => requestJson<Health>("/health"),
  models: () => requestJson<Models>("/models"),
  logs: () => requestJson<Logs>("/logs"),

  config: async () => {
    const response = await request("/config");
    return {
      etag: response.headers.get("etag") ?? "",
      document: ((await response.json()) ?? {}) as Record<string, unknown>,
    };
  },
  configSchema: () => requestJson<Record<string, unknown>>("/config/schema"),
  checkConfig: (document: unknown) =>
    requestJson<CheckResult>("/config/check", { method: "POST", body: document }),
  saveConfig: (document: unknown, etag: string) =>
    requestJson<ConfigChange>("/config", { method: "PUT", body: document, ifMatch: etag }),
  reloadConfig: () => requestJson<ConfigChange>("/config/reload", { method: "POST" }),

  camera: (id: string) => requestJson<CameraView>(cameraPath(id)),
  cameraEvents: (id: string) => requestJson<Events>(`${cameraPath(id)}/events`),
  addCamera: (config: Partial<CameraConfig>) =>
    requestJson<CameraView>("/cameras", { method: "POST", body: config }),
  patchCamera: (id: string, patch: CameraPatch) =>
    requestJson<CameraView>(cameraPath(id), { method: "PATCH", body: patch }),
  removeCamera: (id: string) => request(cameraPath(id), { method: "DELETE" }),
  startCamera: (id: string) => requestJson<CameraView>(`${cameraPath(id)}/start`, { method: "POST" }),
  stopCamera: (id: string) => requestJson<CameraView>(`${cameraPath(id)}/stop`, { method: "POST" }),
  resetSlots: (id: string) => request(`${cameraPath(id)}/reset`, { method: "POST" }),
  probe: (request: ProbeRequest) =>
    requestJson<ProbeResult>("/cameras/probe", { method: "POST", body: request }),
};
