import type { ReactNode } from "react";

/** Room for what may be wider than the page; the keyboard can scroll it too. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="wide" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
