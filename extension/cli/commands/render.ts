import { renderingDiff } from "../../core/base/rendered/diff.ts";
import { renderingStatus, requireCurrent, writeRendering } from "../../core/container/render/apply.ts";
import { openSession } from "../../core/container/session.ts";
import { type CommonOptions, loadOptions, outputOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { standardOutput } from "../standard-streams.ts";
import { createToolkit } from "../toolkit.ts";

interface RenderOptions extends CommonOptions {
  readonly check?: boolean;
  readonly force?: boolean;
}

export async function renderCommand(
  options: RenderOptions,
  _args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const output = createOutput(outputOptions(options));
  const session = await openSession(createToolkit(output), {
    ...loadOptions(options),
    probeBuilder: !options.check,
    signal,
  });
  const { fingerprint } = session.rendering;
  if (options.check) {
    const statuses = await renderingStatus(session);
    const diff = renderingDiff(statuses);
    if (!output.json) standardOutput().write(diff);
    requireCurrent(statuses, diff);
    output.result({ mode: session.plan.mode, current: true, files: statuses.map(({ path }) => path) });
    output.info("The rendered files are current.");
    return 0;
  }
  const changed = await writeRendering(session, { force: options.force ?? false });
  output.info(
    changed.length === 0
      ? "Nothing to write: the rendered files are current."
      : `Wrote ${changed.length} files (${session.plan.mode} mode).`,
  );
  output.result(
    {
      mode: session.plan.mode,
      changed,
      imageDigest: fingerprint.imageDigest,
      containerDigest: fingerprint.containerDigest,
    },
    changed.join("\n"),
  );
  return 0;
}
