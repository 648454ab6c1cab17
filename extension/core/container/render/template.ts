import { assets } from "sygaldry:assets";
import Handlebars from "handlebars";
import { SygaldryError } from "../../base/errors.ts";
import { shellQuote } from "../../base/shell.ts";

/**
 * Renders one of templates/. A template says for each value where it lands: `{{sh x}}` one shell word, `{{docker x}}` a
 * quoted Dockerfile value; `{{x}}` is for text that a schema already confined (names, paths below the repository).
 */
export function renderTemplate(name: string, context: Readonly<Record<string, unknown>>): string {
  const template = assets[`templates/${name}`];
  if (template === undefined) throw new SygaldryError("SYG-FILE", `there is no template ${name}`);
  return engine.compile(template.text, { noEscape: true, strict: true, knownHelpersOnly: false })(context);
}

/** A value for ENV or LABEL, in double quotes. Throws on line breaks, which a Dockerfile cannot carry there. */
export function dockerQuote(value: string): string {
  if (/[\r\n]/.test(value)) {
    throw new SygaldryError(
      "SYG-CONFIG-INVALID",
      "a value with a line break cannot be part of a Dockerfile",
      {
        next: "Put it on one line.",
      },
    );
  }
  return `"${value.replace(/[\\"$]/g, "\\$&")}"`;
}

const engine = Handlebars.create();
engine.registerHelper("sh", (value: unknown) => shellQuote(String(value)));
engine.registerHelper("docker", (value: unknown) => dockerQuote(String(value)));
