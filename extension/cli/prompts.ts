import { cancel, isCancel, multiselect, select, text } from "@clack/prompts";
import { SygaldryError } from "../core/base/errors.ts";
import { askableTools, type InitAnswers } from "../core/project/init/compose.ts";
import type { RepositoryTraits } from "../core/project/init/recognise.ts";

/** Asks in the terminal, the suggested answers pre-selected. Throws SYG-CANCELLED on Ctrl-C. */
export async function askInit(suggested: InitAnswers, traits: RepositoryTraits): Promise<InitAnswers> {
  const found = [
    traits.bazel ? "Bazel" : "",
    traits.spack ? "Spack" : "",
    traits.python ? "Python" : "",
    traits.rust ? "Rust" : "",
    traits.go ? "Go" : "",
  ].filter(Boolean);
  const projectId = answer(
    await text({
      message: `Project id${found.length > 0 ? ` (found here: ${found.join(", ")})` : ""}`,
      initialValue: suggested.projectId,
      validate: (value) =>
        /^[a-z0-9][a-z0-9._-]{0,62}$/.test(value ?? "")
          ? undefined
          : "lower-case letters, digits, '.', '_' and '-', at most 63",
    }),
  );
  const base = answer(
    await select({
      message: "Base image",
      initialValue: suggested.base ?? "",
      options: [
        { value: "", label: "ubuntu:24.04, or nvidia/cuda on a machine with a GPU" },
        {
          value: "debootstrap:bookworm",
          label: "made from the Debian mirror (no container registry needed)",
        },
        ...(suggested.base === undefined || suggested.base === "debootstrap:bookworm"
          ? []
          : [{ value: suggested.base, label: suggested.base }]),
      ],
    }),
  );
  const tools = answer(
    await multiselect({
      message: "Tools",
      required: false,
      initialValues: [...suggested.tools],
      options: askableTools.map((name) => ({ value: name, label: name })),
    }),
  );
  const mode = answer(
    await select({
      message: "Rendered files",
      initialValue: suggested.mode,
      options: [
        { value: "host" as const, label: "for each machine, not committed" },
        { value: "portable" as const, label: "portable: commit .devcontainer/, works without Sygaldry too" },
      ],
    }),
  );
  return { projectId, base: base === "" ? undefined : base, tools, mode };
}

function answer<T>(value: T | symbol): T {
  if (!isCancel(value)) return value as T;
  cancel("Nothing was written.");
  throw new SygaldryError("SYG-CANCELLED", "init was cancelled");
}
