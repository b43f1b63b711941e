import type { ReactNode } from "react";

/** A box that scrolls when its content is larger than the page, also with the keyboard. */
export function ScrollBox({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="scroll-box" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
