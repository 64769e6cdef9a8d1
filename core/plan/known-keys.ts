import { z } from 'zod';

/** The keys that a type knows at a path into its data; of a union, those of all its branches. None: no object of known keys is there. */
export function knownKeys(type: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(typesAt(type, path).flatMap((found) => (found instanceof z.ZodObject ? Object.keys(found.shape) : [])))];
}

/** The types of what may stand at a path, without what only wraps them. */
function typesAt(type: z.core.$ZodType, path: readonly PropertyKey[]): readonly z.core.$ZodType[] {
  if (type instanceof z.ZodUnion) return type.options.flatMap((option) => typesAt(option, path));
  if (type instanceof z.ZodPipe) return typesAt(type.in, path);
  if (
    type instanceof z.ZodOptional ||
    type instanceof z.ZodNullable ||
    type instanceof z.ZodDefault ||
    type instanceof z.ZodPrefault ||
    type instanceof z.ZodReadonly
  ) {
    return typesAt(type.unwrap(), path);
  }
  const [step, ...rest] = path;
  if (step === undefined) return [type];
  if (type instanceof z.ZodArray) return typesAt(type.element, rest);
  if (type instanceof z.ZodRecord) return typesAt(type.valueType, rest);
  const inner = type instanceof z.ZodObject ? type.shape[String(step)] : undefined;
  return inner === undefined ? [] : typesAt(inner, rest);
}
