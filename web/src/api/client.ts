// Requests to the service, and its refusals as errors.

import type {
  Applied,
  CameraEvent,
  CameraView,
  Checked,
  Health,
  KeyError,
  LogLine,
  Model,
  Probe,
  Problem,
  Session,
} from "./types";

/** A refusal, in the service's words; `status` is 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: KeyError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

type Listener = () => void;
const unauthorised = new Set<Listener>();

/** Calls back whenever the service asks for the token. */
export function onUnauthorised(listener: Listener): () => void {
  unauthorised.add(listener);
  return () => unauthorised.delete(listener);
}

interface Options {
  method?: string;
  body?: unknown;
  yaml?: string;
  accept?: string;
  ifMatch?: string;
}

async function send(path: string, options: Options = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  let body: string | undefined;
  if (options.yaml !== undefined) {
    headers["content-type"] = "application/yaml";
    body = options.yaml;
  } else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  if (options.accept) headers.accept = options.accept;
  if (options.ifMatch) headers["if-match"] = options.ifMatch;
  let response: Response;
  try {
    response = await fetch(path, { method: options.method ?? "GET", headers, body });
  } catch {
    throw new ApiError(0, "");
  }
  if (response.ok || (path.endsWith("/health") && response.status === 503)) return response;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  const retry = response.headers.get("retry-after");
  if (response.status === 401 && !path.endsWith("/session")) {
    for (const listener of unauthorised) listener();
  }
  throw new ApiError(
    response.status,
    problem?.detail ?? response.statusText,
    problem?.errors ?? [],
    retry === null ? null : Number(retry),
  );
}

async function json<T>(path: string, options?: Options): Promise<T> {
  return (await send(`/api/v1${path}`, options)).json() as Promise<T>;
}

const camera = (id: string) => `/cameras/${encodeURIComponent(id)}`;

export const api = {
  session: () => json<Session>("/session"),
  logIn: (token: string) => send("/api/v1/session", { method: "POST", body: { token } }),
  logOut: () => send("/api/v1/session", { method: "DELETE" }),
  health: () => json<Health>("/health"),
  models: () => json<{ models_dir: string; models: Model[] }>("/models"),
  logs: () => json<{ lines: LogLine[] }>("/logs"),
  schema: () => json<Record<string, unknown>>("/config/schema"),
  config: async () => {
    const response = await send("/api/v1/config");
    return {
      etag: response.headers.get("etag") ?? "",
      document: ((await response.json()) ?? {}) as Record<string, unknown>,
    };
  },
  check: (document: unknown) => json<Checked>("/config/check", { method: "POST", body: document }),
  save: (document: unknown, etag: string) =>
    json<Applied>("/config", { method: "PUT", body: document, ifMatch: etag }),
  reload: () => json<Applied>("/config/reload", { method: "POST" }),
  camera: (id: string) => json<CameraView>(camera(id)),
  addCamera: (config: unknown) => json<CameraView>("/cameras", { method: "POST", body: config }),
  patchCamera: (id: string, patch: unknown) =>
    json<CameraView>(camera(id), { method: "PATCH", body: patch }),
  deleteCamera: (id: string) => send(`/api/v1${camera(id)}`, { method: "DELETE" }),
  enable: (id: string, on: boolean) =>
    json<CameraView>(`${camera(id)}/${on ? "start" : "stop"}`, { method: "POST" }),
  reset: (id: string) => send(`/api/v1${camera(id)}/reset`, { method: "POST" }),
  events: (id: string) => json<{ events: CameraEvent[] }>(`${camera(id)}/events`),
  probe: (stream: string, transport: string) =>
    json<Probe>("/cameras/probe", {
      method: "POST",
      body: { stream, rtsp_transport: transport },
    }),
};
