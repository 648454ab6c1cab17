import type { ToolName } from "./schema.ts";

/** What is installed unless sygaldry.yaml says otherwise. */
export const defaultVersions: Readonly<Record<ToolName, string>> = {
  python: "3.13",
  rust: "1.79",
  go: "1.21.5",
  bazel: "6.4.0",
  spack: "v1.1.0",
  uv: "0.13.0",
  node: "24",
};
