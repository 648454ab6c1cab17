import { existsSync } from "node:fs";
import path from "node:path";

/** The real Spack's folder: SPACK_ROOT, or where our image has it. Undefined when there is none. */
export function spackRoot(): string | undefined {
  const root = process.env["SPACK_ROOT"] || "/opt/spack_src";
  return existsSync(path.join(root, "bin/spack")) ? root : undefined;
}
