/** Longest suggestion, which leaves room for a number below the ID's own limit. */
const SUGGESTION_LENGTH_MAX = 28;

/** An unused camera ID that resembles the camera's name. */
export function suggestId(name: string, existingIds: string[]): string {
  const slug = name
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, SUGGESTION_LENGTH_MAX);
  if (slug && !existingIds.includes(slug)) return slug;
  const base = slug || "cam";
  for (let number = 1; ; number++) {
    const id = `${base}${number}`;
    if (!existingIds.includes(id)) return id;
  }
}
