/**
 * Tabs driven by the DevTools protocol alone. Playwright keeps every page of its own visible; these can be hidden behind one another as a
 * reader's are.
 */
import type { Browser, CDPSession } from 'playwright';

interface Reply {
  readonly id?: number;
  readonly result?: {
    readonly result: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
}

export class RawTab {
  #sent = 0;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  private constructor(
    private readonly session: CDPSession,
    private readonly targetId: string,
    private readonly sessionId: string,
  ) {
    session.on('Target.receivedMessageFromTarget', (event) => {
      if (event.sessionId !== sessionId) return;
      const reply = JSON.parse(event.message) as Reply;
      this.#waiting.get(reply.id ?? -1)?.(reply);
    });
  }

  /** Several tabs of one window. */
  static async openAll(browser: Browser, urls: readonly string[]): Promise<readonly RawTab[]> {
    const session = await browser.newBrowserCDPSession();
    const { browserContextId } = await session.send('Target.createBrowserContext');
    const tabs: RawTab[] = [];
    for (const url of urls) {
      const { targetId } = await session.send('Target.createTarget', { url, browserContextId });
      const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
      tabs.push(new RawTab(session, targetId, sessionId));
    }
    return tabs;
  }

  /** To the front; the others are hidden. */
  async show(): Promise<void> {
    await this.session.send('Target.activateTarget', { targetId: this.targetId });
  }

  /** The value of an expression, awaited if it is a promise. Rejects where it throws. */
  async evaluate<T>(expression: string): Promise<T> {
    const id = ++this.#sent;
    const reply = new Promise<Reply>((done) => {
      this.#waiting.set(id, done);
    });
    const message = JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true, awaitPromise: true } });
    await this.session.send('Target.sendMessageToTarget', { sessionId: this.sessionId, message });
    const { result } = await reply;
    if (!result || result.exceptionDetails)
      throw new Error(result?.exceptionDetails?.exception?.description ?? `no answer to ${expression}`);
    return result.result.value as T;
  }

  /** Waits until the expression is true. */
  async until(expression: string, ms = 60_000): Promise<void> {
    const end = performance.now() + ms;
    while (!(await this.evaluate<boolean>(expression))) {
      if (performance.now() > end) throw new Error(`still not true after ${ms} ms: ${expression}`);
      await new Promise((next) => {
        setTimeout(next, 100);
      });
    }
  }
}
