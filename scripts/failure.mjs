/** Something that the person at the terminal can act on; its message is one sentence, shown without a stack. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} [details] what a program wrote about it, shown above the sentence
   */
  constructor(message, details = "") {
    super(message);
    this.details = details;
  }
}

/**
 * Runs a command of the project: its exit code becomes the process's, a failure is told in one sentence.
 * @param {() => Promise<number>} command
 */
export async function runCommand(command) {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`\n${error.details}${error.message}\n`);
    process.exitCode = 1;
  }
}
