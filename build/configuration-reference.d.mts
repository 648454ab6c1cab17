export function configurationReference(schema: Record<string, unknown>): string;
