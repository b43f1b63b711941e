import type { ReactNode } from "react";

/** Names and values, as many in a row as there is room for. */
export function Figures({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="figures">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const oneDecimal = (value: number) => value.toFixed(1);
