import { type Architecture, isOneTarget } from "./architecture.ts";
import type { HostArchitecture } from "./spec-draft.ts";
import { SpecValueError } from "./spec-errors.ts";

type Part = "platform" | "os" | "target";

/** Names that stand for those of the machine on which Spack runs. */
const hostSystems = new Set(["default_os", "frontend", "fe", "backend", "be"]);
const hostTargets = new Set(["default_target", "frontend", "fe", "backend", "be"]);

/** Takes `arch=`, `platform=`, `os=` or `target=` into what was given before. Throws SpecValueError. */
export function setArchitecture(
  before: Architecture | undefined,
  name: string,
  value: string,
  host: HostArchitecture | undefined,
): Architecture {
  if (before?.platform && before.os && isOneTarget(before.target))
    throw new SpecValueError("the architecture is given twice", "one architecture");
  const given = partsOf(name, value);
  if (before === undefined) {
    const named = given.map(
      ([part, text]) => [part, text === "None" ? undefined : text || undefined] as const,
    );
    return named.reduce((all, [part, text]) => withPart(all, part, text, host), nothing);
  }
  return given.reduce((all, [part, text]) => {
    if (all[part]) throw new SpecValueError(`the ${part} is given twice`, `one ${part}`);
    const none = part === "target" && (text === "" || text === "None");
    return withPart(all, part, none ? undefined : text, host);
  }, before);
}

const nothing: Architecture = { platform: undefined, os: undefined, target: undefined };

function partsOf(name: string, value: string): readonly (readonly [Part, string | undefined])[] {
  switch (name) {
    case "platform":
    case "target":
      return [[name, value]];
    case "os":
    case "operating_system":
      return [["os", value]];
    default: {
      const [platform, os, target, ...rest] = value.split("-");
      const whole = target !== undefined && rest.length === 0;
      return [
        ["platform", whole ? platform : undefined],
        ["os", whole ? os : undefined],
        ["target", whole ? target : value],
      ];
    }
  }
}

function withPart(
  architecture: Architecture,
  part: Part,
  value: string | undefined,
  host: HostArchitecture | undefined,
): Architecture {
  const ofHost =
    (part === "os" && hostSystems.has(value ?? "")) || (part === "target" && hostTargets.has(value ?? ""));
  if (!ofHost || host === undefined) return { ...architecture, [part]: value };
  if (architecture.platform && architecture.platform !== host.platform)
    throw new SpecValueError(
      `${part}=${value} means this machine's, which is no ${architecture.platform}`,
      `the name of a ${part}`,
    );
  return { ...architecture, platform: host.platform, [part]: host[part] };
}
