import type { ReactNode } from "react";

export type Metric = [name: string, value: ReactNode];

/** Metrics in a grid of as many columns as fit. */
export function MetricList({ metrics }: { metrics: Metric[] }) {
  return (
    <dl className="metric-list">
      {metrics.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export const oneDecimal = (value: number) => value.toFixed(1);
