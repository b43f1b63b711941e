import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `rextrack serve` listens, for `npm run dev`.
const service = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // The service's policy forbids inline scripts, which the polyfill would be.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      "/api": service,
      "/health": service,
      "/ws": { target: service, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"] },
});
