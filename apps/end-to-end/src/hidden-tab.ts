import type { Browser, CDPSession } from "playwright";

/**
 * A tab that is not looked at. Playwright's own pages always count as seen, and a browser freezes only what is hidden;
 * so this one is opened behind its back and spoken to directly.
 */
export class HiddenTab {
  readonly #session: CDPSession;
  readonly #sessionId: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #sent = 0;

  private constructor(session: CDPSession, sessionId: string) {
    this.#session = session;
    this.#sessionId = sessionId;
    session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const answer = JSON.parse(message) as Answer & { id?: number };
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  static async open(browser: Browser, url: string): Promise<HiddenTab> {
    const session = await browser.newBrowserCDPSession();
    const { targetId } = await session.send("Target.createTarget", { url });
    // Another one in front of it.
    await session.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
    return new HiddenTab(session, sessionId);
  }

  freeze(): Promise<Answer> {
    return this.#ask("Page.setWebLifecycleState", { state: "frozen" });
  }

  unfreeze(): Promise<Answer> {
    return this.#ask("Page.setWebLifecycleState", { state: "active" });
  }

  async evaluate(expression: string): Promise<unknown> {
    const how = { returnByValue: true, awaitPromise: true };
    return (await this.#ask("Runtime.evaluate", { expression, ...how })).result.result?.value;
  }

  async #ask(method: string, params: object): Promise<Answer> {
    const id = ++this.#sent;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#session.send("Target.sendMessageToTarget", { sessionId: this.#sessionId, message });
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  }
}

interface Answer {
  readonly result: { readonly result?: { readonly value?: unknown } };
  readonly error?: { readonly message: string };
}
