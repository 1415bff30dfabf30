/** <lab-run-bar>: its buttons, its status line and its keys. In Chromium; over Dawn there is no document. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunClient, RunState } from '../lab/worker/client';
import type { CommandEvent, LabRunBar } from './labRunBar';

const client = (state: RunState, more: Partial<RunClient> = {}): RunClient =>
  ({
    state,
    seconds: 0,
    active: state === 'running' || state === 'paused',
    adapter: { name: 'a GPU', software: false },
    ...more,
  }) as RunClient;

/** Presses a key; whether the page took it. */
const press = (key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}): boolean =>
  !target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true, ...more }));
const add = (html: string): HTMLElement => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  return document.body.appendChild(holder.content.firstElementChild as HTMLElement);
};

describe('<lab-run-bar>', () => {
  let bar: LabRunBar;
  let heard: string[];
  const open = async (state: RunState, more: Partial<RunClient> = {}): Promise<void> => {
    bar?.remove();
    await import('./labRunBar');
    bar = document.createElement('lab-run-bar') as LabRunBar;
    Object.assign(bar, { client: client(state, more), version: 1, seeded: true });
    heard = [];
    bar.addEventListener('command', (e) => heard.push((e as CommandEvent).command));
    bar.addEventListener('follow', () => heard.push('follow'));
    document.body.append(bar);
    await bar.updateComplete;
  };
  const added: HTMLElement[] = [];
  beforeEach(() => localStorage.clear());
  afterEach(() => {
    bar.remove();
    for (const element of added.splice(0)) element.remove();
    localStorage.clear();
  });

  it.each([
    ['idle', 'run'],
    ['running', 'pause'],
    ['paused', 'resume'],
    ['done', 'run'],
    ['failed', 'run'],
  ] as const)('%s: k and Space %s', async (state, command) => {
    await open(state);
    expect([press('k'), press(' ')]).toEqual([true, true]);
    expect(heard).toEqual([command, command]);
  });

  it('has a key for every button, and says so', async () => {
    await open('paused');
    for (const key of ['s', 'r', 'n', 'f']) press(key);
    expect(heard).toEqual(['step', 'reset', 'seed', 'follow']);
    const keys = [...bar.renderRoot.querySelectorAll('button')].map((b) => [b.textContent, b.getAttribute('aria-keyshortcuts')]);
    expect(keys).toEqual([
      ['Resume', 'K Space'],
      ['Step', 'S'],
      ['Reset', 'R'],
      ['New seed', 'N'],
    ]);
  });

  it('does by key only what its button would do', async () => {
    await open('idle');
    press('r');
    bar.seeded = false;
    press('n');
    expect(heard).toEqual([]);
  });

  it.each([
    ['<input type="text">', 's'],
    ['<input type="number">', 'k'],
    ['<textarea></textarea>', 'r'],
    ['<select><option>s</option></select>', 's'],
    ['<p contenteditable="true">a</p>', 'n'],
    ['<button>b</button>', ' '],
    ['<input type="checkbox">', ' '],
    ['<details><summary>s</summary></details>', ' '],
    ['<div tabindex="0">scrolls</div>', ' '],
  ])('leaves %s its own keys', async (html, key) => {
    await open('idle');
    const element = add(html);
    added.push(element);
    expect(press(key, element.querySelector('summary') ?? element)).toBe(false);
    expect(heard).toEqual([]);
  });

  it('heeds letters on what takes none', async () => {
    await open('idle');
    added.push(add('<input type="range">'));
    press('s', added[0]);
    expect(heard).toEqual(['step']);
  });

  it.each(['ctrlKey', 'altKey', 'metaKey', 'repeat'] as const)('leaves keys with %s to the browser', async (modifier) => {
    await open('idle');
    expect(press('r', document.body, { [modifier]: true })).toBe(false);
    expect(press('k', document.body, { [modifier]: true })).toBe(false);
    expect(heard).toEqual([]);
  });

  it('opens its help at ?, and can be told to heed none, for the next page too', async () => {
    await open('idle');
    press('?');
    const help = bar.renderRoot.querySelector('details')!;
    expect(help.open).toBe(true);
    bar.renderRoot.querySelector<HTMLInputElement>('input[type=checkbox]')!.click();
    await bar.updateComplete;
    expect(press('k')).toBe(false);
    expect(bar.renderRoot.querySelector('button')!.hasAttribute('aria-keyshortcuts')).toBe(false);
    await open('idle');
    expect(press('k')).toBe(false);
    bar.renderRoot.querySelector<HTMLInputElement>('input[type=checkbox]')!.click();
    expect(press('k')).toBe(true);
    await open('idle');
    press('k');
    expect(heard).toEqual(['run']);
  });

  it('works where storage is blocked', async () => {
    const own = Object.getOwnPropertyDescriptor(window, 'localStorage')!;
    Object.defineProperty(window, 'localStorage', {
      configurable: true,
      get: () => {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
    try {
      await open('idle');
      press('k');
      bar.renderRoot.querySelector<HTMLInputElement>('input[type=checkbox]')!.click();
      press('k');
      expect(heard).toEqual(['run']);
    } finally {
      Object.defineProperty(window, 'localStorage', own);
    }
  });

  it('hears nothing once it is off the page', async () => {
    await open('idle');
    bar.remove();
    expect(press('k')).toBe(false);
    expect(heard).toEqual([]);
  });

  it('tells the memory that the run holds on the GPU', async () => {
    await open('running', { memory: 12.34 * 2 ** 20 });
    expect(bar.renderRoot.querySelector('.status')!.textContent).toContain('12.3 MiB on the GPU');
    await open('idle');
    expect(bar.renderRoot.querySelector('.status')!.textContent).not.toContain('MiB');
  });
});
