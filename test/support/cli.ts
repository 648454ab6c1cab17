import {
  type Command,
  type ProcessResult,
  processRunner,
  type RunOptions,
} from "../../extension/core/base/process.ts";
import { installedCli } from "./installed-cli.ts";
import { inRepository } from "./paths.ts";
import { type RunningProcess, startProcess } from "./running.ts";
import { asUser, type TestUser } from "./users.ts";

export interface SygaldryOptions extends RunOptions {
  readonly cwd: string;
  /** Added to this process's environment, from which all SYGALDRY_ variables are taken away; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Runs it as this user, with the folder as HOME, from a copy that every user may read. Needs root and setpriv. */
  readonly user?: TestUser & { readonly home: string };
  /** A command that goes on to what comes after its arguments: it runs by way of it. */
  readonly through?: readonly string[];
}

export interface SygaldryResult extends ProcessResult {
  /** stdout as JSON; throws with all output when it is none. */
  json(): unknown;
}

/** Runs dist/cli.cjs to its end with the machine's own Node, whatever the exit code. */
export async function sygaldry(args: readonly string[], options: SygaldryOptions): Promise<SygaldryResult> {
  const result = await processRunner.run(sygaldryCommand(args, options), options);
  return { ...result, json: () => parseJson(args, result) };
}

/** Starts dist/cli.cjs and leaves it running: for signals, and for two at once. */
export function startSygaldry(args: readonly string[], options: SygaldryOptions): RunningProcess {
  return startProcess(sygaldryCommand(args, options));
}

/** Node as the user of Sygaldry has it: what ran test/run.sh, else what runs this test. */
const userNode = process.env["SYGALDRY_TEST_NODE"] ?? process.execPath;

function sygaldryCommand(args: readonly string[], options: SygaldryOptions): Command {
  const cli = options.user === undefined ? inRepository("dist", "cli.cjs") : installedCli();
  const [program, ...before] = [...(options.through ?? []), userNode];
  const command = {
    command: program,
    args: [...before, cli, ...args],
    cwd: options.cwd,
    env: { ...cleanEnvironment(process.env), ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
  };
  return options.user === undefined ? command : asUser(options.user, options.user.home, command);
}

/** Without what would change the answers: Sygaldry's own variables, and those of npm and vitest. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(SYGALDRY_|npm_|VITEST|NODE_ENV$|TEST$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

function parseJson(args: readonly string[], { exitCode, stdout, stderr }: ProcessResult): unknown {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    const said = `exit code ${exitCode}\nstdout: ${stdout}\nstderr: ${stderr}`;
    throw new Error(`sygaldry ${args.join(" ")} wrote no JSON\n${said}`, { cause });
  }
}
