/** When a component draws what keeps coming: at most once a frame, never where nobody looks, and never most of the time. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** After drawing, all that draw in the same tree rest this many times as long as it took: at most a fifth of the thread goes into them. */
const REST = 4;

/** When the next may draw, in ms. One for each tree that charts stand in; it goes with the tree. */
interface Budget {
  until: number;
}
const budgets = new WeakMap<Node, Budget>();
const budgetOf = (host: Node): Budget => {
  const root = host.getRootNode();
  let budget = budgets.get(root);
  if (!budget) budgets.set(root, (budget = { until: 0 }));
  return budget;
};
/** What is about to be scrolled in is kept up to date. */
const NEAR = '25% 0px';

export class Pacer implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #draw: () => void;
  readonly #observer = new IntersectionObserver(
    (entries) => {
      this.#seen = entries.at(-1)!.isIntersecting;
      this.#arm();
    },
    { rootMargin: NEAR },
  );
  /** Until the observer says otherwise. */
  #seen = true;
  #wanted = false;
  #frame = 0;

  constructor(host: ReactiveControllerHost & Element, draw: () => void) {
    this.#host = host;
    this.#draw = draw;
    host.addController(this);
  }

  hostConnected(): void {
    this.#observer.observe(this.#host);
    document.addEventListener('visibilitychange', this.#arm);
    this.#arm();
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
    document.removeEventListener('visibilitychange', this.#arm);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#seen = true;
  }

  /** There is something new. */
  ask(): void {
    this.#wanted = true;
    this.#arm();
  }

  /** Draws now what was asked for, seen or not. */
  flush(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#draw();
  }

  readonly #arm = (): void => {
    if (this.#wanted && this.#seen && !document.hidden) this.#frame ||= requestAnimationFrame(this.#tick);
  };

  readonly #tick = (): void => {
    this.#frame = 0;
    const start = performance.now();
    const budget = budgetOf(this.#host);
    if (start < budget.until) {
      this.#arm();
      return;
    }
    this.flush();
    // uPlot draws in a microtask, queued by now.
    queueMicrotask(() => {
      budget.until = performance.now() + REST * (performance.now() - start);
    });
  };
}
