import type { SpackContext } from "../../extension/core/spack/context/context.ts";
import { viewDescriptor } from "../../extension/core/spack/environment/environment-views.ts";
import { parseConfig } from "../../extension/core/spack/manifest/config-source.ts";
import { at } from "../../extension/core/spack/manifest/config-value.ts";
import { viewsOf } from "../../extension/core/spack/manifest/views.ts";
import type { ViewDescriptor } from "../../extension/core/spack/view/descriptor.ts";

/** The views that an environment in `folder` with this `view:` asks for. */
export function viewsAskedFor(
  view: unknown,
  folder: string,
  context: SpackContext,
): readonly ViewDescriptor[] {
  const { root } = parseConfig("spack.yaml", JSON.stringify({ view }));
  return viewsOf(at(root, "view"), folder, context, []).flatMap((found) => viewDescriptor(found) ?? []);
}
