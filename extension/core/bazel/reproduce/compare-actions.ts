import type { LoggedAction, LoggedOutput } from "./execution-log.ts";

/** An action that did not do the same twice. */
export interface DifferentAction {
  readonly mnemonic: string;
  readonly label: string | undefined;
  /**
   * `outputs`: it made other outputs of the same inputs by the same command; `command`: the command or its environment
   * differed, and the inputs did not; `missing`: only one of the builds ran it, though its inputs are the same.
   */
  readonly what: "outputs" | "command" | "missing";
  readonly outputs: readonly DifferentOutput[];
}

export interface DifferentOutput {
  /** Below the execution root. */
  readonly path: string;
  /** Undefined where that build did not make it. */
  readonly first: LoggedOutput | undefined;
  readonly second: LoggedOutput | undefined;
}

export interface ActionComparison {
  readonly actions: number;
  /** The causes, in the order of the first log. */
  readonly different: readonly DifferentAction[];
  /** How many differ only since what they take does. */
  readonly followers: number;
}

type Log = ReadonlyMap<string, LoggedAction>;

export function compareActions(first: Log, second: Log): ActionComparison {
  const different: DifferentAction[] = [];
  let followers = 0;
  for (const [key, action] of first) {
    const other = second.get(key);
    const outputs = differences(action, other);
    if (other !== undefined && outputs.length === 0) continue;
    if (other !== undefined && other.inputs !== action.inputs) followers += 1;
    else different.push(cause(action, other, outputs));
  }
  for (const [key, action] of second)
    if (!first.has(key)) different.push(cause(action, undefined, differences(undefined, action)));
  return { actions: first.size, different, followers };
}

function cause(
  { mnemonic, label, command }: LoggedAction,
  other: LoggedAction | undefined,
  outputs: readonly DifferentOutput[],
): DifferentAction {
  const what = other === undefined ? "missing" : other.command === command ? "outputs" : "command";
  return { mnemonic, label, what, outputs };
}

function differences(
  first: LoggedAction | undefined,
  second: LoggedAction | undefined,
): readonly DifferentOutput[] {
  const paths = new Set([...(first?.outputs.keys() ?? []), ...(second?.outputs.keys() ?? [])]);
  return [...paths].sort().flatMap((path) => {
    const [one, other] = [first?.outputs.get(path), second?.outputs.get(path)];
    return one?.digest === other?.digest ? [] : [{ path, first: one, second: other }];
  });
}
