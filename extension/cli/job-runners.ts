import type { RunnerOf } from "../core/jobs/runner.ts";
import type { JobContainer } from "../core/jobs/runners/container/job-container.ts";
import { runnersOf } from "../core/jobs/runners/runners.ts";

/** The runners of this machine for the jobs in `folder`; new ones in a container run in that of the checkout at `root`. */
export function jobRunners(folder: string, root = "/"): RunnerOf {
  return runnersOf(folder, containerOf(root));
}

/** Most jobs never ask the engine, which takes long to load. */
function containerOf(root: string): JobContainer {
  let loaded: Promise<JobContainer> | undefined;
  const load = async (): Promise<JobContainer> => {
    const [{ createEngine }, { checkoutContainer }] = await Promise.all([
      import("./engine.ts"),
      import("../core/container/lifecycle/checkout-container.ts"),
    ]);
    return checkoutContainer(createEngine(process.env), root);
  };
  const container = () => (loaded ??= load());
  return {
    current: async (signal) => (await container()).current(signal),
    inspect: async (id, signal) => (await container()).inspect(id, signal),
    exec: async (id, command, signal) => (await container()).exec(id, command, signal),
  };
}
