// The templates, compiled, and what Sygaldry copies into a repository, embedded in the bundles as the module "sygaldry:assets",
// so that dist/cli.cjs is complete on its own (it also runs inside the container).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folders = ["container/image", "container/runtime", "container/entrypoints", "templates/bazel/spack"];
const id = "sygaldry:assets";

/** Name → template, compiled here: compiling one at run time takes longer than a warm `sygaldry up`. */
function compileTemplates() {
  const entries = readdirSync(path.join(root, "templates"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".hbs"))
    .map((name) => name.split(path.sep).join("/"))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(root, "templates", name), "utf8");
      return `${JSON.stringify(name)}: ${source(text)}`;
    });
  return `{${entries.join(",\n")}}`;
}

/** JavaScript source of the compiled template; declared as an object, it is text. */
function source(text) {
  return String(/** @type {unknown} */ (Handlebars.precompile(text, { noEscape: true, strict: true })));
}

/** Path below the repository root → text and mode, sorted by path. */
function collectAssets() {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  const entries = files
    .sort()
    .map((file) => [
      path.relative(root, file).split(path.sep).join("/"),
      { text: readFileSync(file, "utf8"), executable: (statSync(file).mode & 0o111) !== 0 },
    ]);
  return Object.fromEntries(entries);
}

/** Of the sources that read sygaldry.yaml, and of the packages that they read it with. */
function configReader() {
  const folder = path.join(root, "extension/core/project");
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => path.join(folder, name));
  sources.push(path.join(root, "extension/core/base/amounts.ts"));
  const packages = ["yaml", "zod"].map((name) => path.join(root, "node_modules", name, "package.json"));
  const digest = createHash("sha256");
  for (const file of [...sources, ...packages]) digest.update(readFileSync(file)).update("\0");
  return digest.digest("hex");
}

function assetsSource() {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return `export const assets = ${JSON.stringify(collectAssets())};\nexport const templates = ${compileTemplates()};\nexport const version = ${JSON.stringify(version)};\nexport const configReader = ${JSON.stringify(configReader())};\n`;
}

export const esbuildAssets = {
  name: "sygaldry-assets",
  setup(build) {
    build.onResolve({ filter: /^sygaldry:assets$/ }, () => ({ path: id, namespace: "sygaldry" }));
    build.onLoad({ filter: /.*/, namespace: "sygaldry" }, () => ({ contents: assetsSource(), loader: "js" }));
  },
};

export const viteAssets = {
  name: "sygaldry-assets",
  enforce: "pre",
  resolveId: (source) => (source === id ? `\0${id}` : undefined),
  load: (loaded) => (loaded === `\0${id}` ? assetsSource() : undefined),
};
