import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readFileSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { errorCode, messageOf, SygaldryError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json-fields.ts";
import { markVariable } from "../runners/process/process-host.ts";
import { parseRequest, type SupervisorRequest } from "./request.ts";

/** What a supervisor says once it owns the run. */
export interface Launched {
  readonly job: string;
  readonly run: string;
  /** The log's file name. */
  readonly log: string;
  readonly supervisor: number;
}

/** How a supervisor is started: a program that calls `serveSupervisor`. */
export interface SupervisorProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The descriptor on which a supervisor answers, once. */
const answerDescriptor = 3;

/**
 * Starts a supervisor in a session of its own, which outlives this process, and waits until it owns the run.
 * Throws what it refuses with (SYG-JOB-RUNNING, SYG-JOB-NAME, SYG-FILE …), SYG-JOB when it ends without an answer.
 */
export async function launchSupervisor(
  { command, args, env }: SupervisorProgram,
  request: SupervisorRequest,
): Promise<Launched> {
  const child = spawn(command, args, {
    // So that no folder is kept busy.
    cwd: "/",
    env: { ...env, [markVariable]: "supervisor" },
    detached: true,
    stdio: ["pipe", "ignore", "ignore", "pipe"],
  });
  try {
    child.stdin?.on("error", () => {});
    child.stdin?.end(JSON.stringify(request));
    return parseAnswer(await answerOf(child));
  } finally {
    child.stdio[answerDescriptor]?.destroy();
    child.stdin?.destroy();
    child.unref();
  }
}

/** The supervisor's side: reads the request from stdin, runs `serve`, and answers what it hands over, or its failure. */
export async function serveSupervisor(
  serve: (request: SupervisorRequest, onLaunched: (launched: Launched) => void) => Promise<void>,
): Promise<void> {
  let answered = false;
  const answer = (value: object) => {
    if (answered) return;
    answered = true;
    try {
      writeSync(answerDescriptor, JSON.stringify(value));
      closeSync(answerDescriptor);
    } catch {
      // Whoever asked is gone; the run goes on.
    }
  };
  try {
    await serve(parseRequest(readFileSync(0, "utf8")), answer);
  } catch (error) {
    const known = error instanceof SygaldryError ? error : undefined;
    answer({ code: known?.code ?? "SYG-JOB", message: messageOf(error), next: known?.next });
    throw error;
  }
}

function answerOf(child: ChildProcess): Promise<string> {
  const stream = child.stdio[answerDescriptor] as Readable;
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => (text += chunk));
    stream.once("end", () => resolve(text));
    stream.once("error", reject);
    child.once("error", (cause) => {
      reject(
        new SygaldryError("SYG-JOB", `the job's supervisor cannot be started: ${messageOf(cause)}`, {
          cause,
        }),
      );
    });
  });
}

function parseAnswer(text: string): Launched {
  const answer: unknown = text === "" ? undefined : JSON.parse(text);
  if (!isJsonObject(answer)) {
    throw new SygaldryError("SYG-JOB", "the job's supervisor ended before it took the run on", {
      next: "See whether memory or processes are short on this machine, and try again.",
    });
  }
  const { job, run, log, supervisor, code, message, next } = answer;
  if (typeof job === "string" && typeof run === "string" && typeof log === "string") {
    return { job, run, log, supervisor: Number(supervisor) };
  }
  throw new SygaldryError(errorCode(String(code)) ?? "SYG-JOB", String(message), {
    ...(typeof next === "string" ? { next } : {}),
  });
}
