import { PassThrough } from "node:stream";
import { messageOf, SygaldryError } from "../../../base/errors.ts";
import { collectLines } from "../../../base/lines.ts";
import { perl } from "../process/reaper.ts";
import { agentScript } from "./agent-script.ts";
import type { JobContainer } from "./job-container.ts";

/** Asks the script in a container: see agentScript for questions and answers. */
export interface Agent {
  /** The answer's lines. Throws SYG-JOB when the agent is gone or does not answer; it is then of no use any more. */
  ask(question: string): Promise<readonly string[]>;
  /** Whether it has ended or been given up. */
  closed(): boolean;
  close(): void;
}

export interface AgentOptions {
  readonly cwd?: string | undefined;
  readonly user?: "root";
  /** Where programs are looked for, instead of the container's own PATH. */
  readonly searchPath?: string | undefined;
}

/** Milliseconds; a paused container does not answer. */
const patience = 15_000;

/** Characters of its output that are kept, for the reason why it ended. */
const kept = 4_000;

/** Starts the script in a running container. What keeps it from running (no Perl, no `cwd`) is thrown by the first question. */
export function openAgent(
  container: JobContainer,
  id: string,
  { cwd, user, searchPath }: AgentOptions = {},
): Agent {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const answers = answersIn();
  const said = [collectLines(stdout, answers.take, kept), collectLines(stderr, () => {}, kept)];
  // Modules that the environment makes Perl load would run before the script does.
  const clean = { PERL5OPT: "", PERL5DB: "", PERL5LIB: "" };
  const command = {
    ...{ argv: [perl, "-e", agentScript], cwd, stdin, stdout, stderr },
    env: { ...clean, ...(searchPath === undefined ? {} : { PATH: searchPath }) },
    ...(user === undefined ? {} : { user }),
  };
  container
    .exec(id, command)
    .then(
      (code) => answers.fail(whyEnded(code, said.map((text) => text()).join("\n"), cwd)),
      (error: unknown) => answers.fail(error instanceof SygaldryError ? error : gone(messageOf(error))),
    )
    .finally(() => stdin.destroy());
  const giveUp = (why: string) => {
    answers.fail(gone(why));
    // Its end, however late it reads that.
    stdin.end();
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(question) {
      // One at a time: answers carry no names.
      const answer = last.then(async () => {
        if (!answers.failed()) stdin.write(`${question}\n`);
        const late = setTimeout(giveUp, patience, `it has not answered for ${patience / 1000} s`);
        return answers.next().finally(() => clearTimeout(late));
      });
      last = answer.catch(() => {});
      return answer;
    },
    closed: answers.failed,
    close: () => giveUp("it was closed"),
  };
}

interface Answers {
  readonly take: (line: string) => void;
  next(): Promise<readonly string[]>;
  fail(error: SygaldryError): void;
  readonly failed: () => boolean;
}

/** Lines up to a dot are an answer. */
function answersIn(): Answers {
  let lines: string[] = [];
  let waiting: { resolve(lines: readonly string[]): void; reject(error: SygaldryError): void } | undefined;
  let failure: SygaldryError | undefined;
  return {
    take(line) {
      if (line !== ".") {
        lines.push(line);
        return;
      }
      waiting?.resolve(lines);
      waiting = undefined;
      lines = [];
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (failure === undefined) waiting = { resolve, reject };
        else reject(failure);
      }),
    fail(error) {
      failure ??= error;
      waiting?.reject(failure);
      waiting = undefined;
    },
    failed: () => failure !== undefined,
  };
}

/** The engine has no errors of its own for this: the runtime (runc, crun) says it in the output, and ends with 126 or 127. */
function whyEnded(code: number, said: string, cwd: string | undefined): SygaldryError {
  if (cwd !== undefined && /OCI runtime exec failed.*\b(chdir|cwd)\b/s.test(said)) {
    return new SygaldryError("SYG-JOB", `the working directory ${cwd} does not exist in the container`, {
      next: "Name one that is there with --cwd.",
    });
  }
  if (code === 126 || code === 127) {
    return new SygaldryError("SYG-TOOL-MISSING", `${perl} cannot be started in the container`, {
      next: "Jobs in a container need Perl there: add perl-base to apt.packages in sygaldry.yaml, then run `sygaldry up`.",
    });
  }
  return gone(`it ended with ${code}`);
}

function gone(why: string): SygaldryError {
  return new SygaldryError(
    "SYG-JOB",
    `what looks after the job's processes in the container is gone: ${why}`,
  );
}
