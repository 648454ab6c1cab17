import { createLexer, type Lexer, type Report, type Token } from "./lexer.ts";

/** The tokens of one statement, from its first to its last; without newlines. */
export interface Statement {
  readonly tokens: readonly Token[];
  /** False when brackets in it do not fit: what it says may be cut off. */
  readonly whole: boolean;
  /** It begins after blanks: part of a loop, a condition or a function. */
  readonly indented: boolean;
}

/**
 * The statements of Starlark text in their order. A bracket that is never closed is reported and ends before the next
 * line that begins with a call, so that one mistake does not hide what follows.
 */
export function* readStatements(text: string, report: Report): Generator<Statement> {
  const lexer = createLexer(text, report);
  const state: State = { lexer, report, damaged: false };
  let line = 0;
  for (;;) {
    const statement = readStatement(state);
    if (statement === undefined) return;
    const [first] = statement.tokens;
    if (first === undefined) continue;
    // After a semicolon it stands as far left as what is before it.
    yield { ...statement, indented: first.column > 1 && first.line !== line };
    line = statement.tokens.at(-1)?.line ?? line;
  }
}

interface State {
  readonly lexer: Lexer;
  readonly report: Report;
  /** A bracket was open at the end of the file: from then on the next call at a line's begin closes all. */
  damaged: boolean;
}

const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

function readStatement(state: State): Omit<Statement, "indented"> | undefined {
  const { lexer, report } = state;
  const tokens: Token[] = [];
  const open: Token[] = [];
  let whole = true;
  let resume: { readonly token: Token; readonly length: number; readonly unclosed: Token } | undefined;
  for (;;) {
    const token = lexer.next();
    const last = open.at(-1);
    if (token.kind === "end" && last === undefined)
      return tokens.length === 0 ? undefined : { tokens, whole };
    if (last !== undefined && token.column === 1 && token.kind === "name" && lexer.follows("("))
      resume ??= { token, length: tokens.length, unclosed: last };
    if (last !== undefined && (token.kind === "end" || (state.damaged && resume !== undefined))) {
      const unclosed = resume?.unclosed ?? last;
      report(`'${unclosed.text}' is never closed`, unclosed);
      state.damaged = true;
      if (resume !== undefined) lexer.back(resume.token);
      return { tokens: tokens.slice(0, resume?.length), whole: false };
    }
    if (token.kind === "newline" || (token.text === ";" && token.kind === "mark")) {
      if (last === undefined) return { tokens, whole };
      continue;
    }
    tokens.push(token);
    if (token.kind !== "mark") continue;
    if (pairs[token.text] !== undefined) open.push(token);
    else if (token.text === ")" || token.text === "]" || token.text === "}") {
      const expected = last === undefined ? undefined : pairs[last.text];
      if (token.text !== expected) {
        report(
          expected ? `'${expected}' expected, found '${token.text}'` : `'${token.text}' closes nothing`,
          token,
        );
        whole = false;
      }
      open.pop();
    }
  }
}
