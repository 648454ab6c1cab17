import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { defaultVersions } from "../../extension/core/project/default-versions.ts";

/** Downloads of the Python index, kept between runs. */
const cache = path.join(tmpdir(), "sygaldry-test-python");

/** The folder of the real uv, the version that images get; undefined when the index does not have it. */
export function uvFolder(version: string = defaultVersions.uv): string | undefined {
  const target = path.join(cache, `uv-${version}`);
  const program = path.join(target, "bin/uv");
  if (!existsSync(program)) pip(["install", "--quiet", "--no-deps", "--target", target, `uv==${version}`]);
  return existsSync(program) ? path.dirname(program) : undefined;
}

/** A wheel of the index for the machine's Python, downloaded once. Throws with pip's output when it cannot be had. */
export function wheelOf(name: string, version: string): string {
  const target = path.join(cache, `${name}-${version}`);
  mkdirSync(target, { recursive: true });
  const found = () =>
    spawnSync("sh", ["-c", 'ls "$1"/*.whl', "sh", target], { encoding: "utf8" }).stdout.split("\n")[0] ?? "";
  if (found() === "") {
    const said = pip([
      "download",
      "--quiet",
      "--no-deps",
      "--only-binary",
      ":all:",
      "-d",
      target,
      `${name}==${version}`,
    ]);
    if (found() === "") throw new Error(`pip has no wheel of ${name} ${version}: ${said}`);
  }
  return found();
}

/** The machine's Python, without a virtual environment around it. */
export function basePython(): { readonly prefix: string; readonly version: string } {
  const script = "import sys; print(sys.base_prefix); print('%d.%d.%d' % sys.version_info[:3])";
  const { stdout } = spawnSync("python3", ["-c", script], { encoding: "utf8" });
  const [prefix = "", version = ""] = stdout.trim().split("\n");
  return { prefix, version };
}

function pip(args: readonly string[]): string {
  const { stdout, stderr } = spawnSync("python3", ["-m", "pip", ...args], { encoding: "utf8" });
  return `${stdout}${stderr}`;
}
