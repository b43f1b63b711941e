// A running `rextrack serve`, and a browser.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

/** The program; `cargo test` sets the variable. */
const PROGRAM = process.env.REXTRACK_BIN ?? "rextrack";
const CHROMIUM = process.env.REXTRACK_CHROMIUM ?? "/usr/bin/chromium";

/** Starts a service in a new folder; without `config` there is no configuration file. */
export async function serve(config) {
  const folder = mkdtempSync(join(tmpdir(), "rextrack-panel-"));
  if (config !== undefined) writeFileSync(join(folder, "config.yaml"), config);
  const child = spawn(PROGRAM, ["serve", "--json", "--port", "0"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await firstLine(child);
  const { url } = JSON.parse(line);
  return {
    url,
    folder,
    api: async (path, options) => (await fetch(`${url}api/v1${path}`, options)).json(),
    end: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first line that a child process prints. */
export function firstLine(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the process ended with code ${code}`)));
  });
}

/** Starts a browser that makes no requests of its own. */
export function launchBrowser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
