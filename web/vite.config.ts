import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The default address of `rextrack serve`; `npm run dev` passes requests on to it.
const SERVICE_URL = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // The service's content security policy forbids inline scripts; the polyfill is one.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      "/api": SERVICE_URL,
      "/health": SERVICE_URL,
      "/ws": { target: SERVICE_URL, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
