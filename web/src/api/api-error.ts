import type { KeyError } from "./types";

/** An error response of the service; `status` is 0 when the service did not answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly errors: KeyError[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(detail);
  }
}
