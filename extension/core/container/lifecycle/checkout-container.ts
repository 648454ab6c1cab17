import { SygaldryError } from "../../base/errors.ts";
import type { ContainerDetails, ContainerEngine, ExecOptions } from "../engine.ts";
import { asItsUser, runningContainer } from "./exec.ts";

/** The container of a checkout, for whoever runs commands in it for long and wants to hear what becomes of it. */
export interface CheckoutContainer {
  /** The running one. Throws SYG-NO-CONTAINER. */
  current(signal?: AbortSignal): Promise<CheckoutSight>;
  /** One of its containers, whatever became of it; undefined when it was removed. */
  inspect(id: string, signal?: AbortSignal): Promise<CheckoutSight | undefined>;
  /** Runs a command in it as its user, without a terminal, and gives the exit code. The streams stay open. */
  exec(id: string, command: CheckoutCommand, signal?: AbortSignal): Promise<number>;
}

interface CheckoutSight extends ContainerDetails {
  readonly running: boolean;
}

interface CheckoutCommand extends Pick<ExecOptions, "argv" | "stdout" | "stderr"> {
  readonly stdin?: ExecOptions["stdin"];
  /** Undefined where it does not matter. */
  readonly cwd?: string | undefined;
  /** Added to what commands there have. */
  readonly env: Readonly<Record<string, string>>;
  /** Instead of the container's own user. */
  readonly user?: "root";
}

export function checkoutContainer(engine: ContainerEngine, root: string): CheckoutContainer {
  const inspect: CheckoutContainer["inspect"] = async (id, signal) => {
    const details = await engine.inspectContainer(id, signal);
    return details === undefined ? undefined : { ...details, running: isRunning(details) };
  };
  return {
    inspect,
    async current(signal) {
      const { id, name } = await runningContainer(engine, root, signal);
      const sight = await inspect(id, signal);
      if (sight?.running === true) return sight;
      throw new SygaldryError("SYG-NO-CONTAINER", `the container ${name} of ${root} has just ended`, {
        next: "Run `sygaldry up`.",
      });
    },
    async exec(id, { argv, cwd, env, user, stdin, stdout, stderr }, signal) {
      const details = await engine.inspectContainer(id, signal);
      if (details === undefined)
        throw new SygaldryError("SYG-NO-CONTAINER", `the container ${id.slice(0, 12)} is gone`);
      const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const own = user === "root" ? { argv, user: "0" } : asItsUser(details, argv);
      return engine.exec(
        id,
        { ...own, ...{ workingDirectory: cwd ?? "/", environment, tty: false, stdin, stdout, stderr } },
        signal,
      );
    },
  };
}

/** A paused one is at work still. */
function isRunning({ state }: ContainerDetails): boolean {
  return state === "running" || state === "paused";
}
