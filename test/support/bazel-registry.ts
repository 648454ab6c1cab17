import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Files of a module by path, beside the empty BUILD.bazel of its root. */
type ModuleFiles = Readonly<Record<string, string>>;

/** What a networked registry's rules_shell gives, from Bazel itself. */
const rulesShell: ModuleFiles = {
  "shell/BUILD.bazel": "",
  "shell/sh_test.bzl": "sh_test = native.sh_test\n",
};

/**
 * Makes or completes the registry at `folder`, for `--registry=file://`: all that these texts of MODULE.bazel name, as modules
 * that are empty but for rules_shell. Those that the distribution has, its Bazel takes from there whatever their version is here.
 * `at` is where Bazel has the folder.
 */
export async function writeRegistry(folder: string, moduleTexts: string, at = folder): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "bazel_registry.json"), "{}");
  for (const [, name = "", version = ""] of moduleTexts.matchAll(
    /bazel_dep\(\s*name = "([^"]+)",\s*version = "([^"]+)"/g,
  ))
    await writeModule(folder, at, { name, version }, name === "rules_shell" ? rulesShell : {});
}

async function writeModule(
  folder: string,
  at: string,
  { name, version }: { readonly name: string; readonly version: string },
  files: ModuleFiles,
): Promise<void> {
  const source = path.join(folder, "empty", name);
  const text = `module(name = "${name}", version = "${version}")\n`;
  await write(path.join(folder, "modules", name, version), {
    "MODULE.bazel": text,
    "source.json": JSON.stringify({ type: "local_path", path: path.join(at, "empty", name) }),
  });
  await write(source, { "MODULE.bazel": text, "BUILD.bazel": "", ...files });
}

async function write(folder: string, files: ModuleFiles): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
