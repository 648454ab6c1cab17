/** Something found out about the world, or the reason why it could not be. */
export type Fact<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}

export function unknown<T>(why: string): Fact<T> {
  return { known: false, why };
}

export function valueOr<T, U>(fact: Fact<T>, fallback: U): T | U {
  return fact.known ? fact.value : fallback;
}
