import { SygaldryError } from "../../base/errors.ts";

/** What Spack would refuse to parse, with the place in the text. */
export class SpecSyntaxError extends SygaldryError {
  /** UTF-16 code units from the start of the text that was parsed. */
  readonly offset: number;
  readonly length: number;
  /** What could stand there instead, in words for a person. */
  readonly expected: string;

  constructor(problem: string, text: string, place: SyntaxPlace) {
    super("SYG-SPEC-SYNTAX", `"${shortened(text)}" is no valid spec: ${problem}`, {
      next: `At character ${place.offset + 1}: expected ${place.expected}.`,
      data: { spec: shortened(text), offset: place.offset, length: place.length, expected: place.expected },
    });
    this.name = "SpecSyntaxError";
    this.offset = place.offset;
    this.length = place.length;
    this.expected = place.expected;
  }
}

export interface SyntaxPlace {
  readonly offset: number;
  readonly length: number;
  readonly expected: string;
}

/** Two constraints that no package can meet together. */
export class UnsatisfiableSpecError extends SygaldryError {
  constructor(left: string, right: string, why: string) {
    super("SYG-SPEC-UNSATISFIABLE", `${left || "(any)"} and ${right || "(any)"} exclude each other: ${why}`, {
      next: "Change one of the two.",
      data: { left, right, why },
    });
    this.name = "UnsatisfiableSpecError";
  }
}

/** A value inside a spec (a version, a variant, an edge attribute) that Spack refuses; the parser adds the place. */
export class SpecValueError extends SygaldryError {
  readonly expected: string;

  constructor(message: string, expected: string) {
    super("SYG-SPEC-SYNTAX", message, { next: `Expected ${expected}.` });
    this.name = "SpecValueError";
    this.expected = expected;
  }
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
