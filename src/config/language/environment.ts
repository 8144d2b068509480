/** Variables of the environment. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's text. What every object has by that name, as `constructor`, is no variable. */
export function variableOf(environment: Environment, name: string): string | undefined {
  const text: unknown = environment[name];
  return typeof text === "string" ? text : undefined;
}
