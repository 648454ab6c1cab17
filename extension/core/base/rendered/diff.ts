import { createTwoFilesPatch } from "diff";
import type { FileStatus } from "./rendered-file.ts";

/** A unified diff, from what is there to what would be rendered; one line for each binary or bundled file. */
export function renderingDiff(statuses: readonly FileStatus[]): string {
  return statuses
    .filter(({ state }) => state !== "current")
    .map((status) => diffOf(status))
    .join("");
}

function diffOf({ path, before, after }: FileStatus): string {
  if (path.endsWith(".cjs")) return `--- ${path}\n+++ ${path} (another version of the sygaldry command)\n`;
  const text = (content: string | Uint8Array | undefined) =>
    Buffer.from(content ?? "")
      .toString("utf8")
      // The label says nothing to a reader, at great length.
      .replace(/(dev\.sygaldry\.inputs="?=?)[\w-]+/g, "$1…");
  return createTwoFilesPatch(
    path,
    path,
    text(before),
    text(after?.content),
    before ? "" : "(missing)",
    after ? "rendered" : "(not rendered any more)",
  );
}
