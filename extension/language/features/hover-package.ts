import { sizeText } from "../../core/base/text-size.ts";
import type { EnvironmentPackage, PackageState } from "../../core/spack/environment/package-states.ts";
import { why } from "../../core/spack/graph/why.ts";
import { hasType } from "../../core/spack/lockfile/closure.ts";
import type { Lockfile, LockNode } from "../../core/spack/lockfile/lockfile.ts";
import { readInstallDetails } from "../../core/spack/store/install-details.ts";
import { installSize } from "../../core/spack/store/install-size.ts";
import type { KnownEnvironment } from "../environments.ts";

/** Markdown: what a package was solved to, whether it is there, from where, how large, what it needs and who needs it. */
export async function packageText(
  node: LockNode,
  lock: Lockfile,
  { environment, site }: KnownEnvironment,
  signal?: AbortSignal,
): Promise<string> {
  const found = environment.packages.find((one) => one.node.hash === node.hash);
  const reading = { paths: site.context.paths, ...(signal && { signal }) };
  const there = found?.state === "installed" && found.prefix !== undefined ? found.prefix : undefined;
  const [details, size] =
    there === undefined
      ? []
      : await Promise.all([readInstallDetails(there, reading), installSize(there, reading)]);
  const origin = { source: ", built from source", cache: ", from a build cache", unknown: "" };
  const state =
    stateText(found) + (details ? origin[details.origin] : "") + (size ? `, ${sizeText(size.bytes)}` : "");
  const lines = [
    `**${node.name}** ${code(node.version)}: ${state}`,
    settingsText(node),
    compilersText(node, lock),
    `Target ${code(`${node.platform}-${node.os}-${node.target}`)}, hash ${code(node.hash.slice(0, 7))}`,
    found?.prefix === undefined ? "" : `At ${code(found.prefix)}`,
    dependenciesText(node, lock),
    usersText(node, lock),
  ];
  return lines.filter((line) => line !== "").join("\n\n");
}

const words: Readonly<Record<PackageState, string>> = {
  installed: "installed",
  broken: "broken",
  missing: "not installed",
  failed: "failed to build",
  "not-needed": "not installed, only needed for building",
  external: "external, not Spack's to install",
  unknown: "whether it is installed is not known here",
};

function stateText(found: EnvironmentPackage | undefined): string {
  if (found === undefined) return words.unknown;
  return found.why === undefined ? words[found.state] : `${words[found.state]} (${found.why})`;
}

function settingsText({ variants, flags }: LockNode): string {
  const switches = Object.entries(variants).filter(([, value]) => typeof value === "boolean");
  const on = switches.map(([name, value]) => `${value === true ? "+" : "~"}${name}`).sort();
  const others = Object.entries(variants)
    .filter(([, value]) => typeof value !== "boolean")
    .map(([name, value]) => `${name}=${typeof value === "object" ? value.join(",") : value}`);
  const set = Object.entries(flags).map(([name, values]) => `${name}="${values.join(" ")}"`);
  const text = [on.join(""), ...others, ...set].filter((part) => part !== "").join(" ");
  return text === "" ? "" : code(text);
}

const languages = ["c", "cxx", "fortran"];

function compilersText(node: LockNode, lock: Lockfile): string {
  if (node.compiler !== undefined)
    return `Compiler ${code(`${node.compiler.name}@${node.compiler.version}`)}`;
  const compilers = node.dependencies.filter(({ virtuals }) =>
    virtuals.some((one) => languages.includes(one)),
  );
  const names = compilers.map((edge) => {
    const version = lock.nodes.get(edge.hash)?.version ?? "?";
    const provides = edge.virtuals.filter((one) => languages.includes(one)).join(", ");
    return `${code(`${edge.name}@${version}`)} (${provides})`;
  });
  return names.length === 0 ? "" : `Compiler ${names.join(", ")}`;
}

function dependenciesText(node: LockNode, lock: Lockfile): string {
  const named = (edges: LockNode["dependencies"]) =>
    edges.map((edge) => code(`${edge.name}@${lock.nodes.get(edge.hash)?.version ?? "?"}`)).join(", ");
  const used = node.dependencies.filter((edge) => hasType(edge, ["link", "run"]));
  const building = node.dependencies.filter((edge) => !hasType(edge, ["link", "run"]));
  return [
    used.length === 0 ? "" : `Needs ${named(used)}`,
    building.length === 0 ? "" : `To build also ${named(building)}`,
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

const mostNamed = 12;

function usersText(node: LockNode, lock: Lockfile): string {
  const { paths } = why(lock, node.hash, ["build", "link", "run"]);
  const names = [...new Set(paths.flatMap(([root]) => (root === undefined ? [] : root.node.name)))];
  if (names.length === 0) return "";
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  return `Used by the root${names.length === 1 ? "" : "s"} ${names.slice(0, mostNamed).map(code).join(", ")}${more}`;
}

/** As code, whatever it holds. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}
