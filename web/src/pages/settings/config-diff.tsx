import { diffLines } from "diff";

/** The lines that a change adds to the configuration file and removes from it. */
export function ConfigDiff({ before, after }: { before: string; after: string }) {
  return (
    <pre className="diff" tabIndex={0}>
      {diffLines(before, after).map((part, index) => {
        const sign = part.added ? "+ " : part.removed ? "- " : "  ";
        const lines = part.value.replace(/\n$/, "").split("\n");
        const text = lines.map((line) => sign + line).join("\n");
        if (part.added) return <ins key={index}>{text}</ins>;
        if (part.removed) return <del key={index}>{text}</del>;
        return <span key={index}>{text}</span>;
      })}
    </pre>
  );
}
