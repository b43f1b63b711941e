// The current page is in the URL's hash, so the service has to serve only one HTML page.

import { useSyncExternalStore } from "react";

export type Route =
  | { page: "cameras" }
  | { page: "camera"; id: string }
  | { page: "settings"; tab: string };

export function parseRoute(hash: string): Route {
  const [first, second] = hash.replace(/^#\/?/, "").split("/");
  if (first === "cameras" && second) return { page: "camera", id: decodeURIComponent(second) };
  if (first === "settings") return { page: "settings", tab: second ?? "settings" };
  return { page: "cameras" };
}

export const links = {
  cameras: "#/",
  camera: (id: string) => `#/cameras/${encodeURIComponent(id)}`,
  settings: (tab = "settings") => `#/settings/${tab}`,
};

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return parseRoute(hash);
}
