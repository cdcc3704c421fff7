/**
 * One line for one stage of a command: what happens and, once it is over, how it went and how long it took.
 * @template T
 * @param {string} name
 * @param {() => Promise<T> | T} work
 * @param {(result: T) => string} [describe] what is added to the line
 * @returns {Promise<T>}
 */
export async function stage(name, work, describe = () => "") {
  process.stdout.write(`${name} … `);
  const start = Date.now();
  try {
    const result = await work();
    const told = describe(result);
    process.stdout.write(`${told === "" ? "" : `${told}, `}${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}
