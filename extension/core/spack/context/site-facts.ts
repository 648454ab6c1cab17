import { readFile } from "node:fs/promises";
import { homedir, hostname, userInfo } from "node:os";
import type { Command } from "../../base/process.ts";

/** What a site says about itself; Spack's context is made of it. Undefined is unknown. */
export interface SiteFacts {
  /** As `uname -s` says. */
  readonly system: string | undefined;
  readonly hostname: string | undefined;
  readonly user: string | undefined;
  /** By the password database; HOME comes before it. */
  readonly home: string | undefined;
  /** Today there: `2026-11-24`. */
  readonly date: string | undefined;
  /** The text of /etc/os-release. */
  readonly osRelease: string | undefined;
  /** The text of /proc/cpuinfo, of the first processor at least. */
  readonly cpuinfo: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** The facts of this machine, or of the container in which this process runs. */
export async function localSiteFacts(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SiteFacts> {
  const system = { linux: "Linux", darwin: "Darwin" }[String(process.platform)];
  const [release, other, cpuinfo] = await Promise.all(
    ["/etc/os-release", "/usr/lib/os-release", "/proc/cpuinfo"].map(textOf),
  );
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    system,
    hostname: hostname(),
    ...account(),
    date: localDate(new Date()),
    osRelease: release ?? other,
    cpuinfo,
    environment: Object.fromEntries(given),
  };
}

/** Asks any Linux site with a shell; parseSiteFacts reads the answer. Environment variables come last, each ended by NUL. */
export const siteFactsCommand: Command = {
  command: "sh",
  args: [
    "-c",
    [
      "user=$(id -un 2>/dev/null)",
      `printf '%s\\0' "$(uname -s)" "$(uname -n)" "$user" "$(getent passwd "$user" 2>/dev/null | cut -d: -f6)" "$(date +%F)"`,
      `printf '%s\\0' "$(cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null)"`,
      `printf '%s\\0' "$(sed '/^[[:space:]]*$/q' /proc/cpuinfo 2>/dev/null)"`,
      "env -0",
    ].join("\n"),
  ],
};

export function parseSiteFacts(output: string): SiteFacts {
  const [system, host, user, home, date, osRelease, cpuinfo, ...variables] = output.split("\0");
  const said = (text: string | undefined) => (text === undefined || text === "" ? undefined : text);
  const environment = variables.flatMap((line) => {
    const equals = line.indexOf("=");
    return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
  });
  return {
    system: said(system),
    hostname: said(host),
    user: said(user),
    home: said(home),
    date: said(date),
    osRelease: said(osRelease),
    cpuinfo: said(cpuinfo),
    environment: Object.fromEntries(environment),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A user id without an account has neither. */
function account(): { readonly user: string | undefined; readonly home: string | undefined } {
  try {
    const { username, homedir: home } = userInfo();
    return { user: username, home };
  } catch {
    return { user: undefined, home: homeFolder() };
  }
}

/** Node asks the password database where HOME is not set, and throws when it has no answer. */
function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

function localDate(now: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
