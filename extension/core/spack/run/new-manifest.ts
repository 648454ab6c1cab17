import { stringify } from "yaml";
import { parseSpec } from "../spec/parse-spec.ts";

export interface NewManifest {
  readonly specs: readonly string[];
  /** The view's root, or whether Spack makes one at its default place. */
  readonly view: string | boolean;
}

/** The text of a new spack.yaml; unified, so that one view can hold it. Throws SYG-SPEC-SYNTAX for a spec that is none. */
export function newManifest({ specs, view }: NewManifest): string {
  for (const spec of specs) parseSpec(spec);
  const spack = { specs, concretizer: { unify: true }, view };
  return stringify({ spack }, { indent: 2, lineWidth: 0, flowCollectionPadding: false });
}
