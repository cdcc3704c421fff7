import { must } from "./conformance-check.ts";

export async function requireRefusal(complaint: string, call: () => Promise<unknown>): Promise<void> {
  const refused = await call().then(
    () => false,
    () => true,
  );
  must(refused, complaint);
}
